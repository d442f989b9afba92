from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton

from desktop.ui.looks import Looks
from desktop.ui.vault.session import VaultState
from desktop.ui.vault.unlock import LONGEST_PAUSE_S, UnlockPage, pause_s
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.vaults import ANOTHER, PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.settings import Settings
    from desktop.ui.vault.session import VaultSession


@pytest.fixture
def page(
    qtbot: QtBot, qapp: QApplication, settings: Settings, session: VaultSession, recovery_key: str
) -> Iterator[UnlockPage]:
    assert recovery_key
    looks = Looks(qapp, settings)
    page = UnlockPage(session)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    yield page
    page._second.stop()
    looks.stop()


def _field(page: UnlockPage) -> QLineEdit:
    field = page.findChild(QLineEdit, "passphrase")
    assert field is not None
    return field


def _button(page: UnlockPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


def _trouble(page: UnlockPage) -> str:
    label = page.findChild(QLabel, "unlock-trouble")
    assert label is not None
    return label.text() if label.isVisible() else ""


def _try(qtbot: QtBot, page: UnlockPage, session: VaultSession, text: str) -> None:
    _field(page).setText(text)
    with qtbot.waitSignal(session.busy_changed, check_params_cb=lambda busy: not busy):
        QTest.keyClick(_field(page), Qt.Key.Key_Return)


def test_everyone_can_use_it(page: UnlockPage) -> None:
    assert _field(page).hasFocus()
    assert faults_of(page) == []


@pytest.mark.parametrize("scale", [80, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_word_is_clipped(page: UnlockPage, settings: Settings, scale: int, language: str) -> None:
    settings.set("language", language)
    settings.set("font_scale", scale)
    page.show_recording(True)

    assert clipped_texts(page) == []


def test_the_passphrase_opens_it_and_is_not_kept(qtbot: QtBot, page: UnlockPage, session: VaultSession) -> None:
    _try(qtbot, page, session, PASSPHRASE)

    assert session.state is VaultState.OPEN
    assert _field(page).text() == ""


def test_a_wrong_one_is_told_in_a_sentence_and_makes_one_wait(
    qtbot: QtBot, page: UnlockPage, session: VaultSession
) -> None:
    _try(qtbot, page, session, ANOTHER)
    assert "does not open this vault" in _trouble(page)
    assert _field(page).text() == ""
    assert not _button(page, "unlock").isEnabled()
    _field(page).setText(PASSPHRASE)
    QTest.keyClick(_field(page), Qt.Key.Key_Return)
    assert not session.is_busy
    page._count_down()
    assert _button(page, "unlock").isEnabled()
    _try(qtbot, page, session, PASSPHRASE)

    assert session.state is VaultState.OPEN


def test_the_pause_grows_and_ends() -> None:
    assert [pause_s(wrong) for wrong in range(5)] == [0, 1, 2, 4, 8]
    assert pause_s(50) == LONGEST_PAUSE_S


def test_the_recovery_key_opens_it_too(
    qtbot: QtBot, page: UnlockPage, session: VaultSession, recovery_key: str
) -> None:
    qtbot.mouseClick(_button(page, "use-recovery-key"), Qt.MouseButton.LeftButton)
    assert faults_of(page) == []
    assert _field(page).echoMode() is QLineEdit.EchoMode.Normal
    _try(qtbot, page, session, recovery_key[:-1])
    assert "something is mistyped" in _trouble(page)
    assert _field(page).text() == recovery_key[:-1]
    assert _button(page, "unlock").isEnabled()
    _try(qtbot, page, session, recovery_key.lower())

    assert session.state is VaultState.OPEN


def test_a_damaged_vault_is_said_to_be_damaged(
    qtbot: QtBot, page: UnlockPage, session: VaultSession, folder: Path
) -> None:
    for name in ("vault.json", "vault.copy.json"):
        (folder / name).write_bytes(b"{")
    _try(qtbot, page, session, PASSPHRASE)

    assert "key file is damaged" in _trouble(page)
    assert session.state is VaultState.LOCKED


def test_a_lock_takes_away_what_was_typed(qtbot: QtBot, page: UnlockPage, session: VaultSession) -> None:
    _try(qtbot, page, session, PASSPHRASE)
    _button(page, "show-passphrase").setChecked(True)
    _field(page).setText("half a passph")
    session.lock()

    assert _field(page).text() == ""
    assert _field(page).echoMode() is QLineEdit.EchoMode.Password
