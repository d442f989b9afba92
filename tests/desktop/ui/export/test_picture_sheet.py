from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from desktop.record.dicom.required import faults_of
from desktop.ui.export.picture_sheet import PictureSheet
from desktop.ui.viewer.capturing import captured
from desktop.ui.viewer.view_state import Marks
from tests.desktop.ui.accessibility import clipped_texts
from tests.desktop.ui.accessibility import faults_of as accessibility_faults_of
from tests.fakes.viewed_pictures import AXIAL, ramp_picture

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.record.dicom.marked import MarkedPicture
    from desktop.ui.vault.session import VaultSession

MARKS = Marks((((10.0, 10.0), (40.0, 50.0)),), ((20.0, 20.0), (60.0, 40.0)))


def marked(marks: Marks = MARKS) -> MarkedPicture:
    picture = ramp_picture(60, 80, spacing_mm=(0.5, 0.5), directions=AXIAL)
    return captured(picture, picture.window, marks, label="Image 1", frame=3)


@pytest.fixture
def sheet(qtbot: QtBot, session: VaultSession) -> PictureSheet:
    encounter = session.store.create("Mrs Okafor")
    made = PictureSheet(session, encounter.id, marked())
    qtbot.addWidget(made)
    made.show()
    return made


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


def test_nothing_is_saved_before_it_was_looked_at(sheet: PictureSheet) -> None:
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
    assert "Patient's Name: Ruiz^Ana" in attributes(sheet)


def test_without_a_name_it_leaves_without_one_and_the_trail_has_the_hash_of_each_file(
    qtbot: QtBot, sheet: PictureSheet, session: VaultSession, tmp_path: Path
) -> None:
    find(sheet, QCheckBox, "nameless").click()  # type: ignore[attr-defined]
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


def test_without_marks_there_is_no_report(qtbot: QtBot, session: VaultSession, tmp_path: Path) -> None:
    sheet = PictureSheet(session, session.store.create().id, marked(Marks()))
    qtbot.addWidget(sheet)
    sheet.save_to(str(tmp_path / "out.dcm"))
    qtbot.waitUntil(lambda: standing(sheet).startswith("Saved"))
    assert [path.name for path in tmp_path.glob("*.dcm")] == ["out.dcm"]


def test_where_it_cannot_be_written_it_says_why(qtbot: QtBot, sheet: PictureSheet, tmp_path: Path) -> None:
    sheet.save_to(str(tmp_path / "nowhere" / "out.dcm"))
    qtbot.waitUntil(lambda: "The disk reports a fault" in standing(sheet))


def test_everyone_can_use_it(sheet: PictureSheet) -> None:
    assert accessibility_faults_of(sheet) == []
    assert clipped_texts(sheet) == []
