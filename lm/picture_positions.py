"""Which of the positions that a decoder reads hold pictures: adapters of pictures act there alone.

To a decoder a picture token is an embedding like any other, so whoever reads a sequence says where they stand:

    with pictures_at(sequence.pictures()):
        logits = model.forward(embeddings)

It is a context and not an argument, because linear layers are also called by decoders of other architectures, which
would not hand it down. Where nothing is said there are no pictures: text is computed as without adapters.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from lm.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True, eq=False)
class _Pictures:
    """Rows `(pictures,)` int64 of the batch's positions, laid one after another, and how many positions there are."""

    rows: torch.Tensor
    positions: int

    def on(self, device: torch.device) -> torch.Tensor:
        """Return the rows on `device`; they are moved there once, not once a layer."""
        if self.rows.device != device:
            self.rows = self.rows.to(device)
        return self.rows


_READ_NOW: ContextVar[_Pictures | None] = ContextVar("pictures", default=None)


@contextmanager
def pictures_at(mask: torch.Tensor) -> Iterator[None]:
    """Say which positions `(batch, tokens)` bool of the embeddings that are read inside hold pictures."""
    # Found once here, not once a layer.
    rows = mask.flatten().nonzero().squeeze(1)
    token = _READ_NOW.set(_Pictures(rows, mask.numel()) if len(rows) else None)
    try:
        yield
    finally:
        _READ_NOW.reset(token)


def picture_rows(x: torch.Tensor) -> torch.Tensor | None:
    """Return which rows of `x` `(..., features)` hold pictures, `(pictures,)` int64; None where none does.

    Raises InvalidInput where `x` is not made of the positions that were told of.
    """
    pictures = _READ_NOW.get()
    if pictures is None:
        return None
    if x.shape[:-1].numel() != pictures.positions:
        raise InvalidInput(
            f"This decoder reads {x.shape[:-1].numel()} positions where {pictures.positions} were told of, so it is "
            "not known which of them hold pictures."
        )
    return pictures.on(x.device)


def picture_mask(x: torch.Tensor) -> torch.Tensor:
    """Return which positions of `x` `(batch, tokens, features)` hold pictures, `(batch, tokens)` bool."""
    mask = torch.zeros(x.shape[:-1].numel(), dtype=torch.bool, device=x.device)
    rows = picture_rows(x)
    if rows is not None:
        mask[rows] = True
    return mask.view(x.shape[:-1])
