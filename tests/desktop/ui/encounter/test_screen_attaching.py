"""Attaching on the encounter screen: pasted, dropped, chosen, and marked in the viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QLabel

from desktop.record.encounter import Region
from desktop.worker.protocol import (
    Ask,
    Transcribe,
)
from tests.fakes.encounters import full_encounter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desktop.ui.encounter.conftest import ScreenBench


def words_in(widget: object) -> str:
    labels = widget.findChildren(QLabel)  # type: ignore[attr-defined]  # any widget
    return "\n".join(label.text() for label in labels if label.isVisibleTo(widget))


def test_a_screenshot_is_pasted_as_a_picture(bench: ScreenBench) -> None:
    bench.screen.new_encounter()
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    QGuiApplication.clipboard().setImage(image)
    assert bench.screen.handle("paste")
    bench.qtbot.waitUntil(lambda: len(bench.attachments()) == 1)
    bench.qtbot.waitUntil(lambda: "Picture, 320 x 240 pixels" in words_in(bench.attachments()[0]))


def test_files_are_pasted_and_text_stays_text(bench: ScreenBench, tmp_path: Path) -> None:
    bench.screen.new_encounter()
    (tmp_path / "visit.mp3").write_bytes(b"ID3 sound")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "visit.mp3")), QUrl("https://example.org/x.png")])
    QGuiApplication.clipboard().setMimeData(data)
    bench.screen.handle("paste")
    bench.qtbot.waitUntil(lambda: len(bench.dictations()) == 1)
    assert len(bench.worker.sent_of(Transcribe)) == 1
    QGuiApplication.clipboard().setText("<b>words</b>")
    bench.screen.handle("paste")
    assert bench.screen.composer.field.toPlainText() == "<b>words</b>"


def test_what_is_dropped_is_attached(bench: ScreenBench, tmp_path: Path) -> None:
    (tmp_path / "film.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "film.png"))])
    place, keys, buttons = QPoint(500, 300), Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    bench.screen.new_encounter()
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, buttons, keys)
    bench.screen.dragEnterEvent(enter)
    assert enter.isAccepted()
    assert "Let go to attach" in words_in(bench.screen.composer)
    bench.screen.dropEvent(QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, buttons, keys))
    bench.qtbot.waitUntil(lambda: len(bench.attachments()) == 1)
    assert "Let go to attach" not in words_in(bench.screen.composer)


def test_a_question_waits_for_the_picture_that_is_copied(bench: ScreenBench, tmp_path: Path) -> None:
    bench.screen.new_encounter()
    (tmp_path / "film.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
    bench.controller.attach([tmp_path / "film.png"])  # type: ignore[union-attr]  # made with the screen
    bench.ask("What is this?")
    assert "Then it is asked." in words_in(bench.screen.composer)
    bench.qtbot.waitUntil(lambda: bool(bench.worker.sent_of(Ask)))
    assert [known.label for known in bench.asked().context.pictures] == ["Image 1"]


def test_a_picture_that_cannot_be_shown_says_why(bench: ScreenBench) -> None:
    bench.pictures.fault = "image-1.png is damaged and cannot be shown."
    bench.open(full_encounter())
    bench.qtbot.waitUntil(lambda: "is damaged" in words_in(bench.attachments()[0]))


def test_a_marked_region_is_a_chip_that_can_be_taken_off(bench: ScreenBench) -> None:
    bench.open(full_encounter())
    bench.screen.viewing.region_marked.emit("Image 1", Region(0.1, 0.1, 0.5, 0.5))
    assert bench.button("drop-region").text() == "About a marked region of Image 1"
    bench.press("drop-region")
    assert not bench.has_button("drop-region")
    bench.ask("All of it?")
    assert bench.asked().context.pictures[0].region is None
