"""A copy of one picture: what was found is shown, refused, added to, and only then written."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QListWidget, QPushButton

from desktop.burned_in.asking import Copy, FoundWords
from desktop.burned_in.marks import Looked, Mark, Task
from desktop.confined.errors import Stopped
from desktop.record.deidentify.errors import READER_STOPPED, NotDeidentifiable
from desktop.record.deidentify.words_in_pixels import PixelWords
from desktop.record.encounter import Attachment
from desktop.record.export import picture_copy
from desktop.record.export.choices import Choices
from desktop.record.vault.opening import make_vault
from desktop.ui import theme
from desktop.ui.export import leaving_picture
from desktop.ui.export.picture import PictureCopy
from desktop.ui.export.picture_canvas import PictureCanvas
from desktop.ui.vault.session import VaultSession
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.answering_pictures import AnsweringPictureLoader
from tests.fakes.encounters import AT
from tests.fakes.vaults import PASSPHRASE, cheap_means

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.pictures.loader import PictureLoader

BLACK = b"\x89PNG\r\n\x1a\nblack"
NAME, SIDE = Mark(10, 10, 120, 30, "OKAFOR Ngozi"), Mark(280, 50, 300, 80, "R")


class Reader:
    """Finds two marks and copies what it is asked to; keeps the tasks."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.fault: Exception | None = None
        self.suffix = "png"

    def find(self, _file: Path, _frame: int | None, _cancelled: Callable[[], bool]) -> FoundWords:
        if self.fault:
            raise self.fault
        return FoundWords(Looked(320, 240, 1, 1), (NAME, SIDE))

    def copy(self, task: Task, _cancelled: Callable[[], bool]) -> Copy:
        self.tasks.append(task)
        return Copy(BLACK, self.suffix, ())


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader()
    monkeypatch.setattr(leaving_picture, "find_words", made.find)
    monkeypatch.setattr(picture_copy, "copy_without", made.copy)
    return made


