"""The fused prompt: ordered spans of token ids or embeddings, each with its source.

One `FusionSequence` drives training, the engine and the explanations, so that
none of them can disagree about what the decoder was shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import torch

from lm.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class SourceKind(StrEnum):
    """Where a span of the prompt came from."""

    TEMPLATE = "template"
    """The chat template, our own instructions and the markers around pictures and sound."""
    TRANSCRIPT = "transcript"
    QUESTION = "question"
    ANSWER = "answer"
    """An earlier answer of the decoder in the same encounter."""
    PASSAGE = "passage"
    """A retrieved text."""
    IMAGE = "image"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a span; `index` counts the attachments of one kind from 0."""

    kind: SourceKind
    label: str = ""
    index: int = 0


TEMPLATE = Source(SourceKind.TEMPLATE)


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A run of text tokens."""

    ids: tuple[int, ...]
    source: Source = TEMPLATE

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingSpan:
    """A run of projected image or audio tokens, `embeddings` of shape `(tokens, d_model)`, float."""

    embeddings: torch.Tensor
    source: Source

    def __post_init__(self) -> None:
        if self.embeddings.ndim != 2 or not self.embeddings.is_floating_point():
            raise InvalidInput(
                f"embeddings must be float of shape (tokens, d_model), got {tuple(self.embeddings.shape)} "
                f"{self.embeddings.dtype}"
            )
        if not torch.isfinite(self.embeddings).all():
            raise InvalidInput(f"the embeddings of {self.source.kind} hold NaN or infinity")

    def __len__(self) -> int:
        return self.embeddings.shape[0]


Span = TokenSpan | EmbeddingSpan


@dataclass(frozen=True, slots=True, eq=False)
class FusionSequence:
    """What the decoder reads, in order. Empty spans are dropped."""

    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(span for span in self.spans if len(span)))

    def __len__(self) -> int:
        return sum(len(span) for span in self.spans)

    def token_ids(self) -> list[int | None]:
        """Return one id for each position, None where an embedding stands."""
        ids: list[int | None] = []
        for span in self.spans:
            ids.extend(span.ids if isinstance(span, TokenSpan) else [None] * len(span))
        return ids

    def ranges(self) -> Iterator[tuple[int, int, Span]]:
        """Yield `(first, last + 1, span)` in positions of the whole sequence."""
        start = 0
        for span in self.spans:
            yield start, start + len(span), span
            start += len(span)

    def pictures(self, after: int = 0) -> torch.Tensor:
        """Return which positions hold pictures, `(1, tokens + after)` bool; `after` tokens of text follow."""
        mask = torch.zeros(1, len(self) + after, dtype=torch.bool)
        for first, end, span in self.ranges():
            if isinstance(span, EmbeddingSpan) and span.source.kind is SourceKind.IMAGE:
                mask[0, first:end] = True
        return mask

    def embed(self, embed_tokens: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """Return the embeddings of every position, `(1, tokens, d_model)`.

        `embed_tokens` maps ids `(tokens,)` int64 to `(tokens, d_model)`; its device and dtype win.
        Raises InvalidInput when a span was projected for a decoder of another width.
        """
        parts: list[torch.Tensor] = []
        reference = embed_tokens(torch.zeros(1, dtype=torch.long))
        for span in self.spans:
            if isinstance(span, TokenSpan):
                parts.append(embed_tokens(torch.tensor(span.ids, dtype=torch.long)))
                continue
            if span.embeddings.shape[1] != reference.shape[1]:
                raise InvalidInput(
                    f"{span.source.kind} tokens are {span.embeddings.shape[1]} wide, the decoder expects "
                    f"{reference.shape[1]}: they were projected for another decoder"
                )
            parts.append(span.embeddings.to(reference))
        if not parts:
            raise InvalidInput("the prompt is empty")
        return torch.cat(parts).unsqueeze(0)

    def common_prefix(self, other: FusionSequence) -> int:
        """Return how many leading positions are the same in both, embeddings compared by value."""
        length = 0
        for mine, theirs in zip(self._units(), other._units(), strict=False):
            if not _same(mine, theirs):
                break
            length += 1 if isinstance(mine, int) else len(mine)
        return length

    def _units(self) -> Iterator[int | EmbeddingSpan]:
        for span in self.spans:
            if isinstance(span, TokenSpan):
                yield from span.ids
            else:
                yield span


def _same(mine: int | EmbeddingSpan, theirs: int | EmbeddingSpan) -> bool:
    if isinstance(mine, int) or isinstance(theirs, int):
        return isinstance(mine, int) and isinstance(theirs, int) and mine == theirs
    if (mine.source.kind is SourceKind.IMAGE) != (theirs.source.kind is SourceKind.IMAGE):
        return False  # adapters of pictures read the same embedding otherwise
    one, other = mine.embeddings, theirs.embeddings
    return one is other or (one.shape == other.shape and torch.equal(one, other))
