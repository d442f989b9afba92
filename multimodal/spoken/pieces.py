"""A word of an utterance on its way to written form (no torch)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_OPENING = "([“\"'¿¡"
_CLOSING = ".,;:!?)]”\"'…。，、\N{FULLWIDTH SEMICOLON}\N{FULLWIDTH COLON}！？"


class Mark(StrEnum):
    """What a written word is; only a WORD has text."""

    WORD = "word"
    LINE = "line"
    """A new line begins."""
    PARAGRAPH = "paragraph"
    STRUCK = "struck"
    """Its spoken words were taken back; the last of them are the command."""
    STRIKE_BEFORE = "strike-before"
    """The utterance before this one was taken back."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word without the punctuation around it; it stands for the spoken words `first` to before `stop`."""

    core: str
    first: int
    stop: int
    opening: str = ""
    closing: str = ""
    mark: Mark = Mark.WORD

    @property
    def said(self) -> str:
        """As the tables know it."""
        return self.core.casefold()

    @property
    def text(self) -> str:
        """With its punctuation."""
        return f"{self.opening}{self.core}{self.closing}"


def piece_of(text: str, place: int) -> Piece:
    """Return the spoken word at `place` of its utterance; punctuation alone is a word of its own."""
    rest = text.lstrip(_OPENING)
    core = rest.rstrip(_CLOSING)
    if not core:
        return Piece(text, place, place + 1)
    return Piece(core, place, place + 1, text[: len(text) - len(rest)], rest[len(core) :])
