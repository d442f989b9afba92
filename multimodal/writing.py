"""What is written from an encounter besides answers: one table, used by the window's worker and the command line.

A draft is made by rules from what was said and typed; a decoder writes none of its facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from lm.clinical.extract import extract
from lm.clinical.findings import age_of, alarms_of, findings_of, picture_of, sex_of
from lm.clinical.spoken_text import SpokenText
from lm.errors import NothingToWriteFrom
from lm.tasks.differential import differential
from lm.tasks.findings import findings, found_in
from multimodal.cards import card_maker
from multimodal.catalog import installed_path
from multimodal.clinical_lexicon import HPO, ClinicalLexicon
from multimodal.phenotypes import installed_ranker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lm.clinical.facts import Fact
    from lm.clinical.findings import Picture
    from lm.clinical.ranking import Ranker
    from lm.grounding.answer import Citation, Evidence, Sentence
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
        """Return what was said and typed as texts with places. Raises NothingToWriteFrom where there is none."""
        texts = tuple(SpokenText.of(source) for source in (*self.said, *self.typed) if source.words)
        if not texts:
            raise NothingToWriteFrom(
                "Nothing was said or typed in this encounter yet. Dictate or type something, then write again."
            )
        return texts


def write(form: Form, sources: Sources) -> Writing:
    """Write a draft. Raises NothingToWriteFrom, and CatalogError for a terminology that is missing."""
    return _WRITERS[form](sources)


def _findings(sources: Sources) -> Writing:
    with ClinicalLexicon.open() as lexicon:
        return findings(found_in(sources.texts(), partial(extract, lexicon=lexicon)))


def _differential(sources: Sources) -> Writing:
    texts = sources.texts()
    installed_path(HPO)  # signs are found by its names
    ranker = installed_ranker()
    with ClinicalLexicon.open() as lexicon:
        facts = [(text, extract(text.text, lexicon)) for text in texts]
    every = [fact for _, found in facts for fact in found]
    age = age_of(every)
    alarms = [alarm for text, found in facts for alarm in alarms_of(found, age, partial(_cited, text))]
    return differential(ranker, _picture(ranker, facts), alarms=alarms)


def _picture(ranker: Ranker, facts: list[tuple[SpokenText, tuple[Fact, ...]]]) -> Picture:
    if ranker.common is None:
        raise ValueError("a ranker without common conditions reads no encounter")
    every = [fact for _, found in facts for fact in found]
    seen = [
        finding
        for text, found in facts
        for finding in findings_of(ranker.common, found, text.text, partial(_cited, text))
    ]
    return picture_of(ranker.ontology, seen, age_of(every), sex_of(every))


def _cited(text: SpokenText, fact: Fact) -> Citation:
    return text.cite_sentence(fact.start, fact.end)


def _card(sources: Sources) -> Writing:
    with card_maker() as maker:
        return maker.make(sources.about).writing


_WRITERS: Mapping[Form, Callable[[Sources], Writing]] = {
    Form.FINDINGS: _findings,
    Form.DIFFERENTIAL: _differential,
    Form.CARD: _card,
}
