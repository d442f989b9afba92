"""The prompt of an encounter: pictures, sound, transcript, earlier turns and the question, as one FusionSequence.

The order puts what stays the same first, so that a second question on the same encounter finds everything
before it in the engine's KV cache. Training, the local engine and the explanations all build prompts here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.sequence import EmbeddingSpan, FusionSequence, Source, SourceKind, Span, TokenSpan

if TYPE_CHECKING:
    import torch

    from lm.grounding.passages import Passage
    from lm.tokens import ChatFrame, Tokens

SYSTEM_PROMPT = "You are Bedside, a doctor's assistant. Answer briefly from what is given. If it does not say, say so."
"""Short on purpose: each of its words is read again for every picture of a training run."""
PROMPT_VERSION = "2026-11-1"
"""Changes with the wording or the order below: projectors and cards name the version they were trained with.

Passages came later; they change nothing in a prompt that has none.
"""


_TRANSCRIPT = ("Transcript:\n", "\n\n")
"""Before and after what was said."""
_PASSAGE = "From {0}:\n{1}\n\n"
_CAPTION = "{0}: {1}\n"
_MARKERS = ("[image ", "]\n", "[audio ", "]\n")
_OUR_TEXTS = (SYSTEM_PROMPT, *_TRANSCRIPT, _PASSAGE, _CAPTION, *_MARKERS)
PROMPT_SHA256 = hashlib.sha256("\0".join(_OUR_TEXTS).encode()).hexdigest()
"""Of every text of ours that can stand in a prompt; what the decoder's chat template adds belongs to its weights."""
PROMPT_STAMP = f"{PROMPT_VERSION} sha256:{PROMPT_SHA256}"
"""What an answer and the audit trail keep of the prompt that it was asked with."""


@dataclass(frozen=True, slots=True, eq=False)
class FusedAttachment:
    """A picture or a recording as embeddings `(tokens, d_model)`; None where the decoder has no projector."""

    kind: SourceKind
    label: str
    embeddings: torch.Tensor | None
    caption: str = ""
    """What the file itself says of the picture (modality, window), without identifiers."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the encounter and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, eq=False)
class PromptInputs:
    """All that one question is asked with."""

    question: str
    attachments: tuple[FusedAttachment, ...] = ()
    transcript: str = ""
    turns: tuple[Turn, ...] = ()
    passages: tuple[Passage, ...] = ()
    """Of the library, for this question alone."""


class PromptBuilder:
    """Builds the sequences for one decoder's tokenizer and chat template."""

    def __init__(self, tokens: Tokens, system_prompt: str = SYSTEM_PROMPT) -> None:
        self._tokens = tokens
        self._frame: ChatFrame = tokens.chat_frame(system_prompt)
        self._markers = _markers(tokens)

    def build(self, inputs: PromptInputs) -> FusionSequence:
        """Return the prompt up to the place where the answer starts."""
        spans: list[Span] = [TokenSpan(self._frame.before_user)]
        for index, attachment in enumerate(inputs.attachments):
            spans += self._attachment(attachment, index)
        if inputs.transcript:
            before, after = _TRANSCRIPT
            spans.append(self._text(before))
            spans.append(self._text(inputs.transcript, SourceKind.TRANSCRIPT))
            spans.append(self._text(after))
        for turn in inputs.turns:
            spans += self._question(turn.question)
            spans.append(self._text(turn.answer, SourceKind.ANSWER))
            spans.append(TokenSpan(self._frame.after_answer))
        for passage in inputs.passages:
            spans += self._passage(passage)
        spans += self._question(inputs.question)
        return FusionSequence(tuple(spans))

    def answer_ids(self, answer: str) -> list[int]:
        """Return the tokens that training teaches after the prompt: the answer and the end of the turn."""
        return [*self._tokens.encode_untrusted(answer), self._tokens.end_of_turn_id]

    def _question(self, question: str) -> list[Span]:
        return [self._text(question, SourceKind.QUESTION), TokenSpan(self._frame.after_user)]

    def _attachment(self, attachment: FusedAttachment, index: int) -> list[Span]:
        spans: list[Span] = []
        if attachment.embeddings is not None:
            begin, end = self._markers[attachment.kind]
            source = Source(attachment.kind, attachment.label, index)
            spans += [TokenSpan(begin), EmbeddingSpan(attachment.embeddings, source), TokenSpan(end)]
        if attachment.caption:
            caption = _CAPTION.format(attachment.label, attachment.caption)
            spans.append(self._text(caption, SourceKind.PASSAGE))
        return spans

    def _passage(self, passage: Passage) -> list[Span]:
        text = _PASSAGE.format(place_of(passage), passage.text)
        return [self._text(text, SourceKind.PASSAGE, passage.title)]

    def _text(self, text: str, kind: SourceKind = SourceKind.TEMPLATE, label: str = "") -> TokenSpan:
        return TokenSpan(tuple(self._tokens.encode_untrusted(text)), Source(kind, label))


def place_of(passage: Passage) -> str:
    """Return where a passage stands: "Dengue guideline, page 12, Warning signs"."""
    page = "" if passage.page is None else f"page {passage.page}"
    return ", ".join(filter(None, (passage.title, page, passage.heading)))


def _markers(tokens: Tokens) -> dict[SourceKind, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the begin and end markers: reserved special tokens where the decoder has four unused ones.

    Reusing them needs no new embedding rows, so that any engine can serve the decoder's own checkpoint.
    """
    unused = tokens.unused_special_ids
    if len(unused) >= 4:
        markers: list[tuple[int, ...]] = [(token,) for token in unused[:4]]
    else:
        markers = [tuple(tokens.encode_untrusted(text)) for text in _MARKERS]
    image_begin, image_end, audio_begin, audio_end = markers
    return {SourceKind.IMAGE: (image_begin, image_end), SourceKind.AUDIO: (audio_begin, audio_end)}
