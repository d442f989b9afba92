"""A clinical fact: what was said of a patient, with the place where it was said.

Everything that a note, a differential or a table claims is one of these, found by rules and never written by a decoder.
The assertions are those of the i2b2/VA 2010 challenge (doi:10.1136/amiajnl-2011-000203).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class FactKind(StrEnum):
    """What a fact is about."""

    PROBLEM = "problem"
    """A symptom, a sign or a disease."""
    DRUG = "drug"
    ALLERGY = "allergy"
    VITAL = "vital"
    LAB = "lab"
    PROCEDURE = "procedure"
    DEMOGRAPHIC = "demographic"
    """Age and sex."""


class Assertion(StrEnum):
    """What is said of it."""

    PRESENT = "present"
    ABSENT = "absent"
    POSSIBLE = "possible"
    HYPOTHETICAL = "hypothetical"
    """If it should come: "call if you get a fever"."""
    FAMILY = "family"
    """Somebody else has it."""


class Course(StrEnum):
    """When it is, seen from the encounter."""

    CURRENT = "current"
    PAST = "past"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Code:
    """A term of a terminology: `system` is icd-10-cm, hpo or drug-names (a catalogue id), `confidence` 0 to 1."""

    system: str
    code: str
    name: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Dose:
    """How a drug is given, each part as it was said and empty where it was not."""

    amount: str = ""
    """With its unit: "5 mg"."""
    route: str = ""
    frequency: str = ""
    duration: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact; `text` is verbatim the characters `start` to `end` of the text that it was found in."""

    kind: FactKind
    text: str
    start: int
    end: int
    name: str
    """What it is called: of a drug its generic name, of a problem the preferred term, of a vital sign its name."""
    assertion: Assertion = Assertion.PRESENT
    course: Course = Course.CURRENT
    codes: tuple[Code, ...] = ()
    value: str = ""
    """Of a vital sign, a laboratory value or an age, with its unit: "160/90 mmHg"."""
    side: str = ""
    """left, right or bilateral; empty where no side was said."""
    onset: str = ""
    """Since when, as it was said: "three days"."""
    dose: Dose = field(default_factory=Dose)
    negated_by: str = ""
    """The words that deny it, empty where nothing does."""
    confidence: float = 1.0
    """0 to 1: how sure the rule is that this was said."""
