"""Products of single tokens with group-wise 4-bit and 8-bit weights on any processor, compiled at first use.

One token at a time a decoder is bound by reading its weights, and these are a fifth as many bytes as float32.
The sums are float32, so a product differs from the full one only in the order of its additions. torch's own
kernels for such weights are fast only with bfloat16 scales, which would change the weights.

Blocks of 64 outputs lie side by side, so that one vector instruction works on neighbouring outputs:

    4-bit  values `(blocks, inputs, 32)` uint8, outputs 0-31 in the low halves, 32-63 in the high ones
    8-bit  values `(blocks, inputs, 64)` int8
    scales, lows `(blocks, inputs / 32, 64)` float32: weight = scale * value + low
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTPUTS = 64
"""In a block."""
GROUP = 32
"""Inputs that share a scale."""
_HALF = OUTPUTS // 2
_Array = "NDArray[Any]"


def _multiply_4bit(x: _Array, values: _Array, scales: _Array, lows: _Array, out: _Array) -> None:
    blocks, groups = scales.shape[0], scales.shape[1]
    for block in range(blocks):
        total = np.zeros(OUTPUTS, np.float32)
        for group in range(groups):
            part = np.zeros(OUTPUTS, np.float32)
            inputs = np.float32(0)
            for index in range(group * GROUP, group * GROUP + GROUP):
                feature = x[index]
                inputs += feature
                for lane in range(_HALF):
                    pair = values[block, index, lane]
                    part[lane] += feature * np.float32(pair & 15)
                    part[lane + _HALF] += feature * np.float32(pair >> 4)
            for lane in range(OUTPUTS):
                total[lane] += part[lane] * scales[block, group, lane] + inputs * lows[block, group, lane]
        for lane in range(OUTPUTS):
            out[block * OUTPUTS + lane] = total[lane]


def _multiply_8bit(x: _Array, values: _Array, scales: _Array, out: _Array) -> None:
    blocks, groups = scales.shape[0], scales.shape[1]
    for block in range(blocks):
        total = np.zeros(OUTPUTS, np.float32)
        for group in range(groups):
            part = np.zeros(OUTPUTS, np.float32)
            for index in range(group * GROUP, group * GROUP + GROUP):
                feature = x[index]
                for lane in range(OUTPUTS):
                    part[lane] += feature * np.float32(values[block, index, lane])
            for lane in range(OUTPUTS):
                total[lane] += part[lane] * scales[block, group, lane]
        for lane in range(OUTPUTS):
            out[block * OUTPUTS + lane] = total[lane]


def _expand_4bit(values: _Array, scales: _Array, lows: _Array, out: _Array) -> None:
    blocks, inputs = values.shape[0], values.shape[1]
    for index in range(inputs):
        group = index // GROUP
        for block in range(blocks):
            for lane in range(_HALF):
                pair = values[block, index, lane]
                low_lane, high_lane = block * OUTPUTS + lane, block * OUTPUTS + lane + _HALF
                out[index, low_lane] = scales[block, group, lane] * np.float32(pair & 15) + lows[block, group, lane]
                high = scales[block, group, lane + _HALF] * np.float32(pair >> 4)
                out[index, high_lane] = high + lows[block, group, lane + _HALF]


def _expand_8bit(values: _Array, scales: _Array, out: _Array) -> None:
    blocks, inputs = values.shape[0], values.shape[1]
    for index in range(inputs):
        group = index // GROUP
        for block in range(blocks):
            for lane in range(OUTPUTS):
                product = scales[block, group, lane] * np.float32(values[block, index, lane])
                out[index, block * OUTPUTS + lane] = product


# Additions may change their order where they only sum up; expanded weights are exact to the last bit. No lock of
# Python is held, and the machine code is kept beside Python's own, so that only the first start compiles it.
_SUMMING: dict[str, Any] = {"nogil": True, "cache": True, "fastmath": {"reassoc", "contract"}}
_EXACT: dict[str, Any] = {"nogil": True, "cache": True}

multiply_4bit: Any = numba.njit(**_SUMMING)(_multiply_4bit)
"""`(x, values, scales, lows, out)`: one token's `x` `(inputs,)` to `out` `(blocks * 64,)`, float32."""
multiply_8bit: Any = numba.njit(**_SUMMING)(_multiply_8bit)
"""`(x, values, scales, out)`: the same without lows."""
expand_4bit: Any = numba.njit(**_EXACT)(_expand_4bit)
"""`(values, scales, lows, out)`: the weights themselves into `out` `(inputs, blocks * 64)` float32."""
expand_8bit: Any = numba.njit(**_EXACT)(_expand_8bit)
"""`(values, scales, out)`: the same without lows."""
