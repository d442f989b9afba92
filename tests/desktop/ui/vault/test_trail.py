from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton

from desktop.record.encounter import Answer, Question
from desktop.record.vault.chain import Action
from desktop.ui import theme
from desktop.ui.vault.trail import WORDS, TrailSheet
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.encounters import AT
from tests.fakes.vaults import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.vault.session import VaultSession


@pytest.fixture
def sheet(qtbot: QtBot, qapp: QApplication, session: VaultSession, recovery_key: str) -> Iterator[TrailSheet]:
    assert recovery_key
    theme.apply(qapp, "light", 100)
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    made = session.store.create("Knee, left")
    question = Question("q1", AT, "Why?")
    answer = Answer("a1", AT, "q1", "Because.", decoder="smollm2")
    session.store.save(replace(made, entries=(question, answer)))
    sheet = TrailSheet(session)
    qtbot.addWidget(sheet)
    sheet.show()
    qtbot.waitUntil(lambda: sheet.model.rowCount() > 0)
    yield sheet
    sheet.done(0)


def cells(sheet: TrailSheet) -> list[list[str]]:
    shown = sheet.shown
    return [[shown.index(row, column).data() for column in range(4)] for row in range(shown.rowCount())]


def standing(sheet: TrailSheet) -> str:
    label = sheet.findChild(QLabel, "trail-standing")
    assert label is not None
    return label.text()


def click(qtbot: QtBot, sheet: TrailSheet, name: str) -> None:
    button = sheet.findChild(QPushButton, name)
    assert button is not None
    button.click()
    qtbot.waitUntil(button.isEnabled)


def test_what_was_done_is_listed_the_newest_first(sheet: TrailSheet) -> None:
    assert [cell[1:] for cell in cells(sheet)] == [
        ["Encounter changed", "Knee, left", ""],
        ["Answer of a model", "Knee, left", "smollm2"],
        ["Encounter begun", "Knee, left", ""],
        ["Record opened", "", ""],
        ["Trail begun", "", ""],
    ]
    assert standing(sheet) == "The trail is whole: 5 entries."


def test_every_action_has_words(sheet: TrailSheet) -> None:
    assert set(WORDS) == set(Action)
    assert sheet.findChild(QComboBox, "trail-kind").count() == len(WORDS) + 1  # type: ignore[union-attr]


def test_entries_of_one_kind_or_with_a_word(sheet: TrailSheet) -> None:
    kind, search = sheet.findChild(QComboBox, "trail-kind"), sheet.findChild(QLineEdit, "trail-search")
    assert kind is not None
    assert search is not None
    kind.setCurrentIndex(kind.findData("answer"))
    assert [cell[1] for cell in cells(sheet)] == ["Answer of a model"]
    kind.setCurrentIndex(0)
    search.setText("KNEE")
    assert len(cells(sheet)) == 3
    search.setText("nothing of it")
    assert cells(sheet) == []


def test_a_saved_trail_is_told_in_it(qtbot: QtBot, sheet: TrailSheet, tmp_path: Path) -> None:
    sheet.save_to(str(tmp_path / "trail.csv"))
    qtbot.waitUntil(lambda: bool(cells(sheet)) and cells(sheet)[0][1] == "Trail saved")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "trail.csv").read_text())))
    assert rows[-1]["action"] == "export trail"
    assert (tmp_path / "trail.csv").stat().st_mode & 0o077 == 0
    assert sheet.findChild(QLabel, "trail-told").text() == "Saved: trail.csv. It is not encrypted."  # type: ignore[union-attr]


def test_where_it_cannot_be_saved_it_says_why(qtbot: QtBot, sheet: TrailSheet, tmp_path: Path) -> None:
    sheet.save_to(str(tmp_path / "nowhere" / "trail.csv"))
    told = sheet.findChild(QLabel, "trail-told")
    assert told is not None
    qtbot.waitUntil(lambda: bool(told.text()))
    assert "The disk reports a fault" in told.text()


def test_all_of_it_is_checked_when_asked_for(qtbot: QtBot, sheet: TrailSheet) -> None:
    click(qtbot, sheet, "trail-check")
    assert "All of it was checked last" in standing(sheet)


def test_a_broken_trail_and_altered_words_are_said(qtbot: QtBot, sheet: TrailSheet, session: VaultSession) -> None:
    database = session.vault.source.database
    document = database.value("SELECT document FROM encounters")
    database.rows("UPDATE encounters SET document = ?", document.replace(b"Because", b"Becouse"))
    click(qtbot, sheet, "trail-check")
    assert "not as they were written last: 1." in standing(sheet)
    database.rows("DROP TRIGGER audit_no_update")
    database.rows("UPDATE audit SET object = 'x' WHERE seq = 1")
    click(qtbot, sheet, "trail-check")
    assert "Entry 1 of the audit trail is not what was written" in standing(sheet)


def test_everyone_can_use_it(sheet: TrailSheet) -> None:
    assert faults_of(sheet) == []
    assert clipped_texts(sheet) == []


def test_a_lock_closes_it(qtbot: QtBot, sheet: TrailSheet, session: VaultSession) -> None:
    sheet.close()
    session.lock()
    qtbot.waitUntil(lambda: not sheet.isVisible())
