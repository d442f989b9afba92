"""Applies the doctor's rule for recordings when the record is opened, away from the window's thread.

Nothing is erased before a note is signed; what was erased is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.record.errors import BackupStopped, RecordError
from desktop.record.retention import Erased, apply_rule, days_of
from desktop.ui.encounter.background import Background
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from desktop.record.vault.opening import OpenVault
    from desktop.settings import Settings
    from desktop.ui.vault.session import VaultSession

RULE = "keep_recordings"
_SOON_MS = 3_000
"""After the record was opened: the window is drawn first."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of it: what was erased, or why nothing could be."""

    erased: Erased = field(default_factory=Erased)
    trouble: RecordError | None = None


class Retention(QObject):
    """Erases the sound that is due once after each opening."""

    erased = Signal(object)
    """An Erased with at least one recording."""
    failed = Signal(object)
    """The RecordError that says why the rule could not be applied; nothing more is erased until the next opening."""

    def __init__(self, session: VaultSession, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._settings = session, settings
        self._background = Background(self)
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self.apply)
        session.opened.connect(self._soon.start)
        session.locked.connect(self._soon.stop)

    def apply(self) -> None:
        """Apply the rule now; nothing where everything is kept, or the record is locked."""
        rule = self._settings.text(RULE)
        if self._session.state is VaultState.OPEN and days_of(rule) is not None:
            vault = self._session.vault
            self._background.run(lambda: _applied(vault, rule), self._tell, lambda _sentence: None)

    def stop(self) -> None:
        """Wait for the end of what runs; the vault is closed."""
        self._soon.stop()
        self._background.finish()

    def _tell(self, applied: Applied) -> None:
        if self._session.state is not VaultState.OPEN:
            return  # it is told nowhere, and stands in the trail
        if applied.trouble is not None:
            self.failed.emit(applied.trouble)
        elif applied.erased.recordings:
            self.erased.emit(applied.erased)


def _applied(vault: OpenVault, rule: str) -> Applied:
    with vault.at_work() as go_on:
        try:
            return Applied(apply_rule(vault.store, rule, datetime.now(UTC), go_on))
        except BackupStopped:
            return Applied()  # the record is being locked; what is due is erased at the next opening
        except RecordError as error:
            return Applied(trouble=error)
