"""The composer below the timeline: attach, type, ask, and below them the one primary action: speak."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPlainTextEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.ui import actions, theme
from desktop.ui.encounter.widgets import IconButton, PlainText, button
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from desktop.record.encounter import MarkedRegion

MOST_LINES = 5
ROW_CHARACTERS = 72
"""Of an average letter, the least width in which "Attach" and "Write" stand in words."""
LONGEST_QUESTION = 8_000
"""Characters; longer text belongs into a file."""


class QuestionField(QPlainTextEdit):
    """Grows with its lines up to five. Return asks, Shift+Return begins a line; pictures and files can be pasted."""

    asked = Signal()
    files_pasted = Signal(object)
    image_pasted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("question-field")
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    @property
    def text(self) -> str:
        """What is typed, without blanks around it."""
        return self.toPlainText().strip()[:LONGEST_QUESTION]

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Return asks; with Shift it begins a line."""
        is_return = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if is_return and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.asked.emit()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802 - Qt's name
        """Take pictures and files too."""
        return source.hasImage() or source.hasUrls() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Hand pictures and files over, and take text as plain text."""
        files, image = files_of(source), image_of(source)
        if files:
            self.files_pasted.emit(files)
        elif image is not None:
            self.image_pasted.emit(image)
        elif source.hasText():
            self.insertPlainText(source.text())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Other widths need other heights."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        # A plain text document measures its height in lines, wrapped ones included.
        lines = min(max(1, round(self.document().size().height())), MOST_LINES)
        height = max(theme.TARGET + 4, lines * self.fontMetrics().lineSpacing() + 24)
        at_most = self.document().size().height() > MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if at_most else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if height != self.height():
            self.setFixedHeight(height)


class Composer(Retranslating, QFrame):
    """Everything that begins something in the encounter. `speak` is the microphone's bar."""

    ask_wanted = Signal(str)
    attach_wanted = Signal()
    write_wanted = Signal(str)
    """The id of an action of the group "writing"."""
    cancel_wanted = Signal()
    region_dropped = Signal()
    files_given = Signal(object)
    image_given = Signal(object)

    def __init__(self, speak: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self.setProperty("role", "bar")
        self._answering = self._stopping = False
        self._copying = 0
        self._drops = False
        self._asks_when_copied = False
        self._region: MarkedRegion | None = None
        self._speak = speak
        self.field = QuestionField(self)
        self._attach = IconButton("attach", "attach", self)
        self._write = IconButton("write", "write", self)
        self._write.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._fill_menu()
        self._ask = button("ask", "", self)
        self._chip = IconButton("drop-region", "close", self)
        self._chip.setProperty("role", "chip")
        self._chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._hint = PlainText("caption", self)
        self._connect()
        self._lay_out()
        self.retranslate()

    def _connect(self) -> None:
        self.field.asked.connect(self.ask)
        self.field.textChanged.connect(self._show_parts)
        self.field.files_pasted.connect(self.files_given)
        self.field.image_pasted.connect(self.image_given)
        self._attach.clicked.connect(self.attach_wanted)
        self._ask.clicked.connect(self._press)
        self._chip.clicked.connect(self.region_dropped)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.SPACE, 10, 2 * theme.SPACE, 12)
        column.setSpacing(theme.SPACE)
        above = QHBoxLayout()
        above.addWidget(self._chip)
        above.addWidget(self._hint, 1)
        above.addStretch(0)
        column.addLayout(above)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self._attach, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._write, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.field, 1, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._ask, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(row)
        column.addWidget(self._speak)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the narrow row to the question: pictures say "attach" and "write" too."""
        super().resizeEvent(event)
        is_wide = self.width() >= ROW_CHARACTERS * self.fontMetrics().averageCharWidth()
        style = Qt.ToolButtonStyle
        for control in (self._attach, self._write):
            control.setToolButtonStyle(style.ToolButtonTextBesideIcon if is_wide else style.ToolButtonIconOnly)

    # --- how it stands -----------------------------------------------------------------------------------------

    def show_answering(self, answering: bool, stopping: bool = False) -> None:
        """Show that an answer is being made: the button stops it then."""
        self._answering, self._stopping = answering, stopping
        self.retranslate()

    def show_copying(self, count: int) -> None:
        """Show that files are being copied."""
        self._copying = count
        if not count and self._asks_when_copied:
            self._asks_when_copied = False
            self.ask()
        self.retranslate()

    def show_drop(self, drops: bool) -> None:
        """Show that what hangs at the pointer can be let go here."""
        self._drops = drops
        self._show_parts()

    def show_region(self, region: MarkedRegion | None) -> None:
        """Show what the next question is about."""
        self._region = region
        self.retranslate()
        if region:
            self.field.setFocus()

    def put_words(self, text: str) -> None:
        """Add words to the field, for the doctor to check and ask."""
        before = self.field.toPlainText()
        self.field.setPlainText(f"{before} {text}".strip())
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.field.setFocus()

    def clear(self) -> None:
        """Empty the field."""
        self.field.clear()

    def ask(self) -> None:
        """Ask what is typed; the field keeps it until it was taken."""
        if not self.field.text or self._answering:
            return
        # A question must not overtake the picture that it is about.
        self._asks_when_copied = bool(self._copying)
        if self._asks_when_copied:
            self._show_parts()
        else:
            self.ask_wanted.emit(self.field.text)

    def retranslate(self) -> None:
        """Set every word."""
        self.field.setPlaceholderText(self.tr("Type a question"))
        self.field.setAccessibleName(self.tr("Question"))
        self.field.setAccessibleDescription(self.tr("Return asks, Shift and Return begin a new line"))
        self._attach.setText(self.tr("Attach"))
        self._attach.setToolTip(self.tr("Pictures, DICOM, films and recordings"))
        self._attach.setAccessibleName(self.tr("Attach pictures or recordings"))
        self._write.setText(self.tr("Write"))
        self._write.setToolTip(self.tr("A note, the findings, a differential, or a card for the patient"))
        self._write.setAccessibleName(self.tr("Write a draft from this encounter"))
        self._name_menu()
        about = self._region.label if self._region else ""
        self._chip.setText(self.tr("About a marked region of {0}").format(about))
        self._chip.setAccessibleName(self.tr("Ask about all of {0} instead").format(about))
        self._chip.setToolTip(self._chip.accessibleName())
        self._ask.setText(self.tr("Stop") if self._answering else self.tr("Ask"))
        self._show_parts()

    def _fill_menu(self) -> None:
        menu = QMenu(self._write)
        menu.setToolTipsVisible(True)
        for action_id in actions.WRITINGS:
            chosen = menu.addAction("")
            chosen.setObjectName(f"menu-{action_id}")
            chosen.triggered.connect(lambda _=False, action_id=action_id: self.write_wanted.emit(action_id))
        self._write.setMenu(menu)

    def _name_menu(self) -> None:
        """Set the words of the menu that is there: one that is open stays open."""
        for action_id, chosen in zip(actions.WRITINGS, self._write.menu().actions(), strict=True):
            row = actions.TABLE[action_id]
            chosen.setText(f"{actions.words(row.text)}\t{actions.keys(row)}")
            chosen.setToolTip(actions.words(row.help))

    def _show_parts(self) -> None:
        has_words = bool(self.field.text)
        self._chip.setVisible(self._region is not None)
        self._ask.setEnabled(not self._stopping if self._answering else has_words and not self._asks_when_copied)
        self._hint.show_words(self._hint_words(has_words))

    def _hint_words(self, has_words: bool) -> str:
        if self._drops:
            return self.tr("Let go to attach it to this encounter.")
        if self._copying:
            asks = (
                self.tr("Adding files: {0}. Then it is asked.")
                if self._asks_when_copied
                else self.tr("Adding files: {0}")
            )
            return asks.format(self._copying)
        if self._answering and has_words:
            return self.tr("Ask when this answer is whole, or press Esc to stop it.")
        return ""

    def _press(self) -> None:
        if self._answering:
            self.cancel_wanted.emit()
        else:
            self.ask()


def files_of(source: QMimeData) -> list[Path]:
    """Return the files of a drop or a paste; addresses elsewhere are left alone."""
    return [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]


def image_of(source: QMimeData) -> QImage | None:
    """Return the picture of a drop or a paste, None for none."""
    image = source.imageData() if source.hasImage() else None
    return image if isinstance(image, QImage) and not image.isNull() else None
