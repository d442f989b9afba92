"""Recovers the 4-bit and 8-bit groups in which a checkpoint was published, and computes with them.

GGUF's Q4_1 stores groups of 32 weights as d * q + m with q from 0 to 15, Q4_0 the same with m = -8 d, Q8_0
stores d * q with q from -127 to 127. Expanded to float32 they take more than three times the memory. A matrix is
taken back into groups only where every weight comes out equal to the last bit, so nothing is lost and no other
checkpoint is touched: this is no quantisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

OUTPUTS, GROUP = 64, 32
"""Of `lm.group_kernels`, which is imported, and compiled, only where it is used."""
_HIGHEST_4BIT, _HIGHEST_8BIT = 15, 127
_CHUNK_BLOCKS = 16
"""Several tokens are multiplied with so many expanded blocks at a time, which stay in the cache (measured with 72 to
256 tokens: 64 blocks take a fifth longer, 4 a little)."""
FEW_TOKENS = 48
"""So many are multiplied with the groups themselves, as a draft is checked; more repay torch's product with expanded
weights (measured: 48 tokens take 0.17 s with the groups of a 135M decoder, 0.24 s expanded)."""
_HANDFUL = 4
"""So many are multiplied with the groups where there are bfloat16 kernels, whose time hardly grows from 4 to 48 tokens
(measured with AMX: 4 tokens take 30 ms with the groups of a 135M decoder and 45 ms with those, 8 take 46 and 48)."""


class HalfProduct(Protocol):
    """A matrix `(outputs, inputs)` in bfloat16, in the order that its kernels read."""

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Map `(tokens, inputs)` float32 to `(tokens, outputs)` float32."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupMatrix:
    """A matrix `(outputs, inputs)` in exact groups, laid out as `lm.group_kernels` reads it."""

    outputs: int
    inputs: int
    values: NDArray[np.int8]
    scales: NDArray[np.float32]
    lows: NDArray[np.float32]
    """Zero in 8-bit groups, which have only a scale."""
    many: HalfProduct | None = None
    """Where the processor has bfloat16 kernels: multiplies more than a handful of tokens."""

    def warm_up(self) -> None:
        """Compile every kernel now, while the decoder loads, rather than in the middle of the first answers."""
        for tokens in (1, 2, FEW_TOKENS + 1):
            self.product(torch.zeros(tokens, self.inputs))

    def product(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(..., inputs)` float32 to `(..., outputs)`."""
        rows = x.reshape(-1, self.inputs)
        out = self._product_of(rows)
        return out[:, : self.outputs].reshape(*x.shape[:-1], self.outputs)

    def _product_of(self, rows: torch.Tensor) -> torch.Tensor:
        if self.many is not None and rows.shape[0] > _HANDFUL:
            return self.many(rows)
        return self._directly(rows) if rows.shape[0] <= FEW_TOKENS else self._together(rows)

    def _directly(self, rows: torch.Tensor) -> torch.Tensor:
        from lm.group_kernels import multiply, multiply_several

        features = rows.contiguous().numpy()
        out = np.empty((rows.shape[0], self.scales.shape[0] * OUTPUTS), np.float32)
        if len(features) == 1:
            multiply(features[0], self.values, self.scales, self.lows, out[0])
        else:
            multiply_several(features, self.values, self.scales, self.lows, out)
        return torch.from_numpy(out)

    def _together(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.cat([rows @ columns for columns in self._expanded()], 1)

    def _expanded(self) -> Iterator[torch.Tensor]:
        """Yield the transposed weights in pieces `(inputs, up to 1024 outputs)`; each piece reuses the memory."""
        from lm.group_kernels import expand

        blocks = self.scales.shape[0]
        scratch = np.empty((self.inputs, min(blocks, _CHUNK_BLOCKS) * OUTPUTS), np.float32)
        for start in range(0, blocks, _CHUNK_BLOCKS):
            part = slice(start, start + _CHUNK_BLOCKS)
            piece = scratch[:, : len(self.scales[part]) * OUTPUTS]
            expand(self.values[part], self.scales[part], self.lows[part], piece)
            yield torch.from_numpy(piece)

    def full(self) -> torch.Tensor:
        """Return the weights `(outputs, inputs)` float32, equal to the last bit to those that were recovered."""
        return torch.cat([piece.T.clone() for piece in self._expanded()])[: self.outputs].contiguous()

    def rows(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the rows `ids` (...) int64, `(..., inputs)` float32."""
        block, lane = np.divmod(ids.reshape(-1).numpy(), OUTPUTS)
        values = self.values[block, :, lane].astype(np.float32)
        scales, lows = (np.repeat(part[block, :, lane], GROUP, axis=1) for part in (self.scales, self.lows))
        return torch.from_numpy(values * scales + lows).reshape(*ids.shape, self.inputs)


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
    """An embedding table on a `GroupMatrix`, which the output projection may share."""

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
    found = _recover_4bit(groups) or _recover_8bit(groups)
    if found is None:
        return None
    values, scales, lows = found
    return GroupMatrix(
        outputs,
        inputs,
        _in_blocks(values.reshape(outputs, inputs)).numpy(),
        _in_blocks(scales.reshape(outputs, -1)).numpy(),
        _in_blocks(lows.reshape(outputs, -1)).numpy(),
    )


def _in_blocks(rows: torch.Tensor) -> torch.Tensor:
    """Return `rows` `(outputs, n)` as `(blocks, n, 64)`, the last block filled with zeros."""
    missing = -rows.shape[0] % OUTPUTS
    padded = torch.nn.functional.pad(rows, (0, 0, 0, missing))
    return padded.reshape(-1, OUTPUTS, rows.shape[1]).transpose(1, 2).contiguous()


def _recover_4bit(groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None:
    """Return values int8, scales and lows of `groups` `(n, 32)`, or None where one of them has no exact form."""
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
    return exact, values.to(torch.int8), scales, lows


def _recover_8bit(groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor] | None:
    """Return values int8, scales and zeros, or None where a group has no exact form."""
    if not _try_8bit(groups[:64])[0].all():
        return None
    exact, values, scales = _try_8bit(groups)
    return (values, scales, torch.zeros_like(scales)) if exact.all() else None


def _try_8bit(groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    scales = _rounded(groups.abs().amax(1) / _HIGHEST_8BIT)
    divisors = torch.where(scales == 0, torch.ones_like(scales), scales)
    values = (groups / divisors[:, None]).round_().clamp_(-_HIGHEST_8BIT, _HIGHEST_8BIT)
    return (values * scales[:, None] == groups).all(1), values.to(torch.int8), scales


def _rounded(numbers: torch.Tensor) -> torch.Tensor:
    """Return the nearest float16 numbers, in which GGUF stores scales and lows."""
    return numbers.half().float()
