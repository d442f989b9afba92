"""A value, or an encounter, in words with what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.record.trends import Series
from desktop.ui import theme
from desktop.ui.encounter.button_row import ButtonRow
from desktop.ui.encounter.widgets import IconButton, PlainText
from desktop.ui.encounter.wording import day_and_time, title_of
from desktop.ui.translation import Retranslating
from desktop.ui.trends.wording import aside_words, single_words

if TYPE_CHECKING:
    from desktop.record.encounter import EncounterSummary
    from desktop.record.trends import Point


class ValueRow(Retranslating, QFrame):
    """A value that is said and not drawn: the only one of its chart, or one that was set aside."""

    opened = Signal(object)
    """The Point whose sentence is wanted."""

    def __init__(self, shown: Series | Point, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("value-row")
        self.setProperty("role", "card")
        self._shown = shown
        self._words = PlainText("", self)
        self._open = IconButton("open-value", "why", self)
        self._open.clicked.connect(lambda: self.opened.emit(self.point))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(2)
        column.addWidget(self._words)
        column.addWidget(ButtonRow(theme.SPACE, [self._open], self))
        self.retranslate()

    @property
    def point(self) -> Point:
        """The value."""
        return self._shown.points[0] if isinstance(self._shown, Series) else self._shown

    def retranslate(self) -> None:
        """Set every word."""
        shown = self._shown
        words = single_words(shown) if isinstance(shown, Series) else aside_words(shown)
        self._words.show_words(words)
        self._open.setText(self.tr("Open the sentence"))
        self._open.setAccessibleName(self.tr("Open the sentence of {0}").format(words))
        self._open.setToolTip(self._open.accessibleName())


class FellowRow(Retranslating, QFrame):
    """Another encounter of the same patient, which can be opened, and taken out again."""

    opened = Signal(str)
    taken_out = Signal(str)

    def __init__(self, summary: EncounterSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fellow-row")
        self.setProperty("role", "card")
        self._summary = summary
        self._title, self._excerpt = PlainText("section", self), PlainText("caption", self)
        self._open = IconButton("open-fellow", "encounters", self)
        self._out = IconButton("take-out-fellow", "undo", self)
        self._open.clicked.connect(lambda: self.opened.emit(summary.id))
        self._out.clicked.connect(lambda: self.taken_out.emit(summary.id))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 4)
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self._excerpt)
        column.addWidget(ButtonRow(theme.SPACE, [self._open, self._out], self))
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        title, time = title_of(self._summary), day_and_time(self._summary.created)
        self._title.show_words(title)
        self._excerpt.show_words(" · ".join(filter(None, (time if self._summary.title else "", self._summary.excerpt))))
        self._open.setText(self.tr("Open"))
        self._open.setAccessibleName(self.tr("Open {0}, {1}").format(title, time))
        self._out.setText(self.tr("Take out"))
        self._out.setAccessibleName(self.tr("Take {0}, {1} out: not the same patient").format(title, time))
        for control in (self._open, self._out):
            control.setToolTip(control.accessibleName())
