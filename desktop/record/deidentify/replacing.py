"""Replacements as values: shown before they are made, made together, and undone one by one."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.record.deidentify.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

_KINDS = "|".join(sorted((re.escape(kind.value) for kind in Kind), key=len, reverse=True))
PLACEHOLDER = re.compile(rf"\[(?:{_KINDS})(?: (?:\d{{4}}(?:-\d\d-\d\d)?|\d{{3}}|90\+))?\]")
"""What stands in the place of an identifier: its kind, and of a date, a ZIP code or an age what may stay."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """One change: characters `start` to `end` (not included) of the original text, by code point."""

    start: int
    end: int
    kind: Kind
    original: str
    replacement: str


class NotThisText(ValueError):
    """Replacements were made for another text, or lie over each other."""


def placeholder(kind: Kind, kept: str = "") -> str:
    """Return what stands in the place of an identifier, with what of it may stay."""
    return f"[{kind.value} {kept}]" if kept else f"[{kind.value}]"


def applied(text: str, replacements: Iterable[Replacement]) -> str:
    """Return `text` with these replacements made and nothing else changed; leaving one out undoes it.

    Raises NotThisText.
    """
    pieces, at = [], 0
    for change in sorted(replacements, key=lambda change: change.start):
        if change.start < at or text[change.start : change.end] != change.original or not change.original:
            raise NotThisText(f"{change.kind.value} at {change.start} is not what stands there")
        pieces += [text[at : change.start], change.replacement]
        at = change.end
    return "".join([*pieces, text[at:]])


class Positions:
    """Where a place of the changed text lies in the original one; only for places outside of replacements."""

    def __init__(self, replacements: Iterable[Replacement]) -> None:
        self._starts: list[int] = [0]
        self._shifts: list[int] = [0]
        shift = 0
        for change in sorted(replacements, key=lambda change: change.start):
            shift += (change.end - change.start) - len(change.replacement)
            self._starts.append(change.end - shift)
            self._shifts.append(shift)

    def original(self, at: int) -> int:
        """Return the place in the original text."""
        return at + self._shifts[bisect_right(self._starts, at) - 1]
