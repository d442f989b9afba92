"""The part of a picture that is in sight, at the size of the screen: what a view paints, made outside of painting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from desktop.pictures.rendering import to_screen_image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from desktop.pictures.planes import LoadedPicture
    from desktop.ui.viewer.geometry import Placement

_BAND_ROWS = 80
"""Qt spreads the drawing of 96 rows or more over threads and waits for all of them: on a busy machine that took thirty
times as long as drawing them here, one band after the other."""


def compose(
    picture: LoadedPicture, place: Placement, table: NDArray[Any], background: QColor, pixel_ratio: float = 1.0
) -> QImage:
    """Return the whole view with what is in sight of the picture, resampled once, in pixels of the screen."""
    size = max(round(place.view_width * pixel_ratio), 1), max(round(place.view_height * pixel_ratio), 1)
    canvas = QImage(*size, QImage.Format.Format_RGB32)
    canvas.fill(background)
    samples = place.orientation.apply(_level(picture, place.scale * pixel_ratio))
    rows, columns = samples.shape[:2]
    # Points on the screen for one sample of this level, across and down.
    width, height = (side * place.scale for side in place.seen_size)
    step_x, step_y = width / columns, height / rows
    left, top = place.origin
    first_x, last_x = _visible(left, step_x, columns, place.view_width)
    first_y, last_y = _visible(top, step_y, rows, place.view_height)
    if first_x < last_x and first_y < last_y:
        image = to_screen_image(samples[first_y:last_y, first_x:last_x], table)
        corner = left + first_x * step_x, top + first_y * step_y
        target = QRectF(*corner, (last_x - first_x) * step_x, (last_y - first_y) * step_y)
        _draw(canvas, image, target, pixel_ratio)
    canvas.setDevicePixelRatio(pixel_ratio)
    return canvas


def _draw(canvas: QImage, image: QImage, target: QRectF, pixel_ratio: float) -> None:
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    scaled = QRectF(target.topLeft() * pixel_ratio, target.size() * pixel_ratio)
    for top in range(0, canvas.height(), _BAND_ROWS):
        painter.setClipRect(QRect(0, top, canvas.width(), _BAND_ROWS))
        painter.drawImage(scaled, image)
    painter.end()


def _level(picture: LoadedPicture, scale: float) -> NDArray[Any]:
    """Return the smallest stored size that still has a sample for every pixel of the screen."""
    for level in range(len(picture.levels) - 1, 0, -1):
        if scale * 2**level <= 1:
            return picture.levels[level]
    return picture.levels[0]


def _visible(start: float, step: float, count: int, length: float) -> tuple[int, int]:
    """Return the range of samples that lie between 0 and `length`, with one more on each side to blend with."""
    first = max(math.floor(-start / step) - 1, 0)
    last = min(math.ceil((length - start) / step) + 1, count)
    return first, last
