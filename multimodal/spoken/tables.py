"""What English dictation says and what is written for it: marks, commands, numbers and units (no torch).

Units follow the lists of error-prone abbreviations of ISMP and the Joint Commission: micrograms, units and
international units are never shortened, litres are a capital L, and a space stands before a unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a spoken mark is written."""

    AFTER = "after"
    """At the end of the word before it."""
    BEFORE = "before"
    """At the beginning of the word after it."""


@dataclass(frozen=True, slots=True)
class SpokenMark:
    """Punctuation that is said; after one of `not_after` the words are meant as words."""

    spoken: str
    written: str
    place: Place = Place.AFTER
    not_after: frozenset[str] = frozenset()


class Command(StrEnum):
    """What is said to the page and not written on it."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    STRIKE = "strike"
    """What was said just before does not count."""


@dataclass(frozen=True, slots=True)
class SpokenCommand:
    """A command; after one of `not_after` the words are meant as words."""

    spoken: str
    command: Command
    not_after: frozenset[str] = frozenset()


_WHO_SCRATCHES = frozenset(
    "to would could can cannot will did does do don't not he she they we i you please always never and just".split()
)
ARTICLES = frozenset("a an the this that each every first second third old another no".split())

# "Period" and "colon" are missing: as often as not they are the cycle and the organ. What is ambiguous is left as said.
MARKS = (
    SpokenMark("full stop", ".", not_after=frozenset({"a", "the"})),
    SpokenMark("comma", ",", not_after=frozenset({"a", "the"})),
    SpokenMark("semicolon", ";"),
    SpokenMark("question mark", "?", not_after=ARTICLES),
    SpokenMark("exclamation mark", "!", not_after=ARTICLES),
    SpokenMark("exclamation point", "!", not_after=ARTICLES),
    SpokenMark("open bracket", "(", Place.BEFORE),
    SpokenMark("open brackets", "(", Place.BEFORE),
    SpokenMark("open parenthesis", "(", Place.BEFORE),
    SpokenMark("close bracket", ")"),
    SpokenMark("close brackets", ")"),
    SpokenMark("close parenthesis", ")"),
    SpokenMark("open quote", "“", Place.BEFORE),
    SpokenMark("close quote", "”"),
)
COMMANDS = (
    SpokenCommand("new line", Command.LINE, ARTICLES),
    SpokenCommand("newline", Command.LINE, ARTICLES),
    SpokenCommand("next line", Command.LINE, ARTICLES),
    SpokenCommand("new paragraph", Command.PARAGRAPH, ARTICLES),
    SpokenCommand("next paragraph", Command.PARAGRAPH, ARTICLES),
    SpokenCommand("next section", Command.PARAGRAPH, ARTICLES),
    SpokenCommand("new section", Command.PARAGRAPH, ARTICLES),
    SpokenCommand("scratch that", Command.STRIKE, _WHO_SCRATCHES),
    SpokenCommand("strike that", Command.STRIKE, _WHO_SCRATCHES),
    SpokenCommand("delete that", Command.STRIKE, _WHO_SCRATCHES),
)

_ONES = "zero one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
DIGITS = {word: value for value, word in enumerate(_ONES.split())}
TEENS = {word: value for value, word in enumerate(_TEENS.split(), 10)}
TENS = {word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
SAID_FOR_ZERO = frozenset({"oh", "nought", "naught"})
"""Only after "point"."""

_METRES = ("metre", "meter")
_LITRES = ("litre", "liter")


def _plurals(*names: str) -> tuple[str, ...]:
    return (*names, *(f"{name}s" for name in names))


def _with(prefix: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return _plurals(*(prefix + name for name in names))


UNITS: dict[str, str] = {
    spoken: written
    for written, forms in (
        ("mg", (*_plurals("milligram", "milligramme"), "mg", "mgs")),
        ("g", (*_plurals("gram", "gramme"), "g")),
        ("kg", (*_plurals("kilogram", "kilo", "kilogramme"), "kg", "kgs")),
        ("ng", (*_plurals("nanogram"), "ng")),
        ("pg", (*_plurals("picogram"), "pg")),
        ("micrograms", (*_plurals("microgram"), "mcg", "µg", "μg")),
        ("units", (*_plurals("unit"),)),
        ("international units", (*_plurals("international unit"),)),
        ("mL", (*_with("milli", _LITRES), "ml", "mls")),
        ("dL", (*_with("deci", _LITRES), "dl")),
        ("L", (*_plurals(*_LITRES),)),
        ("mmol", (*_plurals("millimole", "millimol"), "mmol")),
        ("µmol", (*_plurals("micromole", "micromol"), "µmol", "umol")),
        ("mEq", (*_plurals("milliequivalent"), "meq")),
        ("mm", (*_with("milli", _METRES), "mm")),
        ("cm", (*_with("centi", _METRES), "cm")),
        ("mmHg", ("millimetres of mercury", "millimeters of mercury", "mm of mercury", "mmhg", "mm hg")),
        ("%", ("percent", "per cent", "%")),
        ("°C", ("degrees celsius", "degrees centigrade", "degree celsius", "°c")),
        ("°F", ("degrees fahrenheit", "degree fahrenheit", "°f")),
        ("beats", ("beats",)),
        ("breaths", ("breaths",)),
    )
    for spoken in forms
}
"""Spoken or recognised, in small letters, with what is written after a number."""
PER: dict[str, str] = {
    spoken: written
    for written, forms in (
        ("/L", _LITRES),
        ("/mL", ("millilitre", "milliliter", "ml", "mil")),
        ("/dL", ("decilitre", "deciliter", "dl")),
        ("/kg", ("kilogram", "kilo", "kg")),
        ("/min", ("minute",)),
        ("/h", ("hour",)),
        ("/day", ("day",)),
        ("/m²", ("square metre", "square meter", "metre squared", "meter squared")),
    )
    for spoken in forms
}
"""After a unit and "per"."""
NO_SPACE = frozenset({"%"})
SYSTOLIC, DIASTOLIC = range(50, 301), range(20, 201)
"""mmHg: only numbers like these around "over" are a blood pressure."""
