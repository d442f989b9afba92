"""How a drug is given, as it was said: its amount, route, frequency and duration."""

from __future__ import annotations

import re

from lm.clinical.facts import Dose
from lm.clinical.numbers import Quantity, quantities_in

AMOUNT_UNITS = frozenset("mg mcg g mL units mEq % puffs tablets drops sprays".split())
_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a couple(?: of)?|a few)"
_TIMES = r"(?:once|twice|(?:one|two|three|four|five|six|\d) times?)"
_PERIOD = r"(?:day|night|week|month|hour|year|morning|evening)"
ROUTES = (
    r"by mouth|per os|oral(?:ly)?|p\.?o\.?|intravenous(?:ly)?|i\.?v\.?|intramuscular(?:ly)?|i\.?m\.?|"
    r"subcutaneous(?:ly)?|sub[- ]?q|s\.?c\.?|sublingual(?:ly)?|under the tongue|inhaled|inhaler|inhalation|nebulizers?|"
    r"nebulized|topical(?:ly)?|cream|ointment|patch|transdermal|nasal spray|intranasal(?:ly)?|nasal|rectal(?:ly)?|"
    r"suppository|eye drops?|ear drops?|injections?|shots?"
)
FREQUENCIES = (
    rf"{_TIMES}(?: (?:a|per|each|every))? ?(?:{_PERIOD}|daily|weekly)|once|twice|daily|nightly|weekly|monthly|"
    rf"every (?:other )?(?:single )?(?:{_PERIOD}|{_NUMBER}(?: (?:to|-) {_NUMBER})? (?:hours?|days?|weeks?|months?))|"
    rf"(?:a|per|each) (?:day|night|week)|q\.?d\.?|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?i\.?d\.?|q\.?h\.?s\.?|"
    rf"q\.? ?\d+(?:-\d+)? ?h(?:ours|rs|\.)?|q\.?o\.?d\.?|at (?:bed ?time|night)|before bed|"
    rf"in the (?:morning|evening)|with (?:meals|food)|before meals"
)
AS_NEEDED = r"as needed|p\.?r\.?n\.?|when (?:i|you) need it"
DURATIONS = rf"(?:for|x|times|over) (?:the next )?{_NUMBER}(?: more)? (?:days?|weeks?|months?)"


_FARTHEST = 28
"""How many characters may stand between a drug and a part of its dose, or between two parts."""


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


_ROUTE, _DURATION = _pattern(ROUTES), _pattern(DURATIONS)
_FREQUENCY = _pattern(rf"(?:{FREQUENCIES})(?:,? (?:{AS_NEEDED}))?|{AS_NEEDED}")
_OF = re.compile(
    r"\s*(?:tablets?|pills?|capsules?|puffs?|units?)?(?: of)?(?: (?:the|your|my|his|her))?\s*", re.IGNORECASE
)


def dose_of(sentence: str, start: int, end: int, stop: int) -> tuple[Dose, int, int]:
    """Return how the drug at `start` to `end` is given, and the first and last place of drug and dose together.

    What is said after the drug counts up to `stop`, where the next drug begins; an amount may also stand right
    before it ("5 mg of lisinopril").
    """
    quantities = quantities_in(sentence)
    amount = _amount_after(sentence, end, stop, quantities) or _amount_before(sentence, start, quantities)
    said = {"amount": (amount.start, amount.end)} if amount else {}
    for part, pattern in (("route", _ROUTE), ("frequency", _FREQUENCY), ("duration", _DURATION)):
        place = pattern.search(sentence, end, stop)
        if place:
            said[part] = place.span()
    kept = _connected(said, start, end)
    dose = Dose(**{part: sentence[first:last] for part, (first, last) in kept.items()})
    return dose, min([start, *(first for first, _ in kept.values())]), max([end, *(last for _, last in kept.values())])


def _connected(said: dict[str, tuple[int, int]], start: int, end: int) -> dict[str, tuple[int, int]]:
    """Keep the parts that follow the drug or each other closely: what is said further on is of something else."""
    kept: dict[str, tuple[int, int]] = {}
    for part, (first, last) in sorted(said.items(), key=lambda item: item[1]):
        if first - end <= _FARTHEST or last <= start:
            kept[part] = (first, last)
            end = max(end, last)
    return kept


def _amount_after(sentence: str, end: int, stop: int, quantities: tuple[Quantity, ...]) -> Quantity | None:
    for quantity in quantities:
        if quantity.unit in AMOUNT_UNITS and end <= quantity.start <= end + _FARTHEST and quantity.end <= stop:
            return quantity
    return _bare_amount(sentence, end, quantities)


def _bare_amount(sentence: str, end: int, quantities: tuple[Quantity, ...]) -> Quantity | None:
    """A number right after the name, with how often: "lisinopril 20 daily"."""
    for quantity in quantities:
        if not quantity.unit and 0 < quantity.start - end <= 2 and not sentence[end : quantity.start].strip():
            rest = _FREQUENCY.match(sentence, min(quantity.end + 1, len(sentence)))
            return quantity if rest else None
    return None


def _amount_before(sentence: str, start: int, quantities: tuple[Quantity, ...]) -> Quantity | None:
    for quantity in reversed(quantities):
        if quantity.end <= start and quantity.unit in AMOUNT_UNITS and _OF.fullmatch(sentence, quantity.end, start):
            return quantity
    return None
