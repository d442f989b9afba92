"""Which panes stand beside the page of an encounter, where the window is too narrow for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.button_row import show_words_that_fit
from desktop.ui.encounter.widgets import IconButton
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent


class Pane(Enum):
    """What the doctor looked for last, beside the page."""

    LIST = auto()
    PAGE = auto()
    SIDE = auto()


@dataclass(frozen=True, slots=True)
class Room:
    """The width of the screen and what each pane needs to be read with ease, in device-independent pixels.

    `side` is 0 where there is nothing to show at the side.
    """

    width: int
    listing: int
    page: int
    side: int


@dataclass(frozen=True, slots=True)
class Folded:
    """The panes that are shown."""

    listing: bool
    page: bool
    side: bool


def fold(room: Room, wanted: Pane) -> Folded:
    """Return what is shown: all of it where there is room, else the page and what was wanted, else that alone.

    Beside a page that nothing else was wanted with stands the list.
    """
    has_side = room.side > 0
    if room.listing + room.page + room.side <= room.width:
        return Folded(listing=True, page=True, side=has_side)
    if wanted is Pane.SIDE and has_side:
        return Folded(listing=False, page=room.page + room.side <= room.width, side=True)
    both = room.page + room.listing <= room.width
    return Folded(listing=both or wanted is Pane.LIST, page=both or wanted is not Pane.LIST, side=False)


class FoldBar(Retranslating, QFrame):
    """The two buttons that bring a folded pane back; only there while one is folded."""

    wanted = Signal(object)
    """The Pane to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fold-bar")
        self._list = IconButton("show-list", "encounters", self)
        self._side = IconButton("show-side", "picture", self)
        for control, pane in ((self._list, Pane.LIST), (self._side, Pane.SIDE)):
            control.setCheckable(True)
            control.clicked.connect(lambda on, pane=pane: self.wanted.emit(pane if on else Pane.PAGE))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE, 4, theme.SPACE, 0)
        row.addWidget(self._list)
        row.addStretch(1)
        row.addWidget(self._side)
        # The words give way before the bar asks for more room than there is.
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.retranslate()

    def show_folded(self, folded: Folded, has_side: bool) -> None:
        """Show which panes stand there."""
        self._list.setChecked(folded.listing)
        self._side.setChecked(folded.side)
        self._side.setVisible(has_side)
        self.setVisible(not (folded.listing and folded.page and folded.side == has_side))
        self._fit()

    def take_keyboard(self) -> None:
        """Put the keyboard onto the button of the pane that stands alone."""
        (self._list if self._list.isChecked() else self._side).setFocus()

    def retranslate(self) -> None:
        """Set every word."""
        self._list.setText(self.tr("Encounters"))
        self._list.setAccessibleName(self.tr("Show the list of encounters"))
        self._side.setText(self.tr("Sources"))
        self._side.setAccessibleName(self.tr("Show the sources"))
        for control in (self._list, self._side):
            control.setToolTip(control.accessibleName())
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show words where there is room."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Larger words need more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        show_words_that_fit((self._list, self._side), self.contentsRect().width() - 2 * theme.SPACE, theme.SPACE)
