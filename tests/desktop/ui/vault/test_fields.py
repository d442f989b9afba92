from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from desktop.record.vault import keys
from desktop.ui import theme
from desktop.ui.vault.change_passphrase import ChangePassphrase
from desktop.ui.vault.fields import LEAST_CHARACTERS, NewPassphrase
from desktop.ui.vault.recovery_key import RecoveryKey
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.vaults import ANOTHER, PASSPHRASE

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from desktop.ui.vault.session import VaultSession

KEY = "8R2K-0000-1111-2222-3333-4444-5555-6666-M0TQ"


def _words(widget: QWidget, name: str) -> str:
    label = widget.findChild(QLabel, name)
    assert label is not None
    return label.text()


@pytest.fixture
def new(qtbot: QtBot, qapp: QApplication) -> NewPassphrase:
    theme.apply(qapp, "light", 100)
    made = NewPassphrase()
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_vault_asks_for_as_many_characters_as_the_field_says() -> None:
    assert LEAST_CHARACTERS == keys.LEAST_CHARACTERS


def test_everyone_can_choose_a_passphrase(new: NewPassphrase) -> None:
    assert faults_of(new) == []


def test_it_is_ready_once_it_is_long_enough_and_the_same_twice(new: NewPassphrase) -> None:
    new.first.setText("short")
    new.again.setText("short")
    assert (new.is_ready, _words(new, "strength-words")) == (False, "Too short: 7 to go.")
    new.first.setText(PASSPHRASE)
    new.again.setText(PASSPHRASE[:-1])
    assert (new.is_ready, _words(new, "passphrase-trouble")) == (False, "")
    new.again.setText("correct house")
    assert _words(new, "passphrase-trouble") == "The two are not the same."
    new.again.setText(PASSPHRASE)
    assert new.is_ready


def test_the_meter_tells_weak_from_strong_in_words(new: NewPassphrase) -> None:
    new.first.setText("password1234")
    assert "would guess it" in _words(new, "strength-words")
    new.first.setText("seven green kettles hum over the frozen harbour")
    assert _words(new, "strength-words") == "Very good."


def test_the_letters_are_shown_only_while_they_are_wanted(new: NewPassphrase) -> None:
    seen = new.findChild(QCheckBox, "show-passphrase")
    assert seen is not None
    assert new.first.echoMode() is QLineEdit.EchoMode.Password
    seen.setChecked(True)
    assert new.first.echoMode() is QLineEdit.EchoMode.Normal
    new.hide()
    assert new.first.echoMode() is QLineEdit.EchoMode.Password


@pytest.fixture
def key(qtbot: QtBot, qapp: QApplication) -> RecoveryKey:
    theme.apply(qapp, "light", 100)
    printed: list[str] = []
    made = RecoveryKey(print_page=lambda _parent, page: printed.append(page))
    made.printed = printed  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    made.show_key(KEY)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def _shown(key: RecoveryKey) -> str:
    shown = key.findChild(QPlainTextEdit, "recovery-key")
    assert shown is not None
    return shown.toPlainText()


def _typed(key: RecoveryKey) -> QLineEdit:
    typed = key.findChild(QLineEdit, "last-group")
    assert typed is not None
    return typed


def test_everyone_can_note_the_key(key: RecoveryKey) -> None:
    assert faults_of(key) == []
    assert clipped_texts(key) == []


@pytest.mark.parametrize("typed", ["M0TQ", "m0tq", " mOtq ", KEY.lower().replace("-", "")])
def test_its_last_group_is_typed_back_as_the_vault_reads_it(key: RecoveryKey, typed: str) -> None:
    assert not key.is_ready
    _typed(key).setText(typed)

    assert key.is_ready


def test_the_last_group_is_hidden_while_it_is_typed(key: RecoveryKey) -> None:
    assert "M0TQ" in _shown(key)
    _typed(key).setFocus()
    assert "M0TQ" not in _shown(key)
    key.first.setFocus()
    assert "M0TQ" in _shown(key)


def test_it_is_copied_printed_and_saved_for_this_user_alone(
    qtbot: QtBot, qapp: QApplication, key: RecoveryKey, tmp_path: Path
) -> None:
    for name in ("copy-key", "print-key"):
        qtbot.mouseClick(key.findChild(QPushButton, name), Qt.MouseButton.LeftButton)
    key.save_to(tmp_path / "key.txt")

    assert QGuiApplication.clipboard().text() == KEY
    assert KEY in key.printed[0]  # type: ignore[attr-defined]
    assert KEY in (tmp_path / "key.txt").read_text(encoding="utf-8")
    assert stat.S_IMODE((tmp_path / "key.txt").stat().st_mode) == 0o600
    assert "keep them apart" in _words(key, "key-told")
    qapp.clipboard().clear()


def test_a_stick_that_cannot_be_written_is_told(key: RecoveryKey, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    key.save_to(tmp_path / "file" / "key.txt")

    assert "could not be saved" in _words(key, "key-told")


def test_nothing_of_it_is_left_afterwards(key: RecoveryKey) -> None:
    key.forget()

    assert _shown(key).strip() == ""
    assert not key.is_ready


@pytest.mark.usefixtures("recovery_key")
def test_the_passphrase_is_changed_by_who_knows_the_old_one(
    qtbot: QtBot, qapp: QApplication, session: VaultSession
) -> None:
    theme.apply(qapp, "light", 100)
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    dialog = ChangePassphrase(session)
    qtbot.addWidget(dialog)
    assert faults_of(dialog) == []
    assert clipped_texts(dialog) == []
    old, change = dialog.findChild(QLineEdit, "old-passphrase"), dialog.findChild(QPushButton, "set-passphrase")
    assert old is not None
    assert change is not None
    for field in (dialog.new.first, dialog.new.again):
        field.setText(ANOTHER)
    assert not change.isEnabled()
    old.setText("not the old one")
    qtbot.mouseClick(change, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "does not open this vault" in _words(dialog, "change-trouble"))
    old.setText(PASSPHRASE)
    with qtbot.waitSignal(dialog.accepted):
        qtbot.mouseClick(change, Qt.MouseButton.LeftButton)
    session.lock()
    with qtbot.waitSignal(session.opened):
        session.unlock(ANOTHER)
