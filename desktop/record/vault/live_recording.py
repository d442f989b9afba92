"""A recording that is being made into a vault: sealed frames that last, and a readable copy for who follows it."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from desktop.record.wav import SAMPLE_BYTES, SAMPLE_RATE_HZ, RecordingStorageError, WavWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.vault.recording import FrameWriter


class LiveRecording:
    """Has the methods of `WavWriter`; only the sealed frames decide whether sound is kept.

    The copy is given up where its disk refuses it, and when the vault is locked: the recording goes on, its words are
    recognised afterwards. While the vault is locked it holds the key of its own file and of no other.
    """

    def __init__(self, file: Path, file_id: str, frames: FrameWriter, ended: Callable[[int], None]) -> None:
        self.file = file
        self.file_id = file_id
        """Which sealed file it writes."""
        self._frames = frames
        self._ended: Callable[[int], None] | None = ended
        self._is_closed = False
        self._handing_over = threading.RLock()
        """Held for no longer than a write: the vault is locked in another thread than the one that records."""
        self._sound_bytes = 0
        self._copy: WavWriter | None = None
        with contextlib.suppress(RecordingStorageError):
            self._copy = WavWriter(file)

    @property
    def duration_s(self) -> float:
        """How much sound was taken."""
        return self._sound_bytes / (SAMPLE_RATE_HZ * SAMPLE_BYTES)

    @property
    def has_ended(self) -> bool:
        """Whether nothing comes any more."""
        return self._is_closed

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
        with self._handing_over:
            self._is_closed = True
            ended = self._ended
        if ended:
            ended(self._frames.frames)

    def go_on_locked(self) -> bool:
        """Let go of the vault, which is being locked, and of all that is readable; returns whether it still runs."""
        with self._handing_over:
            self._ended = None
            if not self._is_closed:
                self._give_up_copy()
            return not self._is_closed

    def go_on_unlocked(self, ended: Callable[[int], None]) -> None:
        """Tell the vault, which is open again, of the end; at once where it came meanwhile."""
        with self._handing_over:
            self._ended = ended
            is_closed = self._is_closed
        if is_closed:
            ended(self._frames.frames)

    def _with_copy(self, work: Callable[[WavWriter], None]) -> None:
        with self._handing_over:
            if self._copy is None:
                return
            try:
                work(self._copy)
            except RecordingStorageError:
                self._give_up_copy()

    def _give_up_copy(self) -> None:
        copy, self._copy = self._copy, None
        if copy is None:
            return
        with contextlib.suppress(RecordingStorageError):
            copy.close()
        with contextlib.suppress(OSError):
            self.file.unlink(missing_ok=True)  # it would be taken for the whole recording
