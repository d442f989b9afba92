"""The document reader: `python -m desktop.library.reader FILE`, a child that reads one file of unknown origin.

It limits itself before it opens the file and writes lines of JSON: the title, the blocks, and at last how it ended. A
file that makes it die ends nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from desktop.library.documents import read_document
from desktop.library.errors import DocumentRefused, Problem
from desktop.pictures.limits import limit_process, limit_time
from desktop.priority import give_way

MEMORY_BYTES = 2 << 30
OUTPUT_BYTES = 64 << 20
CPU_S = 60


def main() -> None:
    """Run as the child process."""
    limit_process(MEMORY_BYTES, OUTPUT_BYTES)
    limit_time(CPU_S)
    give_way()
    # Nothing but the lines may reach the other side, whatever a library prints.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace") as output:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for line in lines_of(Path(sys.argv[1])):
            output.write(json.dumps(line, ensure_ascii=True) + "\n")


def lines_of(path: Path) -> list[dict[str, object]]:
    """Return what is written about a file."""
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
