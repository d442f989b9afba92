"""A film that is attached: pictures and sound as two entries on one file, or one sentence for what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Attachment, Consent, Dictation
from desktop.worker.protocol import Transcribe
from tests.fakes.encounter_services import EncounterBench, entries_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def bench(qapp: object, tmp_path: Path) -> Iterator[EncounterBench]:
    assert qapp is not None  # objects with signals need the application
    made = EncounterBench(tmp_path)
    made.make_controller().new()
    yield made
    assert made.controller
    made.controller.shut_down()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "gait.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom film")
    return path


def _attach(bench: EncounterBench, film: Path, qtbot: QtBot) -> None:
    controller = bench.make_controller()
    counts: list[int] = []
    controller.attaching.copying_changed.connect(counts.append)
    controller.attach([film])
    qtbot.waitUntil(lambda: counts[-1:] == [0])
    assert bench.pictures.films == ["gait.mp4"]


def _pictures(bench: EncounterBench) -> list[Attachment]:
    return [entry for entry in entries_of(bench.on_disk(), Attachment) if isinstance(entry, Attachment)]


def test_a_film_gives_a_picture_and_a_recording_of_one_file(bench: EncounterBench, film: Path, qtbot: QtBot) -> None:
    _attach(bench, film, qtbot)
    (picture,) = _pictures(bench)
    (recording,) = entries_of(bench.on_disk(), Dictation)
    assert isinstance(recording, Dictation)
    assert picture.files == (recording.file,)
    assert len(bench.worker.sent_of(Transcribe)) == 1
    controller = bench.make_controller()
    controller.choose_frame("Image 1", 3)
    controller.ask("What is seen?")
    assert (bench.asked().context.pictures[0].file[-4:], bench.asked().context.pictures[0].frame) == (".mp4", 3)


def test_a_silent_film_gives_no_recording(bench: EncounterBench, film: Path, qtbot: QtBot) -> None:
    bench.pictures.film = (True, False, "")
    _attach(bench, film, qtbot)
    assert len(_pictures(bench)) == 1
    assert not entries_of(bench.on_disk(), Dictation)


def test_a_film_without_pictures_says_so_and_its_sound_is_used(bench: EncounterBench, film: Path, qtbot: QtBot) -> None:
    bench.pictures.film = (False, True, "gait.mp4 holds no pictures that can be read.")
    with qtbot.waitSignal(bench.make_controller().book.refused) as told:
        _attach(bench, film, qtbot)
    assert told.args == ["gait.mp4 holds no pictures that can be read."]
    assert not _pictures(bench)
    assert len(entries_of(bench.on_disk(), Dictation)) == 1


def test_a_broken_film_is_refused_with_one_sentence_and_leaves_nothing(
    bench: EncounterBench, film: Path, qtbot: QtBot
) -> None:
    bench.pictures.fault = "gait.mp4 is damaged."
    refused: list[str] = []
    bench.make_controller().book.refused.connect(refused.append)
    _attach(bench, film, qtbot)
    assert refused == ["gait.mp4 is damaged."]
    assert bench.on_disk().entries == ()
    assert not list(bench.folder.glob("*/recording-*"))


def test_a_film_that_is_not_looked_into_before_the_window_closes_is_kept_whole(
    bench: EncounterBench, film: Path, qtbot: QtBot
) -> None:
    controller = bench.make_controller()
    controller.attach([film])
    controller.attaching.finish()
    qtbot.waitUntil(lambda: bool(bench.pictures.films), timeout=5_000)
    controller.attaching.finish()
    assert [type(entry) for entry in bench.on_disk().entries] == [Attachment, Consent, Dictation]
    qtbot.wait(20)  # the answer that comes late adds nothing
    assert len(bench.on_disk().entries) == 3
