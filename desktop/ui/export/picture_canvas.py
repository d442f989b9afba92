"""A picture with rectangles on it: a click takes one off or puts it back, a drag adds one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.burned_in.marks import Mark
from desktop.ui import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QMouseEvent, QPaintEvent

_LEAST_DRAG_PX = 6
_COVERED_OPACITY = 0.6
"""What becomes black is still seen below it, to be judged."""


class PictureCanvas(QWidget):
    """Shows a picture as large as there is room, and the marks that become black."""

    toggled = Signal(int)
    """The place of a mark that was clicked."""
    drawn = Signal(object)
    """A Mark that was drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._marks: list[tuple[Mark, bool]] = []
        self._from: QPoint | None = None
        self._to = QPoint()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(30 * theme.SPACE, 24 * theme.SPACE))

    def show_picture(self, image: QImage, marks: Sequence[tuple[Mark, bool]]) -> None:
        """Show an image with its marks; True becomes black."""
        self._image, self._marks = image, list(marks)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint the picture, what becomes black, and what is being drawn."""
        line, covered = theme.tokens().viewer_weight, QColor(theme.PICTURE_BLACK)
        covered.setAlphaF(_COVERED_OPACITY)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._room, self._image)
        for mark, is_black in self._marks:
            painter.setPen(QPen(line, 2, Qt.PenStyle.SolidLine if is_black else Qt.PenStyle.DotLine))
            painter.setBrush(covered if is_black else Qt.BrushStyle.NoBrush)
            painter.drawRect(self._shown(mark))
        if self._from is not None:
            painter.setPen(QPen(line, 1))
            painter.setBrush(covered)
            painter.drawRect(QRect(self._from, self._to).normalized())
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to draw."""
        if event.button() == Qt.MouseButton.LeftButton and not self._image.isNull():
            self._from = self._to = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go on drawing."""
        self._to = event.position().toPoint()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Add what was drawn, or turn the mark that was clicked."""
        begin, self._from = self._from, None
        self.update()
        if begin is None:
            return
        end = event.position().toPoint()
        if (end - begin).manhattanLength() < _LEAST_DRAG_PX:
            self._click(event.position())
        elif (mark := self._drawn(begin, end)) is not None:
            self.drawn.emit(mark)

    def _click(self, where: QPointF) -> None:
        hits = [place for place, (mark, _) in enumerate(self._marks) if self._shown(mark).contains(where)]
        if hits:
            self.toggled.emit(hits[-1])

    def _drawn(self, begin: QPoint, end: QPoint) -> Mark | None:
        room, scale = self._room, self._scale
        corners = QRectF(QPointF(begin), QPointF(end)).normalized().intersected(room).translated(-room.topLeft())
        left, top = int(corners.left() / scale), int(corners.top() / scale)
        right = min(int(corners.right() / scale) + 1, self._image.width())
        bottom = min(int(corners.bottom() / scale) + 1, self._image.height())
        return Mark(left, top, right, bottom) if left < right and top < bottom else None

    def _shown(self, mark: Mark) -> QRectF:
        room, scale = self._room, self._scale
        sides = (mark.left, mark.top, mark.right - mark.left, mark.bottom - mark.top)
        left, top, width, height = (side * scale for side in sides)
        return QRectF(room.left() + left, room.top() + top, width, height)

    @property
    def _scale(self) -> float:
        return min(self.width() / max(self._image.width(), 1), self.height() / max(self._image.height(), 1))

    @property
    def _room(self) -> QRectF:
        width, height = self._image.width() * self._scale, self._image.height() * self._scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
