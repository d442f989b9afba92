"""A WAV file that is whole at every moment: 16 kHz, mono, 16 bit, appended while someone speaks (no Qt, no torch).

The header is patched after the samples it counts, so that a killed window leaves a playable file, and a worker can
follow the file while it grows: what stands after byte HEADER_BYTES is samples.
"""

from __future__ import annotations

import errno
import os
import struct
from typing import TYPE_CHECKING, Protocol

from desktop.record.syncing import Syncer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

SAMPLE_RATE_HZ = 16_000
SAMPLE_BYTES = 2
HEADER_BYTES = 44
FLUSH_INTERVAL_S = 0.8
"""Together with the time a sync takes this stays under the second that may be lost."""

_RIFF_SIZE_AT, _DATA_SIZE_AT = 4, 40
_LARGEST_DATA_BYTES = 0xFFFF_FFFF - HEADER_BYTES - 1
"""RIFF counts in 32 bits: 37 hours of this format."""


class RecordingStorageError(Exception):
    """The recording cannot go on; what was written before stays playable."""


class DiskFull(RecordingStorageError):
    """The disk has no room for more sound."""


class DiskFault(RecordingStorageError):
    """The disk, the folder or the file refused the sound for another reason."""


class NotAgreed(RecordingStorageError):
    """Nobody has said that may be recorded in this encounter; nothing was made."""


class RecordingTooLong(RecordingStorageError):
    """A WAV file can hold no more."""


def open_private(path: Path) -> BinaryIO:
    """Open a new file that only its owner may read; what is recorded already is never written over."""
    return open(path, "xb", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600))


class RecordingWriter(Protocol):
    """A recording that is being written; its methods but `close` raise a RecordingStorageError with the sound kept."""

    @property
    def file(self) -> Path:
        """Where its sound can be read while it grows."""

    @property
    def duration_s(self) -> float:
        """How much sound was taken."""

    def append(self, samples: bytes) -> None:
        """Add little-endian 16-bit samples."""

    def flush(self) -> None:
        """Begin to flush what was taken."""

    def close(self) -> None:
        """End it; also where this raises, everything is closed."""


class WavWriter:
    """Writes one recording; every method but the constructor leaves a playable file, also when it raises.

    Syncing to the disk happens on a thread of its own: a slow disk must not stop the window.
    """

    def __init__(self, file: Path, open_file: Callable[[Path], BinaryIO] = open_private) -> None:
        """Begin the file; raises a RecordingStorageError where that is impossible."""
        self.file = file
        self._data_bytes = 0
        self._closed = False
        self._output: BinaryIO | None = None
        try:
            self._output = open_file(file)
            self._write(wav_header(0))
        except OSError as error:
            if self._output is not None:
                self._output.close()
            raise storage_error(error) from error
        self._syncer = Syncer(self._output)

    @property
    def duration_s(self) -> float:
        """How much sound the file holds."""
        return self._data_bytes / (SAMPLE_RATE_HZ * SAMPLE_BYTES)

    def append(self, samples: bytes) -> None:
        """Add little-endian 16-bit samples; at most FLUSH_INTERVAL_S later they are safe from a power cut too.

        Raises DiskFull, DiskFault or RecordingTooLong; what fitted is kept.
        """
        if self._data_bytes + len(samples) > _LARGEST_DATA_BYTES:
            raise RecordingTooLong(str(self.file))
        try:
            self._syncer.raise_failed()
            self._append(samples)
        except OSError as error:
            raise storage_error(error) from error
        if self._syncer.waited_s >= FLUSH_INTERVAL_S:
            self.flush()

    def flush(self) -> None:
        """Begin to sync what is written, unless that is under way."""
        try:
            self._syncer.begin()
        except OSError as error:
            raise storage_error(error) from error

    def close(self) -> None:
        """Sync and close; a second call does nothing. Raises as `append` does, with the file closed all the same."""
        if self._closed:
            return
        self._closed = True
        try:
            self._syncer.finish()
        except OSError as error:
            raise storage_error(error) from error
        finally:
            self._handle.close()

    @property
    def _handle(self) -> BinaryIO:
        if self._output is None:
            raise ValueError("the recording was never begun")
        return self._output

    def _append(self, samples: bytes) -> None:
        try:
            self._handle.seek(HEADER_BYTES + self._data_bytes)
            self._data_bytes += self._write(samples)
        finally:
            # Also after a full disk: the header lies inside the file, patching it needs no new room.
            self._patch_header()

    def _write(self, content: bytes) -> int:
        """Write all of `content`; when the disk refuses the rest, keep whole samples of what fitted and raise."""
        written = 0
        while written < len(content):
            try:
                written += self._handle.write(content[written:])
            except OSError:
                self._data_bytes += written - written % SAMPLE_BYTES
                raise
        return written

    def _patch_header(self) -> None:
        for position, size in ((_RIFF_SIZE_AT, self._data_bytes + HEADER_BYTES - 8), (_DATA_SIZE_AT, self._data_bytes)):
            self._handle.seek(position)
            self._handle.write(struct.pack("<I", size))


def wav_header(data_bytes: int) -> bytes:
    """Return the HEADER_BYTES that stand before so many bytes of samples."""
    rate_bytes = SAMPLE_RATE_HZ * SAMPLE_BYTES
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLE_RATE_HZ, rate_bytes, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    riff = struct.pack("<4sI4s", b"RIFF", data_bytes + HEADER_BYTES - 8, b"WAVE")
    return riff + layout + struct.pack("<4sI", b"data", data_bytes)


def storage_error(error: BaseException) -> RecordingStorageError:
    """Return what a fault of the disk means for a recording."""
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return (DiskFull if full else DiskFault)(str(error))
