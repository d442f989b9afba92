"""What a sentence claims that the text it cites does not say: drugs, amounts, sides, and what it denies.

Written for whoever shows a sentence beside its source: "metformin 850 mg" is not borne out by "metformin 500 mg", nor
"no chest pain" by "chest pain", nor "the left knee" by "my right knee".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.clinical.extract import extract
from lm.clinical.facts import Assertion, Fact, FactKind
from lm.clinical.numbers import Quantity, quantities_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lm.clinical.lexicon import Lexicon

_SIDE = re.compile(
    r"\b(?:(?P<left>left)|(?P<right>right)|(?P<bilateral>bilateral(?:ly)?|both))\b(?=[ -][a-z])"
    r"(?! (?:now|away|here|there|after|before|then|on|off|in|at|side up|and i|i|we|so|because|to|of|for|a|"
    r"the|over the counter)\b)",
    re.IGNORECASE,
)
_NOT_SIDES = re.compile(
    r"\b(?:all right|that['’]?s right|you['’]?re right|is left|was left|he left|she left|i left|"
    r"left (?:work|home|the))\b",
    re.IGNORECASE,
)
_DENYING = (Assertion.ABSENT,)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a text claims; of `unborne`, what of it the source does not."""

    drugs: frozenset[str] = frozenset()
    """Generic names."""
    quantities: frozenset[str] = frozenset()
    """In digits with the sign of their unit: "500 mg"."""
    sides: frozenset[str] = frozenset()
    """left, right, bilateral."""
    denied: frozenset[str] = frozenset()
    """The names of what is denied."""
    asserted: frozenset[str] = frozenset()
    """The names of problems and allergies that are said to be there."""

    def __bool__(self) -> bool:
        return bool(self.drugs or self.quantities or self.sides or self.denied or self.asserted)


def claims_of(text: str, lexicon: Lexicon) -> Claims:
    """Return what a text claims."""
    facts = extract(text, lexicon)
    things = [fact for fact in facts if fact.kind is not FactKind.DEMOGRAPHIC]
    return Claims(
        frozenset(fact.name for fact in facts if _is_drug(fact)),
        frozenset(str(quantity) for quantity in _told(text)),
        frozenset(_sides(text)),
        frozenset(fact.name for fact in things if fact.assertion in _DENYING),
        frozenset(fact.name for fact in things if _is_there(fact)),
    )


def unborne(sentence: str, source: str, lexicon: Lexicon) -> Claims:
    """Return what `sentence` claims that `source` does not; false where everything is borne out.

    A number without a unit is borne out by the same number with one, but 5 mg never by 5 g. What is there must not be
    denied in the source, and what is denied must be denied there; whether a problem is named at all is not decided
    here, for words have many synonyms that no lexicon holds.
    """
    claimed, said = claims_of(sentence, lexicon), claims_of(source, lexicon)
    named = said.asserted | said.denied
    return Claims(
        claimed.drugs - said.drugs,
        frozenset(str(quantity) for quantity in _told(sentence) if not _is_told(quantity, quantities_in(source))),
        claimed.sides - said.sides,
        frozenset(name for name in claimed.denied if name in said.asserted - said.denied or name not in named),
        frozenset(name for name in claimed.asserted if name in said.denied - said.asserted),
    )


def _is_drug(fact: Fact) -> bool:
    return any(code.system == "drug-names" for code in fact.codes) or fact.kind is FactKind.DRUG


def _is_there(fact: Fact) -> bool:
    return fact.kind in (FactKind.PROBLEM, FactKind.ALLERGY) and fact.assertion is Assertion.PRESENT


def _told(text: str) -> tuple[Quantity, ...]:
    """Return the numbers that claim something: "one" and "two" in words without a unit do not."""
    return tuple(q for q in quantities_in(text) if q.unit or text[q.start] in ".0123456789" or q.value > 2)


def _is_told(quantity: Quantity, source: Iterable[Quantity]) -> bool:
    return any(q.value == quantity.value and ("" in (q.unit, quantity.unit) or q.unit == quantity.unit) for q in source)


def _sides(text: str) -> list[str]:
    plain = _NOT_SIDES.sub(" ", text)
    return [kind for found in _SIDE.finditer(plain) for kind, words in found.groupdict().items() if words]
