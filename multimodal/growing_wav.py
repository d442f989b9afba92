"""A WAV file that is read while a recorder still appends to it (no torch).

The sizes in its header are those of some moment before: only the place where the samples start is taken from it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from multimodal.errors import MissingFile, UnreadableFile
from multimodal.sound import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

_PCM, _CHANNELS, _SAMPLE_BYTES = 1, 1, 2
_LARGEST_HEADER = 4_096
_READ_BYTES = 60 * SAMPLE_RATE_HZ * _SAMPLE_BYTES
"""Of one call, so that a backlog of an hour is not taken in at once."""


class GrowingWav:
    """Follows one file; 16 kHz, mono, 16 bit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position: int | None = None
        """Of the next sample in the file; None until the header is there."""

    def read(self) -> NDArray[np.float32]:
        """Return the samples that have come since the last call, `(n,)` in [-1, 1], at most a minute of them.

        Raises:
            MissingFile: there is no such file, or it was taken away.
            UnreadableFile: it is no WAV, or of another rate, width or number of channels.
        """
        try:
            with self._path.open("rb") as file:
                if self._position is None:
                    self._position = self._find_samples(file.read(_LARGEST_HEADER))
                if self._position is None:
                    return np.zeros(0, np.float32)
                return self._read_on(file, self._position)
        except OSError as error:
            raise MissingFile(f"The recording {self._path.name} cannot be opened ({error.strerror}).") from error

    def _read_on(self, file: BinaryIO, position: int) -> NDArray[np.float32]:
        file.seek(position)
        raw = file.read(_READ_BYTES)
        whole = len(raw) - len(raw) % _SAMPLE_BYTES
        self._position = position + whole
        return np.frombuffer(raw[:whole], dtype="<i2").astype(np.float32) / np.float32(32_768)

    def _find_samples(self, header: bytes) -> int | None:
        """Return where the samples start, None while the header is not whole yet."""
        if header[:4] != b"RIFF"[: len(header)] or header[8:12] != b"WAVE"[: max(0, len(header) - 8)]:
            raise UnreadableFile(f"{self._path.name} is no WAV file, so it cannot be heard while it is recorded.")
        place = 12
        while place + 8 <= len(header):
            name, size = struct.unpack_from("<4sI", header, place)
            place += 8
            if name == b"data":
                return place
            if name == b"fmt " and place + 16 <= len(header):
                self._check_format(header[place : place + 16])
            place += size + size % 2
        if len(header) == _LARGEST_HEADER:
            raise UnreadableFile(f"{self._path.name} is a WAV file whose sound cannot be found.")
        return None

    def _check_format(self, chunk: bytes) -> None:
        code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk)
        if (code, channels, rate, bits) != (_PCM, _CHANNELS, SAMPLE_RATE_HZ, 8 * _SAMPLE_BYTES):
            raise UnreadableFile(
                f"{self._path.name} is recorded with {channels} channels of {bits} bit at {rate} Hz; while it grows "
                f"only {_CHANNELS} channel of {8 * _SAMPLE_BYTES} bit at {SAMPLE_RATE_HZ} Hz can be heard."
            )
