"""Opens a note on its sheet, and says what is wrong with signed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.signing import FaultKind
from desktop.ui.note.sheet import NoteSheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.record.signing import NoteFault
    from desktop.ui.encounter.controller import EncounterController


class Noting(QObject):
    """One sheet at a time; it lives as long as it is shown."""

    play_wanted = Signal(str, float, object)
    told = Signal(str)

    def __init__(self, controller: EncounterController, parent: QWidget) -> None:
        super().__init__(parent)
        self._controller, self._window = controller, parent
        self.sheet: NoteSheet | None = None
        """The one that is shown."""
        controller.signing.faults_found.connect(self._tell)
        controller.book.opened.connect(lambda _encounter: self.close())

    def open(self, note_id: str) -> bool:
        """Show a note; returns whether there is such a one."""
        encounter = self._controller.encounter
        if encounter is None or self._controller.signing.note(encounter.id, note_id) is None:
            return False
        self.close()
        sheet = NoteSheet(self._controller.signing, (encounter.id, note_id), self._window)
        sheet.play_wanted.connect(self.play_wanted)
        sheet.finished.connect(self._forget)
        self.sheet = sheet
        sheet.open()
        return True

    def addendum(self, note_id: str) -> bool:
        """Show the addendum to a signed note, a new one where none is open."""
        encounter = self._controller.encounter
        made = self._controller.signing.addendum(encounter.id, note_id) if encounter else ""
        return bool(made) and self.open(made)

    def keep_all(self) -> None:
        """Take what is still being typed."""
        if self.sheet is not None:
            self.sheet.keep_all()

    def close(self) -> None:
        """Close the sheet; what was typed is kept."""
        if self.sheet is not None:
            self.sheet.reject()

    def _forget(self) -> None:
        sheet, self.sheet = self.sheet, None
        if sheet is not None:
            sheet.deleteLater()

    def _tell(self, faults: tuple[NoteFault, ...]) -> None:
        if any(fault.kind is FaultKind.REMOVED for fault in faults):
            self.told.emit(
                self.tr(
                    "A signed note is missing from this encounter: somebody changed the record. Nothing else of it is "
                    "touched; look into a backup."
                )
            )
        else:
            self.told.emit(
                self.tr(
                    "A signed note of this encounter is not what was signed: somebody changed the record. Do not rely "
                    "on it; look into a backup."
                )
            )
