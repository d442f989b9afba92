"""Drafts in the worker: what the window knows of an encounter becomes sources, and what is written goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.worker.converting import evidence_of, grounded_sentence, recorded_sections
from desktop.worker.protocol import Write, WritingWhole
from lm.grounding.answer import Evidence
from lm.grounding.gate import split_sentences
from lm.sequence import SourceKind
from multimodal.writing import Form, Sources, template_stamp, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.worker.protocol import Event


def drafted(command: Write) -> Iterator[Event]:
    """Write a draft. Raises MultimodalError for what is missing and LanguageModelError for a template of no use."""
    form = Form(command.form)
    writing = write(form, sources_of(command))
    prompt = template_stamp(form, command.template)
    yield WritingWhole(command.job, writing.title, recorded_sections(writing.sections), writing.notices, prompt)


def sources_of(command: Write) -> Sources:
    """Return what a draft is written from: what was said, what the doctor typed, and what answers said of pictures."""
    said = [evidence_of(recording) for recording in command.context.recordings]
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
