"""The words of a clinical text with their places, and how far one sentence goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_END = re.compile(r"[?!。？！]+|\n+|\.(?=\s|$)")
_ABBREVIATIONS = frozenset("dr mr mrs ms st vs no approx etc e.g i.e p.o q.d b.i.d t.i.d q.i.d q.h.s p.r.n h.s".split())
"""Before a full stop that ends no sentence."""
_SPOKEN_POINT = re.compile(r" (?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b")
_NUMBER_WORD = re.compile(
    r"\b(?:\w*ty|\w*teen|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred) $"
)
"""Before and after the full stop of "ninety eight . two", as some write a spoken decimal point."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word or number; `text` is verbatim, `key` in small letters with a straight apostrophe."""

    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The word as it is compared."""
        return self.text.lower().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a text."""

    start: int
    end: int


def words_of(text: str, start: int = 0, end: int | None = None) -> tuple[Word, ...]:
    """Return the words between two places of a text; the hyphen of "58-year-old" parts words."""
    stop = len(text) if end is None else end
    return tuple(Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text, start, stop))


def sentences_of(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Yield the sentences between two places, their closing sign included; "p.o." and "2.5 mg" end none."""
    stop = len(text) if end is None else end
    for found in _END.finditer(text, start, stop):
        if found[0] == "." and _goes_on(text, start, found):
            continue
        if text[start : found.end()].strip():
            yield Span(_skip_blanks(text, start), found.end())
        start = found.end()
    if text[start:stop].strip():
        yield Span(_skip_blanks(text, start), stop)


def _goes_on(text: str, start: int, stop: re.Match[str]) -> bool:
    if _SPOKEN_POINT.match(text, stop.end()) and _NUMBER_WORD.search(text, start, stop.start()):
        return True
    before = text[start : stop.start()].split()
    last = before[-1].lower() if before and not text[stop.start() - 1].isspace() else ""
    if last.lstrip("(") in _ABBREVIATIONS:
        after = text[stop.end() :].lstrip(" ")[:1]
        return last in {"dr", "mr", "mrs", "ms", "st"} or not after.isupper()
    return False


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
