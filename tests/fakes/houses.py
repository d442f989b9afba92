"""The real window with its door on a real vault; the worker, the microphone and the pictures are fakes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from desktop.record.closed import ClosedStore
from desktop.ui.vault.door import Door
from desktop.ui.vault.keeping import Keeping
from desktop.ui.vault.retention import Retention
from desktop.ui.vault.unlock import UnlockPage
from desktop.ui.window import MainWindow
from tests.fakes.encounter_services import EncounterBench, speak
from tests.fakes.vaults import PASSPHRASE

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.encounter.screen import EncounterScreen
    from desktop.ui.vault.session import VaultSession


class House:
    """A window with its door."""

    def __init__(self, qtbot: QtBot, folder: Path, session: VaultSession) -> None:
        self.qtbot, self.session = qtbot, session
        self.bench = EncounterBench(folder)
        self.bench.pictures.stop = lambda: None  # type: ignore[method-assign]
        self.settings = self.bench.settings
        for key in ("first_start_done", "notice_accepted", "recovery_key_noted"):
            self.settings.set(key, True)
        self.keeping = Keeping(session, self.settings, session)
        self.retention = Retention(session, self.settings, session)
        services = dataclasses.replace(
            self.bench.services, store=ClosedStore(), keeping=self.keeping, retention=self.retention
        )
        self.window = MainWindow(services, lock_page=UnlockPage(session))
        qtbot.addWidget(self.window)
        self.door = Door(session, self.window, services, folder)
        self.ready: list[bool] = []
        self.door.ready_wanted.connect(lambda: self.ready.append(True))
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def unlock(self) -> None:
        """Type the passphrase."""
        field = self.window.findChild(QLineEdit, "passphrase")
        assert field is not None
        field.setText(PASSPHRASE)
        with self.qtbot.waitSignal(self.session.opened):
            QTest.keyClick(field, Qt.Key.Key_Return)

    def lock(self) -> None:
        """Press Ctrl+L."""
        QTest.keyClick(self.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert self.window.is_locked

    def speak(self) -> None:
        """Begin a recording to which the patient agrees."""
        speak(self.screen.controller)

    def act(self) -> None:
        """Press the button of the banner."""
        button = self.window.findChild(QPushButton, "banner-act")
        assert button is not None
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def close(self) -> None:
        """End everything."""
        self.bench.recorder.stop()
        self.window.close()
        self.door.stop()
        self.retention.stop()

    @property
    def screen(self) -> EncounterScreen:
        """The encounter screen that is there now."""
        return self.window.encounters

    def banner(self) -> str:
        """What the banner says."""
        label = self.window.findChild(QLabel, "banner-text")
        assert label is not None
        return label.text() if label.isVisible() else ""
