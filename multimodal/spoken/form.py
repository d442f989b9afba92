"""From recognised words to how a clinician writes them: "one sixty over ninety" is 160/90 mmHg (no torch).

Each written word names the span of spoken words that it stands for, and the spans follow each other without a gap:
no spoken word is lost, and times and confidence stay known. What is ambiguous is left as said ("one to two tablets").
The rules are English; words of other languages pass through with their own punctuation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from multimodal.spoken.commands import obeyed
from multimodal.spoken.numbers import with_numbers
from multimodal.spoken.pieces import Mark, piece_of

if TYPE_CHECKING:
    from collections.abc import Sequence


class Form(StrEnum):
    """How much of what is said is put into written form."""

    VERBATIM = "verbatim"
    NUMBERS = "numbers"
    """Numbers and units: also for talk with a patient, where a command would eat words."""
    DICTATION = "dictation"
    """Spoken punctuation and commands too."""


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """One word as it is written, with no space around it; it stands for the spoken words `first` to before `stop`."""

    text: str
    first: int
    stop: int
    mark: Mark = Mark.WORD


def written_form(spoken: Sequence[str], form: Form, language: str) -> tuple[WrittenWord, ...]:
    """Return the words of an utterance as they are written; `language` is its ISO 639-1 code."""
    pieces = [piece_of(text, place) for place, text in enumerate(spoken)]
    if form is not Form.VERBATIM and language == "en":
        if form is Form.DICTATION:
            pieces = obeyed(pieces)
        pieces = with_numbers(pieces)
    return tuple(WrittenWord(piece.text, piece.first, piece.stop, piece.mark) for piece in pieces)
