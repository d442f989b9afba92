"""Stopping a forward between two of its layers: a long piece of a prompt takes longer than a doctor waits for Stop."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from lm.model import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from torch import nn

    from lm.model import CausalDecoder


class Interrupted(Exception):
    """A forward was given up between two layers; the cache still holds what it held before."""


@contextmanager
def interruptible_layers(layers: Iterable[nn.Module], cancelled: Callable[[], bool]) -> Iterator[None]:
    """Let a forward through `layers` raise Interrupted before the next of them once `cancelled`."""

    def look(_layer: object, _inputs: object) -> None:
        if cancelled():
            raise Interrupted

    handles = [layer.register_forward_pre_hook(look) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def interruptible(model: CausalDecoder, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Let forwards of `model` raise Interrupted once `cancelled`; a decoder that is not ours runs to its end."""
    if not isinstance(model, Decoder):
        yield
        return
    with interruptible_layers(model.layers, cancelled):
        yield
