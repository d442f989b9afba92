"""Numbers and units as they are written in a chart (no torch).

A number word below ten stays a word unless a unit follows, and two numbers side by side ("nineteen eighty five",
"twenty twenty") stay as they were said: they may be a year, a time or a score.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from multimodal.spoken.pieces import Mark, Piece
from multimodal.spoken.tables import (
    ARTICLES,
    DIASTOLIC,
    DIGITS,
    NO_SPACE,
    PER,
    SAID_FOR_ZERO,
    SYSTOLIC,
    TEENS,
    TENS,
    UNITS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")
_GLUED = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[a-zµμ%]+)", re.IGNORECASE)
_SMALL = 10
_JOINING = frozenset({"to", "or"})
_MOST_UNIT_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in numerals and how many pieces said it."""

    text: str
    length: int
    needs_unit: bool = False
    """Alone it is left as said."""


@dataclass(frozen=True, slots=True)
class _Unit:
    text: str
    length: int


def with_numbers(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces with what is surely a quantity in numerals and symbols."""
    done: list[Piece] = []
    place = 0
    while place < len(pieces):
        found = _quantity(pieces, place) or _Number("", 1)
        group = pieces[place : place + found.length]
        place += found.length
        done += [_merged(group, found.text)] if found.text else group
    return done


def _merged(group: Sequence[Piece], text: str) -> Piece:
    return replace(group[0], core=text, stop=group[-1].stop, closing=group[-1].closing)


def _quantity(pieces: Sequence[Piece], place: int) -> _Number | None:
    """Return what is written for the quantity at `place`; without text it stays as it was said."""
    glued = _glued(pieces, place)
    if glued is not None:
        return glued
    number = _number(pieces, place)
    if number is None:
        return None
    after = place + number.length
    if not _goes_on(pieces, place, after):
        return _alone(pieces, place, number)
    return (
        _pressure(pieces, after, number)
        or _measured(pieces, after, number)
        or _several(pieces, after, number)
        or _alone(pieces, place, number)
    )


def _goes_on(pieces: Sequence[Piece], place: int, after: int) -> bool:
    """Tell whether a piece follows with no punctuation between."""
    return place < after < len(pieces) and not pieces[after - 1].closing and pieces[after].mark is Mark.WORD


def _glued(pieces: Sequence[Piece], place: int) -> _Number | None:
    """Read "5mg", "9.8g per deciliter"."""
    match = _GLUED.fullmatch(pieces[place].core)
    unit = UNITS.get(match["unit"].casefold()) if match else None
    if match is None or unit is None:
        return None
    per = _per(pieces, place, place + 1)
    return _Number(_joined(match["number"], unit + per.text), 1 + per.length)


def _pressure(pieces: Sequence[Piece], after: int, systolic: _Number) -> _Number | None:
    if pieces[after].said != "over" or not _goes_on(pieces, after, after + 1):
        return None
    diastolic = _number(pieces, after + 1)
    if diastolic is None or not _is_pressure(systolic.text, diastolic.text):
        return None
    stop = after + 1 + diastolic.length
    unit = _unit(pieces, after, stop)
    spoken = unit.length if unit and unit.text == "mmHg" else 0
    return _Number(f"{systolic.text}/{diastolic.text} mmHg", systolic.length + 1 + diastolic.length + spoken)


def _is_pressure(systolic: str, diastolic: str) -> bool:
    if not (systolic.isdecimal() and diastolic.isdecimal()):
        return False
    return int(systolic) in SYSTOLIC and int(diastolic) in DIASTOLIC and int(systolic) > int(diastolic)


def _measured(pieces: Sequence[Piece], after: int, number: _Number) -> _Number | None:
    unit = _unit(pieces, after - number.length, after)
    return _Number(_joined(number.text, unit.text), number.length + unit.length) if unit else None


def _several(pieces: Sequence[Piece], after: int, least: _Number) -> _Number | None:
    """Read "one to two milligrams", or leave "one to two tablets" and "nine or ten" as said."""
    if pieces[after].said not in _JOINING or not _goes_on(pieces, after, after + 1):
        return None
    most = _number(pieces, after + 1)
    if most is None:
        return None
    stop = after + 1 + most.length
    unit = _unit(pieces, after, stop)
    length = least.length + 1 + most.length
    if unit is None:
        return _Number("", length) if least.needs_unit or most.needs_unit else None
    return _Number(f"{least.text} {pieces[after].said} {_joined(most.text, unit.text)}", length + unit.length)


def _alone(pieces: Sequence[Piece], place: int, number: _Number) -> _Number:
    after = place + number.length
    if _goes_on(pieces, place, after) and (_number(pieces, after) or pieces[after].said in {"hundred", "thousand"}):
        following = _number(pieces, after)
        return _Number("", number.length + (following.length if following else 1))
    unchanged = number.length == 1 and _NUMERAL.fullmatch(pieces[place].core)
    return replace(number, text="") if number.needs_unit or unchanged else number


def _joined(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit in NO_SPACE else f"{number} {unit}"


# --- units -----------------------------------------------------------------------------------------------------------


def _unit(pieces: Sequence[Piece], begin: int, place: int) -> _Unit | None:
    found = _phrase(pieces, begin, place, UNITS)
    if found is None:
        return None
    per = _per(pieces, begin, place + found.length)
    return _Unit(found.text + per.text, found.length + per.length)


def _per(pieces: Sequence[Piece], begin: int, place: int) -> _Unit:
    if _goes_on(pieces, begin, place) and pieces[place].said == "per":
        found = _phrase(pieces, begin, place + 1, PER)
        if found is not None:
            return _Unit(found.text, 1 + found.length)
    return _Unit("", 0)


def _phrase(pieces: Sequence[Piece], begin: int, place: int, table: Mapping[str, str]) -> _Unit | None:
    """Return the longest phrase of `table` at `place`."""
    if not _goes_on(pieces, begin, place):
        return None
    for length in range(min(_MOST_UNIT_WORDS, len(pieces) - place), 0, -1):
        words = pieces[place : place + length]
        written = table.get(" ".join(word.said for word in words))
        if written and not any(word.closing or word.mark is not Mark.WORD for word in words[:-1]):
            return _Unit(written, length)
    return None


# --- numbers ---------------------------------------------------------------------------------------------------------


def _number(pieces: Sequence[Piece], place: int) -> _Number | None:
    words = _number_words(pieces, place)
    if not words:
        return None
    if words[0] == "point":
        return _leading_point(words, pieces[place - 1].said if place else "")
    whole = _Number(words[0], 1) if _NUMERAL.fullmatch(words[0]) else _cardinal(words)
    return None if whole is None else _with_decimals(whole, words)


def _number_words(pieces: Sequence[Piece], place: int) -> list[str]:
    """Return the words that may be one number, up to the first punctuation."""
    words: list[str] = []
    for piece in pieces[place:]:
        if piece.mark is not Mark.WORD or (words and piece.opening):
            break
        words.append(piece.said)
        if piece.closing:
            break
    return words


def _leading_point(words: Sequence[str], before: str) -> _Number | None:
    decimals = _decimals(words[1:])
    if not decimals or before in ARTICLES or before in {"at", "one"}:
        return None
    return _Number(f"0.{decimals}", 1 + _decimal_words(words[1:]), needs_unit=True)


def _with_decimals(whole: _Number, words: Sequence[str]) -> _Number:
    rest = words[whole.length :]
    if not rest or rest[0] != "point" or "." in whole.text:
        return whole
    decimals = _decimals(rest[1:])
    if not decimals:
        return whole
    return _Number(f"{whole.text}.{decimals}", whole.length + 1 + _decimal_words(rest[1:]))


def _decimals(words: Sequence[str]) -> str:
    return "".join(_decimal(word) for word in words[: _decimal_words(words)])


def _decimal_words(words: Sequence[str]) -> int:
    """Return how many words are decimals: numerals stand alone, digits are said one by one."""
    if words and words[0].isdecimal():
        return 1
    count = 0
    while count < len(words) and (words[count] in DIGITS or words[count] in SAID_FOR_ZERO):
        count += 1
    return count


def _decimal(word: str) -> str:
    return word if word.isdecimal() else str(DIGITS.get(word, 0))


def _cardinal(words: Sequence[str]) -> _Number | None:
    """Read "one hundred and twelve", and "one sixty", which is a number only before a unit or "over"."""
    value, length = _below_thousand(words)
    if not length:
        return None
    if words[length : length + 1] == ["thousand"] and value:
        length += 1
        more, said = _below_thousand(words[length:], joined=True)
        return _Number(str(1000 * value + more), length + said)
    if value in range(1, _SMALL) and length == 1:
        more, said = _below_hundred(words[1:])
        if more >= _SMALL:
            return _Number(str(100 * value + more), 1 + said, needs_unit=True)
    return _Number(str(value), length, needs_unit=value < _SMALL)


def _below_thousand(words: Sequence[str], *, joined: bool = False) -> tuple[int, int]:
    """Return a value and the number of words that said it, 0 for none; `joined` allows an "and" before it."""
    lead = 1 if joined and words[:1] == ["and"] else 0
    value, length = _below_hundred(words[lead:])
    if not length:
        return 0, 0
    length += lead
    if value in range(1, _SMALL) and words[length : length + 1] == ["hundred"]:
        length += 1
        link = 1 if words[length : length + 1] == ["and"] else 0
        more, said = _below_hundred(words[length + link :])
        return (100 * value + more, length + link + said) if said else (100 * value, length)
    return value, length


def _below_hundred(words: Sequence[str]) -> tuple[int, int]:
    first, *rest = words[0].split("-") if words else [""]
    if first in TENS:
        follows = rest or words[1:2]
        one = DIGITS.get(follows[0], 0) if follows and len(rest) < 2 else 0
        if rest and not one:
            return 0, 0
        return TENS[first] + one, 2 if one and not rest else 1
    value = None if rest else {**DIGITS, **TEENS}.get(first)
    return (0, 0) if value is None else (value, 1)
