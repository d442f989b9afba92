"""Drafts in the worker: what the window knows of an encounter becomes sources, and what is written goes back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.encounter import CitedKind
from desktop.record.speakers import names_speakers
from desktop.worker.converting import LABELS, dialogue_of, grounded_sentence, recorded_sections
from desktop.worker.protocol import Write, WritingWhole
from lm.grounding.answer import Evidence
from lm.grounding.gate import split_sentences
from lm.sequence import SourceKind
from multimodal.writing import Form, Sources, template_stamp, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.record.encounter import Section, Sentence
    from desktop.worker.protocol import Event

_LABEL = re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, LABELS.values()))})\s*")


def drafted(command: Write) -> Iterator[Event]:
    """Write a draft. Raises MultimodalError for what is missing and LanguageModelError for a template of no use."""
    form = Form(command.form)
    writing = write(form, sources_of(command))
    prompt = template_stamp(form, command.template)
    sections = recorded_sections(writing.sections)
    if any(names_speakers(recording.utterances) for recording in command.context.recordings):
        sections = tuple(map(_without_labels, sections))
    yield WritingWhole(command.job, writing.title, sections, writing.notices, prompt)


def _without_labels(section: Section) -> Section:
    """Return a section that quotes what was said alone, not the names that were put before it."""
    return replace(section, sentences=tuple(map(_as_said, section.sentences)))


def _as_said(sentence: Sentence) -> Sentence:
    citations = tuple(
        replace(one, quote=_LABEL.sub("", one.quote)) if one.kind is CitedKind.TRANSCRIPT else one
        for one in sentence.citations
    )
    return replace(sentence, citations=citations)


def sources_of(command: Write) -> Sources:
    """Return what a draft is written from: what was said, what the doctor typed, and what answers said of pictures."""
    said = [dialogue_of(recording) for recording in command.context.recordings]
    heard = [utterance for recording in command.context.recordings for utterance in recording.utterances]
    statements = [stated(turn.question) for turn in command.context.turns]
    typed = [Evidence.from_text(SourceKind.QUESTION, "", text) for text in statements if text]
    return Sources(
        said=tuple(said),
        typed=tuple(typed),
        seen=tuple(map(grounded_sentence, command.seen)),
        about=tuple(map(grounded_sentence, command.about)),
        template=command.template,
        languages=frozenset(utterance.language for utterance in heard if utterance.language),
    )


def stated(question: str) -> str:
    """Return what the doctor stated in a question, in sentences with a full stop; asking whether states nothing."""
    return " ".join(part for part in split_sentences(question) if part.endswith((".", "!", "。", "！")))
