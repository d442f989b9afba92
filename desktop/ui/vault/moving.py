"""Offers to move encounters that an earlier version kept readable into the vault, and says how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.codec import is_id
from desktop.record.errors import LOCKED, RecordLocked
from desktop.ui.encounter.background import Background

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.vault.importing import Imported
    from desktop.record.vault.store import VaultStore

FOLDER = "encounters"


class Moving(QObject):
    """Moves them in the background, one after another; each is removed only once every byte was compared."""

    progressed = Signal(int, int)
    """How many are done, of how many."""
    ended = Signal(object)
    """An Imported: what was moved, and what stayed for which reason."""
    failed = Signal(str)
    """The sentence that says why it came to an end before; nothing is lost, and it can be begun again."""

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._background = Background(self)
        self._stops = False
        self.runs = False

    @property
    def waiting(self) -> int:
        """How many encounters anybody with the disk can read."""
        try:
            return sum(is_id(path.name) and path.is_dir() for path in self._folder.iterdir())
        except OSError:
            return 0

    def begin(self, store: VaultStore) -> None:
        """Move all of them; `progressed` and then `ended` or `failed` follow."""
        if self.runs:
            return
        self.runs, self._stops = True, False

        def work() -> Imported:
            from desktop.record.disk import Disk
            from desktop.record.vault.importing import import_folder

            return import_folder(self._folder, store, Disk(), self._note)

        self._background.run(work, self._end, self._fail)

    def stop(self) -> None:
        """End after the encounter that is being moved; the others wait where they are."""
        self._stops = True

    def finish(self) -> None:
        """Stop, and wait for it."""
        self.stop()
        self._background.finish()

    def _note(self, done: int, total: int) -> None:
        # Called in the background, between two encounters.
        if self._stops:
            raise RecordLocked(LOCKED)
        self.progressed.emit(done, total)

    def _end(self, imported: Imported) -> None:
        self.runs = False
        self.ended.emit(imported)

    def _fail(self, sentence: str) -> None:
        self.runs = False
        if not self._stops:
            self.failed.emit(sentence)
