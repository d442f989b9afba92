"""Sound as the recogniser hears it; what decodes a file into it is `multimodal.audio` (no torch, no libav)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
DEFAULT_MAX_SECONDS = 2 * 60 * 60
"""Two hours are 440 MiB of samples; a consultation is rarely longer than one."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Sound as the recogniser hears it: `samples` of shape `(n,)`, float32 in [-1, 1], mono, 16 kHz."""

    samples: NDArray[np.float32]
    damaged_packets: int = 0
    """How many packets of the file could not be decoded and are missing from the samples."""

    @classmethod
    def of(cls, pcm: bytearray, damaged_packets: int) -> Recording:
        """Make one of float32 samples in the machine's byte order, which it goes on using: there is no second copy.

        Float files that hold NaN, infinity or integer-sized values are brought into [-1, 1].
        """
        return cls(_tame(np.frombuffer(pcm, dtype=np.float32)), damaged_packets)

    @property
    def duration_s(self) -> float:
        """The length of what was decoded, not of what the header claims."""
        return len(self.samples) / SAMPLE_RATE_HZ


def _tame(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    peak = 0.0
    # Block by block: over an hour at once the masks alone would be as large as the samples.
    for start in range(0, len(samples), _BLOCK):
        block = samples[start : start + _BLOCK]
        np.nan_to_num(block, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        peak = max(peak, float(block.max()), -float(block.min()))
    if peak > 1:
        samples /= np.float32(peak)
    return samples
