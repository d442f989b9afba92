"""Whether another wording says the same: its numbers, units, denials, sides and drugs, counted on both sides.

Literal on purpose, and in both directions: what is lost is as wrong as what is added. Words of number count as numbers
("twice", "two"), denials by their sense and not by their word ("does not" and "cannot" are one each).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NUMBER = re.compile(
    r"\d+(?:[.,/:]\d+)*%?|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice|half|"
    r"first|second|third|dozen|hundred|thousand|million)\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(?<=\d)\s?(?P<unit>mg|mcg|µg|g|kg|ml|mL|L|dL|mmHg|mmol|IU|units?|puffs?|drops?|tablets?|hours?|days?|weeks?|months?|"
    r"years?|minutes?|percent|degrees)\b"
)
_DENIAL = re.compile(
    r"\b(?:no|not|never|none|nothing|nobody|neither|nor|without|cannot|den(?:y|ies|ied|ying)|absent|absence|negative|"
    r"unless|except)\b|n['’]t\b",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"\b(left|right|both|bilateral|unilateral|anterior|posterior|(?:upper|lower)(?= (?:arm|back|belly|abdom|chest|"
    r"extremit|eyelid|gi|gum|half|jaw|leg|limb|lip|lobe|lung|respir|tract)))\b",
    re.IGNORECASE,
)
_SIDE_WORDS = {"bilateral": "both"}
_NO_SIDE = re.compile(r"\bright (?:away|now|after|before)\b", re.IGNORECASE)


def what_changed(
    original: str, plain: str, drugs_in: Callable[[str], Iterable[str]] = lambda _text: ()
) -> tuple[str, ...]:
    """Return what `plain` lost or added, in words for the doctor; nothing where it kept everything.

    `drugs_in` returns the drugs that a text names.
    """
    kinds = (
        ("number", _numbers(original), _numbers(plain)),
        ("unit", _units(original), _units(plain)),
        ("denial", _denials(original), _denials(plain)),
        ("side", _sides(original), _sides(plain)),
        ("medicine", Counter(set(drugs_in(original))), Counter(set(drugs_in(plain)))),
    )
    return tuple(
        f"{kind} {verb}: {item}"
        for kind, before, after in kinds
        for verb, items in (("lost", before - after), ("added", after - before))
        for item in items
    )


def _numbers(text: str) -> Counter[str]:
    return Counter(number.lower() for number in _NUMBER.findall(text))


def _units(text: str) -> Counter[str]:
    return Counter(found["unit"].lower().rstrip("s") for found in _UNIT.finditer(text))


def _denials(text: str) -> Counter[str]:
    return Counter("not" for _ in _DENIAL.finditer(text))


def _sides(text: str) -> Counter[str]:
    found = (side.lower() for side in _SIDE.findall(_NO_SIDE.sub(" ", text)))
    return Counter(_SIDE_WORDS.get(side, side) for side in found)
