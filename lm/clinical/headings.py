"""The headings of a note, and what they say of everything below them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What stands below a heading."""

    OTHER = "other"
    FAMILY = "family"
    ALLERGIES = "allergies"
    HISTORY = "history"
    SURGERIES = "surgeries"
    MEDICATIONS = "medications"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that begins at `start`, and the part of the note that it opens."""

    start: int
    part: Part


_LINE = re.compile(
    r"^[ \t•*-]*(?P<words>[A-Z][A-Z0-9 /&,'-]{2,50}:?[ \t]*$|(?:[A-Z][A-Za-z]+(?:[ /][A-Za-z]+){0,4}):)", re.MULTILINE
)
_PARTS = (
    (Part.FAMILY, re.compile(r"family (?:medical )?history|family\b", re.IGNORECASE)),
    (Part.ALLERGIES, re.compile(r"allerg", re.IGNORECASE)),
    (Part.SURGERIES, re.compile(r"surgical|surgeries|past procedures", re.IGNORECASE)),
    (Part.HISTORY, re.compile(r"past (?:medical )?history|medical history|pmh", re.IGNORECASE)),
    (Part.MEDICATIONS, re.compile(r"medications?\b(?! changes)|meds\b", re.IGNORECASE)),
    (
        Part.PLAN,
        re.compile(r"\bplan\b|disposition|recommendations?|instructions|follow[- ]up|treatment", re.IGNORECASE),
    ),
)


def headings_of(text: str) -> tuple[Heading, ...]:
    """Return the headings of a note in order; the lines of a dialogue are none."""
    return tuple(Heading(found.start(), _part(found["words"])) for found in _LINE.finditer(text))


def part_at(headings: tuple[Heading, ...], place: int) -> Part:
    """Return the part of the note that a place lies in."""
    part = Part.OTHER
    for heading in headings:
        if heading.start > place:
            break
        part = heading.part
    return part


def _part(words: str) -> Part:
    return next((part for part, pattern in _PARTS if pattern.search(words)), Part.OTHER)
