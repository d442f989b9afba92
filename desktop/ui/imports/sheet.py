"""Importing a FHIR file: read by a confined child, looked at as a whole, and only then put into the encounter."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.imports.reading import entries_of, preview_of, read
from desktop.record.store import timestamp
from desktop.ui import theme
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.jobs import new_id
from desktop.ui.encounter.widgets import CheckRow, PlainText, button, size_on_screen
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.imports.reading import ImportedFile
    from desktop.ui.encounter.book import EncounterBook

_SIZE = 720, 640


class ImportSheet(Retranslating, QDialog):
    """One page: all that would be added. Esc goes without anything being added."""

    def __init__(self, book: EncounterBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import-sheet")
        self._book = book
        self._background = Background(self)
        self._found: ImportedFile | None = None
        self._refused = ""
        self._title, self._line = PlainText("title", self), PlainText("caption", self)
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("import-text")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._named = CheckRow(self)
        self._named.setObjectName("import-named")
        self._standing = PlainText("caption", self)
        self._standing.setObjectName("import-standing")
        self._close = button("import-close", "", self)
        self._close.clicked.connect(self.reject)
        self._add = button("import-add", "primary", self)
        self._add.clicked.connect(self._take)
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("Import a FHIR file"))
        self._title.setText(self.windowTitle())
        self._line.setText(
            self.tr("Nobody checked what a file says. It is added as typed text, each line with where it stands in it.")
        )
        self._text.setAccessibleName(self.tr("What the file says"))
        self._named.setText(self.tr("Put who it is into the title of the encounter"))
        self._close.setText(self.tr("Close"))
        self._add.setText(self.tr("Add to the encounter"))
        self._show()

    def choose(self) -> None:
        """Let a file be chosen; the sheet opens with it."""
        dialog = QFileDialog(self.parentWidget(), self.tr("Import a FHIR file"), "", "FHIR (*.json)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.open_file)
        dialog.rejected.connect(self.deleteLater)
        dialog.open()

    def open_file(self, file: str) -> None:
        """Read a file in the background and show what it says."""
        self.open()
        self._background.run(partial(read, Path(file)), self._show_found, self._refuse)

    def _show_found(self, found: ImportedFile) -> None:
        self._found = found
        self._text.setPlainText(preview_of(found))
        self._show()

    def _refuse(self, sentence: str) -> None:
        self._refused = sentence
        self._show()

    def _take(self) -> None:
        """Put everything into the encounter that is shown, or into a new one."""
        found, encounter = self._found, self._book.current or self._book.new()
        if found is None or encounter is None:
            return
        if self._named.isChecked() and found.who:
            self._book.rename(found.who)
        for entry in entries_of(found, timestamp(), new_id):
            self._book.put(encounter.id, entry)
        self.accept()

    def _show(self) -> None:
        found = self._found
        self._add.setEnabled(found is not None and bool(found.lines or found.who))
        self._named.setVisible(found is not None and bool(found.who))
        self._standing.setProperty("role", "error" if self._refused else "caption")
        self._standing.style().polish(self._standing)
        reading = "" if found else self.tr("The file is being read…")
        self._standing.show_words(self._refused or reading)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        for widget in (self._title, self._line):
            column.addWidget(widget)
        column.addWidget(self._text, 1)
        column.addWidget(self._named)
        column.addWidget(self._standing)
        buttons = QHBoxLayout()
        buttons.addWidget(self._close)
        buttons.addStretch()
        buttons.addWidget(self._add)
        column.addLayout(buttons)
        self.resize(size_on_screen(self, QSize(*_SIZE)))
