"""Bad input through the real command: one clear sentence, exit code 2, bounded memory, nothing half-written."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from desktop.cli import main
from multimodal.audio import load_audio
from multimodal.errors import InvalidFile
from multimodal.image import load_image
from tests.multimodal.test_image import deflated_bomb

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parents[2]


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


def deflated_bomb_in(folder: Path) -> Path:
    return deflated_bomb(folder / "bomb.dcm")


def write_silence(file: Path, seconds: int) -> None:
    with av.open(str(file), "w") as container:
        stream = container.add_stream("flac", rate=16_000, layout="mono")
        second = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.int16), format="s16", layout="mono")
        second.sample_rate = 16_000
        for _ in range(seconds):
            container.mux(stream.encode(second))
        container.mux(stream.encode(None))


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
    assert line.endswith(".")
    assert "Traceback" not in line
    assert "Something went wrong" not in line
    assert captured.out == ""
    return line


@pytest.fixture
def new_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that nothing may be written into."""
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.mark.parametrize("make", BAD_PICTURES, ids=NAMES)
def test_a_bad_picture(
    make: Callable[[Path], Path], tmp_path: Path, new_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(capsys, ["ask", "--image", str(make(tmp_path)), "What is it?"])
    assert not new_home.exists()


@pytest.mark.parametrize("make", BAD_RECORDINGS, ids=NAMES)
def test_a_bad_recording(
    make: Callable[[Path], Path], tmp_path: Path, new_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(capsys, ["transcribe", str(make(tmp_path))])
    assert not new_home.exists()


def test_a_text_of_a_hundred_thousand_words_is_neither_sound_nor_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "letter.dcm"
    file.write_text("cough " * 100_000)
    assert "letter.dcm" in refused(capsys, ["ask", "--image", str(file), "What is it?"])
    assert "letter.dcm" in refused(capsys, ["transcribe", str(file)])


MEASURED = """
import resource, sys
import torch, timm, whisper, av, pydicom, multimodal.consultation, multimodal.models
from desktop.cli import main
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
code = main(sys.argv[1:])
sys.stderr.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}\\n")
sys.exit(code)
"""


def measured(*arguments: str) -> tuple[int, str, str, int]:
    """Run the command in a process of its own: exit code, output, sentence, and the MB by which its peak grew."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True, check=False, cwd=REPOSITORY
    )
    *sentence, grown_kb = done.stderr.splitlines()
    return done.returncode, done.stdout, "\n".join(sentence), int(grown_kb) >> 10


@pytest.mark.parametrize(
    ("make", "most_mb"), [(huge_picture, 60), (deflated_bomb_in, 700)], ids=["169 megapixels", "300 MB deflated"]
)
def test_a_bomb_is_refused_within_bounded_memory(make: Callable[[Path], Path], most_mb: int, tmp_path: Path) -> None:
    bomb = make(tmp_path)
    assert bomb.stat().st_size < 400_000
    code, out, sentence, grown_mb = measured("ask", "--image", str(bomb), "What is it?")
    assert (code, out) == (2, "")
    assert bomb.name in sentence
    assert len(sentence.splitlines()) == 1
    assert grown_mb < most_mb


HEARD = """
import resource, sys
from pathlib import Path
from multimodal.audio import load_audio
from multimodal.vad import SileroVad
vad = SileroVad.load(Path(sys.argv[2]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
spans = vad.speech_spans(load_audio(sys.argv[1]).samples)
sys.stdout.write(f"{len(spans)} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before >> 10}")
"""


@pytest.mark.models
def test_an_hour_of_silence_is_heard_out_within_bounded_memory_and_yields_no_words(
    tmp_path: Path, vad_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "silence.flac"
    write_silence(file, seconds=3600)
    assert file.stat().st_size < 1_000_000
    command = [sys.executable, "-c", HEARD, str(file), str(vad_folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)
    spans, grown_mb = map(int, done.stdout.split())
    assert spans == 0
    # The samples are 220 MB; they may be held twice, not many times.
    assert grown_mb < 700
    assert main(["transcribe", "--device", "cpu", str(file)]) == 0
    captured = capsys.readouterr()
    assert "Recording 1: no speech was found in it." in captured.out
    assert captured.err == ""


@pytest.mark.shared_data
def test_every_hostile_file_is_used_or_refused_in_one_sentence(
    open_data: Path, new_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = [f for name in ("hostile/images", "files/dicom") for f in files_in(open_data / name)]
    recordings = files_in(open_data / "hostile/audio")
    assert len(pictures) > 50
    assert recordings
    told = [refused(capsys, ["ask", "--image", str(f), "What is it?"]) for f in pictures if is_refused(load_image, f)]
    told += [refused(capsys, ["transcribe", str(f)]) for f in recordings if is_refused(load_audio, f)]
    assert len(told) > 10
    assert all(len(sentence) < 320 for sentence in told)
    assert not new_home.exists()


def files_in(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != "LICENSE"]


def is_refused(read: Callable[[Path], object], file: Path) -> bool:
    try:
        read(file)
    except InvalidFile:
        return True
    return False


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
