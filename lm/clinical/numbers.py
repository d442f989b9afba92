"""Numbers as they are written and as they are spoken: "
""160/90", "one sixty over ninety", "a hundred and one point four".

Two texts say the same amount where their quantities are equal, however they were said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.clinical.words import Word

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?<!\S)\.\d+|[^\W\d_]+")
_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"thousand": 1_000, "million": 1_000_000}
_CENTURIES = frozenset((19, 20))
"""Said before two more digits of a year: "nineteen ninety eight"."""

UNITS = {
    "mg": "mg milligram milligrams mgs",
    "mcg": "mcg ug µg microgram micrograms",
    "g": "g gram grams gm",
    "mL": "ml milliliter milliliters millilitre millilitres cc ccs",
    "L": "l liter liters litre litres",
    "units": "unit units iu",
    "mEq": "meq milliequivalent milliequivalents",
    "%": "% percent",
    "puffs": "puff puffs",
    "tablets": "tablet tablets tab tabs pill pills capsule capsules caplet caplets",
    "drops": "drop drops",
    "sprays": "spray sprays",
    "mmHg": "mmhg",
    "bpm": "bpm",
    "°F": "fahrenheit",
    "°C": "celsius",
    "kg": "kg kgs kilogram kilograms kilo kilos",
    "lb": "lb lbs pound pounds",
    "cm": "cm centimeter centimeters centimetre centimetres",
    "mm": "mm millimeter millimeters millimetre millimetres",
    "in": "inch inches",
    "ft": "foot feet",
    "hours": "hour hours hr hrs",
    "minutes": "minute minutes min mins",
    "days": "day days",
    "weeks": "week weeks wk wks",
    "months": "month months mo mos",
    "years": "year years yr yrs",
}
"""The sign of each unit, and the words for it."""
_UNIT_OF = {word: sign for sign, words in UNITS.items() for word in words.split()}
_SLASHED = re.compile(r"\s*(?:/|(?:\bover\b\s*)+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit (empty where none was said), and its place in the text."""

    value: float
    unit: str
    start: int
    end: int

    def __str__(self) -> str:
        number = f"{self.value:.10g}"
        return f"{number}{'' if self.unit == '%' else ' '}{self.unit}".strip()


