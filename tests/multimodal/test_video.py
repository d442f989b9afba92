"""Films as still pictures: the right ones, upright, within limits, and one sentence for every film that gives none."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multimodal import image, video
from multimodal.errors import FileTooLarge, InvalidFile, MissingFile, NoPictures, UnreadableFile
from multimodal.image import is_film, load_image
from multimodal.video import Contents, film_of, load_still, survey
from tests.fakes.films import LEVEL, write_film, write_sound

if TYPE_CHECKING:
    from pathlib import Path

IDENTITY = bytes.fromhex("00010000 00000000 00000000 00000000 00010000 00000000 00000000 00000000 40000000")
QUARTER_CLOCKWISE = bytes.fromhex("00000000 00010000 00000000 ffff0000 00000000 00000000 00000000 00000000 40000000")
"""What a telephone that was held upright writes into the header of its track (ISO/IEC 14496-12, 8.3.2)."""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "clip.mp4", sound=True)


def _brightness(path: Path, frame: int) -> int:
    return round(load_still(path, frame).pixels.convert("L").getpixel((8, 8)))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("clip.mp4", "mpeg4"),
        ("clip.mov", "mjpeg"),
        ("clip.avi", "mpeg4"),
        ("clip.mkv", "mpeg4"),
        ("clip.webm", "libvpx"),
        ("clip.wmv", "wmv2"),
        ("clip.mpg", "mpeg2video"),
        ("clip.ts", "mpeg2video"),
    ],
)
def test_stills_are_evenly_spread_and_each_is_the_right_picture(tmp_path: Path, name: str, codec: str) -> None:
    path = write_film(tmp_path / name, 40, codec=codec)
    found = film_of(path)
    assert is_film(path)
    assert len(found.times_s) == video.STILLS
    gaps = [later - earlier for earlier, later in zip(found.times_s, found.times_s[1:], strict=False)]
    assert max(gaps) < 2.1 * min(gaps)
    for frame in (0, 8, 15):
        number = (2 * frame + 1) * 40 // (2 * video.STILLS)
        assert abs(_brightness(path, frame) - LEVEL * number) <= 5


def test_the_middle_still_is_taken_and_says_so(film: Path) -> None:
    picture = load_image(film)
    assert (picture.frame, picture.frames, picture.kind) == (8, 16, "photo")
    assert picture.time_s == pytest.approx(2.1)
    assert picture.film_s == pytest.approx(3.9)
    assert picture.description == "Picture of a film, 64 x 48 pixels, frame 9 of 16 (0:02.1)"


def test_a_short_film_gives_each_of_its_pictures_and_frames_beyond_it_the_last(tmp_path: Path) -> None:
    path = write_film(tmp_path / "short.mp4", 3)
    assert [round(_brightness(path, frame) / LEVEL) for frame in range(3)] == [0, 1, 2]
    assert load_still(path, 99).frame == 2
    assert load_still(write_film(tmp_path / "one.mp4", 1)).place == ""


def test_a_film_of_a_telephone_held_upright_is_upright(tmp_path: Path) -> None:
    path = write_film(tmp_path / "upright.mp4", 3)
    data = path.read_bytes()
    track = data.rindex(IDENTITY)
    path.write_bytes(data[:track] + QUARTER_CLOCKWISE + data[track + len(IDENTITY) :])
    assert load_still(path).pixels.size == (48, 64)


def test_pixels_become_square(tmp_path: Path) -> None:
    wide = write_film(tmp_path / "wide.mp4", 3, aspect=Fraction(3, 2))
    high = write_film(tmp_path / "high.mp4", 3, aspect=Fraction(1, 2))
    odd = write_film(tmp_path / "odd.mp4", 3, aspect=Fraction(50, 1))
    assert [load_still(path).pixels.size for path in (wide, high, odd)] == [(96, 48), (64, 96), (64, 48)]


def test_what_a_film_gives_is_said_beforehand(film: Path, tmp_path: Path) -> None:
    assert survey(film) == Contents(16, True)
    assert survey(write_film(tmp_path / "silent.mp4")) == Contents(16, False)
    only_sound = survey(write_sound(tmp_path / "voice.mp4"))
    assert (only_sound.stills, only_sound.has_sound) == (0, True)
    assert isinstance(only_sound.fault, NoPictures)


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("MAX_PIXELS", 64 * 48 - 1, "Save it smaller"),
        ("MAX_PACKETS", 39, "more than 39 pictures"),
        ("MAX_SECONDS", 3, "Cut it into shorter films"),
        ("DECODING_S", -1.0, "takes too long"),
    ],
)
def test_every_limit_refuses_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: float, words: str
) -> None:
    path = write_film(tmp_path / "large.mp4")
    monkeypatch.setattr(video, limit, value)
    with pytest.raises(FileTooLarge, match=words):
        load_still(path, 2)


def test_a_large_file_is_not_opened_for_its_pictures(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "MAX_FILE_BYTES", 100)
    with pytest.raises(FileTooLarge, match="nothing was read"):
        load_image(film)
    found = survey(film)
    assert (found.stills, found.has_sound) == (0, True)
    assert isinstance(found.fault, FileTooLarge)


def test_films_that_give_nothing_are_refused_with_one_sentence_each(film: Path, tmp_path: Path) -> None:
    data = film.read_bytes()
    cases: dict[str, tuple[bytes, type[InvalidFile]]] = {
        "empty.mp4": (b"", MissingFile),
        "head.mp4": (data[:40], UnreadableFile),
        "text.mp4": (b"not a film at all " * 30, UnreadableFile),
        "playlist.mp4": (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", UnreadableFile),
        "noise.mkv": (b"\x1a\x45\xdf\xa3" + bytes(500), UnreadableFile),
    }
    for name, (content, kind) in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(kind) as refused:
            load_image(path)
        assert str(refused.value).startswith(name)
    with pytest.raises(UnreadableFile):
        survey(tmp_path / "playlist.mp4")
    with pytest.raises(NoPictures, match="only sound"):
        load_image(write_sound(tmp_path / "voice.mp4"))


def test_of_a_film_that_was_cut_off_what_is_there_is_shown(tmp_path: Path) -> None:
    path = write_film(tmp_path / "cut.mkv", 40)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = film_of(path)
    assert 0 < found.duration_s < 3.9
    assert load_still(path).frames >= 1


@pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypheic"])
def test_other_files_are_no_films(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "other.mp4").write_bytes(head + bytes(400))
    assert not is_film(tmp_path / "other.mp4")
    assert not is_film(tmp_path / "missing.mp4")


@settings(max_examples=15)
@given(places=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=30))
def test_a_damaged_film_gives_a_picture_or_a_sentence(
    film: Path, tmp_path_factory: pytest.TempPathFactory, places: list[tuple[float, int]]
) -> None:
    data = bytearray(film.read_bytes())
    for share, value in places:
        data[int(share * len(data))] = value
    path = tmp_path_factory.mktemp("damaged") / "clip.mp4"
    path.write_bytes(data)
    told = _sentence_about(path)
    assert told is None or told.startswith("clip.mp4")


def _sentence_about(path: Path) -> str | None:
    """Return why a film gives no picture; None where it gives one."""
    try:
        load_image(path)
    except InvalidFile as refused:
        return str(refused)
    return None
