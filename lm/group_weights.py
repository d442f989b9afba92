"""Recovers the 4-bit and 8-bit groups in which a checkpoint was published, and computes with them.

GGUF's Q4_1 stores groups of 32 weights as d * q + m with q from 0 to 15, Q4_0 the same with m = -8 d, Q8_0
stores d * q with q from -127 to 127. Expanded to float32 they take five to eight times the memory. A matrix is
taken back into groups only where every weight comes out equal to the last bit, so nothing is lost and no other
checkpoint is touched: this is no quantisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

OUTPUTS, GROUP = 64, 32
"""Of `lm.group_kernels`, which is imported, and compiled, only where it is used."""
_HIGHEST_4BIT, _HIGHEST_8BIT = 15, 127
_CHUNK_BLOCKS = 64
"""Several tokens are multiplied with so many expanded blocks at a time, a few MB that stay in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupMatrix:
    """A matrix `(outputs, inputs)` in exact groups, laid out as `lm.group_kernels` reads it."""

    outputs: int
    inputs: int
    values: NDArray[Any]
    scales: NDArray[np.float32]
    lows: NDArray[np.float32] | None
    """None where a group has only a scale (8 bits)."""

    def product(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(..., inputs)` float32 to `(..., outputs)`."""
        rows = x.reshape(-1, self.inputs)
        out = self._one(rows) if rows.shape[0] == 1 else self._several(rows)
        return out.reshape(*x.shape[:-1], self.outputs)

    def _one(self, rows: torch.Tensor) -> torch.Tensor:
        from lm.group_kernels import multiply_4bit, multiply_8bit

        out = np.empty(self.scales.shape[0] * OUTPUTS, np.float32)
        features = rows[0].contiguous().numpy()
        if self.lows is None:
            multiply_8bit(features, self.values, self.scales, out)
        else:
            multiply_4bit(features, self.values, self.scales, self.lows, out)
        return torch.from_numpy(out)[: self.outputs]

    def _several(self, rows: torch.Tensor) -> torch.Tensor:
        parts = [rows @ columns for columns in self._expanded()]
        return (torch.cat(parts, 1) if len(parts) > 1 else parts[0])[:, : self.outputs]

    def _expanded(self) -> Iterator[torch.Tensor]:
        """Yield the transposed weights in pieces `(inputs, up to 4096 outputs)`; each piece reuses the memory."""
        from lm.group_kernels import expand_4bit, expand_8bit

        blocks = self.scales.shape[0]
        scratch = np.empty((self.inputs, min(blocks, _CHUNK_BLOCKS) * OUTPUTS), np.float32)
        for start in range(0, blocks, _CHUNK_BLOCKS):
            part = slice(start, start + _CHUNK_BLOCKS)
            values, scales = self.values[part], self.scales[part]
            piece = scratch[:, : len(scales) * OUTPUTS]
            if self.lows is None:
                expand_8bit(values, scales, piece)
            else:
                expand_4bit(values, scales, self.lows[part], piece)
            yield torch.from_numpy(piece)

    def full(self) -> torch.Tensor:
        """Return the weights `(outputs, inputs)` float32, equal to the last bit to those that were recovered."""
        return torch.cat([piece.T.clone() for piece in self._expanded()])[: self.outputs].contiguous()

    def rows(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the rows `ids` (...) int64 of an 8-bit matrix, `(..., inputs)` float32."""
        block, lane = np.divmod(ids.reshape(-1).numpy(), OUTPUTS)
        values = self.values[block, :, lane].astype(np.float32)
        rows = values * np.repeat(self.scales[block, :, lane], GROUP, axis=1)
        return torch.from_numpy(rows).reshape(*ids.shape, self.inputs)


class GroupLinear(nn.Module):
    """A linear layer on a `GroupMatrix`, for inference on the CPU; its weights are no parameters."""

    def __init__(self, matrix: GroupMatrix, bias: torch.Tensor | None = None) -> None:
        super().__init__()
        self.matrix = matrix
        self.bias = None if bias is None else bias.detach()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(..., inputs)` to `(..., outputs)`. Raises RuntimeError where a gradient would be lost."""
        if torch.is_grad_enabled() and x.requires_grad:
            raise RuntimeError("group weights carry no gradients; use lm.packing.unpacked(decoder)")
        product = self.matrix.product(x.detach())
        return product if self.bias is None else product + self.bias


class GroupEmbedding(nn.Module):
    """An embedding table on an 8-bit `GroupMatrix`, which the output projection may share."""

    def __init__(self, matrix: GroupMatrix) -> None:
        super().__init__()
        self.matrix = matrix

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Map `ids` (...) int64 to `(..., inputs)` float32."""
        return self.matrix.rows(ids)


def recover(weight: torch.Tensor) -> GroupMatrix | None:
    """Return `weight` `(outputs, inputs)` float32 in groups of 4 or 8 bits, or None where it never was in such."""
    outputs, inputs = weight.shape
    if weight.dtype != torch.float32 or weight.device.type != "cpu" or inputs % GROUP:
        return None
    groups = weight.detach().reshape(-1, GROUP)
    four = _recover_4bit(groups)
    if four is not None:
        values, scales, lows = four
        blocks = _in_blocks(values.reshape(outputs, inputs))
        half = OUTPUTS // 2
        pairs = blocks[:, :, :half] | blocks[:, :, half:] << 4
        return GroupMatrix(outputs, inputs, pairs.numpy(), _of_groups(scales, outputs), _of_groups(lows, outputs))
    eight = _recover_8bit(groups)
    if eight is None:
        return None
    values, scales = eight
    blocks = _in_blocks(values.reshape(outputs, inputs))
    return GroupMatrix(outputs, inputs, blocks.numpy(), _of_groups(scales, outputs), None)


def _of_groups(numbers: torch.Tensor, outputs: int) -> NDArray[np.float32]:
    blocks: NDArray[np.float32] = _in_blocks(numbers.reshape(outputs, -1)).numpy()
    return blocks


def _in_blocks(rows: torch.Tensor) -> torch.Tensor:
    """Return `rows` `(outputs, n)` as `(blocks, n, 64)`, the last block filled with zeros."""
    missing = -rows.shape[0] % OUTPUTS
    padded = torch.nn.functional.pad(rows, (0, 0, 0, missing))
    return padded.reshape(-1, OUTPUTS, rows.shape[1]).transpose(1, 2).contiguous()


def _recover_4bit(groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None:
    """Return values uint8, scales and lows of `groups` `(n, 32)`, or None where one of them has no exact form."""
    # A look at a few groups spares the work on a matrix that never was 4-bit.
    if not _fit_4bit(groups[:64])[0].all():
        return None
    exact, values, scales, lows = _fit_4bit(groups)
    return (values, scales, lows) if exact.all() else None


def _fit_4bit(groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return which groups have an exact form, and the forms."""
    exact, values, scales, lows = _try_4bit(groups, _HIGHEST_4BIT, 0, 1)
    # Most groups use both ends of the range; of the others it is not known which part of it they use.
    for steps in range(_HIGHEST_4BIT, 0, -1):
        for lowest in range(_HIGHEST_4BIT - steps + 1):
            for sign in (1, -1):
                left = (~exact).nonzero().squeeze(1)
                if not len(left):
                    return exact, values, scales, lows
                found, *form = _try_4bit(groups[left], steps, lowest, sign)
                for target, source in zip((values, scales, lows), form, strict=True):
                    target[left[found]] = source[found]
                exact[left[found]] = True
    return exact, values, scales, lows


def _try_4bit(
    groups: torch.Tensor, steps: int, lowest: int, sign: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Fit `steps` steps of a float16 scale of that sign, the weight nearest its low end at `lowest`."""
    smallest, largest = groups.aminmax(dim=1)
    scales = _rounded(sign * (largest - smallest) / steps)
    start = smallest if sign > 0 else largest
    lows = torch.where(scales == 0, start, _rounded(start - lowest * scales))
    divisors = torch.where(scales == 0, torch.ones_like(scales), scales)
    values = ((groups - lows[:, None]) / divisors[:, None]).round_().clamp_(0, _HIGHEST_4BIT)
    exact = (values * scales[:, None] + lows[:, None] == groups).all(1)
    return exact, values.to(torch.uint8), scales, lows


def _recover_8bit(groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor] | None:
    """Return values int8 and scales, or None where a group has no exact form."""
    if not _try_8bit(groups[:64])[0].all():
        return None
    exact, values, scales = _try_8bit(groups)
    return (values, scales) if exact.all() else None


def _try_8bit(groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    scales = _rounded(groups.abs().amax(1) / _HIGHEST_8BIT)
    divisors = torch.where(scales == 0, torch.ones_like(scales), scales)
    values = (groups / divisors[:, None]).round_().clamp_(-_HIGHEST_8BIT, _HIGHEST_8BIT)
    return (values * scales[:, None] == groups).all(1), values.to(torch.int8), scales


def _rounded(numbers: torch.Tensor) -> torch.Tensor:
    """Return the nearest float16 numbers, in which GGUF stores scales and lows."""
    return numbers.half().float()
