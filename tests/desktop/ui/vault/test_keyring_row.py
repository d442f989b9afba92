"""The system's store of secrets in the window: switched on and off in the settings, one press on the lock page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop.ui.looks import Looks
from desktop.ui.vault.keyring_row import KeyringRow
from desktop.ui.vault.session import VaultState
from desktop.ui.vault.unlock import UnlockPage
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.keyrings import FakeSecretStore, keyring_of
from tests.fakes.vaults import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from desktop.settings import Settings
    from desktop.ui.vault.session import VaultSession


@pytest.fixture
def store() -> FakeSecretStore:
    return FakeSecretStore()


@pytest.fixture
def opened(qtbot: QtBot, session: VaultSession, recovery_key: str, store: FakeSecretStore) -> VaultSession:
    assert recovery_key
    session.keyring = keyring_of(store)
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    return session


@pytest.fixture
def row(qtbot: QtBot, qapp: QApplication, opened: VaultSession, settings: Settings) -> Iterator[KeyringRow]:
    looks = Looks(qapp, settings)
    made = KeyringRow(opened)
    made.setAccessibleName("row")
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show()
    yield made
    looks.stop()


@pytest.fixture
def page(qtbot: QtBot, opened: VaultSession) -> UnlockPage:
    made = UnlockPage(opened)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    return made


def press(qtbot: QtBot, inside: QWidget, name: str) -> None:
    qtbot.mouseClick(button(inside, name), Qt.MouseButton.LeftButton)


def button(inside: QWidget, name: str) -> QPushButton:
    found = inside.findChild(QPushButton, name)
    assert found is not None
    return found


def words(inside: QWidget, name: str) -> str:
    label = inside.findChild(QLabel, name)
    assert label is not None
    return label.text() if label.isVisible() else ""


def switched(qtbot: QtBot, row: KeyringRow) -> None:
    press(qtbot, row, "switch-keyring")
    qtbot.waitUntil(lambda: not row._works)


def test_it_is_switched_on_and_off(qtbot: QtBot, row: KeyringRow, opened: VaultSession, store: FakeSecretStore) -> None:
    assert button(row, "switch-keyring").text() == "Switch on"
    switched(qtbot, row)
    assert opened.opens_with_keyring
    assert button(row, "switch-keyring").text() == "Switch off"
    switched(qtbot, row)
    assert not opened.opens_with_keyring
    assert store.kept == {}


def test_a_system_without_a_store_is_told(qtbot: QtBot, row: KeyringRow, opened: VaultSession) -> None:
    opened.keyring = keyring_of(None)
    switched(qtbot, row)
    assert "no store of secrets" in words(row, "keyring-trouble")
    assert not opened.opens_with_keyring
    opened.lock()
    assert not button(row, "switch-keyring").isEnabled()
    assert words(row, "keyring-trouble") == ""


@pytest.mark.parametrize("scale", [100, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_everyone_can_read_and_press_it(row: KeyringRow, settings: Settings, scale: int, language: str) -> None:
    settings.set("language", language)
    settings.set("font_scale", scale)
    row.resize(row.sizeHint())
    assert clipped_texts(row) == []
    assert faults_of(row) == []


def test_one_press_on_the_lock_page_opens_the_record(qtbot: QtBot, row: KeyringRow, page: UnlockPage) -> None:
    session = row._session
    assert not button(page, "unlock-with-system").isVisible()
    switched(qtbot, row)
    session.lock()
    assert button(page, "unlock-with-system").isVisible()
    with qtbot.waitSignal(session.opened):
        press(qtbot, page, "unlock-with-system")
    assert session.audit.rows()[-1].actor.startswith("system keyring ")
    assert not session.came_by_recovery_key


def test_a_secret_that_is_gone_is_told_and_the_passphrase_still_opens(
    qtbot: QtBot, row: KeyringRow, page: UnlockPage, store: FakeSecretStore
) -> None:
    session = row._session
    switched(qtbot, row)
    session.lock()
    store.kept.clear()
    with qtbot.waitSignal(session.refused):
        press(qtbot, page, "unlock-with-system")
    assert "does not hold what opens this record" in words(page, "unlock-trouble")
    assert session.state is VaultState.LOCKED
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)


def test_without_a_store_nothing_is_offered(qtbot: QtBot, row: KeyringRow, page: UnlockPage) -> None:
    session = row._session
    switched(qtbot, row)
    session.lock()
    session.keyring = None
    page.retranslate()
    assert not button(page, "unlock-with-system").isVisible()
    session.unlock_with_keyring()
    assert not session.is_busy
