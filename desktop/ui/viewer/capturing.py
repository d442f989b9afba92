"""The picture that is shown, with its window and its marks, as pixels that can leave: whole, unturned, at full size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from desktop.pictures.rendering import brightness_table, to_image
from desktop.record.dicom.marked import MarkedPicture
from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui import theme
from desktop.ui.viewer import overlay
from desktop.ui.viewer.geometry import Placement
from desktop.ui.viewer.orientation import UNTURNED, edge_letters
from desktop.ui.viewer.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.pictures.planes import DisplayWindow, LoadedPicture
    from desktop.ui.viewer.view_state import Marks

_LABEL = QT_TRANSLATE_NOOP("Viewer", "Not for primary diagnosis. Marked with Bedside, for research and education.")
_CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
_SCREEN_PX = 900
"""Marks are drawn as wide as they would be on a picture of this width."""


def captured(
    picture: LoadedPicture, window: DisplayWindow, marks: Marks, *, label: str, frame: int, inverted: bool = False
) -> MarkedPicture:
    """Return the picture with its marks, and a strip below it that says what it is not for."""
    header = picture.header
    drawn = _drawn(picture, window, marks, inverted)
    letters = edge_letters(header.directions, UNTURNED)
    return MarkedPicture(
        label,
        drawn.height(),
        drawn.width(),
        _bytes_of(drawn),
        marks.lengths,
        marks.region,
        header.spacing_mm,
        (header.file_rows / header.rows, header.file_columns / header.columns),
        (letters.right, letters.bottom),
        frame,
    )


def image_of(picture: MarkedPicture) -> QImage:
    """Return the pixels of a picture, as it is shown and painted over."""
    kind = QImage.Format.Format_RGB888
    return QImage(picture.pixels, picture.columns, picture.rows, 3 * picture.columns, kind).copy()


def blacked_out(picture: MarkedPicture, boxes: Iterable[QRect]) -> MarkedPicture:
    """Return the picture with boxes of its pixels black."""
    painted = image_of(picture)
    painter = QPainter(painted)
    for box in boxes:
        painter.fillRect(box, theme.PICTURE_BLACK)
    painter.end()
    return replace(picture, pixels=_bytes_of(painted))


def _bytes_of(image: QImage) -> bytes:
    content, step = memoryview(image.constBits()), image.bytesPerLine()
    return b"".join(content[start : start + 3 * image.width()] for start in range(0, step * image.height(), step))


def _strip_height(font: QFont, width: float) -> float:
    """Return how high the strip is: the whole sentence must stand in it, however narrow the picture is."""
    written = QFontMetricsF(font).boundingRect(QRectF(0, 0, width, 1e6), _CENTRED, words(_LABEL))
    return written.height() + font.pixelSize()


def _drawn(picture: LoadedPicture, window: DisplayWindow, marks: Marks, inverted: bool) -> QImage:
    header = picture.header
    scale = max(1.0, header.columns / _SCREEN_PX)
    plane = to_image(picture.levels[0], brightness_table(picture, window, inverted))
    font = QFont()
    font.setPixelSize(max(round(min(header.columns / scale / 28, 16)), 6))
    width, height = header.columns / scale, header.rows / scale
    strip = round(_strip_height(font, width) * scale)
    canvas = QImage(header.columns, header.rows + strip, QImage.Format.Format_RGB888)
    canvas.fill(theme.PICTURE_BLACK)
    # Logical points are as large as on a screen, so that marks stay wide enough on a large film.
    canvas.setDevicePixelRatio(scale)
    painter = QPainter(canvas)
    painter.drawImage(QRectF(0, 0, width, height), plane)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.setClipRect(QRectF(0, 0, width, height))
    overlay.draw_marks(painter, Placement(header.columns, header.rows, width, height), marks, header)
    painter.setClipping(False)
    painter.setPen(theme.PICTURE_WHITE)
    painter.drawText(QRectF(0, height, width, strip / scale), _CENTRED, words(_LABEL))
    painter.end()
    return canvas
