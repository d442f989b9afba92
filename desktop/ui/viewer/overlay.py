"""What is painted over a picture: words in the corners, letters at the edges, lengths and a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QPen

from desktop.ui import theme
from desktop.ui.viewer.orientation import EdgeLetters
from desktop.ui.viewer.wording import length_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter

    from desktop.pictures.planes import PlaneHeader
    from desktop.ui.viewer.geometry import Placement, Point
    from desktop.ui.viewer.view_state import Marks

MARGIN = 10.0
NO_LETTERS = EdgeLetters()
_END = 5.0
_LINES_ACROSS = 24
_SMALLEST_PX = 13
_EDGE = tuple((right, down) for right in (-1, 0, 1) for down in (-1, 0, 1) if right or down)


@dataclass(frozen=True, slots=True)
class CornerTexts:
    """Lines of text for the corners."""

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()


def font_for(font: QFont, width: int) -> QFont:
    """Return the font of the window, smaller in a narrow view: words must not hide what they are about."""
    fitting = QFont(font)
    wished = QFontInfo(font).pixelSize()
    fitting.setPixelSize(max(min(wished, width // _LINES_ACROSS), min(wished, _SMALLEST_PX)))
    return fitting


def draw_corners(painter: QPainter, area: QRectF, texts: CornerTexts) -> None:
    """Write the corner texts, each line cut where it would meet the other side."""
    flag = Qt.AlignmentFlag
    for lines, alignment in (
        (texts.top_left, flag.AlignLeft | flag.AlignTop),
        (texts.top_right, flag.AlignRight | flag.AlignTop),
        (texts.bottom_left, flag.AlignLeft | flag.AlignBottom),
        (texts.bottom_right, flag.AlignRight | flag.AlignBottom),
    ):
        _draw_lines(painter, area, lines, alignment)


def _draw_lines(painter: QPainter, area: QRectF, lines: tuple[str, ...], alignment: Qt.AlignmentFlag) -> None:
    metrics = QFontMetricsF(painter.font())
    inner = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    height = metrics.height()
    is_top = bool(alignment & Qt.AlignmentFlag.AlignTop)
    top = inner.top() if is_top else inner.bottom() - height * len(lines)
    for place, line in enumerate(lines):
        cut = metrics.elidedText(line, Qt.TextElideMode.ElideRight, inner.width() * 0.62)
        _write(painter, QRectF(inner.left(), top + place * height, inner.width(), height), alignment, cut)


def draw_letters(painter: QPainter, area: QRectF, letters: EdgeLetters) -> None:
    """Write the sides of the patient in the middle of the edges."""
    flag = Qt.AlignmentFlag
    inner = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    font = painter.font()
    bold = painter.font()
    bold.setBold(True)
    painter.setFont(bold)
    for letter, alignment in (
        (letters.left, flag.AlignLeft | flag.AlignVCenter),
        (letters.right, flag.AlignRight | flag.AlignVCenter),
        (letters.top, flag.AlignHCenter | flag.AlignTop),
        (letters.bottom, flag.AlignHCenter | flag.AlignBottom),
    ):
        if letter:
            _write(painter, inner, alignment, letter)
    painter.setFont(font)


def draw_marks(painter: QPainter, place: Placement, marks: Marks, header: PlaneHeader) -> None:
    """Draw lengths with their measure, and the region."""
    for first, second in marks.lengths:
        _draw_length(painter, QPointF(*place.to_view(first)), QPointF(*place.to_view(second)))
        _write_beside(painter, place.to_view(first), place.to_view(second), length_text(first, second, header))
    if marks.region:
        start, end = (QPointF(*place.to_view(corner)) for corner in marks.region)
        frame = QRectF(start, end).normalized()
        _stroke(painter, lambda: painter.drawRect(frame), dashed=True)


def draw_cursor(painter: QPainter, place: Placement, pixel: Point) -> None:
    """Draw the crosshair that the arrow keys move."""
    x, y = place.to_view(pixel)
    arms = ((x - 14, y, x - 4, y), (x + 4, y, x + 14, y), (x, y - 14, x, y - 4), (x, y + 4, x, y + 14))
    _stroke(painter, lambda: [painter.drawLine(QPointF(a, b), QPointF(c, d)) for a, b, c, d in arms])


def _draw_length(painter: QPainter, start: QPointF, end: QPointF) -> None:
    def draw() -> None:
        painter.drawLine(start, end)
        for point in (start, end):
            painter.drawEllipse(point, _END, _END)

    _stroke(painter, draw)


def _stroke(painter: QPainter, draw: Callable[[], object], dashed: bool = False) -> None:
    """Draw twice, dark and wide below the mark's own colour, so that it shows on any picture."""
    colours = theme.tokens()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_shade(colours.viewer_background), 4.0))
    draw()
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    painter.setPen(QPen(_mark_colour(), 2.0, style))
    draw()


def _mark_colour() -> QColor:
    """Return the house's colour as bright as it needs to be on the dark background of pictures."""
    return theme.load("dark").tokens.accent


def _write_beside(painter: QPainter, first: Point, second: Point, text: str) -> None:
    """Write to the right of a length, or to its left where there is no room."""
    (left, left_y), (right, right_y) = sorted((first, second))
    metrics = QFontMetricsF(painter.font())
    width, height = metrics.horizontalAdvance(text) + 2, metrics.height()
    box = QRectF(right + 12, right_y - height / 2, width, height)
    if box.right() > painter.viewport().width() / painter.device().devicePixelRatio():
        # Where there is no room either, it may cover the length: a number that is cut is worse.
        box = QRectF(max(left - 12 - width, 0.0), left_y - height / 2, width, height)
    _write(painter, box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _write(painter: QPainter, box: QRectF, alignment: Qt.AlignmentFlag, text: str) -> None:
    """Write with a dark edge, readable on white bone and on black air alike."""
    colours = theme.tokens()
    painter.setPen(_shade(colours.viewer_background))
    for right, down in _EDGE:
        painter.drawText(box.translated(right, down), alignment, text)
    painter.setPen(colours.viewer_text)
    painter.drawText(box, alignment, text)


def _shade(colour: QColor) -> QColor:
    shade = QColor(colour)
    shade.setAlphaF(0.85)
    return shade
