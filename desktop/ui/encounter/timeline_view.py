"""The timeline of an encounter: cards below each other, built when they come into reach, and never moved while read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import FlowingPage, button
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from desktop.record.encounter import Entry

FIRST_CARDS = 8
MORE_CARDS = 8
"""Built at once: what a tall window shows, and what follows when the reader scrolls up to it."""
REACH_PX = 800
AT_END_PX = 24
WIDEST_PX = 860
"""Longer lines are read more slowly."""


class TimelineView(Retranslating, QScrollArea):
    """Shows cards for entries; `make` builds the card of an entry.

    While the reader is at the end, the view follows what is added. Anywhere else nothing moves: the button
    "New text below" appears instead.
    """

    card_made = Signal(str, object)
    """The entry's id and its card."""

    def __init__(self, make: Callable[[Entry], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._entries: list[Entry] = []
        self._cards: dict[str, QWidget] = {}
        self._first_built = 0
        self._follows = True
        self._anchor: tuple[QWidget, int] | None = None
        """While the reader is not at the end: the card that is read, and where it stands in the viewport."""
        self._growing: QWidget | None = None
        """A card that is read from its top once it does not fit, instead of from the end."""
        self._below_anchor = 0
        self._keeps = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._page = FlowingPage()
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(2 * theme.SPACE, theme.SPACE, 2 * theme.SPACE, 3 * theme.SPACE)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        self.setWidget(self._page)
        self._below = button("new-text-below", "", self)
        self._below.hide()
        self._below.clicked.connect(self.go_to_end)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._note_place)
        bar.rangeChanged.connect(self._keep_place)
        self.retranslate()

    # --- what is shown -----------------------------------------------------------------------------------------

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show an encounter from its end."""
        for card in self._cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards.clear()
        self._growing = None
        self._entries = list(entries)
        self._first_built = max(0, len(self._entries) - FIRST_CARDS)
        self._follows = True
        self._below.hide()
        for entry in self._entries[self._first_built :]:
            self._add_card(entry, self._column.count() - 1)
        QTimer.singleShot(0, self, self.go_to_end)

    def add(self, entry: Entry) -> None:
        """Show a new entry at the end."""
        self._entries.append(entry)
        self._add_card(entry, self._column.count() - 1)

    def replace(self, entry: Entry) -> None:
        """Keep the newest value of an entry for the card that may be built later."""
        self._entries = [entry if other.id == entry.id else other for other in self._entries]

    def card(self, entry_id: str) -> QWidget | None:
        """Return the card of an entry, None where it is not built yet."""
        return self._cards.get(entry_id)

    def cards(self) -> list[QWidget]:
        """Return the cards that are built, from the top."""
        return [self._cards[entry.id] for entry in self._entries if entry.id in self._cards]

    def build_all(self) -> None:
        """Build every card, as going to the start with the keyboard does."""
        while self._first_built:
            self._build_earlier()

    @property
    def follows(self) -> bool:
        """Whether the reader is at the end."""
        return self._follows

    def go_to_end(self) -> None:
        """Show the end and follow it from now on."""
        self._growing = None
        self._follows = True
        self._below.hide()
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def show_start_of(self, card: QWidget) -> None:
        """Show a card that is about to grow from its top, where the reader follows the end; else move nothing."""
        self._growing = card if self._follows else None

    def show_start(self, card: QWidget) -> None:
        """Show a card from its top."""
        self._follows = False
        self.verticalScrollBar().setValue(card.y() - theme.SPACE)

    def show_widget(self, widget: QWidget) -> None:
        """Scroll just so far that a widget is seen."""
        self.ensureWidgetVisible(widget, 0, 3 * theme.SPACE)

    def retranslate(self) -> None:
        """Set every word."""
        self.setAccessibleName(self.tr("Timeline of the encounter"))
        self._below.setText(self.tr("New text below"))
        self._place_button()

    # --- keeping the place -------------------------------------------------------------------------------------

    def _add_card(self, entry: Entry, place: int) -> None:
        card = self._make(entry)
        card.setMaximumWidth(WIDEST_PX)
        self._cards[entry.id] = card
        self._column.insertWidget(place, card)
        card.show()  # at once: Qt shows it a turn later otherwise, and the page would grow twice
        self.card_made.emit(entry.id, card)

    def _build_earlier(self) -> None:
        first = max(0, self._first_built - MORE_CARDS)
        for place, entry in enumerate(self._entries[first : self._first_built]):
            self._add_card(entry, place)
        self._first_built = first
        # Laid out before anything is drawn: the reader must not see the cards above come.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)

    def _note_place(self, value: int) -> None:
        if self._keeps:
            return
        self._follows = value >= self.verticalScrollBar().maximum() - AT_END_PX
        self._anchor = None if self._follows else self._card_at(value)
        self._below_anchor = self._height_below_anchor()
        if self._follows:
            self._below.hide()
        self._reach_up()

    def _reach_up(self) -> None:
        if self.verticalScrollBar().value() < REACH_PX and self._first_built:
            self._build_earlier()
            # What was built may not reach far enough; its height is known in the next turn.
            QTimer.singleShot(0, self, self._reach_up)

    def _keep_place(self, _least: int, most: int) -> None:
        bar = self.verticalScrollBar()
        if self._follows:
            card = self._growing
            is_long = card is not None and card.height() > self.viewport().height()
            bar.setValue(card.y() if card is not None and is_long else most)
            return
        if self._anchor:
            card, place = self._anchor
            self._keeps = True
            bar.setValue(card.y() - place)
            self._keeps = False
        if self._height_below_anchor() > self._below_anchor:
            self._place_button()
            self._below.show()
            self._below.raise_()

    def _card_at(self, value: int) -> tuple[QWidget, int] | None:
        """Return the first card that is seen at a place of the scroll bar, and where it begins in the viewport."""
        for card in self.cards():
            if card.geometry().bottom() > value:
                return card, card.y() - value
        return None

    def _height_below_anchor(self) -> int:
        return self._page.height() - (self._anchor[0].y() if self._anchor else 0)

    def _place_button(self) -> None:
        self._below.adjustSize()
        middle = (self.viewport().width() - self._below.width()) // 2
        self._below.move(max(0, middle), self.viewport().height() - self._below.height() - theme.SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the button in its place."""
        super().resizeEvent(event)
        self._place_button()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Home and End go to the ends of the encounter."""
        if event.key() == Qt.Key.Key_End:
            self.go_to_end()
        elif event.key() == Qt.Key.Key_Home:
            self.build_all()
            QTimer.singleShot(0, self, lambda: self.verticalScrollBar().setValue(0))
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Larger text makes a larger button."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._place_button()
