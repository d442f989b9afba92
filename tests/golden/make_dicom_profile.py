"""Makes assets/deidentify/dicom_basic_profile.csv: Table E.1-1 of DICOM PS3.15 2026c, the column of the Basic Profile.

The tags by action are those of `dicom-anonymizer` 2.1.0 (BSD 3-Clause), read from its file named on the command line
without importing it; names come from pydicom's dictionary.
"""

from __future__ import annotations

import ast
import csv
import sys
from pathlib import Path

from pydicom.datadict import dictionary_description

TARGET = Path(__file__).resolve().parent.parent.parent / "assets" / "deidentify" / "dicom_basic_profile.csv"
ACTIONS = {
    "D_TAGS": "D",
    "Z_TAGS": "Z",
    "X_TAGS": "X",
    "U_TAGS": "U",
    "Z_D_TAGS": "Z/D",
    "X_Z_TAGS": "X/Z",
    "X_D_TAGS": "X/D",
    "X_Z_D_TAGS": "X/Z/D",
    "X_Z_U_STAR_TAGS": "X/Z/U*",
}


def main() -> int:
    """Write the table."""
    source = Path(sys.argv[1]).read_text(encoding="utf-8")
    rows = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            action = ACTIONS.get(node.targets[0].id)
            tags = ast.literal_eval(node.value) if action else ()
            rows += [(f"{tag[0]:04X}{tag[1]:04X}", action, _name(tag)) for tag in tags if len(tag) == 2]
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("tag", "action", "name"))
        writer.writerows(sorted(set(rows)))
    return 0


def _name(tag: tuple[int, int]) -> str:
    try:
        return dictionary_description((tag[0] << 16) + tag[1])
    except KeyError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
