"""A FHIR file of unknown origin, read by a child of its own: what comes back is checked text, or one sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.confined.child import ConfinedChild
from desktop.confined.errors import OutputDamaged, TookTooLong
from desktop.imports.errors import ImportRefused, Problem
from desktop.imports.lines import GROUPS, MOST_CHARACTERS, Line
from desktop.record.encounter import Question
from desktop.strict_json import DoesNotFit, Limits, StrictJson

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIME_S = 30.0
MAX_FILE_BYTES = 32 << 20
OUTPUT_BYTES = 16 << 20
_JSON = StrictJson(Limits(largest_int=100_000, most_characters=MOST_CHARACTERS, printable=True))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many resources of a kind have no line."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class _Said:
    who: str


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A FHIR file as the child read it."""

    name: str
    who: str
    """Of whom it is: name, birth date, sex, number; empty where it says nothing."""
    lines: tuple[Line, ...]
    left_out: tuple[LeftOut, ...] = ()


def read(file: Path) -> ImportedFile:
    """Read a FHIR Patient or Bundle in JSON. Raises ImportRefused."""
    try:
        size = file.stat().st_size if file.is_file() else 0
    except OSError:
        size = 0
    if not size:
        raise ImportRefused(Problem.MISSING, file.name)
    if size > MAX_FILE_BYTES:
        raise ImportRefused(Problem.TOO_LARGE, file.name)
    found = _checked(_said_by_child(file), file.name)
    if not found.lines and not found.who:
        raise ImportRefused(Problem.NOTHING, file.name)
    return found


def _said_by_child(file: Path) -> bytes:
    try:
        with ConfinedChild("desktop.imports.reader", (str(file.absolute()),), TIME_S) as child:
            return child.read_all(OUTPUT_BYTES)
    except TookTooLong:
        raise ImportRefused(Problem.TIME, file.name) from None
    except OutputDamaged:
        raise ImportRefused(Problem.TOO_LARGE, file.name) from None


def _checked(output: bytes, name: str) -> ImportedFile:
    try:
        said: list[Any] = [json.loads(line) for line in output.splitlines()]
        if said and set(said[0]) == {"problem"}:
            raise ImportRefused(Problem(said[0]["problem"]), name)
        first, *lines, last = said
        read_lines = tuple(_JSON.read(Line, line) for line in lines)
        left_out = tuple(_JSON.read(LeftOut, {"kind": k, "count": n}) for k, n in last["left_out"].items())
        known = all(line.group in GROUPS for line in read_lines)
        who = _JSON.read(_Said, first).who
        if last["end"] != len(lines) or not known:
            raise ImportRefused(Problem.NOT_FHIR, name)
    except (ValueError, TypeError, KeyError, AttributeError, DoesNotFit):
        # It died in the middle of the file: too much of something, or the file took it over.
        raise ImportRefused(Problem.NOT_FHIR, name) from None
    return ImportedFile(name, who, read_lines, left_out)


def entries_of(found: ImportedFile, now: str, new_id: Callable[[], str]) -> tuple[Question, ...]:
    """Return what is put into an encounter: a typed text for each heading, with the resource of each line.

    Of the patient, and of the file's name, which may be the patient's, nothing is in them.
    """
    entries = []
    for group in GROUPS:
        lines = [f"{line.text} [{line.source}]" for line in found.lines if line.group == group]
        if lines:
            entries.append(Question(new_id(), now, "\n".join((f"{group} (FHIR)", *lines))))
    return tuple(entries)


def preview_of(found: ImportedFile) -> str:
    """Return all that an import adds, and what it leaves out, as it is looked at before."""
    texts = [entry.text for entry in entries_of(found, "", str)]
    if found.left_out:
        counts = ", ".join(f"{each.count} {each.kind}" for each in found.left_out)
        texts.append(f"- {counts}")
    return "\n\n".join(filter(None, (found.who, *texts))) + "\n"
