"""The layers of low-rank adapters: what is added to a linear layer, and the layer that adds it."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from lm.picture_positions import picture_rows

if TYPE_CHECKING:
    from lm.group_weights import GroupLinear
    from lm.lora import LoraOptions


class LoraPositions(StrEnum):
    """Where adapters act."""

    EVERYWHERE = "everywhere"
    PICTURES = "pictures"
    """At picture tokens alone (the visual expert of CogVLM, arXiv:2311.03079): text is computed as without them."""


class LowRank(nn.Module):
    """The trained part: alpha / rank * B A x, in float32 whatever the decoder's dtype."""

    def __init__(self, inputs: int, outputs: int, options: LoraOptions) -> None:
        super().__init__()
        # Parameters rather than linear layers: what packs the decoder's layers has no business with them.
        self.down = nn.Parameter(torch.empty(options.rank, inputs))
        self.up = nn.Parameter(torch.zeros(outputs, options.rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))
        self.dropout = nn.Dropout(options.dropout)
        self.scale = options.alpha / options.rank
        self.positions = options.positions
        self.active = True

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(..., inputs)` to what is added, `(..., outputs)`."""
        inner = F.linear(self.dropout(x.to(self.down.dtype)), self.down)
        return F.linear(inner * self.scale, self.up)

    def rows(self, x: torch.Tensor) -> torch.Tensor | None:
        """Return the rows of `x` `(..., inputs)` that hold pictures, `(pictures,)` int64, None where none does."""
        found = picture_rows(x)
        if found is None and torch.is_grad_enabled() and self.up.requires_grad:
            # No row, but a gradient of zeros: other processes wait for one.
            return torch.empty(0, dtype=torch.long, device=x.device)
        return found

    @torch.no_grad()
    def product(self) -> torch.Tensor:
        """Return alpha / rank * B A, `(outputs, inputs)` float32."""
        return self.scale * (self.up.float() @ self.down.float())


class LoraLinear(nn.Module):
    """A frozen linear layer, in whatever form, with its adapter."""

    def __init__(self, linear: nn.Linear | GroupLinear, low_rank: LowRank) -> None:
        super().__init__()
        self.linear = linear
        self.low_rank = low_rank

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(..., inputs)` to `(..., outputs)`."""
        product: torch.Tensor = self.linear(x)
        if not self.low_rank.active:
            return product
        if self.low_rank.positions is LoraPositions.EVERYWHERE:
            everywhere: torch.Tensor = self.low_rank(x)
            return product + everywhere.to(product.dtype)
        rows = self.low_rank.rows(x)
        if rows is None:
            return product
        added = self.low_rank(x.reshape(-1, x.shape[-1])[rows]).to(product.dtype)
        whole = product.reshape(-1, product.shape[-1]).index_add_(0, rows, added)
        return whole.view(product.shape)
