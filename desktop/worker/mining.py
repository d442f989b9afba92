"""Measured values in the worker: rules find them in what stands on the page of an entry, one entry a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.encounter import Word
from desktop.record.values import SaidValue, SetAside
from desktop.record.written import standing, written_words
from desktop.worker.converting import recorded_citation
from desktop.worker.drafting import stated
from desktop.worker.mining_messages import ValuesMined
from lm.clinical.extract import extract
from lm.clinical.readings import readings_in
from lm.clinical.spoken_text import SpokenText
from lm.grounding.answer import Evidence, EvidenceWord
from lm.sequence import SourceKind
from multimodal.clinical_lexicon import ClinicalLexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.record.encounter import Utterance
    from desktop.worker.known import KnownWords
    from desktop.worker.mining_messages import MineValues
    from lm.clinical.lexicon import Lexicon

ENGLISH = frozenset({"", "en"})


def mined(command: MineValues) -> Iterator[ValuesMined]:
    """Find the values of each entry. Raises DamagedKnowledge for a terminology that cannot be read."""
    with ClinicalLexicon.open() as lexicon:
        for entry in command.entries:
            yield ValuesMined(command.job, entry.entry_id, _values(entry, lexicon))


def _values(entry: KnownWords, lexicon: Lexicon) -> tuple[SaidValue, ...]:
    evidence = _spoken(entry) if entry.utterances else _typed(entry)
    if not evidence.words:
        return ()
    source = SpokenText.of(evidence)
    found = []
    for fact, reading in readings_in(source.text, extract(source.text, lexicon)):
        cited = recorded_citation(source.cite_sentence(fact.start, fact.end))
        aside = SetAside(reading.aside) if reading.aside else None
        common = (reading.common_numbers, reading.common_unit)
        found.append(SaidValue(reading.name, reading.said, reading.numbers, reading.unit, *common, cited, aside))
    return tuple(found)


def _spoken(entry: KnownWords) -> Evidence:
    """Return the words as they are written, without what was taken back; the rules read English alone."""
    words = tuple(
        EvidenceWord(word.text, word.start_s, word.end_s)
        for utterance in standing(entry.utterances)
        if utterance.language in ENGLISH
        for word in written_words(utterance) or _untimed(utterance)
    )
    return Evidence(SourceKind.TRANSCRIPT, entry.label, words)


def _untimed(utterance: Utterance) -> tuple[Word, ...]:
    start_s, end_s = utterance.start_s, utterance.end_s
    return tuple(Word(text, start_s, end_s, 1.0) for text in utterance.text.split())


def _typed(entry: KnownWords) -> Evidence:
    return Evidence.from_text(SourceKind.QUESTION, "", stated(entry.text))
