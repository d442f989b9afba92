"""What an encounter says of a patient, as terms of the ontology: from facts, vital signs and laboratory values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.clinical.conditions import Sex
from lm.clinical.facts import Assertion, Course, FactKind
from lm.clinical.ranking import Seen
from lm.clinical.thresholds import is_alarming, terms_of
from lm.errors import UnknownTerm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lm.clinical.conditions import CommonConditions
    from lm.clinical.facts import Fact
    from lm.clinical.ontology import Ontology
    from lm.grounding.answer import Citation

HPO = "hpo"
ABNORMAL = "HP:0000118"
"""Phenotypic abnormality: what does not imply it is a modifier, a course or an inheritance."""
AROUND = 60
"""Characters on each side of a finding in which the words are looked for that say where or how it is."""
_AGE = re.compile(r"(\d+(?:\.\d+)?)[\s-]*(year|yr|y/?o\b|month|week|day)?", re.IGNORECASE)
_IN_YEARS = {"month": 1 / 12, "week": 1 / 52, "day": 1 / 365}
_FEMALE = re.compile(r"\b(?:female|woman|girl|lady|she|her)\b", re.IGNORECASE)
_MALE = re.compile(r"\b(?:male|man|boy|gentleman|he|his)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.?!](?=\s|$)|\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """A term that is there or was denied, with the place where that was said."""

    term: int
    is_present: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Alarm:
    """A vital sign that is urgent by itself, as it was said."""

    text: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Picture:
    """The patient as the encounter shows them; `contradictory` terms were said both ways and count for nothing."""

    findings: tuple[Finding, ...]
    age_years: float | None = None
    sex: Sex | None = None
    contradictory: tuple[int, ...] = ()

    @property
    def seen(self) -> Seen:
        """What the ranking needs of it."""
        present = tuple(dict.fromkeys(found.term for found in self.findings if found.is_present))
        absent = tuple(dict.fromkeys(found.term for found in self.findings if not found.is_present))
        return Seen(present, absent, self.age_years, self.sex)

    def of(self, term: int) -> tuple[Finding, ...]:
        """Return where a term was said."""
        return tuple(found for found in self.findings if found.term == term)


def picture_of(
    ontology: Ontology, findings: Iterable[Finding], age_years: float | None = None, sex: Sex | None = None
) -> Picture:
    """Put findings together. A term that is there and denied counts for neither and is named.

    Where a broad term is denied and a narrower one is there ("no pain", "pain in the calf"), the denial goes.
    """
    every = tuple(findings)
    present = {found.term for found in every if found.is_present}
    absent = {found.term for found in every if not found.is_present}
    both = tuple(sorted(present & absent))
    broad = {term for term in absent if any(there != term and ontology.implies(there, term) for there in present)}
    kept = (f for f in every if f.term not in both and (f.is_present or f.term not in broad))
    return Picture(tuple(kept), age_years, sex, both)


def findings_of(
    common: CommonConditions, facts: Sequence[Fact], text: str, cite: Callable[[Fact], Citation]
) -> tuple[Finding, ...]:
    """Return the findings among facts: problems with an HPO code, and what vital signs and laboratory values amount to.

    Only what is said of the patient now counts: not what is past, planned, feared, or somebody else's. A measured fever
    stands against "no fever".
    """
    now = [fact for fact in facts if fact.course is Course.CURRENT]
    measured = [
        Finding(common.ontology.place(code), True, cite(fact))
        for fact in now
        if fact.assertion in {Assertion.PRESENT, Assertion.ABSENT}  # a value that was read was not denied
        for code in terms_of(fact)
    ]
    said = [
        Finding(common.narrowed(term, _around(text, fact)), fact.assertion is Assertion.PRESENT, cite(fact))
        for fact in now
        if fact.kind is FactKind.PROBLEM and fact.assertion in {Assertion.PRESENT, Assertion.ABSENT}
        for term in _coded(common.ontology, fact)
        if term not in common.vague
    ]
    values = {found.term for found in measured}
    return (*(found for found in said if found.is_present or found.term not in values), *measured)


def alarms_of(facts: Iterable[Fact], age_years: float | None, cite: Callable[[Fact], Citation]) -> tuple[Alarm, ...]:
    """Return the vital signs that are urgent by themselves."""
    now = (fact for fact in facts if fact.course is Course.CURRENT and fact.assertion is Assertion.PRESENT)
    return tuple(Alarm(f"{f.name} {f.value or f.text}", cite(f)) for f in now if is_alarming(f, age_years))


def age_of(facts: Iterable[Fact]) -> float | None:
    """Return the patient's age in years, where it was said."""
    for fact in facts:
        if fact.kind is FactKind.DEMOGRAPHIC and "age" in fact.name.lower() and (said := _AGE.search(fact.value)):
            return float(said[1]) * _IN_YEARS.get((said[2] or "").lower(), 1.0)
    return None


def sex_of(facts: Iterable[Fact]) -> Sex | None:
    """Return the patient's sex, where it was said."""
    for fact in facts:
        if fact.kind is FactKind.DEMOGRAPHIC and "age" not in fact.name.lower():
            said = f"{fact.name} {fact.value} {fact.text}"
            if _FEMALE.search(said):
                return Sex.FEMALE
            if _MALE.search(said):
                return Sex.MALE
    return None


def _coded(ontology: Ontology, fact: Fact) -> list[int]:
    codes = [code.code for code in fact.codes if code.system == HPO]
    try:
        places = [ontology.place(code) for code in codes[:1]]
        return [place for place in places if ontology.implies(place, ontology.place(ABNORMAL))]
    except UnknownTerm:
        return []  # a term of another version of HPO than the annotations'


def quote_of(text: str, fact: Fact) -> str:
    """Return the words of the sentence around a fact, verbatim, so that a denial is seen with what it denies."""
    start, end = max(0, fact.start - AROUND), fact.end + AROUND
    before = text[start : fact.start] if start == 0 else text[start : fact.start].partition(" ")[2]
    after = text[fact.end : end] if end >= len(text) else text[fact.end : end].rpartition(" ")[0]
    return f"{_SENTENCE_END.split(before)[-1]}{fact.text}{_SENTENCE_END.split(after)[0]}".strip()


def _around(text: str, fact: Fact) -> str:
    """Return the words of the same sentence beside a finding, and its own."""
    before, after = beside(text, fact)
    return f"{before}{fact.text}{after}"


def beside(text: str, fact: Fact) -> tuple[str, str]:
    """Return the words of the same sentence before and after a fact; the sign that ends it is not among them."""
    before = _SENTENCE_END.split(text[max(0, fact.start - AROUND) : fact.start])[-1]
    after = _SENTENCE_END.split(text[fact.end : fact.end + AROUND])[0]
    return before, after
