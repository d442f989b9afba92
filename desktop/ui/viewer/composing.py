"""The part of a picture that is in sight, at the size of the screen: what a view paints, made outside of painting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, Qt

from desktop.pictures.rendering import to_image

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

    from desktop.pictures.planes import LoadedPicture
    from desktop.ui.viewer.geometry import Placement


@dataclass(frozen=True, slots=True)
class Composed:
    """An image and where it is painted, in points of the view."""

    image: QImage
    target: QRectF


def compose(picture: LoadedPicture, place: Placement, table: NDArray[Any], pixel_ratio: float) -> Composed | None:
    """Return what is in sight, resampled once to the pixels of the screen; None where nothing is."""
    samples = place.orientation.apply(_level(picture, place.scale * pixel_ratio))
    rows, columns = samples.shape[:2]
    # Points on the screen for one sample of this level, across and down.
    width, height = (side * place.scale for side in place.seen_size)
    step_x, step_y = width / columns, height / rows
    left, top = place.origin
    first_x, last_x = _visible(left, step_x, columns, place.view_width)
    first_y, last_y = _visible(top, step_y, rows, place.view_height)
    if first_x >= last_x or first_y >= last_y:
        return None
    target = QRectF(
        left + first_x * step_x, top + first_y * step_y, (last_x - first_x) * step_x, (last_y - first_y) * step_y
    )
    image = to_image(samples[first_y:last_y, first_x:last_x], table)
    size = max(round(target.width() * pixel_ratio), 1), max(round(target.height() * pixel_ratio), 1)
    if size != (image.width(), image.height()):
        image = image.scaled(*size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return Composed(image, target)


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
