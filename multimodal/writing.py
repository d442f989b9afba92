"""What is written from an encounter besides answers: one table, used by the window's worker and the command line.

A draft is made by rules from what was said and typed; a decoder writes none of its facts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from lm.clinical.extract import extract
from lm.clinical.spoken_text import SpokenText
from lm.errors import NothingToWriteFrom
from lm.grounding.answer import Evidence, Verdict
from lm.tasks.double_check import double_check, with_check
from lm.tasks.findings import findings, found_in
from lm.tasks.note import write_note
from lm.tasks.support import with_support
from lm.tasks.templates import load_template
from multimodal.cards import card_maker
from multimodal.catalog import templates_folder
from multimodal.clinical_lexicon import ClinicalLexicon
from multimodal.differential import differential_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lm.grounding.answer import Sentence
    from lm.tasks.double_check import CheckLine
    from lm.tasks.templates import Template
    from lm.tasks.writing import Writing


DEFAULT_TEMPLATE, ENGLISH = "soap", "en"


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
    languages: frozenset[str] = frozenset()
    """What was spoken, as ISO 639-1 codes, as far as it was recognised."""

    def texts(self) -> tuple[SpokenText, ...]:
        """Return what was said and typed as texts with places. Raises NothingToWriteFrom where there is none."""
        texts = tuple(SpokenText.of(source) for source in (*self.said, *self.typed) if source.words)
        if not texts:
            raise NothingToWriteFrom(
                "Nothing was said or typed in this encounter yet. Dictate or type something, then write again."
            )
        return texts


def write(form: Form, sources: Sources) -> Writing:
    """Write a draft. Raises NothingToWriteFrom, and CatalogError for a terminology that is missing."""
    writing = _WRITERS[form](sources)
    others = sorted(sources.languages - {ENGLISH})
    if not others:
        return writing
    said = f"The rules read English. What was said in another language ({', '.join(others)}) is missing here."
    return replace(writing, notices=(said, *writing.notices))


def template_stamp(form: Form, template: str) -> str:
    """Return which template a draft is written by, empty for forms that have none. Raises InvalidTemplate."""
    return load_template(template or DEFAULT_TEMPLATE).stamp if form is Form.NOTE else ""


def _findings(sources: Sources) -> Writing:
    with ClinicalLexicon.open() as lexicon:
        found = found_in(sources.texts(), partial(extract, lexicon=lexicon))
    return with_support(findings(found), found)


def _differential(sources: Sources) -> Writing:
    return differential_of(sources.texts(), sources.seen)


def _note(sources: Sources) -> Writing:
    sources.texts()
    template = load_template(sources.template or DEFAULT_TEMPLATE, templates_folder())
    seen = [
        Evidence.from_text(citation.kind, citation.label, sentence.text)
        for sentence in sources.seen
        for citation in sentence.citations[:1]
    ]
    return with_check(*checked_note([*sources.said, *sources.typed, *seen], template))


def checked_note(evidence: Sequence[Evidence], template: Template) -> tuple[Writing, tuple[CheckLine, ...]]:
    """Return a note by a template and what to check before it is signed. Raises DamagedKnowledge."""
    with ClinicalLexicon.open() as lexicon:
        note = write_note(evidence, template, lexicon)
        return note, double_check(note, lexicon)


def _card(sources: Sources) -> Writing:
    """Put what is borne out in plain words, and nothing else: a patient cannot tell what a decoder made up."""
    borne_out = [sentence for sentence in sources.about if sentence.verdict is Verdict.SUPPORTED]
    if not borne_out:
        raise NothingToWriteFrom(
            "No source bears out any sentence of this, so no card was written for the patient. Choose another answer, "
            "or write a note first."
        )
    with card_maker() as maker:
        card = maker.make(borne_out).writing
    left_out = len(sources.about) - len(borne_out)
    said = f"Left out, because no source bears it out: {left_out} of {len(sources.about)} sentences."
    return replace(card, notices=(said, *card.notices)) if left_out else card


_WRITERS: Mapping[Form, Callable[[Sources], Writing]] = {
    Form.NOTE: _note,
    Form.FINDINGS: _findings,
    Form.DIFFERENTIAL: _differential,
    Form.CARD: _card,
}
