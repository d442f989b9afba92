"""What this machine can look a question up in: the doctor's own library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lm.grounding.gate import content_stems
from lm.grounding.knowledge import KnowledgeBase
from multimodal.catalog import data_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lm.grounding.knowledge import Found
    from lm.grounding.passages import Passage
    from multimodal.prompt import Turn

PASSAGES_GIVEN = 3
"""To the decoder for one question: what a small one reads in a second or two."""
ENOUGH_WORDS = 2
"""Content words below which a question is looked up together with the one before it: "And the dose?"."""


def library_file() -> Path:
    """Return the file of the doctor's own library, whether or not it is there yet."""
    return data_folder() / "library" / "library.sqlite"


class Knowledge:
    """Finds passages for questions; a connection belongs to the thread that opened it."""

    def __init__(self, library: KnowledgeBase) -> None:
        self._library = library
        self._notices: list[str] = []

    @classmethod
    def open(cls) -> Knowledge:
        """Open what this machine has. Raises DamagedKnowledge."""
        return cls(KnowledgeBase(library_file()))

    def find(self, question: str, turns: Sequence[Turn] = ()) -> tuple[Passage, ...]:
        """Return the passages for a question, best first; empty where nothing bears on it."""
        found = self._library.search(_looked_up(question, turns), PASSAGES_GIVEN)
        return tuple(one.passage for one in found)

    def search(self, question: str, limit: int) -> tuple[Found, ...]:
        """Return the nearest passages with how they were ranked, whether or not they bear on the question."""
        return self._library.search(question, limit)

    def take_notices(self) -> tuple[str, ...]:
        """Return what should be said about how passages were found, once."""
        told, self._notices = tuple(self._notices), []
        return told


def _looked_up(question: str, turns: Sequence[Turn]) -> str:
    if turns and len(content_stems(question)) < ENOUGH_WORDS:
        return f"{turns[-1].question} {question}"
    return question
