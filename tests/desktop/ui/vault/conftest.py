"""A vault in a folder of the test, opened through a session with a key derivation that costs next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.vault.opening import make_vault
from desktop.settings import Settings
from desktop.ui.looks import Looks
from desktop.ui.vault.session import VaultSession
from tests.fakes.houses import House
from tests.fakes.vaults import PASSPHRASE, cheap_means

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def recovery_key(folder: Path) -> str:
    """The recovery key of a vault that is there."""
    return make_vault(folder, PASSPHRASE, cheap_means(folder))


@pytest.fixture
def session(qapp: QApplication, folder: Path) -> Iterator[VaultSession]:
    made = VaultSession(folder, cheap_means(folder), qapp)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "settings.json")
    settings.set("language", "en")
    return settings


@pytest.fixture
def house(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, session: VaultSession, recovery_key: str
) -> Iterator[House]:
    """A window that is locked in front of that vault."""
    assert recovery_key
    made = House(qtbot, tmp_path, session)
    looks = Looks(qapp, made.settings)
    yield made
    made.close()
    looks.stop()
