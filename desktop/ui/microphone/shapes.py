"""The few shapes of recording and playing, painted in the theme's colours: a dot, a square, bars, a triangle."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPen, QPixmap, QPolygonF

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

_ICON_PX = 64
"""Large enough for every scale factor of a screen; Qt makes it smaller."""


class Shape(Enum):
    """What a shape says without its colour."""

    RECORD = "a filled dot"
    STOP = "a filled square"
    PAUSE = "two bars"
    GO_ON = "a triangle"
    NOTHING = "an empty ring"


def paint_shape(painter: QPainter, shape: Shape, box: QRectF, colour: QColor) -> None:
    """Paint a shape that fills `box`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if shape is Shape.RECORD:
        painter.drawEllipse(box)
    elif shape is Shape.STOP:
        painter.drawRoundedRect(box, box.width() / 8, box.width() / 8)
    elif shape is Shape.PAUSE:
        for left in (0.12, 0.58):
            bar = QRectF(box.left() + left * box.width(), box.top(), 0.3 * box.width(), box.height())
            painter.drawRoundedRect(bar, 1, 1)
    elif shape is Shape.GO_ON:
        corners = (box.topLeft(), QPointF(box.right(), box.center().y()), box.bottomLeft())
        painter.drawPolygon(QPolygonF(corners))
    else:
        width = box.width() / 6
        painter.setPen(QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(box.adjusted(width, width, -width, -width))


def shape_icon(shape: Shape, colour: QColor) -> QIcon:
    """Return a shape as a button's icon."""
    picture = QPixmap(_ICON_PX, _ICON_PX)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    edge = _ICON_PX * 0.14
    paint_shape(painter, shape, QRectF(picture.rect()).adjusted(edge, edge, -edge, -edge), colour)
    painter.end()
    return QIcon(picture)
