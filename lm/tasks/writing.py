"""A piece of writing: a note, a differential, a card for the patient. Its sentences cite like those of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lm.grounding.answer import Sentence


@dataclass(frozen=True, slots=True)
class Section:
    """One section, with the sentences that stand under its heading; often none were found for it."""

    heading: str
    sentences: tuple[Sentence, ...]
    is_check: bool = False
    """What to check before the rest is used: no part of the text itself."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What a task wrote. Nothing in it is signed, and nothing in it is a diagnosis."""

    title: str
    sections: tuple[Section, ...]
    notices: tuple[str, ...] = ()
    """What the doctor should know about how it came about, a sentence each."""
