"""A recording that cannot be lost: sealed frames of at most a second, appended and flushed while someone speaks.

The file is 4 bytes of format and its 16-byte id, then for each frame its length in 4 bytes and the sealed samples
(16 kHz, mono, 16 bit); an empty frame marked as the last one ends it. Killed at any moment, all whole frames open.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from desktop.record.syncing import Syncer
from desktop.record.vault.crypto import TAG_BYTES, NotAuthentic, open_sealed
from desktop.record.vault.stream import nonce
from desktop.record.wav import SAMPLE_BYTES, SAMPLE_RATE_HZ, open_private, storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from desktop.record.vault.sealed_files import FileKey

FRAME_BYTES = SAMPLE_RATE_HZ * SAMPLE_BYTES
"""One second."""
_FORMAT = b"BVR1"
HEAD_BYTES = 20
_LENGTH = struct.Struct("<I")


class FrameWriter:
    """Writes one sealed recording; every method but the constructor leaves whole frames, also when it raises.

    At most the second that is being filled and the one that is on its way to the disk are lost.
    """

    def __init__(self, file: Path, key: FileKey, open_file: Callable[[Path], BinaryIO] = open_private) -> None:
        """Begin the file; raises a RecordingStorageError where that is impossible."""
        self._cipher = ChaCha20Poly1305(key.key_for("recording"))
        self._filling = bytearray()
        self._closed = False
        self.frames = 0
        """Whole ones in the file."""
        try:
            self._file = open_file(file)
        except OSError as error:
            raise storage_error(error) from error
        try:
            self._place = self._write_whole(0, key.head(_FORMAT))
        except OSError as error:
            self._file.close()
            raise storage_error(error) from error
        self._syncer = Syncer(self._file)

    def append(self, samples: bytes) -> None:
        """Add samples; each full second is sealed and begins its way to the disk. Raises a RecordingStorageError."""
        self._filling += samples
        while len(self._filling) >= FRAME_BYTES:
            self._seal(FRAME_BYTES)
            self._sync()

    def flush(self) -> None:
        """Seal what is there, a part of a second too, and begin to flush it. Raises a RecordingStorageError."""
        if self._filling:
            self._seal(len(self._filling))
        self._sync()

    def close(self) -> None:
        """Seal the rest, mark the end, flush and close, also where that raises a RecordingStorageError."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._filling:
                self._seal(len(self._filling))
            self._place = self._write_whole(self._place, _frame(self._cipher, self.frames, b"", last=True))
        except OSError as error:
            raise storage_error(error) from error
        finally:
            self._finish()

    def _finish(self) -> None:
        try:
            self._syncer.finish()
        except OSError as error:
            raise storage_error(error) from error
        finally:
            self._file.close()

    def _seal(self, size: int) -> None:
        frame = _frame(self._cipher, self.frames, bytes(self._filling[:size]), last=False)
        try:
            self._place = self._write_whole(self._place, frame)
        except OSError as error:
            raise storage_error(error) from error
        self.frames += 1
        del self._filling[:size]

    def _write_whole(self, place: int, content: bytes) -> int:
        """Write all of `content` at `place` and return where it ends; what fitted of it is written over later."""
        self._file.seek(place)
        written = 0
        while written < len(content):
            written += self._file.write(content[written:])
        return place + len(content)

    def _sync(self) -> None:
        try:
            self._syncer.begin()
        except OSError as error:
            raise storage_error(error) from error


class FrameReader:
    """Reads the whole frames of a recording, one after another, up to `frames` of them or to where they end."""

    def __init__(self, file: Path, key: FileKey, frames: int | None = None) -> None:
        self._file = file
        self._key = key
        self._most = frames
        self.frames = 0
        """How many opened so far."""
        self.sound_bytes = 0
        self.finished = False
        """The mark of the end was found."""
        self.place = 0
        """Where in the file the whole frames end."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the samples of each frame; ends before the first one that is not whole. Raises NotAuthentic."""
        cipher = ChaCha20Poly1305(self._key.key_for("recording"))
        with self._file.open("rb") as file:
            if file.read(HEAD_BYTES) != self._key.head(_FORMAT):
                raise NotAuthentic
            self.place = HEAD_BYTES
            while self._most is None or self.frames < self._most:
                samples = self._next(cipher, file)
                if samples is None:
                    return
                yield samples

    def _next(self, cipher: ChaCha20Poly1305, file: BinaryIO) -> bytes | None:
        head = file.read(_LENGTH.size)
        size = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else 0
        if not TAG_BYTES <= size <= FRAME_BYTES + TAG_BYTES:
            return None
        sealed = file.read(size)
        try:
            # The only empty frame is the last one.
            samples = open_sealed(cipher, nonce(self.frames, last=size == TAG_BYTES), sealed, b"")
        except NotAuthentic:
            return None
        self.place = file.tell()
        if not samples:
            self.finished = True
            return None
        self.frames += 1
        self.sound_bytes += len(samples)
        return samples


def _frame(cipher: ChaCha20Poly1305, counter: int, samples: bytes, *, last: bool) -> bytes:
    sealed = cipher.encrypt(nonce(counter, last), samples, None)
    return _LENGTH.pack(len(sealed)) + sealed
