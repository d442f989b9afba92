"""The real reader process, driven through the window's side."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from desktop.pictures.loader import PictureLoader
from tests.fakes.films import write_film, write_sound
from tests.fakes.viewed_pictures import ct_dataset, write_ct_series, write_dicom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

WAIT_MS = 60_000
CT = Path(str(get_testdata_file("CT_small.dcm")))


class Answers:
    """Everything that a loader says."""

    def __init__(self, loader: PictureLoader) -> None:
        self.loaded: dict[int, Any] = {}
        self.failed: dict[int, str] = {}
        self.opened: dict[int, Any] = {}
        self.progress: list[tuple[int, int, int]] = []
        self.order: list[int] = []
        loader.loaded.connect(self._on_loaded)
        loader.failed.connect(self.failed.__setitem__)
        loader.series_opened.connect(self.opened.__setitem__)
        loader.series_progressed.connect(lambda *values: self.progress.append(values))

    def _on_loaded(self, token: int, picture: Any) -> None:
        self.loaded[token] = picture
        self.order.append(token)


@pytest.fixture
def loader(qapp: object) -> Iterator[PictureLoader]:
    assert qapp
    made = PictureLoader()
    yield made
    made.stop()
    made.deleteLater()


@pytest.fixture
def answers(loader: PictureLoader) -> Answers:
    return Answers(loader)


def _pid(loader: PictureLoader) -> int:
    return loader._process.pid


def test_a_picture_comes_through_the_child(loader: PictureLoader, answers: Answers, qtbot: QtBot) -> None:
    token = loader.request(CT)
    small = loader.request(CT, max_side=32)
    qtbot.waitUntil(lambda: {token, small} <= set(answers.loaded), timeout=WAIT_MS)
    assert answers.loaded[token].levels[0].shape == (128, 128)
    assert answers.loaded[small].levels[0].shape == (32, 32)
    assert answers.loaded[token].description == "CT slice, 128 x 128 pixels, 0.661 x 0.661 mm a pixel"


def test_each_broken_file_gets_one_sentence_and_the_next_picture_still_comes(
    loader: PictureLoader, answers: Answers, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "cut.dcm").write_bytes(CT.read_bytes()[:3000])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.jpg").write_bytes(b"no picture at all")
    report = Path(str(get_testdata_file("test-SR.dcm")))
    broken = [tmp_path / "cut.dcm", tmp_path / "empty.png", tmp_path / "text.jpg", tmp_path / "missing.png", report]
    tokens = {loader.request(file): file.name for file in broken}
    good = loader.request(CT)
    qtbot.waitUntil(lambda: len(answers.failed) == len(broken) and good in answers.loaded, timeout=WAIT_MS)
    for token, name in tokens.items():
        assert answers.failed[token].startswith(name)
        assert "  " not in answers.failed[token]


def test_a_film_is_looked_into_and_its_stills_come_through_the_child(
    loader: PictureLoader, answers: Answers, qtbot: QtBot, tmp_path: Path
) -> None:
    film = write_film(tmp_path / "recording-1.mp4", sound=True)
    seen: dict[int, tuple[bool, bool, str]] = {}
    loader.film_seen.connect(lambda token, *found: seen.__setitem__(token, found))
    (tmp_path / "broken.mp4").write_bytes(film.read_bytes()[:60])
    voice = write_sound(tmp_path / "recording-2.mp4")
    both, sound = loader.look_into_film(film, "gait.mp4"), loader.look_into_film(voice, "voice.mp4")
    broken = loader.look_into_film(tmp_path / "broken.mp4", "ward.mp4")
    series = loader.open_series([film])
    qtbot.waitUntil(lambda: {both, sound} <= set(seen) and broken in answers.failed, timeout=WAIT_MS)
    assert seen[both] == (True, True, "")
    assert seen[sound][:2] == (False, True)
    assert seen[sound][2] == "voice.mp4 holds no pictures that can be read. Only its sound was attached."
    assert answers.failed[broken].startswith("ward.mp4 is damaged")
    qtbot.waitUntil(lambda: series in answers.opened, timeout=WAIT_MS)
    tokens = {loader.request_slice(series, index): index for index in (0, 15)}
    qtbot.waitUntil(lambda: set(tokens) <= set(answers.loaded), timeout=WAIT_MS)
    for token, index in tokens.items():
        header = answers.loaded[token].header
        assert (header.frame, header.frames) == (index, 16)
        assert header.time_s == pytest.approx(0.1 + 3.7 * index / 15, abs=0.1)


def test_a_series_opens_in_order_and_every_slice_comes(
    loader: PictureLoader, answers: Answers, qtbot: QtBot, tmp_path: Path
) -> None:
    files = write_ct_series(tmp_path, 20)
    series = loader.open_series(files)
    qtbot.waitUntil(lambda: series in answers.opened, timeout=WAIT_MS)
    info = answers.opened[series]
    assert (info.count, info.start, info.slice_distance_mm) == (20, 10, 2.5)
    tokens = {loader.request_slice(series, index): index for index in range(20)}
    qtbot.waitUntil(lambda: set(tokens) <= set(answers.loaded), timeout=WAIT_MS)
    for token, index in tokens.items():
        header = answers.loaded[token].header
        # Slice 20 lies lowest, so it comes first; its pixels hold its number.
        assert answers.loaded[token].levels[0][0, 0] * header.slope + header.intercept == 20 - index
        assert header.position_mm == (0, 0, -2.5 * (20 - index))
    assert answers.progress[-1] == (series, 20, 20)
    assert len(list(loader._folder.iterdir())) == (0 if sys.platform != "win32" else 1)  # type: ignore[union-attr]  # open
    loader.cancel(series)
    late = loader.request_slice(series, 0)
    qtbot.waitUntil(lambda: late in answers.failed, timeout=WAIT_MS)


def test_files_are_sorted_into_series_in_the_child(loader: PictureLoader, qtbot: QtBot, tmp_path: Path) -> None:
    slices = write_ct_series(tmp_path / "ct", 3)
    other = write_dicom(tmp_path / "other.dcm", ct_dataset(np.zeros((16, 16)), 1, series="9.9"))
    with qtbot.waitSignal(loader.series_sorted, timeout=WAIT_MS) as found:
        token = loader.sort_into_series([slices[0], other, *slices[1:]])
    assert found.args == [token, (0, 1, 0, 0)]


def test_the_frames_of_one_file_are_a_series(
    loader: PictureLoader, answers: Answers, qtbot: QtBot, tmp_path: Path
) -> None:
    frames = [Image.fromarray(np.full((8, 8), number * 20, np.uint8)) for number in range(5)]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:], duration=50)
    series = loader.open_series([tmp_path / "film.gif"])
    qtbot.waitUntil(lambda: series in answers.opened, timeout=WAIT_MS)
    assert answers.opened[series].is_clip
    assert answers.opened[series].frames_per_s == 20
    token = loader.request_slice(series, 4)
    qtbot.waitUntil(lambda: token in answers.loaded, timeout=WAIT_MS)
    assert answers.loaded[token].header.frame == 4


def test_the_reader_ends_with_its_input(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "desktop.pictures.reader", str(tmp_path)]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True)
    assert ended.stdout == b""


def test_the_windows_side_imports_no_decoder() -> None:
    source = (
        "import sys; import desktop.pictures.loader, desktop.pictures.rendering, desktop.ui.viewer.panel;"
        "print([name for name in ('torch', 'multimodal', 'pydicom', 'PIL') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=120, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.shared_data
def test_every_hostile_picture_gets_an_answer(
    loader: PictureLoader, answers: Answers, qtbot: QtBot, open_data: Path
) -> None:
    files = [file for file in (open_data / "hostile").rglob("*") if file.is_file()]
    files += sorted((open_data / "files" / "dicom").glob("*.dcm"))
    for file in files:
        loader.request(file, max_side=64)
    qtbot.waitUntil(lambda: len(answers.loaded) + len(answers.failed) == len(files), timeout=300_000)
    assert len(answers.loaded) > 20
