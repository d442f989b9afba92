"""Products of one token or a few with group-wise weights on any processor, compiled at first use.

One token at a time a decoder is bound by reading its weights, and these are a third as many bytes as float32.
The sums are float32, so a product differs from the full one only in the order of its additions. torch's own
kernels for such weights are fast only with bfloat16 scales, which would change the weights. Values of 4 bits
take a byte each: taking pairs apart costs more time than reading them (measured, 0.16 to 0.08 ns a weight).

Blocks of 64 outputs lie side by side, so that one vector instruction works on neighbouring outputs:

    values `(blocks, inputs, 64)` int8
    scales, lows `(blocks, inputs / 32, 64)` float32: weight = scale * value + low
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

OUTPUTS = 64
"""In a block."""
GROUP = 32
"""Inputs that share a scale."""


def _multiply(
    x: NDArray[Any], values: NDArray[Any], scales: NDArray[Any], lows: NDArray[Any], out: NDArray[Any]
) -> None:
    blocks, groups = scales.shape[0], scales.shape[1]
    for block in numba.prange(blocks):
        total = np.zeros(OUTPUTS, np.float32)
        for group in range(groups):
            part = np.zeros(OUTPUTS, np.float32)
            inputs = np.float32(0)
            for index in range(group * GROUP, group * GROUP + GROUP):
                feature = x[index]
                inputs += feature
                for lane in range(OUTPUTS):
                    part[lane] += feature * np.float32(values[block, index, lane])
            for lane in range(OUTPUTS):
                total[lane] += part[lane] * scales[block, group, lane] + inputs * lows[block, group, lane]
        for lane in range(OUTPUTS):
            out[block * OUTPUTS + lane] = total[lane]


def _multiply_several(
    x: NDArray[Any], values: NDArray[Any], scales: NDArray[Any], lows: NDArray[Any], out: NDArray[Any]
) -> None:
    rows, blocks, groups = x.shape[0], scales.shape[0], scales.shape[1]
    out[:] = 0
    for block in numba.prange(blocks):
        # One group of one block, expanded once for all tokens, stays in the processor's nearest cache.
        weights = np.empty((GROUP, OUTPUTS), np.float32)
        for group in range(groups):
            for index in range(GROUP):
                for lane in range(OUTPUTS):
                    product = scales[block, group, lane] * np.float32(values[block, group * GROUP + index, lane])
                    weights[index, lane] = product + lows[block, group, lane]
            for row in range(rows):
                part = np.zeros(OUTPUTS, np.float32)
                for index in range(GROUP):
                    feature = x[row, group * GROUP + index]
                    for lane in range(OUTPUTS):
                        part[lane] += feature * weights[index, lane]
                for lane in range(OUTPUTS):
                    out[row, block * OUTPUTS + lane] += part[lane]


def _expand(values: NDArray[Any], scales: NDArray[Any], lows: NDArray[Any], out: NDArray[Any]) -> None:
    blocks, inputs = values.shape[0], values.shape[1]
    for block in range(blocks):
        for index in range(inputs):
            group = index // GROUP
            weights = out[index, block * OUTPUTS : block * OUTPUTS + OUTPUTS]
            for lane in range(OUTPUTS):
                # The product is exact in float32, so that fused or not, the sum rounds in the same way.
                product = scales[block, group, lane] * np.float32(values[block, index, lane])
                weights[lane] = product + lows[block, group, lane]


def _has_safe_threads() -> bool:
    """Tell whether numba finds OpenMP: its own pool of threads ends the process when two of ours multiply at once."""
    try:
        importlib.import_module("numba.np.ufunc.omppool")
    except ImportError:
        return False
    numba.config.THREADING_LAYER = "omp"
    return True


_PARALLEL = _has_safe_threads()
# Additions may change their order where they only sum up; expanded weights are exact to the last bit. No lock of
# Python is held, and the machine code is kept beside Python's own, so that only the first start compiles it.
_summing = numba.njit(nogil=True, cache=True, parallel=_PARALLEL, fastmath={"reassoc", "contract"})
multiply: Any = _summing(_multiply)
"""`(x, values, scales, lows, out)`: one token's `x` `(inputs,)` to `out` `(blocks * 64,)`, float32."""
multiply_several: Any = _summing(_multiply_several)
"""`(x, values, scales, lows, out)`: the same for `(tokens, inputs)` to `(tokens, blocks * 64)`."""
expand: Any = numba.njit(nogil=True, cache=True, fastmath={"contract"})(_expand)
"""`(values, scales, lows, out)`: the weights themselves into `out` `(inputs, blocks * 64)` float32."""
