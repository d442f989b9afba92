"""The three panes of the encounter screen: which of them there is room for, and how wide each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QApplication, QLayout, QSplitter, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.folding import FoldBar, Pane, Room, fold

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from desktop.settings import Settings

SIZES = (272, 720, 320)
PAGE_CHARACTERS = 40
"""Of an average letter, the least width of a page beside which another pane may stand."""
PICTURE_SHARE = 0.6
"""Of the room beside the list, while a picture is open."""


class Panes(QWidget):
    """Holds the list, the page and what stands beside the page; folds away what there is no room for."""

    keyboard_wanted = Signal()
    """The pane with the keyboard was folded away, or the page came back: the keyboard goes where this goes on."""

    def __init__(
        self, listing: QWidget, page: QWidget, side: QWidget, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._listing, self._page, self._side = self._all = (listing, page, side)
        self._settings = settings
        self._wanted = Pane.PAGE
        self._has_side = False
        self._is_lent = False
        self._sizes_before: list[int] = []
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setHandleWidth(theme.SPACE)
        for place, pane in enumerate(self._all):
            self._splitter.addWidget(pane)
            self._splitter.setStretchFactor(place, (0, 2, 1)[place])
            self._splitter.setCollapsible(place, place != 1)
        self._splitter.setSizes(list(self._kept_sizes()))
        self._splitter.splitterMoved.connect(self._keep_sizes)
        self._folds = FoldBar(self)
        self._folds.wanted.connect(self.want)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        # The panes fold away; their widths together must not keep the window from becoming narrow.
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        column.addWidget(self._folds)
        column.addWidget(self._splitter, 1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as one pane alone."""
        panes = [pane.minimumSizeHint() for pane in self._all]
        height = max(pane.height() for pane in panes) + self._folds.sizeHint().height()
        return QSize(max(pane.width() for pane in panes), height)

    # --- which are shown ---------------------------------------------------------------------------------------

    def want(self, pane: Pane) -> None:
        """Show this pane, in place of another where the window is narrow."""
        self._wanted = pane
        self._fold()

    def offer_side(self, has_side: bool) -> None:
        """Say whether there is anything to show beside the page."""
        self._has_side = has_side
        self._fold()

    @property
    def shows_page(self) -> bool:
        """Whether the page is not folded away."""
        return self._page.isVisibleTo(self)

    def take_keyboard(self) -> None:
        """Put the keyboard onto the way back to the page."""
        self._folds.take_keyboard()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fold what there is no room for."""
        super().resizeEvent(event)
        self._fold()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Larger text needs more room."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.LanguageChange}:
            self._fold()

    def _page_width(self) -> int:
        """Return the least width in which the page is read with ease, in device-independent pixels."""
        return max(self._page.minimumSizeHint().width(), PAGE_CHARACTERS * self.fontMetrics().averageCharWidth())

    def _fold(self) -> None:
        side = self._side.minimumSizeHint().width() + theme.SPACE if self._has_side else 0
        listing = self._listing.minimumSizeHint().width() + theme.SPACE
        folded = fold(Room(self.width(), listing, self._page_width(), side), self._wanted)
        self._folds.show_folded(folded, self._has_side)
        shown = (folded.listing, folded.page, folded.side)
        if shown == tuple(not pane.isHidden() for pane in self._all):
            return
        moves_keyboard = self._holds_keyboard(shown) or (folded.page and self._page.isHidden())
        for pane, is_shown in zip(self._all, shown, strict=True):
            pane.setVisible(is_shown)
        self._splitter.setSizes(list(self._kept_sizes()))
        if moves_keyboard:
            self.keyboard_wanted.emit()

    def _holds_keyboard(self, shown: tuple[bool, bool, bool]) -> bool:
        """Whether the keyboard is in a pane that will not be shown."""
        keyboard = QApplication.focusWidget()
        panes = zip(self._all, shown, strict=True)
        return keyboard is not None and any(pane.isAncestorOf(keyboard) for pane, stays in panes if not stays)

    # --- how wide they are -------------------------------------------------------------------------------------

    def lend_side(self) -> None:
        """Give what stands beside the page the larger part, as a picture needs it."""
        self._is_lent = True
        self.want(Pane.SIDE)
        sizes = self._splitter.sizes()
        room = sizes[1] + sizes[2]
        wanted = min(round(PICTURE_SHARE * room), room - self._page_width()) if sizes[1] else room
        if sizes[2] < wanted:
            self._sizes_before = sizes
            self._splitter.setSizes([sizes[0], room - wanted, wanted])

    def take_back_side(self) -> None:
        """Give the page the room that it had before `lend_side`."""
        self._is_lent = False
        self.want(Pane.PAGE)
        if self._sizes_before:
            self._splitter.setSizes(self._sizes_before)
            self._sizes_before = []

    def _kept_sizes(self) -> tuple[int, ...]:
        kept = [part for part in self._settings.text("splitter_sizes").split(",") if part.isdecimal()]
        return tuple(int(part) for part in kept) if len(kept) == len(SIZES) else SIZES

    def _keep_sizes(self) -> None:
        if self._is_lent or not all(self._splitter.sizes()):
            return  # the room that a picture was given for a while, or that of a folded pane
        self._settings.set("splitter_sizes", ",".join(str(size) for size in self._splitter.sizes()))
