"""A document of unknown origin, read by a child of its own: what comes back is checked text, or one sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.confined.child import ConfinedChild
from desktop.confined.errors import OutputDamaged, TookTooLong
from desktop.library.errors import DocumentRefused, Problem
from desktop.strict_json import DoesNotFit, Limits, StrictJson
from lm.grounding.passages import Block

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

TIME_S = 120.0
OUTPUT_BYTES = 64 << 20
MAX_FILE_BYTES = 512 << 20
SUFFIXES = frozenset({".pdf", ".docx", ".md", ".markdown", ".txt", ".html", ".htm"})
"""The kinds that are read; the child has a reader for each."""
_JSON = StrictJson(Limits(largest_int=1_000_000, most_characters=64 << 20))


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document as the child read it; its title is the file's own, else its name."""

    title: str
    blocks: tuple[Block, ...]


def read(file: Path) -> ReadDocument:
    """Read a document. Raises DocumentRefused."""
    if file.suffix.lower() not in SUFFIXES:
        raise DocumentRefused(Problem.KIND, file.name)
    try:
        size = file.stat().st_size if file.is_file() else 0
    except OSError:
        size = 0
    if not size:
        raise DocumentRefused(Problem.MISSING, file.name)
    if size > MAX_FILE_BYTES:
        raise DocumentRefused(Problem.TOO_LARGE, file.name)
    return _checked(_said_by_child(file), file)


def _said_by_child(file: Path) -> bytes:
    try:
        with ConfinedChild("desktop.library.reader", (str(file.absolute()),), TIME_S) as child:
            return child.read_all(OUTPUT_BYTES)
    except TookTooLong:
        raise DocumentRefused(Problem.TIME, file.name) from None
    except OutputDamaged:
        raise DocumentRefused(Problem.TOO_LARGE, file.name) from None


def _checked(output: bytes, file: Path) -> ReadDocument:
    """Return what the child wrote, if it is whole and fits."""
    try:
        lines: list[Any] = [json.loads(line) for line in output.splitlines()]
        if lines and set(lines[0]) == {"problem"}:
            raise DocumentRefused(Problem(lines[0]["problem"]), file.name)
        first, *blocks, last = lines
        read_blocks = tuple(_JSON.read(Block, block) for block in blocks)
        if last != {"end": len(blocks)} or not isinstance(first["title"], str):
            raise DocumentRefused(Problem.UNREADABLE, file.name)
    except (ValueError, TypeError, KeyError, DoesNotFit):
        # It died in the middle of the file: too much of something, or a fault in a library.
        raise DocumentRefused(Problem.UNREADABLE, file.name) from None
    return ReadDocument(first["title"] or file.stem, read_blocks)
