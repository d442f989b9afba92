"""Decoders with one odd habit, around a real tiny one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import torch
    from torch import nn

    from lm.model import Cache, CausalDecoder
    from lm.weights import LoadedDecoder


class WatchedDecoder:
    """Counts what it is given, and raises `failures` in turn, one at each forward, until they are used up."""

    def __init__(self, inner: CausalDecoder, failures: list[Exception] | None = None, after: int = 0) -> None:
        self.inner = inner
        self.failures = failures or []
        self.after = after
        """Forwards that succeed before the failures begin."""
        self.read: list[int] = []
        """Tokens of each forward that succeeded."""
        self.moves: list[tuple[torch.device, torch.dtype]] = []
        self.vocab_size, self.d_model = inner.vocab_size, inner.d_model
        self.context_tokens = inner.context_tokens

    @property
    def device(self) -> torch.device:
        return self.inner.device

    @property
    def dtype(self) -> torch.dtype:
        return self.inner.dtype

    def embed_tokens(self, ids: torch.Tensor) -> torch.Tensor:
        return self.inner.embed_tokens(ids)

    def new_cache(self, max_tokens: int, batch: int = 1) -> Cache:
        return self.inner.new_cache(max_tokens, batch)

    def forward(self, embeddings: torch.Tensor, cache: Cache | None = None, last_only: bool = False) -> torch.Tensor:
        if len(self.read) >= self.after and self.failures:
            raise self.failures.pop(0)
        logits = self.inner.forward(embeddings, cache, last_only)
        self.read.append(embeddings.shape[1])
        return logits

    def logits_where(
        self, embeddings: torch.Tensor, wanted: torch.Tensor, lengths: Sequence[int] | None = None
    ) -> torch.Tensor:
        return self.inner.logits_where(embeddings, wanted, lengths)

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        return self.inner.parameters(recurse)

    def to(self, device: torch.device, dtype: torch.dtype) -> object:
        self.moves.append((device, dtype))
        return self.inner.to(device, dtype)


def watched(
    decoder: LoadedDecoder, failures: list[Exception] | None = None, after: int = 0
) -> tuple[LoadedDecoder, WatchedDecoder]:
    model = WatchedDecoder(decoder.model, failures, after)
    return replace(decoder, model=model), model


class AfterCalls:
    """A `cancelled` that turns true after a number of questions."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0
