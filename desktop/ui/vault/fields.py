"""Fields for what opens the vault: a passphrase to type, and a new one to choose with an estimate of its strength."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from desktop.record.vault.strength import Strength, strength_of
from desktop.ui import theme
from desktop.ui.encounter.widgets import CheckRow, PlainText
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

LEAST_CHARACTERS = 12
"""As `desktop.record.vault.keys` asks for; a test holds the two together, so that the window starts without it."""
_ROLES = {Strength.WEAK: "weak", Strength.FAIR: "", Strength.GOOD: "strong", Strength.STRONG: "strong"}


def secret_field(name: str, parent: QWidget) -> QLineEdit:
    """Return a line that shows dots, and that no input method learns from."""
    field = QLineEdit(parent)
    field.setObjectName(name)
    field.setMinimumHeight(theme.TARGET)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    hints = Qt.InputMethodHint
    field.setInputMethodHints(hints.ImhSensitiveData | hints.ImhNoPredictiveText | hints.ImhNoAutoUppercase)
    return field


class NewPassphrase(Retranslating, QWidget):
    """A new passphrase, typed twice."""

    changed = Signal()
    submitted = Signal()
    """Return was pressed while it can be taken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first_label, self._again_label = QLabel(self), QLabel(self)
        self.first, self.again = secret_field("new-passphrase", self), secret_field("passphrase-again", self)
        self._first_label.setBuddy(self.first)
        self._again_label.setBuddy(self.again)
        self._meter = QProgressBar(self)
        self._meter.setObjectName("strength")
        self._meter.setTextVisible(False)
        self._meter.setRange(0, len(Strength))
        self._words = PlainText("caption", self)
        self._words.setObjectName("strength-words")
        self._trouble = PlainText("caption", self)
        self._trouble.setObjectName("passphrase-trouble")
        self._seen = CheckRow(self)
        self._seen.setObjectName("show-passphrase")
        self._seen.toggled.connect(self._show_letters)
        for field in (self.first, self.again):
            field.textChanged.connect(self._take)
            field.returnPressed.connect(self._submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        for part in (self._first_label, self.first, self._meter, self._words, self._again_label, self.again):
            column.addWidget(part)
        column.addWidget(self._trouble)
        column.addWidget(self._seen)
        self.retranslate()

    @property
    def passphrase(self) -> str:
        """What was typed."""
        return self.first.text()

    @property
    def is_ready(self) -> bool:
        """Whether it is long enough and the same twice."""
        return len(self.passphrase) >= LEAST_CHARACTERS and self.passphrase == self.again.text()

    def forget(self) -> None:
        """Leave nothing in the fields."""
        for field in (self.first, self.again):
            field.clear()
        self._seen.setChecked(False)

    def retranslate(self) -> None:
        """Set every word."""
        self._first_label.setText(self.tr("Passphrase, at least {least} characters").format(least=LEAST_CHARACTERS))
        self._again_label.setText(self.tr("The same once more"))
        self.first.setAccessibleName(self._first_label.text())
        self.again.setAccessibleName(self._again_label.text())
        self._meter.setAccessibleName(self.tr("How long it would withstand guessing"))
        self._seen.setText(self.tr("Show what I type"))
        self._show_strength()
        self._show_trouble()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Hide the letters again."""
        super().hideEvent(event)
        self._seen.setChecked(False)

    def _take(self) -> None:
        self._show_strength()
        self._show_trouble()
        self.changed.emit()

    def _submit(self) -> None:
        if self.is_ready:
            self.submitted.emit()
        else:
            (self.first if len(self.passphrase) < LEAST_CHARACTERS else self.again).setFocus()

    def _show_strength(self) -> None:
        missing = LEAST_CHARACTERS - len(self.passphrase)
        if not self.passphrase:
            self._meter.setValue(0)
            self._words.setText(self.tr("Several words that only you would put together are easy to type and keep."))
            return
        strength = strength_of(self.passphrase) if missing <= 0 else Strength.WEAK
        self._meter.setValue(strength + 1)
        theme.set_role(self._meter, _ROLES[strength])
        short = self.tr("Too short: {missing} to go.").format(missing=missing)
        self._words.setText(short if missing > 0 else self._sentence(strength))

    def _sentence(self, strength: Strength) -> str:
        return {
            Strength.WEAK: self.tr("Somebody who has this machine would guess it. Add a word or two."),
            Strength.FAIR: self.tr("It would withstand guessing for a while. One more word makes it good."),
            Strength.GOOD: self.tr("Good."),
            Strength.STRONG: self.tr("Very good."),
        }[strength]

    def _show_trouble(self) -> None:
        differs = bool(self.again.text()) and not self.passphrase.startswith(self.again.text())
        self._trouble.show_words(self.tr("The two are not the same.") if differs else "")

    def _show_letters(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        for field in (self.first, self.again):
            field.setEchoMode(mode)
