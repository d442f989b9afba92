"""An answer as the doctor reads it: sentences, each with its sources and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lm.sequence import SourceKind


class Verdict(StrEnum):
    """What the gate found about a sentence."""

    SUPPORTED = "supported"
    """A cited source says it: its words, its numbers and its negation are there."""
    UNVERIFIED = "unverified"
    """No text that was given bears it out; a picture cannot be checked word by word and counts as this too.

    It may cite the pictures that it was said of, or the closest words that were said.
    """
    WITHHELD = "withheld"
    """It was said of a picture on which it does not depend; its words are not shown, `text` says so instead."""


class Dependence(StrEnum):
    """How much what was said depends on the picture that it cites."""

    STRONG = "strong"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source: `quote` is verbatim, times are seconds from the start of the recording."""

    kind: SourceKind
    label: str
    quote: str = ""
    start_s: float | None = None
    end_s: float | None = None
    dependence: Dependence | None = None
    """Of pictures that were checked; None for everything else."""
    heading: str = ""
    """Of a passage, the heading under which it stands; `label` is then the document's title."""
    page: int | None = None
    """Of a passage, the page from 1; None where the document has no pages."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, verbatim unless it is withheld."""

    text: str
    verdict: Verdict
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class EvidenceWord:
    """A word of a source; the times are None where the source is not a recording."""

    text: str
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A text that an answer may rest on, in its own words."""

    kind: SourceKind
    label: str
    words: tuple[EvidenceWord, ...]
    heading: str = ""
    page: int | None = None
    """Where a passage stands in its document."""

    @classmethod
    def from_text(cls, kind: SourceKind, label: str, text: str, heading: str = "", page: int | None = None) -> Evidence:
        """Return evidence without times."""
        return cls(kind, label, tuple(EvidenceWord(word) for word in text.split()), heading, page)
