"""A draft as plain text, for the clipboard and for the patient's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.record.export.choices import CONTEXT
from desktop.record.export.provenance import state_of
from desktop.ui.encounter.wording import plain_sentences, printable, sentence_words
from desktop.ui.translation import translated

if TYPE_CHECKING:
    from desktop.record.encounter import Section, Writing


def writing_words(writing: Writing) -> str:
    """Return the words of a draft, its headings above their sentences; empty sections and checks are left out."""
    blocks = [
        "\n".join([printable(section.heading), *map(sentence_words, section.sentences)])
        for section in writing.sections
        if section.sentences and not section.is_check
    ]
    return "\n\n".join([printable(writing.title), *blocks] if writing.title else blocks)


def plain_writing(writing: Writing, *, sources: bool) -> str:
    """Return a draft as plain text for other programs; with `sources` each sentence names its own."""
    if not sources:
        return writing_words(writing)
    blocks = ["\n".join([printable(section.heading), *_with_sources(section)]) for section in writing.sections]
    if writing.is_signed:
        state = printable(state_of(writing, lambda text: translated(CONTEXT, text)))
    else:
        state = QCoreApplication.translate("EncounterWords", "A draft. Check every sentence against its source.")
    return "\n\n".join([*filter(None, [printable(writing.title)]), *blocks, state])


def _with_sources(section: Section) -> list[str]:
    return plain_sentences(section.sentences)
