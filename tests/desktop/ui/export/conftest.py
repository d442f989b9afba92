"""A session on a vault of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.vault.opening import make_vault
from desktop.ui import theme
from desktop.ui.vault.session import VaultSession
from tests.fakes.vaults import PASSPHRASE, cheap_means

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


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
