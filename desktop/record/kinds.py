"""What a file is, by its first bytes and then by its ending, before anything of it is decoded."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.record.errors import SOURCE_CLOSED, SOURCE_EMPTY, SourceUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

AUDIO_ENDINGS = ("wav", "mp3", "m4a", "flac", "ogg", "opus", "aac", "wma", "aiff", "aif", "amr", "caf", "w64", "mka")
VIDEO_ENDINGS = ("mp4", "mov", "mkv", "webm", "avi", "m4v", "mpg", "mpeg", "3gp", "wmv", "ts")
PICTURE_ENDINGS = ("png", "jpg", "jpeg", "tif", "tiff", "webp", "bmp", "gif")
DICOM_ENDINGS = ("dcm", "dicom", "ima")

_HEAD_BYTES = 132
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"fLaC", "flac"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
)


class FileKind(StrEnum):
    """What becomes of a file that is attached."""

    PICTURE = "picture"
    DICOM = "dicom"
    AUDIO = "audio"
    VIDEO = "video"
    UNKNOWN = "unknown"


_ENDINGS = {
    **dict.fromkeys(AUDIO_ENDINGS, FileKind.AUDIO),
    **dict.fromkeys(VIDEO_ENDINGS, FileKind.VIDEO),
    **dict.fromkeys(PICTURE_ENDINGS, FileKind.PICTURE),
    **dict.fromkeys(DICOM_ENDINGS, FileKind.DICOM),
}


def kind_of(file: Path) -> FileKind:
    """Say what a file is. Raises SourceUnreadable where it cannot be opened or is empty."""
    return _ENDINGS.get(neutral_ending(file), FileKind.UNKNOWN)


def neutral_ending(file: Path) -> str:
    """Return the ending that a copy of `file` gets, without a dot: the content's where it shows, else the name's.

    Raises SourceUnreadable where the file cannot be opened or is empty.
    """
    head = _head(file)
    if head[128:] == b"DICM":
        return "dcm"
    if head[:4] == b"RIFF":
        return {b"WAVE": "wav", b"WEBP": "webp", b"AVI ": "avi"}.get(head[8:12], "riff")
    for signature, ending in _SIGNATURES:
        if head.startswith(signature):
            return ending
    ending = file.suffix.lower().removeprefix(".")
    return ending if ending in _ENDINGS else ""


def neutral_name(ending: str, taken: Iterable[str]) -> str:
    """Return the name of a new file of an encounter, numbered on from those that are `taken`: "image-3.png"."""
    stem = "recording" if ending in AUDIO_ENDINGS or ending in VIDEO_ENDINGS else "image"
    number = 1 + max((_number(name, stem) for name in taken), default=0)
    return f"{stem}-{number}.{ending}" if ending else f"{stem}-{number}"


def _number(name: str, stem: str) -> int:
    digits = name.removeprefix(f"{stem}-").split(".")[0]
    return int(digits) if name.startswith(f"{stem}-") and digits.isdigit() else 0


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD_BYTES)
    except OSError as error:
        raise SourceUnreadable(SOURCE_CLOSED, file.name, error.strerror) from error
    if not head:
        raise SourceUnreadable(SOURCE_EMPTY, file.name)
    return head
