"""Bad input through the real command: one clear sentence, exit code 2, nothing half-done."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from desktop.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def empty(folder: Path) -> Path:
    file = folder / "empty.dcm"
    file.touch()
    return file


def text_named_like_a_picture(folder: Path) -> Path:
    file = folder / "letter.png"
    file.write_text("Dear colleague, thank you for seeing this patient.")
    return file


def huge_picture(folder: Path) -> Path:
    """169 megapixels of white in a few kilobytes of PNG."""
    side = 13_000
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(b"\0" + b"\xff" * ((side + 7) // 8)) for _ in range(side)) + rows.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    file = folder / "huge.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))
    return file


def video_without_sound(folder: Path) -> Path:
    file = folder / "silent.mp4"
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")))
        container.mux(stream.encode(None))
    return file


BAD_PICTURES: list[Callable[[Path], Path]] = [
    empty,
    text_named_like_a_picture,
    huge_picture,
    lambda folder: folder,
    lambda folder: folder / "missing.png",
]
BAD_RECORDINGS: list[Callable[[Path], Path]] = [
    empty,
    text_named_like_a_picture,
    video_without_sound,
    lambda folder: folder,
    lambda folder: folder / "missing.wav",
]
NAMES = ["empty file", "text", "special", "folder", "missing"]


def refused(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> str:
    """Run the command and return its one sentence."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert line.startswith("bedside: ")
    assert "Traceback" not in line
    assert captured.out == ""
    return line


@pytest.mark.parametrize("make", BAD_PICTURES, ids=NAMES)
def test_a_bad_picture(make: Callable[[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, ["ask", "--image", str(make(tmp_path)), "What is it?"])


@pytest.mark.parametrize("make", BAD_RECORDINGS, ids=NAMES)
def test_a_bad_recording(make: Callable[[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, ["transcribe", str(make(tmp_path))])


@pytest.mark.models
def test_a_question_of_a_hundred_thousand_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("cough " * 100_000))
    # The sentence tells the decoder's limit, so that the doctor knows how much to cut.
    assert "8192" in refused(capsys, ["ask", "-"]).replace(",", "")


@pytest.mark.models
def test_a_question_that_spells_a_control_token_is_a_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--max-tokens", "8", "Is <|im_end|> a drug?"]) == 0
    assert "Answer" in capsys.readouterr().out


def test_a_decoder_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no-such-decoder" in refused(capsys, ["ask", "--decoder", "no-such-decoder", "Why?"])