@pytest.fixture
def session(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[VaultSession]:
    theme.apply(qapp, "light", 100)
    make_vault(tmp_path / "vault", PASSPHRASE, cheap_means(tmp_path / "vault"))
    made = VaultSession(tmp_path / "vault", cheap_means(tmp_path / "vault"), qapp)
    with qtbot.waitSignal(made.opened):
        made.unlock(PASSPHRASE)
    yield made
    made.close()
    made.deleteLater()


def opened(qtbot: QtBot, session: VaultSession, tmp_path: Path) -> PictureCopy:
    Image.new("RGB", (320, 240)).save(tmp_path / "a.png")
    made = session.store.create("Mrs Okafor, bed 4")
    name = session.store.add_file(made.id, tmp_path / "a.png")
    saved = replace(made, entries=(Attachment("p1", AT, "Image 1", (name,)),))
    session.store.save(saved)
    dialog = PictureCopy(session, cast("PictureLoader", AnsweringPictureLoader(session)), saved, Choices())
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.fixture
def dialog(qtbot: QtBot, session: VaultSession, reader: Reader, tmp_path: Path) -> Iterator[PictureCopy]:
    assert reader
    made = opened(qtbot, session, tmp_path)
    qtbot.waitUntil(lambda: listed(made).count() == 2 and looked(made).isEnabled())
    yield made
    made.reject()


def listed(dialog: PictureCopy) -> QListWidget:
    found = dialog.findChild(QListWidget, "picture-words")
    assert found is not None
    return found


def looked(dialog: PictureCopy) -> QCheckBox:
    found = dialog.findChild(QCheckBox, "picture-looked")
    assert found is not None
    return found


def can_save(dialog: PictureCopy) -> bool:
    found = dialog.findChild(QPushButton, "picture-save")
    assert found is not None
    return found.isEnabled()


def said(dialog: PictureCopy) -> str:
    found = dialog.findChild(QLabel, "picture-standing")
    assert found is not None
    return found.text()


def test_a_side_marker_stays_and_a_name_becomes_black(dialog: PictureCopy, reader: Reader, tmp_path: Path) -> None:
    states = [listed(dialog).item(row).checkState() for row in range(2)]
    assert states == [Qt.CheckState.Checked, Qt.CheckState.Unchecked]
    assert not can_save(dialog)
    looked(dialog).click()
    assert can_save(dialog)
    dialog.save_to(str(tmp_path / "out"))
    dialog._background.finish()
    assert (reader.tasks[0].marks, reader.tasks[0].words) == ((NAME,), PixelWords.BLACKED_OUT)
    assert (tmp_path / "out.png").read_bytes().endswith(b"black")
    assert said(dialog) == "Saved: out.png. Not encrypted."


def test_the_trail_tells_of_it_before_it_is_written(dialog: PictureCopy, session: VaultSession, tmp_path: Path) -> None:
    (tmp_path / "out.png").mkdir()
    dialog.save_to(str(tmp_path / "out.png"))
    dialog._background.finish()
    how, digest = session.audit.rows()[-1].object.split("/sha256:")
    assert how.endswith("/export/png/myself/treatment/years")
    assert digest == hashlib.sha256(BLACK).hexdigest()
    assert "Saved" not in said(dialog)


def test_a_copy_of_another_kind_than_was_asked_for_writes_over_nothing(
    dialog: PictureCopy, reader: Reader, tmp_path: Path
) -> None:
    (tmp_path / "out.dcm").write_bytes(b"somebody's")
    reader.suffix = "dcm"
    dialog.save_to(str(tmp_path / "out.png"))
    dialog._background.finish()
    assert (tmp_path / "out.dcm").read_bytes() == b"somebody's"
    assert not (tmp_path / "out.png").exists()
    assert "Saved" not in said(dialog)


def test_words_that_are_kept_are_told_in_the_copy(dialog: PictureCopy, reader: Reader, tmp_path: Path) -> None:
    looked(dialog).click()
    listed(dialog).item(0).setCheckState(Qt.CheckState.Unchecked)
    assert not can_save(dialog)  # what changed has to be looked at again
    dialog.save_to(str(tmp_path / "out"))
    dialog._background.finish()
    assert (reader.tasks[0].marks, reader.tasks[0].words) == ((), PixelWords.SOME_LEFT)


def test_a_click_turns_a_box_and_a_drag_adds_one(dialog: PictureCopy) -> None:
    canvas = dialog.findChild(PictureCanvas, "picture-canvas")
    assert canvas is not None
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas._shown(NAME).center().toPoint())
    assert listed(dialog).item(0).checkState() is Qt.CheckState.Unchecked
    corner = canvas._room.center().toPoint()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=corner)
    QTest.mouseMove(canvas, corner + QPoint(40, 30))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=corner + QPoint(40, 30))
    drawn, is_black = dialog._marks()[-1]
    assert is_black
    assert not drawn.words
    assert abs(drawn.left - 160) <= 1
    assert abs(drawn.top - 120) <= 1


def test_a_picture_that_cannot_be_read_is_told(
    qtbot: QtBot, session: VaultSession, reader: Reader, tmp_path: Path
) -> None:
    reader.fault = NotDeidentifiable(READER_STOPPED, "image-1.png")
    dialog = opened(qtbot, session, tmp_path)
    qtbot.waitUntil(lambda: "made its reader stop" in said(dialog))
    assert not looked(dialog).isEnabled()
    dialog.reject()


def test_one_that_is_closed_while_words_are_looked_for_says_no_more(
    qtbot: QtBot, session: VaultSession, reader: Reader, tmp_path: Path
) -> None:
    reader.fault = Stopped()
    dialog = opened(qtbot, session, tmp_path)
    dialog.reject()
    assert said(dialog) == "Looking for words in the picture…"


@pytest.mark.parametrize("percent", [100, 200])
def test_it_can_be_used_by_everybody(dialog: PictureCopy, qapp: QApplication, percent: int) -> None:
    theme.apply(qapp, "light", percent)
    dialog.resize(900, 720)
    qapp.processEvents()
    assert faults_of(dialog) == []
    assert clipped_texts(dialog) == []
