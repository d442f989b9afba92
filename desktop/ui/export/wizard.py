"""Exporting an encounter: what, for whom, why, how much of a person; then every change, and only then the file."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QStackedWidget,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from desktop.record.errors import RecordError
from desktop.record.export.choices import CONTEXT, DOCUMENTS, WORDS, Choices, Format, Level, Part, Purpose, Recipient
from desktop.record.export.document import Document
from desktop.record.export.leaving import checked
from desktop.record.export.preparing import Prepared, Preparing, prepare, shown
from desktop.record.export.text import printable
from desktop.ui import theme
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.widgets import CheckRow, PlainText, button, scrolling, size_on_screen
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.export.writing import print_export, words, write_export
from desktop.ui.translation import Retranslating, translated
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from enum import StrEnum

    from PySide6.QtPrintSupport import QPrinter

    from desktop.record.deidentify.replacing import Replacement
    from desktop.record.encounter import Encounter
    from desktop.ui.vault.session import VaultSession

_SIZE = 820, 920
FILE_NAME = "encounter"
"""Of the file that is suggested: a name that tells nothing of whose it is."""


class ExportWizard(Retranslating, QDialog):
    """Two pages: the choices, and the document as it would leave. Esc goes without anything being written."""

    picture_wanted = Signal(object)
    """The Choices: a copy of one picture is wanted instead."""

    def __init__(self, session: VaultSession, encounter: Encounter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export-wizard")
        self._session, self._encounter = session, encounter
        self._prepared: Prepared | None = None
        self._error = ""
        self._background = Background(self)
        self._saved = ""
        self._make_choices()
        self._make_preview()
        self._pages = QStackedWidget(self)
        self._pages.addWidget(scrolling(self._choices_page()))
        self._pages.addWidget(self._preview_page())
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("Export this encounter"))
        self._title.setText(self.windowTitle())
        self._line.setText(
            self.tr("A file leaves the encrypted record and is not encrypted itself. The audit trail tells of it.")
        )
        for part, box in self._parts.items():
            box.setText(translated(CONTEXT, WORDS[part]))
        for list_, label, name in self._lists():
            label.setText(name)
            list_.setAccessibleName(name)
            for place in range(list_.count()):
                list_.setItemText(place, translated(CONTEXT, WORDS[list_.itemData(place)]))
        self._names_label.setText(self.tr("Names that you know, with commas between them"))
        self._names.setAccessibleName(self._names_label.text())
        self._changes.setAccessibleName(self.tr("What is replaced"))
        self._text.setAccessibleName(self.tr("The text as it leaves"))
        self._read.setText(self.tr("I have read the text as it leaves this record"))
        self._pictures_line.setText(
            self.tr("Pictures stay in the record. A copy of one can leave by itself, with the words in it blacked out.")
        )
        self._picture.setText(self.tr("Copy a picture…"))
        self._cancel.setText(self.tr("Close"))
        self._back.setText(self.tr("Back"))
        self._next.setText(self.tr("Preview"))
        self._print.setText(self.tr("Print…"))
        self._save.setText(self.tr("Save the file…"))
        self._show_standing()

    @property
    def choices(self) -> Choices:
        """What is chosen now."""
        return Choices(
            frozenset(part for part, box in self._parts.items() if box.isChecked()),
            # Qt hands enumerated values back as plain text.
            Format(self._format.currentData()),
            Recipient(self._recipient.currentData()),
            Purpose(self._purpose.currentData()),
            Level(self._level.currentData()),
        )

    def save_to(self, file: str) -> None:
        """Tell the audit trail, then write the file; the sentence at the bottom says what came of it."""
        if self._prepared is None or self._session.state is not VaultState.OPEN:
            return
        self._error, self._saved = "", ""
        document, choices, store = self._prepared.without(self._refused()), self.choices, self._session.store
        place, encounter_id = Path(file), self._encounter.id

        def work() -> None:
            checked(document)
            write_export(document, choices, encounter_id, store, place)

        if choices.format is Format.PDF:
            self._do(work, place)  # Qt lays pages out in the window's thread alone
            return
        self._save.setEnabled(False)
        self._background.run(work, lambda _none: self._tell_saved(place), self._fail)

    def done(self, code: int) -> None:
        """Close once what is being written is written."""
        self._background.finish()
        super().done(code)

    def print_on(self, printer: QPrinter) -> None:
        """Tell the audit trail, then print; the sentence at the bottom says what came of it."""
        document = self._prepared.without(self._refused()) if self._prepared else None
        if isinstance(document, Document) and self._session.state is VaultState.OPEN:
            self._error, self._saved = "", ""
            try:
                print_export(document, self.choices, self._encounter.id, self._session.store, printer)
            except RecordError as error:
                self._error = sentence_of(error)
            else:
                self._saved = self.tr("Sent to the printer.")
            self._show_standing()

    def _do(self, work: Callable[[], None], place: Path) -> None:
        try:
            work()
        except RecordError as error:
            self._fail(sentence_of(error))
        else:
            self._tell_saved(place)

    def _tell_saved(self, file: Path) -> None:
        self._saved = self.tr("Saved: {file}. It is not encrypted.").format(file=file.name)
        self._show_standing()

    def _fail(self, sentence: str) -> None:
        self._error = sentence
        self._show_standing()

    # --- what is done ------------------------------------------------------------------------------------------

    def _preview(self) -> None:
        """Show the document as it would leave, with what is replaced in it."""
        names = tuple(filter(None, (name.strip() for name in self._names.text().split(","))))
        key = self._session.vault.keys.key_for("date shift")
        given = Preparing(key, names, words, version=version("bedside"))
        self._prepared = prepare(self._encounter, self.choices, given)
        self._error, self._saved = "", ""
        self._changes.blockSignals(True)
        self._changes.clear()
        for change in self._prepared.changes:
            item = QListWidgetItem(_change_words(change), self._changes)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            item.setData(Qt.ItemDataRole.UserRole, change)
        self._changes.blockSignals(False)
        self._changes.setVisible(bool(self._prepared.changes))
        self._pages.setCurrentIndex(1)
        self._show_text()

    def _show_text(self) -> None:
        """Whatever changes the text has to be read again."""
        if self._prepared is not None:
            self._text.setPlainText(shown(self._prepared.without(self._refused())))
        self._read.setChecked(False)
        self._show_standing()

    def _refused(self) -> list[Replacement]:
        items = (self._changes.item(row) for row in range(self._changes.count()))
        unchecked = (item for item in items if item.checkState() is Qt.CheckState.Unchecked)
        return [item.data(Qt.ItemDataRole.UserRole) for item in unchecked]

    def _ask_where(self) -> None:
        ending = self.choices.format.value
        dialog = QFileDialog(self, self.tr("Save the file"), "", f"{ending.upper()} (*.{ending})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.selectFile(f"{FILE_NAME}.{ending}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def _ask_which_printer(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.print_on(printer))
        QDialog.open(dialog)

    def _want_picture(self) -> None:
        self.reject()
        self.picture_wanted.emit(self.choices)

    def _go_back(self) -> None:
        self._pages.setCurrentIndex(0)
        self._show_standing()

    # --- how it looks ------------------------------------------------------------------------------------------

    def _show_standing(self) -> None:
        previews = self._pages.currentIndex() == 1
        self._back.setVisible(previews)
        self._next.setVisible(not previews)
        self._next.setEnabled(any(box.isChecked() for box in self._parts.values()))
        self._save.setVisible(previews)
        self._save.setEnabled(previews and self._read.isChecked())
        self._print.setVisible(previews and not self.choices.format.is_fhir)
        self._print.setEnabled(self._save.isEnabled())
        self._parts[Part.FILES].setEnabled(self.choices.takes_files)
        self._names.setEnabled(self.choices.level is not Level.NAMED)
        self._standing.setProperty("role", "error" if self._error else "caption")
        self._standing.style().polish(self._standing)
        self._standing.show_words(self._sentence(previews))

    def _sentence(self, previews: bool) -> str:
        if self._error or self._saved:
            return self._error or self._saved
        if not previews or self._prepared is None:
            return ""
        if self._prepared.residual_risk:
            return self._prepared.residual_risk
        return self.tr("Nothing is replaced: names, dates and numbers are in it as they are.")

    def _lists(self) -> tuple[tuple[QComboBox, QLabel, str], ...]:
        return (
            (self._format, self._format_label, self.tr("As")),
            (self._recipient, self._recipient_label, self.tr("For")),
            (self._purpose, self._purpose_label, self.tr("Why")),
            (self._level, self._level_label, self.tr("How much of a person")),
        )

    def _make_choices(self) -> None:
        standard = Choices()
        self._title = PlainText("title", self)
        self._line = PlainText("caption", self)
        self._parts = {part: CheckRow(self) for part in Part}
        for part, box in self._parts.items():
            box.setObjectName(f"export-{part}")
            box.setChecked(part in standard.parts)
            box.toggled.connect(lambda _on: self._show_standing())
        self._format, self._format_label = choice_list(self, "format", DOCUMENTS, standard.format)
        self._recipient, self._recipient_label = choice_list(self, "recipient", Recipient, standard.recipient)
        self._purpose, self._purpose_label = choice_list(self, "purpose", Purpose, standard.purpose)
        self._level, self._level_label = choice_list(self, "level", Level, standard.level)
        for list_ in (self._format, self._level):
            list_.currentIndexChanged.connect(lambda _index: self._show_standing())
        self._pictures_line = PlainText("caption", self)
        self._picture = button("export-picture", "", self)
        self._picture.clicked.connect(self._want_picture)
        self._names = QLineEdit(self)
        self._names.setObjectName("export-names")
        self._names_label = PlainText("", self)
        self._names_label.setBuddy(self._names)

    def _make_preview(self) -> None:
        self._text = QPlainTextEdit(self)
        self._text.setObjectName("export-text")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._changes = QListWidget(self)
        self._changes.setObjectName("export-changes")
        self._changes.itemChanged.connect(lambda _item: self._show_text())
        self._read = CheckRow(self)
        self._read.setObjectName("export-read")
        self._read.toggled.connect(lambda _on: self._show_standing())
        self._standing = PlainText("caption", self)
        self._standing.setObjectName("export-standing")
        self._cancel = button("export-close", "", self)
        self._cancel.clicked.connect(self.reject)
        self._back = button("export-back", "", self)
        self._back.clicked.connect(self._go_back)
        self._next = button("export-next", "primary", self)
        self._next.clicked.connect(self._preview)
        self._save = button("export-save", "primary", self)
        self._save.clicked.connect(self._ask_where)
        self._print = button("export-print", "", self)
        self._print.clicked.connect(self._ask_which_printer)

    def _choices_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        for box in self._parts.values():
            column.addWidget(box)
        form = QFormLayout()
        form.setHorizontalSpacing(3 * theme.SPACE)
        form.setVerticalSpacing(theme.SPACE)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for list_, label, _name in self._lists():
            form.addRow(label, list_)
        column.addLayout(form)
        column.addWidget(self._names_label)
        column.addWidget(self._names)
        column.addStretch()
        column.addWidget(self._pictures_line)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignLeft)
        return page

    def _preview_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(self._text, 3)
        column.addWidget(self._changes, 2)
        column.addWidget(self._read)
        return page

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(2 * theme.SPACE)
        for widget in (self._title, self._line):
            column.addWidget(widget)
        column.addWidget(self._pages, 1)
        column.addWidget(self._standing)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.SPACE)
        buttons.addWidget(self._cancel)
        buttons.addStretch()
        for control in (self._back, self._next, self._print, self._save):
            buttons.addWidget(control)
        column.addLayout(buttons)
        self.resize(size_on_screen(self, QSize(*_SIZE)))


def choice_list(parent: QWidget, name: str, kind: Iterable[StrEnum], chosen: StrEnum) -> tuple[QComboBox, QLabel]:
    """Return a list of values, whose words are set later, and its label."""
    values = tuple(kind)
    made = QComboBox(parent)
    made.setObjectName(f"export-{name}")
    made.setItemDelegate(QStyledItemDelegate(made))
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    made.setMinimumWidth(20 * theme.SPACE)
    for value in values:
        made.addItem("", value)
    made.setCurrentIndex(values.index(chosen))
    label = QLabel(parent)
    label.setBuddy(made)
    return made, label


def _change_words(change: Replacement) -> str:
    return f"{printable(' '.join(change.original.split()))}  →  {change.replacement}"
