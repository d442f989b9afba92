"""The doctor's own words and templates, kept by the real command line in a child process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from desktop.settings import Settings
from desktop.ui import theme
from desktop.ui.own.dialogs import TemplatesDialog, WordsDialog
from tests.desktop.ui.accessibility import clipped_texts, faults_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.own.dialogs import OwnDialog

WAIT_MS = 60_000
NOTE = "CHIEF COMPLAINT\nA cough.\n\nPLAN\nRest.\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    theme.apply(qapp, "light", 100)
    return tmp_path


def opened(qtbot: QtBot, dialog: OwnDialog) -> None:
    qtbot.addWidget(dialog)
    dialog.begin()
    settle(qtbot, dialog)


def settle(qtbot: QtBot, dialog: OwnDialog) -> None:
    qtbot.waitUntil(lambda: not dialog.shelf.is_busy, timeout=WAIT_MS)
    QApplication.processEvents()


def words(dialog: OwnDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def press(qtbot: QtBot, dialog: OwnDialog, name: str) -> None:
    shown = [one for one in dialog.findChildren(QPushButton, name) if one.isVisibleTo(dialog)]
    shown[-1].click()
    settle(qtbot, dialog)


def test_words_are_added_and_removed(home: Path, qtbot: QtBot) -> None:
    dialog = WordsDialog()
    opened(qtbot, dialog)
    assert "The list is empty." in words(dialog)
    field = dialog.findChild(QLineEdit, "own-word")
    assert field is not None
    field.setText("Kowalczyk Siponimod")
    press(qtbot, dialog, "own-add-word")
    assert (home / "words.txt").read_text(encoding="utf-8") == "Kowalczyk\nSiponimod\n"
    assert "Siponimod" in words(dialog)
    assert faults_of(dialog) == []
    assert clipped_texts(dialog) == []
    press(qtbot, dialog, "own-remove")
    assert (home / "words.txt").read_text(encoding="utf-8") == "Kowalczyk\n"
    field.setText("two!words")
    press(qtbot, dialog, "own-add-word")
    assert "Nothing was added." in words(dialog)
    dialog.accept()


def test_a_template_is_made_from_an_example_and_used(home: Path, qtbot: QtBot) -> None:
    settings = Settings(home / "settings.json")
    (home / "clinic.txt").write_text(NOTE, encoding="utf-8")
    dialog = TemplatesDialog(settings)
    opened(qtbot, dialog)
    assert "There is none yet." in words(dialog)
    dialog.add(str(home / "clinic.txt"))
    settle(qtbot, dialog)
    assert "clinic\nChief complaint, Plan" in words(dialog)
    assert "A cough" not in (home / "templates" / "clinic.toml").read_text(encoding="utf-8")
    press(qtbot, dialog, "own-use")
    assert settings.text("own_note_template") == "clinic"
    assert "clinic (notes are written like this)" in words(dialog)
    assert faults_of(dialog) == []
    press(qtbot, dialog, "own-shipped")
    assert settings.text("own_note_template") == ""
    dialog.add(str(home / "clinic.txt"))
    settle(qtbot, dialog)
    assert "There is a template 'clinic' already." in words(dialog)
    press(qtbot, dialog, "own-remove")
    assert "There is none yet." in words(dialog)
    dialog.accept()
