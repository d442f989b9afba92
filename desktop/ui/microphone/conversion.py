"""From what a microphone delivers to what is recorded, 16 kHz mono 16 bit; and how loud it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.record.wav import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desktop.ui.microphone.audio_input import SoundBlock

SILENT_DBFS = -70.0
"""Below any microphone in a room: a muted or unplugged one, or one that the system keeps from us."""
SILENCE_S = 2.0
LOWEST_SHOWN_DBFS = -60.0
_NOTHING_DBFS = -120.0
_FULL_SCALE = 32_768.0


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a stretch of sound is, in decibels below full scale."""

    rms_dbfs: float
    peak_dbfs: float

    @property
    def share(self) -> float:
        """The level on a meter that begins at LOWEST_SHOWN_DBFS, 0 to 1."""
        return min(max(1 - self.rms_dbfs / LOWEST_SHOWN_DBFS, 0.0), 1.0)


def level_of(samples: NDArray[np.int16]) -> Level:
    """Measure samples of shape `(n,)`."""
    import numpy as np  # here: the window starts without it

    if not len(samples):
        return Level(_NOTHING_DBFS, _NOTHING_DBFS)
    wide = samples.astype(np.float32) / _FULL_SCALE
    return Level(_dbfs(float(np.sqrt(np.mean(wide * wide)))), _dbfs(float(np.max(np.abs(wide)))))


def _dbfs(share: float) -> float:
    return max(20 * math.log10(share), _NOTHING_DBFS) if share > 0 else _NOTHING_DBFS


class RecordingConverter:
    """Mixes to one channel and resamples; one for each opening of a device, since it keeps the filter's tail.

    swresample does the work, with its filter sharp enough that nothing above 8 kHz folds back into speech.
    """

    def __init__(self, rate_hz: int) -> None:
        # Only now: it takes a tenth of a second that the start of the window has no need of.
        from av import AudioFrame
        from av.audio.resampler import AudioResampler

        self.rate_hz = rate_hz
        self._frame_class: Any = AudioFrame
        self._resampler: Any = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)

    def convert(self, block: SoundBlock) -> NDArray[np.int16]:
        """Return what of the sound is ready, shape `(n,)`; the filter holds back a few samples until `finish`."""
        import numpy as np  # here: the window starts without it

        mono = block.samples.mean(axis=1, dtype=np.float32)
        frame = self._frame_class.from_ndarray(np.ascontiguousarray(mono[None, :]), format="flt", layout="mono")
        frame.sample_rate = self.rate_hz
        return self._joined(self._resampler.resample(frame))

    def finish(self) -> NDArray[np.int16]:
        """Return the samples that the filter still held; the converter is then used up."""
        return self._joined(self._resampler.resample(None))

    def _joined(self, frames: list[Any]) -> NDArray[np.int16]:
        import numpy as np  # here: the window starts without it

        parts = [frame.to_ndarray().reshape(-1) for frame in frames]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)


class SilenceWatch:
    """Notices when a microphone delivers nothing but silence for SILENCE_S."""

    def __init__(self) -> None:
        self._silent_samples = 0

    @property
    def is_silent(self) -> bool:
        """The last SILENCE_S were silence."""
        return self._silent_samples >= SILENCE_S * SAMPLE_RATE_HZ

    def hear(self, samples: int, level: Level) -> bool:
        """Take the level of so many samples; return whether `is_silent` changed."""
        before = self.is_silent
        self._silent_samples = self._silent_samples + samples if level.peak_dbfs < SILENT_DBFS else 0
        return self.is_silent != before
