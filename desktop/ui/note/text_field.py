"""A field for one sentence that grows with its words: Return keeps it, Esc leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from desktop.ui import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent
    from PySide6.QtWidgets import QWidget

_FRAME = 12


class SentenceField(QPlainTextEdit):
    """Plain text that is never read as markup; as tall as its lines."""

    kept = Signal(str)
    left = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self.updateGeometry)

    @property
    def words(self) -> str:
        """What stands in it, on one line."""
        return " ".join(self.toPlainText().split())

    def begin(self, text: str) -> None:
        """Take words to be changed, and the keyboard; an undo goes no further back than this."""
        self.setPlainText(text)
        self.moveCursor(self.textCursor().MoveOperation.End)
        self.setFocus()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As tall as its lines, and never lower than a finger is wide."""
        lines = max(1, round(self.document().size().height()))
        wanted = lines * self.fontMetrics().lineSpacing() + _FRAME
        return QSize(super().sizeHint().width(), max(theme.TARGET, wanted))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """All of its lines."""
        return QSize(20 * theme.SPACE, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Another width makes other lines."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Return keeps and Esc leaves; a sentence has no lines of its own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.kept.emit(self.words)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
