"""A new passphrase: for who came in with the recovery key, or wants another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.translation import Retranslating
from desktop.ui.vault.fields import NewPassphrase, secret_field
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from desktop.record.errors import RecordError
    from desktop.ui.vault.session import VaultSession


class ChangePassphrase(Retranslating, QDialog):
    """Asks for the old passphrase too, unless the recovery key opened the vault: then nobody knows it any more."""

    def __init__(self, session: VaultSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("change-passphrase")
        self._session = session
        self._resets = session.came_by_recovery_key
        self._works = False
        self._error: RecordError | None = None
        self._title = PlainText("title", self)
        self._line = PlainText("", self)
        self._old_label = QLabel(self)
        self._old = secret_field("old-passphrase", self)
        self._old_label.setBuddy(self._old)
        self.new = NewPassphrase(self)
        self._trouble = PlainText("error", self)
        self._trouble.setObjectName("change-trouble")
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 0)
        self._cancel = button("not-now", "", self)
        self._set = button("set-passphrase", "primary", self)
        self._old.textChanged.connect(lambda _text: self._show_standing())
        self.new.changed.connect(self._show_standing)
        self.new.submitted.connect(self._change)
        self._set.clicked.connect(self._change)
        self._cancel.clicked.connect(self.reject)
        self._lay_out()
        self.retranslate()
        (self.new.first if self._resets else self._old).setFocus()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("New passphrase"))
        self._title.setText(self.tr("New passphrase"))
        self._line.setText(
            self.tr("The recovery key opened the vault. Choose a passphrase in the place of the one that is lost.")
            if self._resets
            else self.tr("The recovery key stays as it is. The passphrase until now opens nothing any more.")
        )
        self._old_label.setText(self.tr("Passphrase until now"))
        self._old.setAccessibleName(self._old_label.text())
        self._progress.setAccessibleName(self.tr("The passphrase is being changed"))
        self._cancel.setText(self.tr("Not now"))
        self._set.setText(self.tr("Use this passphrase"))
        self._show_standing()

    def done(self, result: int) -> None:
        """Leave nothing in the fields."""
        self._old.clear()
        self.new.forget()
        super().done(result)

    def _change(self) -> None:
        if not self._set.isEnabled() or self._session.state is not VaultState.OPEN:
            return
        self._error, self._works = None, True
        if self._resets:
            self._session.reset_passphrase(self.new.passphrase, self.accept, self._refuse)
        else:
            self._session.change_passphrase(self._old.text(), self.new.passphrase, self.accept, self._refuse)
        self._show_standing()

    def _refuse(self, error: RecordError) -> None:
        self._error, self._works = error, False
        self._old.clear()
        self._show_standing()

    def _show_standing(self) -> None:
        self._trouble.show_words(sentence_of(self._error) if self._error else "")
        self._progress.setVisible(self._works)
        for part in (self._old, self.new, self._cancel):
            part.setEnabled(not self._works)
        has_old = self._resets or bool(self._old.text())
        self._set.setEnabled(self.new.is_ready and has_old and not self._works)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        column.addWidget(self._title)
        column.addWidget(self._line)
        for part in (self._old_label, self._old):
            part.setVisible(not self._resets)
            column.addWidget(part)
        for widget in (self.new, self._trouble, self._progress):
            column.addWidget(widget)
        column.addStretch()
        row = QHBoxLayout()
        row.addWidget(self._cancel)
        row.addStretch()
        row.addWidget(self._set)
        column.addLayout(row)
        self.resize(620, 520)
