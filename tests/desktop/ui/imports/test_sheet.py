from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QPlainTextEdit, QPushButton

from desktop.record.encounter import Question
from desktop.record.store import FolderStore
from desktop.ui import theme
from desktop.ui.encounter.book import EncounterBook
from desktop.ui.imports.sheet import ImportSheet
from tests.desktop.imports.test_resources import ASTHMA, PATIENT, bundle
from tests.desktop.ui.accessibility import clipped_texts, faults_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.fixture
def book(qapp: QApplication, tmp_path: Path) -> Iterator[EncounterBook]:
    theme.apply(qapp, "light", 100)
    made = EncounterBook(FolderStore(tmp_path / "encounters"))
    yield made
    made.finish()


@pytest.fixture
def sheet(qtbot: QtBot, book: EncounterBook) -> ImportSheet:
    made = ImportSheet(book)
    qtbot.addWidget(made)
    return made


def text(sheet: ImportSheet) -> str:
    return sheet.findChild(QPlainTextEdit, "import-text").toPlainText()  # type: ignore[union-attr]


def add(sheet: ImportSheet) -> QPushButton:
    found = sheet.findChild(QPushButton, "import-add")
    assert found is not None
    return found


def test_everything_is_seen_before_it_is_added_and_the_name_stays_out(
    qtbot: QtBot, sheet: ImportSheet, book: EncounterBook, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(bundle(PATIENT, ASTHMA)), encoding="utf-8")
    sheet.open_file(str(file))
    assert not add(sheet).isEnabled()
    qtbot.waitUntil(lambda: "Asthma" in text(sheet), timeout=20_000)
    assert faults_of(sheet) == []
    assert clipped_texts(sheet) == []
    assert book.current is None
    add(sheet).click()
    assert book.current is not None
    (entry,) = book.current.entries
    assert isinstance(entry, Question)
    assert entry.text.splitlines()[1] == "Asthma, since 2009 [Condition/c1]"
    assert "Ruiz" not in book.current.title


def test_who_it_is_becomes_the_title_only_if_it_is_wished(
    qtbot: QtBot, sheet: ImportSheet, book: EncounterBook, tmp_path: Path
) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(bundle(PATIENT, ASTHMA)), encoding="utf-8")
    sheet.open_file(str(file))
    qtbot.waitUntil(lambda: "Asthma" in text(sheet), timeout=20_000)
    named = sheet.findChild(QCheckBox, "import-named")
    assert named is not None
    named.setChecked(True)
    add(sheet).click()
    assert book.current is not None
    assert book.current.title.startswith("Ana Ruiz")


def test_a_file_that_is_refused_adds_nothing_and_says_why(
    qtbot: QtBot, sheet: ImportSheet, book: EncounterBook, tmp_path: Path
) -> None:
    sheet.open_file(str(tmp_path / "absent.json"))
    label = sheet.findChild(QLabel, "import-standing")
    assert label is not None
    qtbot.waitUntil(lambda: "is missing or empty" in label.text())
    assert not add(sheet).isEnabled()
    assert book.current is None
