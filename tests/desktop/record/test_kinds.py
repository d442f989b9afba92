"""What a file is: its first bytes are believed before its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.errors import SourceUnreadable
from desktop.record.kinds import FileKind, kind_of, neutral_ending

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "head", "kind", "ending"),
    [
        ("IM0001", b"\0" * 128 + b"DICM", FileKind.DICOM, "dcm"),
        ("scan.dcm", b"no preamble, as old files have", FileKind.DICOM, "dcm"),
        ("photo.JPEG", b"\xff\xd8\xff\xe1", FileKind.PICTURE, "jpg"),
        ("photo.txt", b"\x89PNG\r\n\x1a\n", FileKind.PICTURE, "png"),
        ("lies.png", b"RIFF\0\0\0\0WAVEfmt ", FileKind.AUDIO, "wav"),
        ("web.bin", b"RIFF\0\0\0\0WEBPVP8 ", FileKind.PICTURE, "webp"),
        ("clip.bin", b"RIFF\0\0\0\0AVI LIST", FileKind.VIDEO, "avi"),
        ("other.wav", b"RIFF\0\0\0\0CDXA", FileKind.UNKNOWN, "riff"),
        ("voice.m4a", b"\0\0\0\x20ftypM4A ", FileKind.AUDIO, "m4a"),
        ("gait.MOV", b"\0\0\0\x14ftypqt  ", FileKind.VIDEO, "mov"),
        ("letter.pdf", b"%PDF-1.7", FileKind.UNKNOWN, ""),
        ("no ending", b"text", FileKind.UNKNOWN, ""),
    ],
)
def test_what_a_file_is(tmp_path: Path, name: str, head: bytes, kind: FileKind, ending: str) -> None:
    (tmp_path / name).write_bytes(head)
    assert kind_of(tmp_path / name) is kind
    assert neutral_ending(tmp_path / name) == ending


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match=r"absent\.png cannot be opened"):
        kind_of(tmp_path / "absent.png")
