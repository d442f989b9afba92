"""Sound and pictures through the real child."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from desktop.confined.media_notes import MEDIA, PictureFound, Refused, SoundEnded
from desktop.confined.reading import ConfinedFileReader
from multimodal.audio import load_audio
from multimodal.errors import Cancelled, FileTooLarge, InvalidFile, MissingFile, NoSound, UnreadableFile
from multimodal.image import load_image
from tests.desktop.confined.liars import liar, saying, sleeping
from tests.fakes.films import write_film

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from multimodal.picture import Picture

READER = ConfinedFileReader()


def test_the_child_hears_what_this_process_would_hear(sample_recording: Path) -> None:
    here, there = load_audio(sample_recording), READER.load_audio(sample_recording)
    np.testing.assert_array_equal(there.samples, here.samples)
    assert there.damaged_packets == here.damaged_packets


def looks_alike(there: Picture, here: Picture) -> bool:
    same = [getattr(there, name) == getattr(here, name) for name in here.__slots__ if name != "pixels"]
    return all(same) and np.array_equal(np.asarray(there.pixels), np.asarray(here.pixels))


def test_the_child_sees_what_this_process_would_see(tmp_path: Path) -> None:
    Image.effect_noise((40, 30), 60).convert("RGB").save(tmp_path / "photo.png")
    film = write_film(tmp_path / "film.mp4")
    scan = get_testdata_file("CT_small.dcm", download=False)
    for file, frame in ((tmp_path / "photo.png", None), (film, 2), (type(film)(str(scan)), None)):
        assert looks_alike(READER.load_image(file, frame), load_image(file, frame))


@pytest.mark.parametrize("read", [READER.load_audio, READER.load_image])
def test_what_is_refused_there_is_refused_in_the_same_words(read: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "letter\n.png").write_text("Dear colleague")
    with pytest.raises(UnreadableFile, match=r"^letter\?\.png is "):
        read(tmp_path / "letter\n.png")
    with pytest.raises(MissingFile, match=r"gone\.png"):
        read(tmp_path / "gone.png")


def test_a_film_without_sound_and_one_that_is_too_long(tmp_path: Path, sample_recording: Path) -> None:
    with pytest.raises(NoSound):
        READER.load_audio(write_film(tmp_path / "silent.mp4"))
    with pytest.raises(FileTooLarge, match="longer than 2 seconds"):
        READER.load_audio(sample_recording, max_seconds=2)


def test_reading_can_be_stopped(sample_recording: Path) -> None:
    with pytest.raises(Cancelled):
        READER.load_audio(sample_recording, cancelled=lambda: True)


def test_a_picture_that_takes_long_can_be_stopped_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", sleeping(tmp_path))
    answers, began_s = iter((False, True)), time.monotonic()
    with pytest.raises(Cancelled):
        READER.load_image(tmp_path / "a", cancelled=lambda: next(answers))
    assert time.monotonic() - began_s < 30


def picture(width: int, height: int, frame: int = 0, origin: str = "photo") -> PictureFound:
    return PictureFound("A picture", origin, width, height, frame, 1, None, None, None, None, None, 0.0)


LIES: list[tuple[object, ...]] = [
    (),
    (b"\0" * 7,),
    (SoundEnded(0),),
    (picture(2, 2), b"\0" * 11),
    (picture(2, 2), b"\0" * 13),
    (picture(1 << 20, 1 << 20), b"\0"),
    (picture(0, 2),),
    (picture(2, 2, frame=1), b"\0" * 12),
    (picture(2, 2, origin="elsewhere"), b"\0" * 12),
    (Refused("SystemExit", "Call this number."), b""),
]


@pytest.mark.parametrize("said", LIES)
def test_a_child_that_was_taken_over_is_not_believed(
    said: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", liar(tmp_path, MEDIA, *said))
    for read in (READER.load_audio, READER.load_image):
        with pytest.raises(InvalidFile):
            read(tmp_path / "a")


@pytest.mark.parametrize(
    "written", [b"N\xff\xff\xff\xff{}", b"N\x02\0\0\0[]", b"N\x05\0\0\0{{{{{", b"X\0\0\0\0", b"B\5\0\0\0ab"]
)
def test_no_frame_at_all(written: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", saying(tmp_path, written))
    for read in (READER.load_audio, READER.load_image):
        with pytest.raises(UnreadableFile, match="made its reader stop"):
            read(tmp_path / "a")


def test_sound_beyond_the_range_comes_back_within_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loud = np.array([np.nan, np.inf, 4.0, -8.0], np.float32)
    monkeypatch.setattr(sys, "executable", liar(tmp_path, MEDIA, loud.tobytes(), SoundEnded(0)))
    assert READER.load_audio(tmp_path / "a").samples.tolist() == [0, 0, 0.5, -1]
