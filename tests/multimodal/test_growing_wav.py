from __future__ import annotations

import contextlib
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multimodal.errors import MissingFile, MultimodalError, UnreadableFile
from multimodal.growing_wav import GrowingWav

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = np.arange(-3_000, 3_000, 7, dtype="<i2")


def header(size: int, *, rate: int = 16_000, channels: int = 1, bits: int = 16, extra: bytes = b"") -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * frame, frame, bits)
    return (
        struct.pack("<4sI4s", b"RIFF", min(36 + size, 2**32 - 1), b"WAVE")
        + form
        + extra
        + struct.pack("<4sI", b"data", size)
    )


def heard(wav: GrowingWav) -> list[int]:
    return (wav.read() * 32_768).astype(int).tolist()


@pytest.mark.parametrize("claimed", [0, 10, 2 * len(SAMPLES), 2**32 - 1])
@pytest.mark.parametrize("extra", [b"", struct.pack("<4sI", b"LIST", 5) + b"abcde\0"])
def test_samples_come_as_they_are_appended_whatever_the_header_claims(
    tmp_path: Path, claimed: int, extra: bytes
) -> None:
    file = tmp_path / "a.wav"
    raw = SAMPLES.tobytes()
    wav = GrowingWav(file)
    file.write_bytes(header(claimed, extra=extra) + raw[:101])
    got = heard(wav)
    assert len(got) == 50
    with file.open("ab") as opened:
        opened.write(raw[101:])
    got += heard(wav)
    assert got == SAMPLES.tolist()
    assert heard(wav) == []


@given(cuts=st.lists(st.integers(0, 44 + 40), max_size=6))
def test_a_file_that_is_cut_anywhere_gives_its_samples_once_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int]
) -> None:
    whole = header(0) + SAMPLES[:20].tobytes()
    file = tmp_path_factory.mktemp("cut") / "a.wav"
    wav = GrowingWav(file)
    got: list[int] = []
    for end in [*sorted(cuts), len(whole)]:
        file.write_bytes(whole[:end])
        got += heard(wav)
    assert got == SAMPLES[:20].tolist()


@pytest.mark.parametrize(
    "start",
    [header(0, rate=48_000), header(0, channels=2), header(0, bits=8), b"RIFX", b"hello, world", b"RIFF1234AVI "],
)
def test_another_format_is_refused_with_a_sentence(tmp_path: Path, start: bytes) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(start)
    with pytest.raises(UnreadableFile, match=r"a\.wav"):
        GrowingWav(file).read()


def test_a_file_that_is_taken_away_is_told(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    wav = GrowingWav(file)
    with pytest.raises(MissingFile):
        wav.read()
    file.write_bytes(header(0))
    assert heard(wav) == []
    file.unlink()
    with pytest.raises(MissingFile):
        wav.read()


def test_a_header_without_end_is_given_up(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"RIFF\0\0\0\0WAVE" + struct.pack("<4sI", b"junk", 10_000) + bytes(10_000))
    with pytest.raises(UnreadableFile):
        GrowingWav(file).read()


@given(start=st.binary(max_size=64))
def test_random_bytes_raise_nothing_but_our_errors(tmp_path_factory: pytest.TempPathFactory, start: bytes) -> None:
    file = tmp_path_factory.mktemp("random") / "a.wav"
    file.write_bytes(start)
    with contextlib.suppress(MultimodalError):
        assert len(GrowingWav(file).read()) == 0
