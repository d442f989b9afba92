"""De-identifying a text: every rule over the whole of it, again until nothing more is found, as a list of changes."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from desktop.record.deidentify.dates import (
    DateRule,
    Dating,
    day_comes_first,
    find_ages,
    find_dates,
    find_months_and_holidays,
)
from desktop.record.deidentify.kinds import Kind
from desktop.record.deidentify.names import NameFinder
from desktop.record.deidentify.places import find_cities
from desktop.record.deidentify.replacing import PLACEHOLDER, Positions, Replacement, applied, placeholder
from desktop.record.deidentify.rules import Found, find_identifiers
from desktop.record.deidentify.vocabulary import vocabulary
from desktop.translatable import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RESIDUAL_RISK = QT_TRANSLATE_NOOP(
    "Export",
    "Rules found these identifiers; rules miss some. Names that are also ordinary words, names in small letters or in "
    "another script, rare circumstances (an unusual job, a well-known event) and what a spelling mistake hides can "
    "still tell who it is. Read the whole text before it leaves this machine.",
)
SHIFTED_DATES = QT_TRANSLATE_NOOP(
    "Export",
    "Dates were moved, which keeps their intervals. Safe Harbor (45 CFR 164.514(b)(2)) asks that only years stay, so "
    "this text does not meet it.",
)
MONTH_FIRST = QT_TRANSLATE_NOOP("Export", "Dates like 03/04/2019 were read as month/day.")


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How a text is de-identified."""

    names: tuple[str, ...] = ()
    """Names that the record knows: of the patient, relatives, clinicians."""
    dates: DateRule = DateRule.YEAR
    shift_days: int = 0
    """By how many days dates move; the same for every text of one record."""
    day_first: bool | None = None
    """Whether 03/04/2019 is the third of April; None lets the text's other dates decide."""
    today: date = field(default_factory=lambda: datetime.now(UTC).date())


@dataclass(frozen=True, slots=True)
class Deidentified:
    """What was found in a text, and the text without it."""

    original: str
    text: str
    replacements: tuple[Replacement, ...]
    residual_risk: str
    """What to know and to do before it is used."""

    def without(self, refused: Iterable[Replacement]) -> str:
        """Return the text with some of the changes undone."""
        left = set(self.replacements) - set(refused)
        return applied(self.original, left)


def deidentify(text: str, options: TextOptions | None = None) -> Deidentified:
    """Find identifiers and return them as changes; a text that went through this once is not changed again."""
    options = options or TextOptions()
    finder = NameFinder(vocabulary(), options.names)
    first = day_comes_first(text) if options.day_first is None else options.day_first
    dating = Dating(options.dates, options.today, options.shift_days, first)
    changes: tuple[Replacement, ...] = ()
    current = text
    while found := _round(current, dating, finder):
        changes = _merged(text, changes, found)
        current = applied(text, changes)
    return Deidentified(text, current, changes, _residual_risk(options, first))


def _merged(text: str, changes: tuple[Replacement, ...], found: list[Found]) -> tuple[Replacement, ...]:
    """Add what was found in the changed text to the changes of the original one."""
    positions = Positions(changes)
    added = []
    for new in found:
        start = positions.original(new.start)
        end = start + new.end - new.start
        added.append(Replacement(start, end, new.kind, text[start:end], new.replacement))
    return tuple(sorted((*changes, *added), key=lambda change: change.start))


def _round(text: str, dating: Dating, finder: NameFinder) -> list[Found]:
    """Return what is found outside of the placeholders, nothing over anything else."""
    free = _Free(text)
    return _apart(found for found in _candidates(text, dating, finder) if free.holds(found))


def _candidates(text: str, dating: Dating, finder: NameFinder) -> Iterator[Found]:
    for find, kind in ((find_dates, Kind.DATE), (find_months_and_holidays, Kind.DATE), (find_ages, Kind.AGE)):
        for start, end, replacement in find(text, dating):
            yield Found(start, end, kind, replacement)
    yield from find_identifiers(text)
    yield from find_cities(text, vocabulary())
    yield from finder.find(text)


def _apart(candidates: Iterable[Found]) -> list[Found]:
    """Join what overlaps: the longest finding names the kind, and nothing that any of them covered is left."""
    joined: list[list[Found]] = []
    end = -1
    for found in sorted(candidates, key=lambda found: found.start):
        if found.start < end:
            joined[-1].append(found)
        else:
            joined.append([found])
        end = max(end, found.end)
    return [_one(group) for group in joined]


def _one(group: list[Found]) -> Found:
    start, end = group[0].start, max(found.end for found in group)
    longest = max(group, key=lambda found: found.end - found.start)
    if (longest.start, longest.end) == (start, end):
        return longest
    return Found(start, end, longest.kind, placeholder(longest.kind))


class _Free:
    """The stretches of a text that are no placeholders."""

    def __init__(self, text: str) -> None:
        spans = [match.span() for match in PLACEHOLDER.finditer(text)]
        self._ends = [end for _, end in spans]
        self._starts = [start for start, _ in spans]

    def holds(self, found: Found) -> bool:
        """Return whether a finding touches no placeholder."""
        index = bisect_left(self._ends, found.start + 1)
        return index == len(self._starts) or self._starts[index] >= found.end


def _residual_risk(options: TextOptions, day_first: bool) -> str:
    parts = [RESIDUAL_RISK]
    if options.dates is DateRule.SHIFT:
        parts.append(SHIFTED_DATES)
        if not day_first:
            parts.append(MONTH_FIRST)
    return " ".join(parts)
