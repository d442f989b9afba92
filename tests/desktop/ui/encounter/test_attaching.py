"""Files that are attached, without any widget: copies and entries, or one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage

from desktop.record.encounter import (
    Attachment,
    Dictation,
)
from desktop.record.kinds import FileKind
from desktop.record.store import FolderStore
from desktop.ui.encounter.attaching import copy_in
from tests.fakes.encounter_services import EncounterBench
from tests.fakes.viewed_pictures import write_ct_series

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.encounter.controller import EncounterController


@pytest.fixture
def bench(qapp: object, tmp_path: Path) -> Iterator[EncounterBench]:
    assert qapp is not None  # objects with signals need the application
    made = EncounterBench(tmp_path)
    yield made
    if made.controller:
        made.controller.shut_down()


@pytest.fixture
def controller(bench: EncounterBench) -> EncounterController:
    return bench.make_controller()


def wait_for_entries(qtbot: QtBot, controller: EncounterController, count: int) -> None:
    qtbot.waitUntil(lambda: len(controller.encounter.entries if controller.encounter else ()) == count)


def test_files_become_pictures_and_recordings(
    bench: EncounterBench, controller: EncounterController, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "Anna Miller.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
    (tmp_path / "visit.mp3").write_bytes(b"ID3 sound")
    (tmp_path / "gait.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    controller.attach([tmp_path / name for name in ("Anna Miller.png", "visit.mp3", "gait.mp4")])
    wait_for_entries(qtbot, controller, 5)  # with one entry that says that recordings were imported
    picture, *recordings = bench.on_disk().entries
    assert isinstance(picture, Attachment)
    assert (picture.label, picture.files) == ("Image 1", ("image-1.png",))
    files = [entry.file for entry in recordings if isinstance(entry, Dictation)]
    assert files == ["recording-1.mp3", "recording-2.mp4"]
    assert bench.transcribed(0).file.endswith("recording-1.mp3")


def test_a_folder_is_a_series_in_the_order_of_its_names(
    bench: EncounterBench, controller: EncounterController, qtbot: QtBot, tmp_path: Path
) -> None:
    series = tmp_path / "CT"
    series.mkdir()
    for number in (10, 2, 1):
        (series / f"IM{number}").write_bytes(b"\0" * 128 + b"DICM" + bytes([number]))
    (series / "notes.txt").write_text("not a picture")
    controller.attach([series])
    wait_for_entries(qtbot, controller, 1)
    entry = bench.on_disk().entries[0]
    assert isinstance(entry, Attachment)
    encounter = controller.encounter
    assert encounter is not None
    assert [bench.store.path(encounter.id, name).read_bytes()[-1] for name in entry.files] == [1, 2, 10]


def write_slices(folder: Path, *numbers: int) -> list[Path]:
    files = [folder / f"IM{number}.dcm" for number in numbers]
    for file, number in zip(files, numbers, strict=True):
        file.write_bytes(b"\0" * 128 + b"DICM" + bytes([number]))
    return files


def test_dicom_files_that_are_chosen_together_become_one_picture_for_each_series(
    bench: EncounterBench, controller: EncounterController, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
    bench.pictures.series = [0, 1, 0]
    controller.attach([tmp_path / "photo.png", *write_slices(tmp_path, 10, 2, 1)])
    wait_for_entries(qtbot, controller, 3)
    pictures = [entry for entry in bench.on_disk().entries if isinstance(entry, Attachment)]
    encounter = controller.encounter
    assert encounter is not None
    last_bytes = sorted(
        [bench.store.path(encounter.id, name).read_bytes()[-1] for name in entry.files] for entry in pictures
    )
    assert last_bytes == [[1, 10], [2], [ord(".")]]


def test_files_that_cannot_be_sorted_are_one_picture(
    bench: EncounterBench, controller: EncounterController, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.pictures.fault = "The files cannot be read."
    controller.attach(write_slices(tmp_path, 1, 2))
    wait_for_entries(qtbot, controller, 1)
    (entry,) = bench.on_disk().entries
    assert isinstance(entry, Attachment)
    assert len(entry.files) == 2


@pytest.mark.parametrize("name", ["letter.docx", "empty.png", "absent.png", "folder"])
def test_what_cannot_be_read_is_one_sentence_and_no_entry(
    controller: EncounterController, qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    (tmp_path / "letter.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "empty.png").touch()
    (tmp_path / "folder").mkdir()
    with qtbot.waitSignal(controller.book.refused) as refused:
        controller.attach([tmp_path / name])
    assert "Nothing was added" in refused.args[0]
    assert controller.encounter
    assert controller.encounter.entries == ()


def test_a_pasted_picture_is_kept_as_png(bench: EncounterBench, controller: EncounterController, qtbot: QtBot) -> None:
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    controller.attach_image(image)
    wait_for_entries(qtbot, controller, 1)
    encounter = controller.encounter
    assert encounter is not None
    kept = QImage(str(bench.store.path(encounter.id, "image-1.png")))
    assert kept.size() == image.size()
    assert kept.pixel(0, 0) == 0xFF336699


def test_a_disc_of_pictures_has_them_several_folders_deep_and_its_index_is_none(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "record")
    encounter = store.create()
    disc = tmp_path / "disc"
    write_ct_series(disc / "DICOM" / "ST0" / "SE0", 3)
    write_ct_series(disc / "DICOM" / "ST0" / "SE1", 2)
    (disc / "DICOMDIR").write_bytes(b"\0" * 128 + b"DICM")
    (disc / "README.TXT").write_text("viewer")
    copied = copy_in(store, encounter.id, [disc])
    assert copied.kind is FileKind.DICOM
    assert len(copied.names) == 5
