"""The FHIR reader: `python -m desktop.imports.reader FILE`, a child that reads one JSON file of unknown origin.

It confines itself before it opens the file and writes lines of JSON: who it is about, the statements, and at last how
many there were and what was left out.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from desktop.confined.confinement import confine
from desktop.confined.limits import Allowance

ALLOWANCE = Allowance(memory_bytes=1 << 30, file_bytes=0, cpu_s=20)


def main() -> None:
    """Run as the child process."""
    file = Path(sys.argv[1])
    with confine(ALLOWANCE, readable=[file]) as output:
        for line in lines_of(file):
            output.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")


def lines_of(file: Path) -> list[dict[str, object]]:
    """Return what is written about a file."""
    from desktop.imports.errors import Problem
    from desktop.imports.resources import Refused, read_resources

    try:
        document = json.loads(file.read_bytes(), parse_constant=_refuse)
        read = read_resources(document)
    except Refused as refused:
        return [{"problem": str(refused.problem)}]
    except MemoryError:
        return [{"problem": str(Problem.TOO_LARGE)}]
    except Exception:  # noqa: BLE001 - the boundary to hostile files: whatever one did is told
        return [{"problem": str(Problem.NOT_FHIR)}]
    end = {"end": len(read.lines), "left_out": dict(sorted(read.left_out.items()))}
    return [{"who": read.who}, *map(asdict, read.lines), end]


def _refuse(constant: str) -> NoReturn:
    """JSON has no infinity and nothing that is no number."""
    raise ValueError(constant)


if __name__ == "__main__":
    main()
