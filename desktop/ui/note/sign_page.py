"""The third page: who signs, and that it was read. Nothing is signed before both are there and a button is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop.record.note_editing import lines_of
from desktop.ui import theme
from desktop.ui.encounter.widgets import CheckRow, PlainText
from desktop.ui.note.wording import check_summary, hash_words, signature_words
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.record.encounter import Writing


class SignPage(Retranslating, QWidget):
    """What is signed, by whom."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("note-sign")
        self._note: Writing | None = None
        self._summary = PlainText("", self)
        self._meaning = PlainText("caption", self)
        self._name_label = PlainText("caption", self)
        self.name = QLineEdit(self)
        self.name.setObjectName("doctor-name")
        self.name.setMinimumHeight(theme.TARGET)
        self.name.setMaxLength(120)
        self.read = CheckRow(self)
        self.read.setObjectName("note-read")
        self.read.setMinimumHeight(theme.TARGET)
        self._error = PlainText("error", self)
        self._signature = PlainText("heading", self)
        self._hash = PlainText("caption", self)
        self._name_label.setBuddy(self.name)
        self.name.textChanged.connect(lambda _text: self.changed.emit())
        self.read.toggled.connect(lambda _on: self.changed.emit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.SPACE)
        for widget in (self._signature, self._hash, self._summary, self._meaning, self._name_label, self.name):
            column.addWidget(widget)
        column.addWidget(self.read)
        column.addWidget(self._error)
        column.addStretch(1)
        self.retranslate()

    @property
    def is_ready(self) -> bool:
        """Whether a name stands there and the note was confirmed to be read."""
        return bool(self.name.text().split()) and self.read.isChecked()

    def begin(self, name: str) -> None:
        """Ask anew; the name that was given last stands there already."""
        self.name.setText(name)
        self.read.setChecked(False)
        self.show_error("")

    def show_note(self, note: Writing) -> None:
        """Show what is signed, or that it is."""
        self._note = note
        self.retranslate()

    def show_error(self, sentence: str) -> None:
        """Say why it was not signed."""
        self._error.show_words(sentence)

    def take_keyboard(self) -> None:
        """Begin where something is missing."""
        (self.read if self.name.text().split() else self.name).setFocus()

    def retranslate(self) -> None:
        """Set every word."""
        note = self._note
        is_signed = note is not None and note.is_signed
        self._name_label.setText(self.tr("Your name, as it is to stand in the note"))
        self.name.setAccessibleName(self._name_label.text())
        self.read.setText(self.tr("I have read this note and answer for it"))
        self._meaning.show_words(
            self.tr(
                "A signed note is not changed any more. Its hash goes into the audit trail, so that any change of it "
                "shows; a correction is an addendum. It is no qualified electronic signature."
            )
        )
        self._summary.show_words("" if note is None else self._summary_words(note))
        self._signature.show_words(signature_words(note) if note is not None and is_signed else "")
        self._hash.show_words(hash_words(note.signature) if note is not None and note.signature else "")
        for widget in (self.name, self._name_label, self.read):
            widget.setVisible(not is_signed)

    def _summary_words(self, note: Writing) -> str:
        lines = [line for line in lines_of(note) if not line.struck]
        own = sum(line.is_own for line in lines)
        said = self.tr("{0}: {1} lines, {2} of them in your own words.").format(note.title, len(lines), own)
        return " ".join(filter(None, (said, check_summary(note.check) if note.check else "")))
