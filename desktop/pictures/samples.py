"""Decoded values as 16-bit samples, and smaller sizes of them. Runs in the reader only."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from desktop.pictures.planes import MAX_LEVELS, MAX_SHOWN_PIXELS

Samples = NDArray[Any]
LARGEST_WITHOUT_LEVELS = 256
_HIGHEST = 65_535


def as_samples(values: Samples) -> tuple[Samples, float, float]:
    """Return uint16 samples with slope and intercept that lead back to the values.

    Whole numbers that span at most 16 bits stay exact; others are rounded to 65,536 steps of their own range.
    """
    low, high = float(values.min()), float(values.max())
    if np.issubdtype(values.dtype, np.integer) and high - low <= _HIGHEST:
        offset = 0.0 if low >= 0 and high <= _HIGHEST else -32_768.0 if low >= -32_768 and high <= 32_767 else low
        return (values.astype(np.int64) - int(offset)).astype(np.uint16), 1.0, offset
    step = (high - low) / _HIGHEST or 1.0
    return ((values.astype(np.float64) - low) / step).round().astype(np.uint16), step, low


def reduced(samples: Samples, max_side: int | None) -> Samples:
    """Return the picture with no side over `max_side` and no more pixels than are ever shown."""
    rows, columns = samples.shape[:2]
    share = min(
        1.0, (MAX_SHOWN_PIXELS / (rows * columns)) ** 0.5, (max_side or max(rows, columns)) / max(rows, columns)
    )
    if share == 1.0:
        return samples
    size = (max(1, int(columns * share)), max(1, int(rows * share)))
    if samples.ndim == 3:
        return np.asarray(Image.fromarray(samples).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))
    # Pillow resamples 16-bit greys only as floating point numbers.
    grey = Image.fromarray(samples.astype(np.float32)).resize(size, Image.Resampling.BOX)
    return np.asarray(grey).round().astype(np.uint16)


def levels_of(samples: Samples) -> tuple[Samples, ...]:
    """Return the picture and, where it is large, its halves: the window then never shrinks many pixels at once."""
    levels = [samples]
    while max(levels[-1].shape[:2]) > LARGEST_WITHOUT_LEVELS and len(levels) < MAX_LEVELS:
        if min(levels[-1].shape[:2]) < 2:
            break
        levels.append(_half(levels[-1]))
    return tuple(levels)


def _half(samples: Samples) -> Samples:
    rows, columns = (side // 2 * 2 for side in samples.shape[:2])
    even = samples[:rows, :columns].astype(np.uint32)
    total = even[0::2, 0::2] + even[0::2, 1::2] + even[1::2, 0::2] + even[1::2, 1::2]
    return ((total + 2) // 4).astype(samples.dtype)
