"""One small chart: the values of one name in one unit as points in time, joined by straight lines and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui import theme
from desktop.ui.translation import Retranslating
from desktop.ui.trends.wording import (
    day_words,
    name_words,
    number_words,
    point_words,
    series_words,
    title_words,
    with_unit,
)

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from desktop.record.trends import Point, Series

_MARGIN, _DOT, _CHOSEN = 12.0, 3.5, 6.0
_PLOT_LINES = 3.2
"""Height of the plot in lines of text."""
_CAPTION = 0.88
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
_OPENS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class TrendChart(Retranslating, QWidget):
    """Shows a Series over a span of time that all charts share. A click or Enter opens the sentence of a value.

    The arrow keys go from value to value. A screen reader hears every value, then the chosen one.
    """

    opened = Signal(object)
    """The Point whose sentence is wanted."""

    def __init__(self, series: Series, span: tuple[datetime, datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trend-chart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.series = series
        self._from, self._until = span
        self._chosen = len(series.points) - 1
        self._hovers = False
        self.retranslate()

    @property
    def chosen(self) -> Point:
        """The value that the keyboard or the pointer is on."""
        return self.series.points[self._chosen]

    def retranslate(self) -> None:
        """Say the whole chart to who cannot see it."""
        self.setAccessibleName(series_words(self.series))
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The title, the plot, the days below it, and the chosen value."""
        return QSize(240, round(self._plot().bottom() + 2 * self._small_line() + 1.5 * _MARGIN))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as a side pane may be."""
        return QSize(160, self.sizeHint().height())

    # --- where things are --------------------------------------------------------------------------------------

    def place_of(self, point: Point, number: float) -> QPointF:
        """Return where a number of a point is painted."""
        plot = self._plot()
        span_s = (self._until - self._from).total_seconds()
        across = (point.moment - self._from).total_seconds() / span_s if span_s else 0.5
        height = self.series.highest - self.series.lowest
        up = (number - self.series.lowest) / height if height else 0.5
        return QPointF(plot.left() + across * plot.width(), plot.bottom() - up * plot.height())

    def _plot(self) -> QRectF:
        metrics = QFontMetricsF(self.font())
        left = _MARGIN + self._scale_width() + _MARGIN / 2
        top = _MARGIN + metrics.height() + _CHOSEN + 2
        width = max(1.0, self.width() - left - _MARGIN - _CHOSEN)
        return QRectF(left + _CHOSEN, top, width - _CHOSEN, _PLOT_LINES * metrics.height())

    def _scale_width(self) -> float:
        metrics = QFontMetricsF(self._small_font())
        return max(metrics.horizontalAdvance(number_words((edge,))) for edge in self._edges())

    def _edges(self) -> tuple[float, ...]:
        return tuple(dict.fromkeys((self.series.highest, self.series.lowest)))

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * _CAPTION)
        return font

    def _small_line(self) -> float:
        return QFontMetricsF(self._small_font()).height()

    # --- painting ----------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the card and what is in it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_card(painter)
        self._paint_words(painter)
        self._paint_scale(painter)
        self._paint_values(painter)
        painter.end()

    def _paint_card(self, painter: QPainter) -> None:
        colours = theme.tokens()
        has_focus = self.hasFocus()
        width = 3.0 if has_focus else 1.0
        painter.setPen(QPen(colours.focus if has_focus else colours.hairline, width))
        painter.setBrush(colours.surface)
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), 10, 10)

    def _paint_words(self, painter: QPainter) -> None:
        colours, plot, small = theme.tokens(), self._plot(), self._small_line()
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        room = QRectF(_MARGIN, _MARGIN, self.width() - 2 * _MARGIN, QFontMetricsF(bold).height())
        painter.setFont(bold)
        painter.setPen(colours.text)
        # The unit stands beside the last value too, so the name alone will do where there is no room.
        self._draw(painter, room, Qt.AlignmentFlag.AlignLeft, title_words(self.series), name_words(self.series.name))
        painter.setFont(self._small_font())
        below = QRectF(_MARGIN, plot.bottom() + _MARGIN / 2, room.width(), small)
        first, last = self.series.points[0], self.series.points[-1]
        painter.setPen(colours.text_muted)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, day_words(first.moment))
        if day_words(first.moment) != day_words(last.moment):
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, day_words(last.moment))
        painter.setPen(colours.text)
        values = below.translated(0, small)
        if self.hasFocus() or self._hovers:
            self._draw(painter, values, Qt.AlignmentFlag.AlignLeft, point_words(self.chosen, self.series.unit))
        else:
            self._draw(painter, values, Qt.AlignmentFlag.AlignLeft, number_words(first.numbers))
            self._draw(painter, values, Qt.AlignmentFlag.AlignRight, with_unit(last.numbers, self.series.unit))

    def _draw(self, painter: QPainter, room: QRectF, side: Qt.AlignmentFlag, *words: str) -> None:
        """Draw the first of these words that fits, else as much of the last one as does."""
        metrics = QFontMetricsF(painter.font())
        fitting = next((one for one in words if metrics.horizontalAdvance(one) <= room.width()), words[-1])
        painter.drawText(room, side, metrics.elidedText(fitting, Qt.TextElideMode.ElideRight, room.width()))

    def _paint_scale(self, painter: QPainter) -> None:
        """Draw the highest and the lowest number with their lines: the scale begins and ends there, not at zero."""
        colours, plot = theme.tokens(), self._plot()
        painter.setFont(self._small_font())
        for edge in self._edges():
            height = self.place_of(self.series.points[0], edge).y()
            painter.setPen(QPen(colours.hairline, 1))
            painter.drawLine(QPointF(plot.left() - _CHOSEN, height), QPointF(plot.right() + _CHOSEN, height))
            painter.setPen(colours.text_muted)
            words = QRectF(_MARGIN, height - self._small_line() / 2, self._scale_width(), self._small_line())
            painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number_words((edge,)))

    def _paint_values(self, painter: QPainter) -> None:
        colours = theme.tokens()
        points = self.series.points
        painter.setPen(QPen(colours.text_muted, 1.2))
        for which in range(max(len(point.numbers) for point in points)):
            painter.drawPolyline([self.place_of(one, one.numbers[which]) for one in points if len(one.numbers) > which])
        for at, point in enumerate(points):
            places = [self.place_of(point, number) for number in point.numbers]
            painter.setPen(QPen(colours.accent, 2))
            painter.drawLine(places[0], places[-1])
            is_chosen = at == self._chosen and (self.hasFocus() or self._hovers)
            radius = _CHOSEN if is_chosen else _DOT
            painter.setBrush(colours.surface if is_chosen else colours.accent)
            for place in places:
                painter.drawEllipse(place, radius, radius)

    # --- choosing ----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrow keys, Home and End choose a value; Enter or the space bar opens it."""
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._choose(min(max(self._chosen + _STEPS[key], 0), len(self.series.points) - 1))
        elif key in _ENDS:
            self._choose(_ENDS[key] % len(self.series.points))
        elif key in _OPENS:
            self.opened.emit(self.chosen)
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The nearest value is the one that a click opens."""
        self._hovers = True
        self._choose(self._nearest(event.position()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Open the nearest value: a finger need not meet a point."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._choose(self._nearest(event.position()))
            self.opened.emit(self.chosen)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The pointer is gone."""
        super().leaveEvent(event)
        self._hovers = False
        self.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take other colours and sizes of text."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self.updateGeometry()
            self.update()

    def _nearest(self, place: QPointF) -> int:
        def distance(at: int) -> float:
            point = self.series.points[at]
            return min((self.place_of(point, number) - place).manhattanLength() for number in point.numbers)

        return min(range(len(self.series.points)), key=distance)

    def _choose(self, place: int) -> None:
        if place != self._chosen:
            self._chosen = place
            self._describe()
            self.update()

    def _describe(self) -> None:
        words = point_words(self.chosen, self.series.unit)
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
