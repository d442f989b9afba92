"""One pane of the viewer: a picture or series with its slider, its messages and its marks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop.record.encounter import Region
from desktop.ui import theme
from desktop.ui.translation import Retranslating
from desktop.ui.viewer import wording
from desktop.ui.viewer.feed import PictureFeed, ViewedPicture
from desktop.ui.viewer.geometry import region_corners, region_shares
from desktop.ui.viewer.message_page import MessagePage
from desktop.ui.viewer.overlay import CornerTexts
from desktop.ui.viewer.slice_bar import SliceBar
from desktop.ui.viewer.view import PictureView
from desktop.ui.viewer.view_state import Marks, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.pictures.loader import PictureLoader
    from desktop.pictures.planes import LoadedPicture
    from desktop.record.dicom.marked import MarkedPicture
    from desktop.worker.known import PictureWeights

SETTLE_MS = 400
"""A scroll that rested this long has chosen its picture, and is read out."""
PATIENCE_MS = 200
"""Opening that takes less is not announced: a flash would say nothing."""


class PicturePane(Retranslating, QWidget):
    """Shows one ViewedPicture."""

    frame_chosen = Signal(str, int)
    region_marked = Signal(str, object)
    """Label and Region: it was drawn, or is to be asked about again."""
    region_cleared = Signal(str, int)
    """Label, and the frame whose region was removed."""
    marks_shown = Signal()
    """Other marks are seen."""
    scrolled = Signal(int)
    """The pictures were scrolled by so many, for a linked pane."""
    picture_shown = Signal()

    def __init__(self, loader: PictureLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.feed = PictureFeed(loader, self)
        self.view = PictureView(self)
        self.message = MessagePage(self)
        self.slices = SliceBar(self)
        self.notice = QLabel(self)
        self.notice.setObjectName("viewer-notice")
        self.notice.setWordWrap(True)
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.notice.setProperty("role", "caption")
        self.notice.setContentsMargins(theme.SPACE, theme.SPACE // 2, theme.SPACE, theme.SPACE // 2)
        self.legend = QLabel(self)
        self.legend.setObjectName("weights-legend")
        self.legend.setWordWrap(True)
        self.legend.setTextFormat(Qt.TextFormat.PlainText)
        self.legend.setProperty("role", "caption")
        self.legend.setContentsMargins(self.notice.contentsMargins())
        self._marks: dict[int, Marks] = {}
        self._weights: PictureWeights | None = None
        self._weighed_index: int | None = None
        """The picture of the series that was weighed: the one that is shown first."""
        self._has_scrolled = False
        self._pages = QStackedWidget(self)
        for page in (self.message, self.view):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(self.slices)
        column.addWidget(self.notice)
        column.addWidget(self.legend)
        self.slices.hide()
        self.notice.hide()
        self.legend.hide()
        self._settled = self._timer(SETTLE_MS, self._on_settled)
        self._patience = self._timer(PATIENCE_MS, self._on_patience)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        self.feed.opened.connect(self._on_opened)
        self.feed.arrived.connect(self._on_arrived)
        self.feed.failed.connect(self._on_failed)
        self.feed.progressed.connect(self._on_progress)
        self.view.changed.connect(self._on_changed)
        self.view.scrolled.connect(self.scroll_by)
        self.view.marked.connect(self._on_marked)
        self.view.region_finished.connect(self._on_region)
        self.slices.moved.connect(self._on_slider)
        self.slices.stepped.connect(self._on_step)
        self.slices.paused.connect(self._on_paused)
        self.message.pressed.connect(self._on_message_button)

    # --- what is open ---

    def show_weights(self, weights: PictureWeights | None) -> None:
        """Lay what an answer hangs on over the picture that is opened next, or is shown; None takes it away."""
        self._weights = weights
        self._weighed_index = self.feed.index if self.view.picture is not None else None
        self._lay_weights()

    def _lay_weights(self) -> None:
        is_weighed = self._weights is not None and self._weighed_index == self.feed.index
        self.view.set_weights(self._weights if is_weighed else None)
        self.legend.setVisible(is_weighed)

    def show_picture(self, viewed: ViewedPicture) -> None:
        """Open a picture; the view starts afresh."""
        has_keyboard = self.view.hasFocus() or self.message.button.hasFocus()
        self.close_picture()
        if has_keyboard:
            self.message.setFocus()
        self.feed.open(viewed)
        self._patience.start()

    def close_picture(self) -> None:
        """Close what is open."""
        self.slices.stop()
        self.slices.hide()
        self.notice.hide()
        self._settled.stop()
        self._patience.stop()
        self.feed.close()
        self._marks.clear()
        self.show_weights(None)
        self._show_marks(Marks())
        self.view.show_picture(None)
        self.view.set_state(ViewState())
        self.message.show_empty()
        self._pages.setCurrentWidget(self.message)

    @property
    def label(self) -> str:
        """The label of what is open."""
        return self.feed.viewed.label if self.feed.viewed else ""

    def scroll_by(self, steps: int) -> None:
        """Go on by so many pictures and tell."""
        before = self.feed.index
        self.slices.stop()
        if self.feed.go_to(before + steps):
            self._follow()
            self.scrolled.emit(self.feed.index - before)

    def scroll_quietly(self, steps: int) -> None:
        """Follow a linked pane."""
        if self.feed.go_to(self.feed.index + steps):
            self._follow()

    def follow_state(self) -> None:
        """Say what a linked pane changed here."""
        self._write_corners()
        self.view.setAccessibleDescription(self.status())

    def clear_marks(self) -> None:
        """Remove the lengths and the region of this picture."""
        had_region = self.view.marks.region is not None
        self._marks[self.feed.index] = Marks()
        self._show_marks(Marks())
        if had_region:
            self.region_cleared.emit(self.label, self.feed.origin)

    def captured(self) -> MarkedPicture | None:
        """Return the picture as it is seen, with its marks; None where none is open."""
        from desktop.ui.viewer.capturing import captured

        view = self.view
        if view.picture is None or view.window_shown is None:
            return None
        inverted = view.state.inverted
        return captured(
            view.picture, view.window_shown, view.marks, label=self.label, frame=self.feed.origin, inverted=inverted
        )

    def ask_about_region(self) -> None:
        """Tell the region of this picture once more, for another question about it."""
        self._on_region()

    def toggle_cine(self) -> None:
        """Play or pause."""
        if self.feed.count > 1:
            self.slices.play.toggle()

    def status(self) -> str:
        """Say in one line what is seen: for screen readers."""
        picture, window = self.view.picture, self.view.window_shown
        if picture is None or window is None:
            return self.message.sentence
        parts = [wording.description(picture.header)]
        if self.feed.series:
            is_clip = self.feed.series.is_clip
            parts.insert(0, wording.place_in_series(self.feed.index + 1, self.feed.count, is_clip))
            parts.insert(1, wording.time_text(picture.header))
        parts += [wording.window_text(picture.header, window), wording.zoom_text(self.view.placement.scale)]
        return ", ".join(filter(None, parts))

    def retranslate(self) -> None:
        """Set every word."""
        self.view.setAccessibleName(self.tr("Picture {label}").format(label=self.label))
        self._write_corners()
        self.legend.setText(
            self.tr("Orange: where the answer hangs on the picture. It shows what the model used, not a finding.")
        )
        if self.feed.series:
            self.notice.setText(wording.series_notice(self.feed.series))

    # --- what the feed says ---

    def _on_opened(self) -> None:
        series = self.feed.series
        self.view.scrolls_series = self.feed.count > 1
        self.slices.setVisible(self.feed.count > 1)
        if series:
            self.slices.set_series(series.count, series.is_clip, series.frames_per_s)
            self.slices.set_index(self.feed.index)
            self.notice.setVisible(bool(wording.series_notice(series)))
        self.retranslate()

    def _on_arrived(self, picture: LoadedPicture) -> None:
        self._patience.stop()
        is_first = self.view.picture is None
        if is_first:
            # The window of the first picture stays while others are scrolled through.
            self.view.set_state(replace(self.view.state, window=picture.window))
        self.view.show_picture(picture)
        self._show_marks(self._marks_of(picture))
        if self._weighed_index is None:
            self._weighed_index = self.feed.index
        self._lay_weights()
        self._pages.setCurrentWidget(self.view)
        self._write_corners()
        if is_first:
            self.view.compose_now()
            if self.isAncestorOf(QApplication.focusWidget() or self):
                self.view.setFocus()
            self.picture_shown.emit()
            self._settled.start()

    def _on_failed(self, sentence: str) -> None:
        self._patience.stop()
        self.slices.stop()
        self.message.show_failure(sentence)
        self._pages.setCurrentWidget(self.message)

    def _on_progress(self, done: int, total: int) -> None:
        if self.view.picture is None and self.message.isVisible() and self.feed.series is None:
            self.message.show_opening(done, total)

    def _on_patience(self) -> None:
        self.message.show_opening()

    def _on_message_button(self) -> None:
        viewed = self.feed.viewed
        was_opening = self.message.bar.isVisibleTo(self.message)
        self.close_picture()
        if viewed and not was_opening:
            self.show_picture(viewed)

    # --- what the doctor does ---

    def _on_changed(self) -> None:
        self._write_corners()
        self._settled.start()

    def _on_slider(self, index: int) -> None:
        self.scroll_by(index - self.feed.index)

    def _on_step(self) -> None:
        following = (self.feed.index + 1) % self.feed.count
        # A clip waits for a picture that is still being read rather than leaving it out.
        if not self.feed.is_waiting and self.feed.is_ready(following) and self.feed.go_to(following):
            self._follow(read_out=False)

    def _on_paused(self) -> None:
        """The picture at which a clip rests is chosen as one that was scrolled to."""
        self._has_scrolled = True
        self._settled.start()

    def _follow(self, read_out: bool = True) -> None:
        self.slices.set_index(self.feed.index)
        self.view.hand.drop()
        if self.view.picture is None:
            self._patience.start()
        if read_out:
            self._has_scrolled = True
            self._settled.start()

    def _on_marked(self, marks: Marks) -> None:
        self._marks[self.feed.index] = marks
        self.marks_shown.emit()

    def _marks_of(self, picture: LoadedPicture) -> Marks:
        """Return what was drawn on this picture since it was opened, else the region that was kept of it."""
        kept = self.feed.kept_region
        region = region_corners(kept.box, picture.header.columns, picture.header.rows) if kept else None
        return self._marks.get(self.feed.index, Marks(region=region))

    def _show_marks(self, marks: Marks) -> None:
        self.view.set_marks(marks)
        self.marks_shown.emit()

    def _on_region(self) -> None:
        picture, region = self.view.picture, self.view.marks.region
        if picture is not None and region is not None:
            shares = region_shares(*region, picture.header.columns, picture.header.rows)
            self.region_marked.emit(self.label, Region(*shares, self.feed.origin))

    def _on_settled(self) -> None:
        self.view.setAccessibleDescription(self.status())
        if self.view.hasFocus() and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.view, self.status()))
        if self._has_scrolled and self.feed.series and self.view.picture is not None:
            self._has_scrolled = False
            self.frame_chosen.emit(self.label, self.feed.origin)

    def _write_corners(self) -> None:
        picture, window = self.view.picture, self.view.window_shown
        if picture is None or window is None:
            return
        header = picture.header
        number = f"{self.feed.index + 1} / {self.feed.count}" if self.feed.count > 1 else ""
        lines = [wording.window_text(header, window, short=True), wording.preset_of(header, window)]
        lines += [wording.inverted_text() if self.view.state.inverted else ""]
        self.view.set_corners(
            CornerTexts(
                tuple(filter(None, (self.label, wording.kind_of(header), wording.size_text(header)))),
                tuple(filter(None, (number, wording.time_text(header)))),
                tuple(filter(None, reversed(lines))),
                (wording.zoom_text(self.view.placement.scale),),
            )
        )

    def _timer(self, duration_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=duration_ms)
        timer.timeout.connect(slot)
        return timer
