"""A window's process that records until it is killed: the real recorder and a real vault, and a microphone of ours.

It prints how many seconds it has heard. `python -m tests.recording_window FOLDER` with a vault of the tests in FOLDER.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.hardening import keep_memory_private
from desktop.record.vault.opening import open_vault
from desktop.ui.encounter.controller import EncounterController
from tests.fakes.encounter_services import EncounterBench, speak
from tests.fakes.microphones import tone
from tests.fakes.vaults import PASSPHRASE, cheap_means

BLOCK_S = 0.25


class RecordingWindow:
    """Speaks into an encounter in short blocks, each in a turn of the event loop as a device delivers them."""

    def __init__(self, vault_folder: Path, folder: Path) -> None:
        self.bench = EncounterBench(folder)
        vault = open_vault(vault_folder, PASSPHRASE, cheap_means(vault_folder))
        self.controller = EncounterController(dataclasses.replace(self.bench.services, store=vault.store))
        self.timer = QTimer(interval=1)
        self.timer.timeout.connect(self.hear)
        self.heard_s = 0.0

    def begin(self) -> None:
        """Record, with consent, into a new encounter."""
        self.controller.new("Mrs Example")
        speak(self.controller)
        self.timer.start()

    def hear(self) -> None:
        """Hear one more block and say so."""
        self.bench.microphone.play(tone(BLOCK_S))
        self.heard_s += BLOCK_S
        sys.stdout.write(f"{self.heard_s}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    keep_memory_private()
    application = QApplication(["-platform", "offscreen"])
    with tempfile.TemporaryDirectory() as folder:
        window = RecordingWindow(Path(sys.argv[1]), Path(folder))
        window.begin()
        application.exec()
