"""The document reader: `python -m desktop.library.reader FILE`, a child that reads one file of unknown origin.

It limits itself before it opens the file and writes lines of JSON: the title, the blocks, and at last how it ended. A
file that makes it die ends nothing else.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from desktop.confined.confinement import confine
from desktop.confined.limits import Allowance
from desktop.library.errors import DocumentRefused, Problem

ALLOWANCE = Allowance(memory_bytes=2 << 30, file_bytes=0, cpu_s=60)


def main() -> None:
    """Run as the child process."""
    file = Path(sys.argv[1])
    with confine(ALLOWANCE, readable=[file]) as output:
        for line in lines_of(file):
            output.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")


def lines_of(path: Path) -> list[dict[str, object]]:
    """Return what is written about a file."""
    from desktop.library.documents import read_document  # here: after the process has confined itself

    try:
        parsed = read_document(path)
    except Exception as error:  # noqa: BLE001 - the boundary to hostile files: whatever one did is told
        return [{"problem": str(problem_of(error))}]
    return [{"title": parsed.title}, *map(asdict, parsed.blocks), {"end": len(parsed.blocks)}]


def problem_of(error: Exception) -> Problem:
    """Return what to call a failure."""
    if isinstance(error, DocumentRefused):
        return error.problem
    if isinstance(error, FileNotFoundError | IsADirectoryError):
        return Problem.MISSING
    return Problem.MEMORY if isinstance(error, MemoryError) else Problem.UNREADABLE


if __name__ == "__main__":
    main()
