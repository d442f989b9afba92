"""What a sealed file holds, whichever way it is sealed: attachments as they were, recordings as WAV."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from desktop.record.vault.crypto import NotAuthentic
from desktop.record.vault.recording import FRAME_BYTES, HEAD_BYTES, FrameReader
from desktop.record.vault.records import SealedFile, SealedKind
from desktop.record.vault.sealed_files import unwrapped
from desktop.record.wav import wav_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.record.vault.sealed_files import SealedFiles

_TORN_BYTES = 3 * FRAME_BYTES
"""Frames are flushed each second; what is written and not flushed may be lost in any part."""


def sealed_content(sealed: SealedFiles, file: SealedFile, file_key: bytes) -> Iterator[bytes]:
    """Yield what is in a file. Raises NotAuthentic or OSError, before its end where it is not whole."""
    if file.kind is SealedKind.WHOLE:
        return sealed.opened(unwrapped(file_key, file.file, file.secret))
    return _wav(sealed, file, file_key)


def read_frames(sealed: SealedFiles, file: SealedFile, file_key: bytes) -> FrameReader:
    """Return the reader of a recording after it has read all that opens: nothing of a damaged file."""
    reader = FrameReader(sealed.path(file.file), unwrapped(file_key, file.file, file.secret), file.frames)
    with contextlib.suppress(NotAuthentic, OSError):
        for _ in reader:
            pass
    return reader


def is_torn(sealed: SealedFiles, file: SealedFile, reader: FrameReader) -> bool:
    """Return whether what follows the whole frames is no more than a crash leaves: else it is damaged, not torn."""
    return sealed.path(file.file).stat().st_size - reader.place <= _TORN_BYTES


def is_begun(sealed: SealedFiles, file: SealedFile) -> bool:
    """Return whether anything was recorded into a file."""
    path = sealed.path(file.file)
    return path.is_file() and path.stat().st_size > HEAD_BYTES


def _wav(sealed: SealedFiles, file: SealedFile, file_key: bytes) -> Iterator[bytes]:
    sealed.path(file.file).stat()  # a file that is missing is told apart from one that is damaged
    found = read_frames(sealed, file, file_key)
    if file.frames is not None and found.frames < file.frames:
        raise NotAuthentic
    yield wav_header(found.sound_bytes)
    yield from FrameReader(sealed.path(file.file), unwrapped(file_key, file.file, file.secret), found.frames)
