"""The step of the vault: a passphrase, then the recovery key, which is shown this once."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar, QWidget

from desktop.ui.encounter.wording import sentence_of
from desktop.ui.first_start.steps import Step, plain_label
from desktop.ui.vault.fields import NewPassphrase
from desktop.ui.vault.recovery_key import RecoveryKey
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from desktop.record.errors import RecordError
    from desktop.settings import Settings
    from desktop.ui.vault.session import VaultSession


class Phase(Enum):
    """What the step shows."""

    PASSPHRASE = auto()
    WORKING = auto()
    KEY = auto()
    DONE = auto()


class VaultStep(Step):
    """Makes the vault; where there is one whose recovery key nobody noted down, shows a new key for it."""

    def __init__(self, settings: Settings, session: VaultSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._session = settings, session
        self.phase = Phase.PASSPHRASE
        self._error: RecordError | None = None
        self.passphrase = NewPassphrase(self)
        self.key = RecoveryKey(self)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 0)
        self._trouble = plain_label("error")
        self._trouble.setObjectName("vault-trouble")
        self.add_words(self.title, self._title)
        self.add_words(self.line, self._sentence)
        for part in (self.passphrase, self._progress, self.key, self._trouble):
            self.column.addWidget(part)
        self.column.addStretch()
        self.passphrase.changed.connect(self.ready_changed)
        self.passphrase.submitted.connect(self.go_on)
        self.key.changed.connect(self.ready_changed)
        self.key.submitted.connect(self.forward_wanted)
        session.made.connect(self._take_key)
        session.refused.connect(self._take_error)
        self._show(Phase.PASSPHRASE)

    @property
    def is_ready(self) -> bool:
        """Whether the passphrase can be taken, or the key was noted."""
        ready = {Phase.PASSPHRASE: self.passphrase.is_ready, Phase.KEY: self.key.is_ready, Phase.DONE: True}
        return ready.get(self.phase, False)

    @property
    def has_way_back(self) -> bool:
        """Nobody goes back over a key that is shown once."""
        return self.phase in {Phase.PASSPHRASE, Phase.DONE}

    @property
    def place(self) -> Phase:
        """Return what it shows."""
        return self.phase

    def begin(self) -> None:
        """Ask for a passphrase, or show a new recovery key for a vault whose key was never noted down."""
        if self._session.state is VaultState.OPEN and self.phase is Phase.PASSPHRASE:
            self._show(Phase.WORKING)
            self._session.renew_recovery_key(self._take_key, self._take_error)

    def go_on(self) -> bool:
        """Make the vault, or take note that the key is noted; returns whether the step is done."""
        if self.phase is Phase.PASSPHRASE and self.passphrase.is_ready:
            self._error = None
            self._session.make(self.passphrase.passphrase)
            self._show(Phase.WORKING)
        elif self.phase is Phase.KEY and self.key.is_ready:
            self._settings.set("recovery_key_noted", True)
            self.key.forget()
            self._show(Phase.DONE)
        return self.phase is Phase.DONE

    def take_keyboard(self) -> QWidget | None:
        """Return what is to be typed into next."""
        return {Phase.PASSPHRASE: self.passphrase.first, Phase.KEY: self.key.first}.get(self.phase)

    def retranslate(self) -> None:
        """Set every word."""
        super().retranslate()
        self._progress.setAccessibleName(self.tr("The vault is being made"))
        self._trouble.setText(sentence_of(self._error) if self._error else "")
        self._trouble.setVisible(self._error is not None)

    def _show(self, phase: Phase) -> None:
        self.phase = phase
        self.passphrase.setVisible(phase is Phase.PASSPHRASE)
        self._progress.setVisible(phase is Phase.WORKING)
        self.key.setVisible(phase is Phase.KEY)
        self.retranslate()
        self.ready_changed.emit()

    def _take_key(self, key: str) -> None:
        self.passphrase.forget()
        self.key.show_key(key)
        self._show(Phase.KEY)

    def _take_error(self, error: RecordError) -> None:
        if self.phase is Phase.WORKING:
            self._error = error
            self._show(Phase.PASSPHRASE)

    def _title(self) -> str:
        return self.tr("The recovery key") if self.phase is Phase.KEY else self.tr("Your vault")

    def _sentence(self) -> str:
        if self.phase is Phase.PASSPHRASE:
            return self.tr(
                "What you dictate, attach and ask is kept encrypted on this machine. Only your passphrase opens it; "
                "Bedside asks for it at the start and after a lock."
            )
        if self.phase is Phase.WORKING:
            return self.tr("One moment: opening it is made slow on purpose, so that nobody can try many passphrases.")
        if self.phase is Phase.KEY:
            return self.tr(
                "It opens the vault if you ever lose the passphrase, and is shown only now. Write it down, print it "
                "or save it on a stick, and keep it locked away from this machine. Without either, nobody can help."
            )
        return self.tr("Your vault is there, and its recovery key is noted.")
