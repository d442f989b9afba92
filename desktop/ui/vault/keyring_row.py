"""Whether this computer's account opens the record too, on the settings page: what that means, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.translation import Retranslating
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from desktop.record.errors import RecordError
    from desktop.ui.vault.session import VaultSession


class KeyringRow(Retranslating, QWidget):
    """One row: words, and the button that switches it."""

    def __init__(self, session: VaultSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keyring-row")
        self._session = session
        self._works = False
        self._error: RecordError | None = None
        self._name = PlainText("", self)
        self._explained = PlainText("caption", self)
        self._trouble = PlainText("error", self)
        self._trouble.setObjectName("keyring-trouble")
        self._switch = button("switch-keyring", "", self)
        self._switch.clicked.connect(self._change)
        session.opened.connect(self._begin_again)
        session.locked.connect(self._begin_again)
        words = QVBoxLayout()
        words.setSpacing(0)
        for part in (self._name, self._explained, self._trouble):
            words.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * theme.SPACE)
        row.addLayout(words, 1)
        row.addWidget(self._switch, 0, Qt.AlignmentFlag.AlignVCenter)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        is_on = self._session.opens_with_keyring
        self._name.setText(
            self.tr("This computer's account opens the record too")
            if is_on
            else self.tr("Open the record with this computer's account")
        )
        self._explained.setText(
            self.tr(
                "A key lies in the system's store of secrets, beside the passphrase and the recovery key. Whoever is "
                "signed in to this account can then unlock Bedside with one press."
            )
        )
        self._trouble.show_words(sentence_of(self._error) if self._error else "")
        self._switch.setText(self.tr("Switch off") if is_on else self.tr("Switch on"))
        self._switch.setEnabled(not self._works and self._session.state is VaultState.OPEN)

    def _change(self) -> None:
        if self._session.state is VaultState.OPEN and not self._session.is_busy:
            self._error, self._works = None, True
            self._session.use_keyring(not self._session.opens_with_keyring, self._begin_again, self._refuse)
            self.retranslate()

    def _refuse(self, error: RecordError) -> None:
        self._error, self._works = error, False
        self.retranslate()

    def _begin_again(self) -> None:
        self._error, self._works = None, False
        self.retranslate()
