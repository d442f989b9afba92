from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from PIL import Image
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QListWidget, QPlainTextEdit, QPushButton

from desktop.burned_in.asking import FoundWords
from desktop.burned_in.marks import Looked, Mark
from desktop.record.deidentify.errors import READER_STOPPED, NotDeidentifiable
from desktop.record.dicom.required import faults_of
from desktop.record.encounter import Attachment
from desktop.ui.export import leaving_picture
from desktop.ui.export.picture_sheet import PictureSheet
from desktop.ui.viewer.capturing import captured
from desktop.ui.viewer.view_state import Marks
from tests.desktop.ui.accessibility import clipped_texts
from tests.desktop.ui.accessibility import faults_of as accessibility_faults_of
from tests.fakes.encounters import AT
from tests.fakes.viewed_pictures import AXIAL, ramp_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.record.dicom.marked import MarkedPicture
    from desktop.ui.vault.session import VaultSession

MARKS = Marks((((10.0, 10.0), (40.0, 50.0)),), ((20.0, 20.0), (60.0, 40.0)))


def marked(marks: Marks = MARKS) -> MarkedPicture:
    picture = ramp_picture(60, 80, spacing_mm=(0.5, 0.5), directions=AXIAL)
    return captured(picture, picture.window, marks, label="Image 1", frame=3)


class Reader:
    """Finds a name in a file that is twice as large as what is shown, or fails."""

    def __init__(self) -> None:
        self.sought: list[tuple[Path, int | None]] = []
        self.fault: Exception | None = None

    def find(self, file: Path, frame: int | None, _cancelled: Callable[[], bool]) -> FoundWords:
        self.sought.append((file, frame))
        if self.fault:
            raise self.fault
        return FoundWords(Looked(160, 120, 1, 1), (Mark(20, 11, 101, 21, "RUIZ Ana"), Mark(140, 2, 150, 12, "L")))


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    monkeypatch.setattr(leaving_picture, "find_words", made.find)
    return made


def opened(qtbot: QtBot, session: VaultSession, tmp_path: Path, marks: Marks = MARKS) -> PictureSheet:
    Image.new("L", (160, 120)).save(tmp_path / "a.png")
    encounter = session.store.create("Mrs Okafor")
    files = tuple(session.store.add_file(encounter.id, tmp_path / "a.png") for _ in range(4))
    saved = replace(encounter, entries=(Attachment("p1", AT, "Image 1", files),))
    session.store.save(saved)
    made = PictureSheet(session, saved, marked(marks))
    qtbot.addWidget(made)
    made.show()
    made._background.finish()
    return made


@pytest.fixture
def sheet(qtbot: QtBot, session: VaultSession, reader: Reader, tmp_path: Path) -> Iterator[PictureSheet]:
    assert reader
    made = opened(qtbot, session, tmp_path)
    settle(qtbot, made)
    yield made
    made.reject()


def settle(qtbot: QtBot, sheet: PictureSheet) -> None:
    """Wait until what would leave is shown."""
    qtbot.waitUntil(lambda: sheet.is_ready)


def find(sheet: PictureSheet, kind: type, name: str) -> object:
    found = sheet.findChild(kind, f"picture-{name}")
    assert found is not None
    return found


def standing(sheet: PictureSheet) -> str:
    return find(sheet, QLabel, "standing").text()  # type: ignore[attr-defined, no-any-return]


def attributes(sheet: PictureSheet) -> str:
    return find(sheet, QPlainTextEdit, "attributes").toPlainText()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.usefixtures("qapp")
def test_what_leaves_the_viewer_has_its_marks_drawn_in_and_a_strip_that_says_what_it_is_not_for() -> None:
    plain, drawn = marked(Marks()), marked()
    assert (drawn.columns, drawn.spacing_mm, drawn.orientation, drawn.frame) == (80, (0.5, 0.5), ("L", "P"), 3)
    assert drawn.rows > 60
    pixels = np.frombuffer(drawn.pixels, np.uint8).reshape(drawn.rows, drawn.columns, 3)
    without = np.frombuffer(plain.pixels, np.uint8).reshape(plain.rows, plain.columns, 3)
    assert (pixels[:60] != without[:60]).any()
    assert pixels[60:].max() > 200  # words
    assert (without[:60, :, 0] == without[:60, :, 1]).all()  # grey stays grey
    assert not plain.has_marks


