"""What is written from an encounter besides answers: one table, used by the window's worker and the command line.

A draft is made by rules from what was said and typed; a decoder writes none of its facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lm.clinical.spoken_text import SpokenText

if TYPE_CHECKING:
    from collections.abc import Callable

    from lm.grounding.answer import Evidence, Sentence
    from lm.tasks.writing import Writing


class Form(StrEnum):
    """The kinds of drafts."""

    NOTE = "note"
    FINDINGS = "findings"
    DIFFERENTIAL = "differential"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Sources:
    """What a draft is written from."""

    said: tuple[Evidence, ...] = ()
    """Recordings."""
    typed: tuple[Evidence, ...] = ()
    """What the doctor typed."""
    seen: tuple[Sentence, ...] = ()
    """What answers said of pictures."""
    about: tuple[Sentence, ...] = ()
    """Of a card for the patient, what it puts in plain words."""
    template: str = ""
    """Of a note, the id of a template or the path of one's own; empty is the first one."""

    def texts(self) -> tuple[SpokenText, ...]:
        """Return what was said and typed as texts with places."""
        return tuple(SpokenText.of(source) for source in (*self.said, *self.typed) if source.words)


def write(form: Form, sources: Sources) -> Writing:
    """Write a draft. Raises CatalogError for a terminology that is missing."""
    return _WRITERS[form](sources)
