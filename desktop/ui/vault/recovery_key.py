"""The recovery key, shown once: to be copied, printed or saved, and its last group typed back from there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.files import write_atomically
from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.translation import Retranslating
from desktop.ui.viewer.flow_layout import FlowLayout

if TYPE_CHECKING:
    from collections.abc import Callable

_GROUPS_A_LINE = 3
_LOOK_ALIKE = str.maketrans("OIL", "011")
_HIDDEN = "····"


class RecoveryKey(Retranslating, QWidget):
    """Shows a key until `forget`; ready once it was typed back."""

    changed = Signal()
    submitted = Signal()

    def __init__(self, parent: QWidget | None = None, print_page: Callable[[QWidget, str], None] | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self._print_page = print_page or print_document
        self._shown = QPlainTextEdit(self)
        self._shown.setObjectName("recovery-key")
        self._shown.setReadOnly(True)
        self._shown.setTabChangesFocus(True)
        self._shown.setProperty("role", "key")
        self._shown.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._copy, self._print, self._save = (button(f"{name}-key", "", self) for name in ("copy", "print", "save"))
        self._copy.clicked.connect(self._copy_key)
        self._print.clicked.connect(lambda: self._print_page(self, self._page()))
        self._save.clicked.connect(self._choose_file)
        self._told = PlainText("caption", self)
        self._told.setObjectName("key-told")
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._typed = QLineEdit(self)
        self._typed.setObjectName("last-group")
        self._typed.setMinimumHeight(theme.TARGET)
        self._typed.textChanged.connect(lambda _text: self._take())
        self._typed.returnPressed.connect(self._submit)
        self._typed.installEventFilter(self)
        self._label.setBuddy(self._typed)
        self._lay_out()
        self.retranslate()

    @property
    def is_ready(self) -> bool:
        """Whether the last group was typed back."""
        typed = "".join(self._typed.text().upper().split()).translate(_LOOK_ALIKE)
        return bool(self._key) and typed in {self._key.rsplit("-", 1)[-1], self._key.replace("-", "")}

    @property
    def first(self) -> QWidget:
        """What is to be used first: the key must be noted before it is typed back."""
        return self._copy

    def show_key(self, key: str) -> None:
        """Show a key that was just made."""
        self._key = key
        self._typed.clear()
        self._told.show_words("")
        self._show(self._key)

    def forget(self) -> None:
        """Show nothing any more; the key is nowhere in the program from here on."""
        self.show_key("")

    def retranslate(self) -> None:
        """Set every word."""
        self._shown.setAccessibleName(self.tr("Recovery key"))
        self._copy.setText(self.tr("Copy"))
        self._print.setText(self.tr("Print…"))
        self._save.setText(self.tr("Save as a file…"))
        self._label.setText(self.tr("Now type its last four characters from your note or print"))
        self._typed.setAccessibleName(self._label.text())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the lines whole in every size of text."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Hide the last group while it is typed: it is to be read from the note."""
        if watched is self._typed and event.type() in {QEvent.Type.FocusIn, QEvent.Type.FocusOut}:
            hides = event.type() == QEvent.Type.FocusIn and bool(self._key)
            self._show(f"{self._key.rsplit('-', 1)[0]}-{_HIDDEN}" if hides else self._key)
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(self._shown)
        buttons = QWidget(self)
        row = FlowLayout(buttons, theme.SPACE)
        for one in (self._copy, self._print, self._save):
            row.addWidget(one)
        for part in (buttons, self._told, self._label, self._typed):
            column.addWidget(part)
        self._fit()

    def _fit(self) -> None:
        self._shown.ensurePolished()
        lines = self._shown.document().documentMargin() * 2 + 3 * self._shown.fontMetrics().lineSpacing()
        self._shown.setFixedHeight(round(lines) + 3 * theme.SPACE)

    def _show(self, key: str) -> None:
        groups = key.split("-")
        rows = [groups[start : start + _GROUPS_A_LINE] for start in range(0, len(groups), _GROUPS_A_LINE)]
        self._shown.setPlainText("\n".join(" - ".join(row) for row in rows))

    def _take(self) -> None:
        self.changed.emit()

    def _submit(self) -> None:
        if self.is_ready:
            self.submitted.emit()

    def _copy_key(self) -> None:
        QGuiApplication.clipboard().setText(self._key)
        self._told.show_words(self.tr("Copied. Put it where only you get at it, not on this machine."))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the recovery key"))
        dialog.setObjectName("save-key-dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.selectFile(self.tr("Bedside recovery key.txt"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()

    def save_to(self, file: Path) -> None:
        """Write the page with the key into a file that this user alone may read."""
        try:
            write_atomically(file, f"{self._page()}\n".encode())
            file.chmod(0o600)
        except OSError as error:
            sentence = self.tr("It could not be saved ({reason}). Choose another folder, print it or write it down.")
            self._told.show_words(sentence.format(reason=error.strerror))
            return
        self._told.show_words(
            self.tr("Saved. Whoever has this file and this machine reads everything: keep them apart.")
        )

    def _page(self) -> str:
        day = QLocale().toString(QDate.currentDate(), QLocale.FormatType.LongFormat)
        lines = (
            self.tr("Bedside recovery key"),
            self.tr("Made on {day}. It opens the encounters of this machine when the passphrase is lost.").format(
                day=day
            ),
            self._key,
            self.tr("Keep it in a locked place, away from the machine. There is no other copy of it."),
        )
        return "\n\n".join(lines)


def print_document(parent: QWidget, text: str) -> None:
    """Let a printer be chosen and print one page."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def send() -> None:
        document = QTextDocument()
        document.setPlainText(text)
        document.print_(printer)

    dialog.accepted.connect(send)
    QDialog.open(dialog)
