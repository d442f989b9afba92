"""Conversations as the decoder reads them, several packed in one row, with the tokens that are taught.

They are laid out by the PromptBuilder that answers doctors. Taught are the tokens of the answers and the ends of
their turns; what the picture, the template and the questions say is read, not taught.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from lm.picture_positions import pictures_at
from lm.sequence import SourceKind, TokenSpan
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lm.sequence import FusionSequence
    from lm.weights import LoadedDecoder
    from multimodal.prompt import Turn

IGNORED = -100
"""The label of positions that carry no loss."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One conversation with what is shown in it: tokens `(tokens, d_model)` of a picture and of a clip."""

    turns: tuple[Turn, ...]
    picture: torch.Tensor | None = None
    sound: torch.Tensor | None = None
    transcript: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Conversations in one row: embeddings `(1, tokens, d_model)`, labels `(1, tokens)` int64, and their lengths."""

    embeddings: torch.Tensor
    labels: torch.Tensor
    pictures: torch.Tensor
    """Which positions hold pictures, `(1, tokens)` bool."""
    lengths: tuple[int, ...]

    @property
    def targets(self) -> torch.Tensor:
        """Return the taught tokens `(taught,)`."""
        return self.labels[self.labels != IGNORED]

    @property
    def taught(self) -> tuple[int, ...]:
        """Return how many tokens of each conversation are taught."""
        return tuple(int((row != IGNORED).sum()) for row in torch.split(self.labels[0], list(self.lengths)))

    def logits(self, decoder: LoadedDecoder) -> torch.Tensor:
        """Return what the decoder expects at each taught token, `(taught, vocab_size)` float32."""
        # Each is predicted from the position before it; a conversation's first position is never taught.
        before = (self.labels != IGNORED).roll(-1, dims=1)
        with pictures_at(self.pictures):
            return decoder.model.logits_where(self.embeddings, before, self.lengths).float()


class Layout:
    """Lays conversations out for one decoder."""

    def __init__(self, decoder: LoadedDecoder) -> None:
        self._decoder = decoder
        self._prompts = PromptBuilder(decoder.tokens)

    def pack(self, conversations: Sequence[Shown]) -> Packed:
        """Return conversations one after another."""
        rows = [self._row(conversation) for conversation in conversations]
        embeddings, labels, pictures = (torch.cat(parts).unsqueeze(0) for parts in zip(*rows, strict=True))
        return Packed(embeddings, labels, pictures, tuple(len(row) for row, _, _ in rows))

    def tokens(self, turns: tuple[Turn, ...], transcript: str) -> tuple[int, int]:
        """Return how many tokens the words of a conversation are, and how many of them are taught."""
        labels = self._labels(self._sequence(Shown(turns, transcript=transcript)))
        return len(labels), sum(label != IGNORED for label in labels)

    def _row(self, conversation: Shown) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        sequence = self._sequence(conversation)
        labels = self._labels(sequence)
        embeddings = sequence.embed(self._decoder.model.embed_tokens)[0, : len(labels)]
        return embeddings, torch.tensor(labels, device=embeddings.device), sequence.pictures()[0, : len(labels)]

    def _sequence(self, conversation: Shown) -> FusionSequence:
        attachments = []
        if conversation.picture is not None:
            attachments.append(FusedAttachment(SourceKind.IMAGE, "Image 1", conversation.picture))
        if conversation.sound is not None:
            attachments.append(FusedAttachment(SourceKind.AUDIO, "Recording 1", conversation.sound))
        return self._prompts.build(
            PromptInputs("", tuple(attachments), conversation.transcript, turns=conversation.turns)
        )

    def _labels(self, sequence: FusionSequence) -> list[int]:
        """Return the labels up to the last one that is taught: the frame of a question that nobody asks follows it."""
        labels = answer_labels(sequence, self._decoder.tokens.end_of_turn_id)
        return labels[: 1 + max(place for place, label in enumerate(labels) if label != IGNORED)]


def answer_labels(sequence: FusionSequence, end_of_turn_id: int) -> list[int]:
    """Return a label for each position: the tokens of the answers and of the end of their turns, else IGNORED."""
    labels: list[int] = []
    answered = False
    for span in sequence.spans:
        if isinstance(span, TokenSpan) and span.source.kind is SourceKind.ANSWER:
            labels += span.ids
        else:
            ends_answer = answered and isinstance(span, TokenSpan) and span.ids[:1] == (end_of_turn_id,)
            labels += [end_of_turn_id if ends_answer and place == 0 else IGNORED for place in range(len(span))]
        answered = isinstance(span, TokenSpan) and span.source.kind is SourceKind.ANSWER
    return labels
