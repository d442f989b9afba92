"""What an answer hangs on, laid over a picture: 8 x 8 weights as deepening orange, smooth over the encoder's square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPolygonF, QTransform

from desktop.ui import theme

if TYPE_CHECKING:
    from desktop.ui.viewer.geometry import Placement
    from desktop.worker.known import Box, PictureWeights

STRONGEST = 0.6
"""Opacity of the heaviest place; the picture shows through everywhere."""


def draw_weights(painter: QPainter, place: Placement, weights: PictureWeights) -> None:
    """Lay the weights over the picture where it lies now: moved, zoomed, turned and mirrored with it."""
    painter.save()
    painter.setTransform(_to_view(place), combine=True)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipRect(_on_plane(weights.region, place))
    painter.drawImage(_on_plane(weights.square, place), weights_image(weights))
    painter.restore()


def weights_image(weights: PictureWeights) -> QImage:
    """Return one pixel for each weight, more opaque the heavier it is."""
    rows = weights.rows
    image = QImage(len(rows[0]), len(rows), QImage.Format.Format_ARGB32_Premultiplied)
    for y, row in enumerate(rows):
        for x, weight in enumerate(row):
            colour = QColor(theme.tokens().viewer_weight)
            colour.setAlphaF(STRONGEST * min(max(weight, 0.0), 1.0))
            image.setPixelColor(x, y, colour)
    return image


def _on_plane(box: Box, place: Placement) -> QRectF:
    left, top, right, bottom = box
    return QRectF(QPointF(left * place.columns, top * place.rows), QPointF(right * place.columns, bottom * place.rows))


def _to_view(place: Placement) -> QTransform:
    """Return the way from pixels of the plane to points of the view, which is affine."""
    corners = ((0.0, 0.0), (place.columns, 0.0), (place.columns, place.rows), (0.0, place.rows))
    plane = QPolygonF([QPointF(*corner) for corner in corners])
    view = QPolygonF([QPointF(*place.to_view(corner)) for corner in corners])
    transform = QTransform()
    QTransform.quadToQuad(plane, view, transform)
    return transform