def quantities_in(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text with their units, in order; none overlap."""
    tokens = [Word(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)]
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        value, after = _number(text, tokens, at)
        if (
            value is not None
            and value >= 20
            and after < len(tokens)
            and text[tokens[after - 1].end : tokens[after].start] == " . "
        ):
            digit = _UNITS.get(tokens[after].key, 10)
            value, after = (value + digit / 10, after + 1) if digit < 10 else (value, after)
        if value is None:
            at += 1
            continue
        unit, end = _unit(text, tokens, after)
        found.append(Quantity(value, unit, tokens[at].start, end))
        at = after
    return tuple(found)


def normalised(text: str) -> str:
    """Return a said amount in digits and the sign of its unit: "five hundred milligrams" is "500 mg".

    A text without a number is returned as it is.
    """
    return ", ".join(str(quantity) for quantity in quantities_in(text)) or text


def are_joined(text: str, first: Quantity, second: Quantity) -> bool:
    """Return whether two numbers are said as a pair: "160/90", "one sixty over ninety"."""
    return _SLASHED.fullmatch(text, first.end, second.start) is not None


def _unit(text: str, tokens: Sequence[Word], at: int) -> tuple[str, int]:
    last = tokens[at - 1]
    sign = re.compile(r"\s?(%|°\s?[CF]\b)").match(text, last.end)
    if sign:
        return sign[1].replace(" ", ""), sign.end()
    if at < len(tokens) and _are_near(text, last, tokens[at]) and tokens[at].key in _UNIT_OF:
        return _UNIT_OF[tokens[at].key], tokens[at].end
    letters = [token.key for token in tokens[at : at + 2]]
    if letters == ["m", "g"] and _are_near(text, last, tokens[at]):  # read letter by letter
        return "mg", tokens[at + 1].end
    return "", last.end


def _are_near(text: str, first: Word, second: Word) -> bool:
    return second.start - first.end <= 2 and not text[first.end : second.start].strip(" -‑")  # noqa: RUF001 - hyphens


def _number(text: str, tokens: Sequence[Word], at: int) -> tuple[float | None, int]:
    if _is_in_digits(tokens[at]):
        return _written(text, tokens, at)
    run = [tokens[at].key]
    for first, second in zip(tokens[at:], tokens[at + 1 :], strict=False):
        if not _are_near(text, first, second) or _is_in_digits(second):
            break
        run.append(second.key)
    value, length = _spoken(run)
    return value, at + length


def _is_in_digits(word: Word) -> bool:
    """Return whether a number is written, as "7" or ".7"."""
    return word.text.lstrip(".")[0].isdigit()


def _written(text: str, tokens: Sequence[Word], at: int) -> tuple[float | None, int]:
    digits = tokens[at].text.replace(",", "")
    try:
        value = float(digits)
    except ValueError:  # digits of a script that float does not read
        return None, at + 1
    after = at + 1
    if after < len(tokens) and tokens[after].key in _SCALES and _are_near(text, tokens[at], tokens[after]):
        return value * _SCALES[tokens[after].key], after + 1
    return value, after


def _spoken(run: Sequence[str]) -> tuple[float | None, int]:
    """Read the spoken number that a run of words begins with; returns it and how many words it took."""
    whole, at = _below_thousand(run, 0)
    if whole is None:
        return None, 0
    while at < len(run) and run[at] in _SCALES:
        whole, at = whole * _SCALES[run[at]], at + 1
        rest, after = _below_thousand(run, at + (run[at : at + 1] == ["and"]))
        if rest is not None and rest < 1_000:
            whole, at = whole + rest, after
    if run[at : at + 3] == ["and", "a", "half"]:
        return whole + 0.5, at + 3
    return _with_decimals(whole, run, at)


def _with_decimals(whole: int, run: Sequence[str], at: int) -> tuple[float, int]:
    digits = ""
    after = at + 1
    if at < len(run) and run[at] == "point":
        while after < len(run) and (_UNITS.get(run[after], 10) < 10 or run[after] == "oh"):
            digits += str(_UNITS.get(run[after], 0))
            after += 1
    return (float(f"{whole}.{digits}"), after) if digits else (float(whole), at)


def _below_thousand(run: Sequence[str], at: int) -> tuple[int | None, int]:
    """Read up to "nine hundred and ninety nine", also as it is said of measurements: "one sixty", "one oh five"."""
    if at + 1 < len(run) and run[at] == "a" and run[at + 1] in ("hundred", *_SCALES):
        value, at = 1, at + 1
    else:
        read, at = _below_hundred(run, at)
        if read is None:
            return None, at
        value = read
    if at < len(run) and run[at] == "hundred":
        at += 1
        rest, after = _below_hundred(run, at + (run[at : at + 1] == ["and"]))
        return (value * 100, at) if rest is None else (value * 100 + rest, after)
    if 0 < value < 10 and at + 1 < len(run) and run[at] == "oh" and 0 < _UNITS.get(run[at + 1], 0) < 10:
        return value * 100 + _UNITS[run[at + 1]], at + 2
    if 0 < value < 10 or value in _CENTURIES:
        rest, after = _below_hundred(run, at)
        if rest is not None and rest >= 10:
            return value * 100 + rest, after
    return value, at


def _below_hundred(run: Sequence[str], at: int) -> tuple[int | None, int]:
    if at >= len(run):
        return None, at
    if run[at] in _UNITS:
        return _UNITS[run[at]], at + 1
    if run[at] not in _TENS:
        return None, at
    unit = _UNITS.get(run[at + 1], 0) if at + 1 < len(run) else 0
    return (_TENS[run[at]] + unit, at + 2) if 0 < unit < 10 else (_TENS[run[at]], at + 1)
