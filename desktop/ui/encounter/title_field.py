"""The title of an encounter, edited in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame, QWidget

from desktop.ui import theme

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

_TEXT_MARGIN = 2
"""Qt's own, left and right of the text of a field."""


class TitleField(QLineEdit):
    """The title, edited in place; Esc puts the old one back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("encounter-title")
        self.setProperty("role", "title")
        self.setMinimumHeight(theme.TARGET)
        self.setMaxLength(120)
        self._kept = ""
        self._hint = ""

    def show_title(self, title: str) -> None:
        """Show the title as it is kept."""
        self._kept = title
        if not self.hasFocus():
            self.setText(title)
        self._show_tool_tip()

    def show_hint(self, hint: str) -> None:
        """Say what can be done here, where the title itself needs no more room."""
        self._hint = hint
        self._show_tool_tip()

    @property
    def is_cut(self) -> bool:
        """Whether the title is longer than the room for it."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self._room().width()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A title that is too long shows its beginning and that it goes on, until it is edited."""
        if self.hasFocus() or not self.is_cut:
            super().paintEvent(event)
            return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        room, painter = self._room(), QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        painter.setPen(self.palette().text().color())
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Another part of the title is seen."""
        super().resizeEvent(event)
        self._show_tool_tip()

    def _room(self) -> QRect:
        """Return where Qt writes the text."""
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        return inside.adjusted(_TEXT_MARGIN, 0, -_TEXT_MARGIN, 0)

    def _show_tool_tip(self) -> None:
        self.setToolTip(self.text() if self.is_cut else self._hint)

    def revert(self) -> None:
        """Put the title back as it is kept."""
        self.setText(self._kept)
        self.clearFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc leaves it as it was; Return is done."""
        if event.key() == Qt.Key.Key_Escape:
            self.revert()
            return
        super().keyPressEvent(event)
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.clearFocus()
