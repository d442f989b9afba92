"""The canvas: one picture, moved, zoomed and windowed by hand, finger or key. It knows nothing of files or series."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from desktop.pictures.planes import WindowSource
from desktop.pictures.rendering import brightness_table
from desktop.ui import theme
from desktop.ui.viewer import overlay
from desktop.ui.viewer.composing import compose
from desktop.ui.viewer.geometry import Placement, pixel_aspect
from desktop.ui.viewer.hand import Hand
from desktop.ui.viewer.orientation import edge_letters
from desktop.ui.viewer.overlay import CornerTexts
from desktop.ui.viewer.view_state import Marks, Tool, ViewState
from desktop.ui.viewer.weights import draw_weights

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QWheelEvent

    from desktop.pictures.planes import DisplayWindow, LoadedPicture, PlaneHeader
    from desktop.worker.known import PictureWeights

ZOOM_STEP = 1.25
_NOTCH = 120


class PictureView(QWidget):
    """Shows one picture; `hand` turns the pointer and the keys into moves, windows and marks."""

    changed = Signal()
    """Magnification, place, window, inversion or orientation were changed here by hand or key."""
    scrolled = Signal(int)
    """The wheel asks for so many pictures further; only where `scrolls_series`."""
    marked = Signal(object)
    """The Marks were changed by hand or key."""
    region_finished = Signal()
    """A region was drawn to its end."""
    tool_left = Signal()
    """Escape: the tool is to be put down."""
    focused = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.picture: LoadedPicture | None = None
        self.state = ViewState()
        self.marks = Marks()
        self.weights: PictureWeights | None = None
        self.tool = Tool.MOVE
        self.corners = CornerTexts()
        self.scrolls_series = False
        self.hand = Hand(self)
        self._table: tuple[Any, Any] | None = None
        self._composed: QImage | None = None
        self._composing = QTimer(self, singleShot=True, interval=0)
        self._composing.timeout.connect(self._compose)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a size at which a picture can be read."""
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least size at which the corner texts do not meet."""
        return QSize(160, 160)

    # --- what is shown ---

    @property
    def window_shown(self) -> DisplayWindow | None:
        """The window that is applied; None without a picture."""
        if self.picture is None:
            return None
        return self.state.window or self.picture.window

    @property
    def placement(self) -> Placement:
        """Where the picture lies now; of one pixel where there is none."""
        header = self.picture.header if self.picture else None
        return Placement(
            header.columns if header else 1,
            header.rows if header else 1,
            max(self.width(), 1),
            max(self.height(), 1),
            pixel_aspect(header.spacing_mm if header else None),
            self.state.orientation,
            self.state.magnification,
            self.state.centre,
        )

    def show_picture(self, picture: LoadedPicture | None) -> None:
        """Show a picture in the same place and window as the one before it."""
        window = self.state.window
        if picture is not None and window is not None and window.source is WindowSource.TABLE and picture.table is None:
            self.state = replace(self.state, window=None)
        self.picture = picture
        self._table = None
        self.refresh()

    def set_state(self, state: ViewState) -> None:
        """Take a state, without telling."""
        if state != self.state:
            self.state = state
            self.refresh()

    def change(self, **changes: Any) -> None:
        """Change parts of the state and tell."""
        if self.picture is not None:
            self.set_state(replace(self.state, **changes))
            self.changed.emit()

    def place(self, placement: Placement) -> None:
        """Take where the picture lies and tell."""
        self.change(magnification=placement.magnification, centre=placement.centre)

    def set_marks(self, marks: Marks) -> None:
        """Show marks, without telling."""
        self.marks = marks
        self.update()

    def set_weights(self, weights: PictureWeights | None) -> None:
        """Lay what an answer hangs on over the picture; None takes it away."""
        if weights != self.weights:
            self.weights = weights
            self.update()

    def set_corners(self, corners: CornerTexts) -> None:
        """Show other words."""
        if corners != self.corners:
            self.corners = corners
            self.update()

    def set_tool(self, tool: Tool) -> None:
        """Take up a tool."""
        self.tool = tool
        self.hand.drop()
        self.setCursor(self.hand.cursor_shape())
        self.update()

    def refresh(self) -> None:
        """Compose the picture anew before the next painting, however often this is called until then."""
        if not self._composing.isActive():
            self._composing.start()

    def compose_now(self) -> None:
        """Compose at once what `refresh` would compose soon."""
        self._composing.stop()
        self._compose()

    def _compose(self) -> None:
        window = self.window_shown
        self._composed = None
        if self.picture is not None and window is not None:
            key = (window, self.state.inverted)
            if self._table is None or self._table[0] != key:
                self._table = key, brightness_table(self.picture, window, self.state.inverted)
            background = theme.tokens().viewer_background
            self._composed = compose(self.picture, self.placement, self._table[1], background, self.devicePixelRatioF())
        self.update()

    # --- painting ---

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Paint what was composed, and the overlay."""
        painter = QPainter(self)
        area = QRectF(self.rect())
        if self._composed is None:
            painter.fillRect(area, theme.tokens().viewer_background)
        else:
            painter.drawImage(QPointF(0, 0), self._composed)
        if self.picture is not None:
            self._paint_overlay(painter, area, self.picture.header)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.load("dark").tokens.accent, 2.0))
            painter.drawRect(area.adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_overlay(self, painter: QPainter, area: QRectF, header: PlaneHeader) -> None:
        if self.weights is not None:
            draw_weights(painter, self.placement, self.weights)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(overlay.font_for(self.font(), self.width()))
        overlay.draw_marks(painter, self.placement, self.hand.marks_shown(), header)
        if self.hand.cursor is not None:
            overlay.draw_cursor(painter, self.placement, self.hand.cursor)
        overlay.draw_letters(painter, area, edge_letters(header.directions, self.state.orientation))
        overlay.draw_corners(painter, area, self.corners)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the same part of the picture in sight."""
        super().resizeEvent(event)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Repaint in the colours of a new theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()
        super().changeEvent(event)

    # --- hand and keys ---

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to drag."""
        self.hand.press(event.position(), event.button())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Drag on."""
        self.hand.move(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """End the drag."""
        self.hand.release(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show the whole picture."""
        if event.button() == Qt.MouseButton.LeftButton and self.tool is Tool.MOVE:
            self.place(self.placement.fitted())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll through a series; zoom with Ctrl, or where there is nothing to scroll through."""
        notches = event.angleDelta().y() / _NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or not self.scrolls_series:
            self._zoom(ZOOM_STEP**notches, event.position())
        else:
            self.scrolled.emit(self.hand.whole_steps(-notches))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let the tool that is taken up have the keys that it knows."""
        if not self.hand.key(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Take pinches, and the keys of a tool before they become shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.hand.knows(event):
            event.accept()
            return True
        if isinstance(event, QGestureEvent):
            return self._pinch(event)
        if isinstance(event, QNativeGestureEvent) and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(1 + event.value(), event.position())
            return True
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
            if event.type() == QEvent.Type.FocusIn:
                self.focused.emit()
        return super().event(event)

    def _pinch(self, event: QGestureEvent) -> bool:
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return False
        self.hand.drop()
        self._zoom(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())))
        event.accept(pinch)
        return True

    def _zoom(self, factor: float, at: QPointF) -> None:
        self.place(self.placement.zoomed(factor, (at.x(), at.y())))