def test_nothing_is_saved_before_it_was_looked_at(qtbot: QtBot, sheet: PictureSheet) -> None:
    save = find(sheet, QPushButton, "save")
    assert isinstance(save, QPushButton)
    assert not save.isEnabled()
    looked = find(sheet, QCheckBox, "looked")
    assert isinstance(looked, QCheckBox)
    looked.click()
    assert save.isEnabled()
    name = find(sheet, QLineEdit, "name")
    assert isinstance(name, QLineEdit)
    name.setText("Ruiz^Ana")
    assert not save.isEnabled()
    assert not looked.isEnabled()  # what stands there is not what would leave
    settle(qtbot, sheet)
    assert "Patient's Name: Ruiz^Ana" in attributes(sheet)


def test_without_a_name_it_leaves_without_one_and_the_trail_has_the_hash_of_each_file(
    qtbot: QtBot, sheet: PictureSheet, session: VaultSession, tmp_path: Path
) -> None:
    find(sheet, QCheckBox, "nameless").click()  # type: ignore[attr-defined]
    settle(qtbot, sheet)
    assert "Patient's Name: \n" in attributes(sheet)
    sheet.save_to(str(tmp_path / "out.dcm"))
    qtbot.waitUntil(lambda: standing(sheet).startswith("Saved"))
    assert standing(sheet) == "Saved: out.dcm, out-measurements.dcm. Not encrypted."
    capture, report = (pydicom.dcmread(tmp_path / name) for name in ("out.dcm", "out-measurements.dcm"))
    assert faults_of(capture) == faults_of(report) == []
    assert (capture.PatientName, capture.PatientIdentityRemoved) == ("", "YES")
    how = f"{sheet._encounter_id}/export/dcm/colleague/treatment/years"
    hashes = [
        hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("out-measurements.dcm", "out.dcm")
    ]
    assert [row.object for row in session.audit.latest(2)] == [f"{how}/sha256:{each}" for each in hashes]
    assert (tmp_path / "out.dcm").stat().st_mode & 0o077 == 0


def test_a_picture_that_may_show_who_it_is_is_never_called_nameless(sheet: PictureSheet) -> None:
    assert sheet.choices.level == "named"
    assert "Burned In Annotation: YES" in attributes(sheet)
    assert standing(sheet) == "The files can tell who it is."


def test_words_of_the_file_become_black_in_what_leaves_and_its_side_stays(
    qtbot: QtBot, sheet: PictureSheet, reader: Reader, tmp_path: Path
) -> None:
    assert reader.sought[0][1] is None  # the file of that frame alone
    words = find(sheet, QListWidget, "words")
    assert isinstance(words, QListWidget)
    assert [words.item(row).text() for row in range(2)] == ["RUIZ Ana", "L"]
    sheet.save_to(str(tmp_path / "out"))
    qtbot.waitUntil(lambda: standing(sheet).startswith("Saved"))
    pixels, shown = (
        np.frombuffer(content, np.uint8).reshape(-1, 80, 3)
        for content in (pydicom.dcmread(tmp_path / "out.dcm").PixelData[: 3 * 80 * 60], marked().pixels[: 3 * 80 * 60])
    )
    assert not pixels[5:11, 10:51].any()
    assert (pixels[1:6, 70:75] == shown[1:6, 70:75]).all()
    assert (pixels[11:] == shown[11:]).all()


def test_a_file_that_cannot_be_searched_for_words_is_left_to_the_eyes(
    qtbot: QtBot, session: VaultSession, reader: Reader, tmp_path: Path
) -> None:
    reader.fault = NotDeidentifiable(READER_STOPPED, "image-1.png")
    sheet = opened(qtbot, session, tmp_path)
    settle(qtbot, sheet)
    assert "made its reader stop" in standing(sheet)
    assert "Look at it yourself" in standing(sheet)
    looked = find(sheet, QCheckBox, "looked")
    assert isinstance(looked, QCheckBox)
    assert looked.isEnabled()
    sheet.reject()


@pytest.mark.usefixtures("reader")
def test_without_marks_there_is_no_report(qtbot: QtBot, session: VaultSession, tmp_path: Path) -> None:
    sheet = opened(qtbot, session, tmp_path, Marks())
    sheet.save_to(str(tmp_path / "out.dcm"))
    qtbot.waitUntil(lambda: standing(sheet).startswith("Saved"))
    assert [path.name for path in tmp_path.glob("*.dcm")] == ["out.dcm"]


def test_where_it_cannot_be_written_it_says_why(qtbot: QtBot, sheet: PictureSheet, tmp_path: Path) -> None:
    sheet.save_to(str(tmp_path / "nowhere" / "out.dcm"))
    qtbot.waitUntil(lambda: "The disk reports a fault" in standing(sheet))


def test_everyone_can_use_it(sheet: PictureSheet) -> None:
    assert accessibility_faults_of(sheet) == []
    assert clipped_texts(sheet) == []
