"""Questions to learn from as values, shared by the window and the worker's protocol (no Qt, no torch)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.record.encounter import Citation  # noqa: TC001 - the codec resolves it at run time


@dataclass(frozen=True, slots=True)
class CaseNote:
    """A note of an encounter without what names a person."""

    label: str
    text: str


class StudyKind(StrEnum):
    """What an item to learn from asks."""

    MEANING = "meaning"
    """Which term a definition belongs to."""
    LAYPERSON = "layperson"
    """What to say to a patient for a term."""
    CODE = "code"
    """Which code a diagnosis has."""
    GAP = "gap"
    """The word that is missing in a sentence of a document."""
    CASE = "case"
    """What a doctor concluded from what stands before."""


class StudyHintKind(StrEnum):
    """What a hint tells."""

    SAID = "said"
    """What people say for it."""
    LETTERS = "letters"
    BEGINS = "begins"
    ONE_OF = "one of"
    """Two options, one of them right."""


@dataclass(frozen=True, slots=True)
class StudyHint:
    """One hint."""

    kind: StudyHintKind
    text: str


@dataclass(frozen=True, slots=True)
class StudyItem:
    """One question to learn from; `hidden` is what it asks for."""

    id: str
    kind: StudyKind
    told: str
    """What is shown: a definition, a term, a sentence with a gap, a case."""
    hidden: str
    source: Citation
    options: tuple[str, ...] = ()
    """In the order in which they are shown, the right one among them; empty where it is typed or thought."""
    hints: tuple[StudyHint, ...] = ()
    """The vaguest first."""
    explanation: str = ""
    also_right: tuple[str, ...] = ()
