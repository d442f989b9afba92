"""A recording that is being made into a vault: sealed frames that last, and a readable copy for who follows it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from desktop.record.wav import SAMPLE_BYTES, SAMPLE_RATE_HZ, RecordingStorageError, WavWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.vault.recording import FrameWriter


class LiveRecording:
    """Has the methods of `WavWriter`; only the sealed frames decide whether sound is kept.

    The copy is given up where its disk refuses it: the recording goes on, its words are recognised afterwards.
    """

    def __init__(self, file: Path, frames: FrameWriter, ended: Callable[[int], None]) -> None:
        self.file = file
        self._frames = frames
        self._ended = ended
        self._sound_bytes = 0
        self._copy: WavWriter | None = None
        with contextlib.suppress(RecordingStorageError):
            self._copy = WavWriter(file)

    @property
    def duration_s(self) -> float:
        """How much sound was taken."""
        return self._sound_bytes / (SAMPLE_RATE_HZ * SAMPLE_BYTES)

    def append(self, samples: bytes) -> None:
        """Add little-endian 16-bit samples; raises a RecordingStorageError, what was added before is kept."""
        self._frames.append(samples)
        self._sound_bytes += len(samples)
        self._with_copy(lambda copy: copy.append(samples))

    def flush(self) -> None:
        """Seal what was taken and begin to flush it; raises a RecordingStorageError."""
        self._frames.flush()

    def close(self) -> None:
        """End the recording; raises a RecordingStorageError, with everything closed all the same."""
        self._with_copy(WavWriter.close)
        self._frames.close()
        self._ended(self._frames.frames)

    def _with_copy(self, work: Callable[[WavWriter], None]) -> None:
        if self._copy is None:
            return
        try:
            work(self._copy)
        except RecordingStorageError:
            copy, self._copy = self._copy, None
            with contextlib.suppress(RecordingStorageError):
                copy.close()
            with contextlib.suppress(OSError):
                self.file.unlink(missing_ok=True)  # it would be taken for the whole recording
