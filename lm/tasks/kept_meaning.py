"""Whether another wording says the same: what it claims, and its numbers and denials one by one.

Literal on purpose, and in both directions: what is lost is as wrong as what is added. `lm.clinical.claims` compares
drugs, amounts, sides and what is denied; counted here besides are all numbers, also without a unit ("twice", "2 of 3"),
and all words that deny, also where no illness is denied ("do not drink").
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

from lm.clinical.claims import Claims, unborne

if TYPE_CHECKING:
    from lm.clinical.lexicon import Lexicon

_NUMBER = re.compile(
    r"\d+(?:[.,/:]\d+)*%?|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice|half|"
    r"first|second|third|dozen|hundred|thousand|million)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:no|not|never|none|nothing|nobody|neither|nor|without|cannot|den(?:y|ies|ied|ying)|absent|absence|negative|"
    r"unless|except)\b|n['’]t\b",
    re.IGNORECASE,
)
_CALLED = {
    "drugs": "medicine",
    "quantities": "amount",
    "sides": "side",
    "denied": "denial",
    "asserted": "finding",
}
"""The claims, as a doctor reads of them."""


def what_changed(original: str, plain: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Return what `plain` lost or added, in words for the doctor; nothing where it kept everything."""
    if original == plain:
        return ()
    counted = (
        ("number", _numbers(original), _numbers(plain)),
        ("denial", _denials(original), _denials(plain)),
    )
    found = [
        f"{kind} {verb}: {item}"
        for kind, before, after in counted
        for verb, items in (("lost", before - after), ("added", after - before))
        for item in items
    ]
    found += _named("lost", unborne(original, plain, lexicon))
    found += _named("added", unborne(plain, original, lexicon))
    return tuple(dict.fromkeys(found))


def _named(verb: str, claims: Claims) -> list[str]:
    return [f"{_CALLED[f.name]} {verb}: {item}" for f in fields(claims) for item in sorted(getattr(claims, f.name))]


def _numbers(text: str) -> Counter[str]:
    return Counter(number.lower() for number in _NUMBER.findall(text))


def _denials(text: str) -> Counter[str]:
    return Counter("not" for _ in _DENIAL.finditer(text))
