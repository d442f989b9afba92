"""What stands beside the page: the encounters that are of the same patient, and below them the values as charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import FlowingPage, IconButton, PlainText, button
from desktop.ui.encounter.wording import title_of
from desktop.ui.translation import Retranslating
from desktop.ui.trends.chart import TrendChart
from desktop.ui.trends.value_row import FellowRow, ValueRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.record.encounter import EncounterSummary
    from desktop.record.trends import Trends


class _Rows(QWidget):
    """Widgets below each other, which come and go together."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE)
        self.held: list[QWidget] = []

    def add(self, widget: QWidget) -> None:
        """Show one more."""
        self.held.append(widget)
        self._column.addWidget(widget)
        widget.show()

    def clear(self) -> None:
        """Show none."""
        for widget in self.held:
            self._column.removeWidget(widget)
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        self.held.clear()


class TrendsPanel(Retranslating, QScrollArea):
    """Shows what it is given, and says what the doctor wants. A chart is there only where encounters are together."""

    opened = Signal(object)
    """The Point whose sentence is wanted."""
    fellow_wanted = Signal(str)
    """The id of an encounter that is to be opened."""
    choice_wanted = Signal()
    """"Same patient as…" was pressed."""
    taken_out = Signal(str)
    """The id of an encounter that is not of this patient; empty is the one that is shown."""
    stop_wanted = Signal()
    again_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trends")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = FlowingPage()
        self._title, self._line = PlainText("title", page), PlainText("caption", page)
        self._fellows, self._values = _Rows(page), _Rows(page)
        self._choose = button("same-patient", "", page)
        self._out = button("take-out", "quiet", page)
        self._progress = PlainText("caption", page)
        self._stop, self._again = button("stop-mining", "quiet", page), button("mine-again", "quiet", page)
        self._notices = PlainText("caption", page)
        self._close = IconButton("close-trends", "close", page)
        self.fellows: tuple[EncounterSummary, ...] = ()
        """The other encounters that are shown as those of the same patient."""
        self._trends: Trends | None = None
        self._standing, self._has_other_languages = "", False
        self._lay_out(page)
        self._choose.clicked.connect(self.choice_wanted)
        self._out.clicked.connect(lambda: self.taken_out.emit(""))
        self._stop.clicked.connect(self.stop_wanted)
        self._again.clicked.connect(self.again_wanted)
        self._close.clicked.connect(self.close_wanted)
        self.setWidget(page)
        self.retranslate()

    def _lay_out(self, page: QWidget) -> None:
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 16, 12, 12)
        column.setSpacing(theme.SPACE)
        standing = (self._progress, self._stop, self._again)
        above: tuple[QWidget, ...] = (self._title, self._line, self._values, *standing, self._notices)
        for widget in (*above, self._fellows, self._choose, self._out, self._close):
            column.addWidget(widget)
        column.addStretch(1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the widest row of buttons in the present size of text."""
        page, bar = self.widget(), self.verticalScrollBar()
        needed = page.minimumSizeHint().width() + bar.sizeHint().width() if page else 0
        return QSize(max(260, self.fontMetrics().averageCharWidth() * 22 + 60, needed), 120)

    def take_keyboard(self) -> None:
        """Put the keyboard onto the first chart, else onto the choice."""
        charts = self.charts
        (charts[0] if charts else self._choose).setFocus()
        if charts:
            self.verticalScrollBar().setValue(0)

    @property
    def charts(self) -> tuple[TrendChart, ...]:
        """The charts from the top."""
        return tuple(widget for widget in self._values.held if isinstance(widget, TrendChart))

    # --- what is shown -----------------------------------------------------------------------------------------

    def show_fellows(self, fellows: Sequence[EncounterSummary]) -> None:
        """Show the other encounters of the patient; nothing else is shown any more where there are none."""
        self.fellows = tuple(fellows)
        self._fellows.clear()
        for summary in fellows:
            row = FellowRow(summary, self._fellows)
            row.opened.connect(self.fellow_wanted)
            row.taken_out.connect(self.taken_out)
            self._fellows.add(row)
        self.show_trends(None)

    def show_trends(self, trends: Trends | None, has_other_languages: bool = False) -> None:
        """Show charts, single values and what is not drawn; None takes all of it away."""
        self._trends, self._has_other_languages, self._standing = trends, has_other_languages, ""
        self._values.clear()
        span = trends.span if trends else None
        for one in trends.series if trends else ():
            if span and len(one.points) > 1:
                chart = TrendChart(one, span, self._values)
                chart.opened.connect(self.opened)
                self._values.add(chart)
            else:
                self._add_row(ValueRow(one, self._values))
        if trends and trends.set_aside:
            heading = PlainText("section", self._values)
            heading.setText(self.tr("Not drawn"))
            self._values.add(heading)
            for point in trends.set_aside:
                self._add_row(ValueRow(point, self._values))
        self.retranslate()
        if self.charts and self._choose.hasFocus():
            self.take_keyboard()  # what was waited for is there

    def show_progress(self, done: int, total: int) -> None:
        """Show how many encounters are read."""
        self._standing = self.tr("Reading the encounters: {0} of {1}…").format(done + 1, total)
        self.retranslate()
        self._stop.show()
        self._again.hide()

    def show_stopped(self, sentence: str) -> None:
        """Show why there is nothing, and offer to try again."""
        self._standing = sentence or self.tr("Stopped. No value was read.")
        self.retranslate()
        self._again.show()

    def _add_row(self, row: ValueRow) -> None:
        row.opened.connect(self.opened)
        self._values.add(row)

    def retranslate(self) -> None:
        """Set every word of its own; rows and charts set theirs."""
        self.setAccessibleName(self.tr("Values of this patient over time"))
        self._title.setText(self.tr("Trends"))
        self._line.show_words(
            self.tr("Of the same patient, as you said: {0} more. {1}").format(
                len(self.fellows), "; ".join(dict.fromkeys(title_of(row) for row in self.fellows))
            )
            if self.fellows
            else self.tr(
                "Say which earlier encounter is of the same patient, and the values of both are shown over time. "
                "Bedside never guesses who a patient is."
            )
        )
        self._choose.setText(self.tr("Same patient as…"))
        self._out.setText(self.tr("Take this encounter out"))
        self._out.setVisible(bool(self.fellows))
        self._close.setText(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close the trends"))
        self._stop.setText(self.tr("Stop reading"))
        self._again.setText(self.tr("Read the values again"))
        self._stop.hide()
        self._again.hide()
        self._progress.show_words(self._standing)
        self._notices.show_words(self._notice() if self._trends else "")

    def _notice(self) -> str:
        trends = self._trends
        if trends is None or not (trends.series or trends.set_aside):
            return self.tr("No measured value was recognised in these encounters. Rules miss what is paraphrased.")
        said = self.tr(
            "Found by rules in what was said and typed: check each value against its sentence. The scale of a chart "
            "goes from its lowest to its highest value; lines join values and say nothing between them. Where no unit "
            "was said, the usual one is shown."
        )
        other = self.tr("The rules read English: what was said in another language is missing here.")
        return f"{said} {other}" if self._has_other_languages else said
