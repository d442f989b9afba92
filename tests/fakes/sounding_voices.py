"""A voice encoder for which the loudness of a sound is its voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.voice_encoder import VECTOR_SIZE

if TYPE_CHECKING:
    from numpy.typing import NDArray


class SoundingVoices:
    """Stands in for `VoiceEncoder`: louder than a half is one voice, quieter another one."""

    def __init__(self) -> None:
        self.listened = 0

    def sliding(self, samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return a window for every 0.2 s."""
        self.listened += 1
        middles = np.arange(0.1, len(samples) / SAMPLE_RATE_HZ, 0.2, dtype=np.float32)
        loud = np.array([abs(samples[int(at * SAMPLE_RATE_HZ)]) > 0.5 for at in middles], np.int64)
        return middles, np.eye(VECTOR_SIZE, dtype=np.float32)[loud]
