"""Measured values that can stand beside those of another day: which numbers a text says of this patient, now.

A value that is drawn at the wrong day, or that is somebody else's or only a goal, misleads more than one that is
missing. So the sentence around a value is held against the words below, and where any of them stands, the value is set
aside with the reason, for a doctor to look at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lm.clinical.concentrations import CELLS
from lm.clinical.facts import Assertion, Course, FactKind
from lm.clinical.findings import beside
from lm.clinical.thresholds import CELL_COUNTS, celsius, thousands

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lm.clinical.facts import Fact


class Aside(StrEnum):
    """Why a value is not one of this patient at this encounter, or might not be."""

    PERSON = "person"
    """It is somebody else's."""
    TIME = "time"
    """It is, or may be, of another day."""
    DOUBT = "doubt"
    """A goal, a range, a question, a condition, or denied."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One value: `numbers` are one, or the two of a blood pressure, in `unit`; `said` is the value as it was said."""

    name: str
    said: str
    numbers: tuple[float, ...]
    unit: str
    common_numbers: tuple[float, ...]
    """In a unit that every reading of this name can be put into; the same as `numbers` where there is no other."""
    common_unit: str
    aside: Aside | None = None


_VALUE = re.compile(r"(\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?\s*(.*)", re.DOTALL)
_MONTHS = (
    "january|february|march|april|june|july|august|september|october|november|december|"
    "spring|summer|autumn|winter|christmas"
)
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday"
_OTHER_TIME = re.compile(
    rf"\b(?:{_MONTHS}|{_DAYS}|last|ago|earlier|previous(?:ly)?|prior|formerly|initial(?:ly)?|baseline|"
    r"before(?! (?:breakfast|lunch|dinner|meals?|food|eating|bed))|once (?:was|were|had)|used to|had been|"
    r"over the (?:past|years)|in the past|at first|back (?:in|then|when)|(?:at|on) (?:discharge|admission)|"
    r"at birth|in may|"
    r"(?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})\b",
    re.IGNORECASE,
)
_COMING_FROM = re.compile(r"\b(?:from|compared|than)\b", re.IGNORECASE)
"""Before a value: what it was until now."""
_DOUBTFUL = re.compile(
    r"\b(?:goals?|targets?|aim(?:s|ing)?|want(?:s|ed)?|would|should|could|might|may|if|unless|when(?:ever)?|limits?|"
    r"below|under|over|above|less|lower than|more than|greater|higher than|at least|at most|up to|between|"
    r"normal \w+ (?:is|are)|ranges?|references?|keep|get (?:it|your|this|that|his|her)|no more|never|not|"
    r"usual(?:ly)?|normally|typical(?:ly)?)\b|[<>≤≥]",
    re.IGNORECASE,
)
_DOUBTED_AFTER = re.compile(r"\s*(?:-|–|to)\s*\d|.*(?:\?|\b(?:goal|target|limit|range)\b)", re.IGNORECASE | re.DOTALL)  # noqa: RUF001
_JOINED = re.compile(r"\bover\b(?!.*\bover\b)", re.IGNORECASE | re.DOTALL)
"""What joins the two numbers of a blood pressure, and limits nothing."""


def reading_of(fact: Fact, before: str = "", after: str = "") -> Reading | None:
    """Return a measured fact as a reading, None where it has no number.

    `before` and `after` are the words of its sentence on both sides of it.
    """
    found = _VALUE.fullmatch(fact.value) if fact.kind in {FactKind.VITAL, FactKind.LAB} else None
    if found is None:
        return None
    is_score = fact.name == "pain score"
    numbers = tuple(float(number) for number in found.groups()[: 1 if is_score else 2] if number)
    unit = "/10" if is_score else found[3].strip()
    if fact.name in CELL_COUNTS and unit in {"", CELLS}:
        numbers, unit = tuple(map(thousands, numbers)), CELLS
    is_hot = (fact.name, unit) == ("temperature", "°F")
    common = (tuple(map(celsius, numbers)), "°C") if is_hot else (numbers, unit)
    return Reading(fact.name, fact.value, numbers, unit, *common, _aside(fact, before, after))


def readings_in(text: str, facts: Iterable[Fact]) -> tuple[tuple[Fact, Reading], ...]:
    """Return the readings among the facts of a text; one value that is said twice of a name is one reading."""
    found: dict[tuple[str, str, Aside | None], tuple[Fact, Reading]] = {}
    for fact in facts:
        before, after = beside(text, fact)
        end = fact.end + len(after)
        reading = reading_of(fact, before, text[fact.end : end + 1])
        if reading is not None:
            found.setdefault((reading.name, reading.said, reading.aside), (fact, reading))
    return tuple(found.values())


def _is_joined_by_over(fact: Fact) -> bool:
    return re.match(r"\d+(?:\.\d+)?/\d", fact.value) is not None and "/" not in fact.text


def _aside(fact: Fact, before: str, after: str) -> Aside | None:
    own = _JOINED.sub(" ", fact.text) if _is_joined_by_over(fact) else fact.text
    until_here = f"{before}{own}"
    if fact.assertion is Assertion.FAMILY:
        return Aside.PERSON
    if fact.course is not Course.CURRENT or _OTHER_TIME.search(f"{until_here}{after}"):
        return Aside.TIME
    if _COMING_FROM.search(until_here):
        return Aside.TIME
    is_cut = fact.value.endswith(" ft")  # the inches are said behind it
    if fact.assertion is not Assertion.PRESENT or is_cut or _DOUBTFUL.search(until_here) or _DOUBTED_AFTER.match(after):
        return Aside.DOUBT
    return None
