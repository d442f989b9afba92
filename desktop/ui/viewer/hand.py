"""What pointer and keys do on a picture: move it, window it, measure a length, mark a region."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from desktop.ui.viewer.presets import dragged, reach_of
from desktop.ui.viewer.view_state import Marks, Tool

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from desktop.ui.viewer.geometry import Point
    from desktop.ui.viewer.view import PictureView

LEAST_DRAG_PX = 4.0
"""Shorter drags are a touch that was meant for nothing."""
_FAR = 10
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_SET = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_DRAWING = (Tool.LENGTH, Tool.REGION)
_CURSORS = {
    Tool.MOVE: Qt.CursorShape.OpenHandCursor,
    Tool.WINDOW: Qt.CursorShape.SizeAllCursor,
    Tool.LENGTH: Qt.CursorShape.CrossCursor,
    Tool.REGION: Qt.CursorShape.CrossCursor,
}


class Hand:
    """One drag or one drawing at a time on one view."""

    def __init__(self, view: PictureView) -> None:
        self._view = view
        self._doing: Tool | None = None
        self._last = QPointF()
        self._pressed = QPointF()
        self._anchor: Point | None = None
        self._end: Point | None = None
        self._wheel = 0.0
        self.cursor: Point | None = None
        """The crosshair that the arrow keys move, in pixels of the plane; None where they do not draw."""

    def cursor_shape(self) -> Qt.CursorShape:
        """Return the pointer's shape for the tool."""
        return _CURSORS[self._view.tool]

    def drop(self) -> None:
        """End whatever is being done without keeping it."""
        self._doing = self._anchor = self._end = self.cursor = None

    def marks_shown(self) -> Marks:
        """Return the marks with the one that is being drawn."""
        marks = self._view.marks
        if self._anchor is None or self._end is None:
            return marks
        return self._with_mark(marks, self._anchor, self._end)

    def whole_steps(self, notches: float) -> int:
        """Gather parts of a notch, which touch pads send, into whole steps."""
        self._wheel += notches
        steps = int(self._wheel)
        self._wheel -= steps
        return steps

    # --- pointer ---

    def press(self, point: QPointF, button: Qt.MouseButton) -> None:
        """Begin: the right button windows, the middle one moves, the left one does what the tool does."""
        if self._view.picture is None:
            return
        by_button = {Qt.MouseButton.RightButton: Tool.WINDOW, Qt.MouseButton.MiddleButton: Tool.MOVE}
        self._doing = by_button.get(button, self._view.tool)
        self._last = self._pressed = point
        if self._doing in _DRAWING:
            self.cursor = None
            self._anchor = self._end = self._pixel_at(point)
            self._view.update()

    def move(self, point: QPointF) -> None:
        """Go on."""
        step, self._last = point - self._last, point
        if self._doing is Tool.MOVE:
            self._view.place(self._view.placement.moved(step.x(), step.y()))
        elif self._doing is Tool.WINDOW:
            self.window_by(step.x() / max(self._view.width(), 1), step.y() / max(self._view.height(), 1))
        elif self._doing in _DRAWING:
            self._end = self._pixel_at(point)
            self._view.update()

    def release(self, point: QPointF) -> None:
        """End, and keep a mark that is longer than a touch."""
        doing, self._doing = self._doing, None
        if doing in _DRAWING and self._anchor is not None:
            far = (point - self._pressed).manhattanLength() >= LEAST_DRAG_PX
            self._finish(self._pixel_at(point) if far else None)

    def window_by(self, right: float, down: float) -> None:
        """Change window and level by shares of the view."""
        window = self._view.window_shown
        if window is not None and self._view.picture is not None:
            reach = reach_of(self._view.picture.header, window)
            self._view.change(window=dragged(window, right, down, reach))

    # --- keys ---

    def knows(self, event: QKeyEvent) -> bool:
        """Whether the tool that is taken up has a use for this key."""
        if event.key() == Qt.Key.Key_Escape:
            return self._view.tool is not Tool.MOVE
        if self._view.tool not in _DRAWING or self._view.picture is None:
            return False
        modifiers = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        return event.key() in (*_ARROWS, *_SET) and modifiers == Qt.KeyboardModifier.NoModifier

    def key(self, event: QKeyEvent) -> bool:
        """Draw by keys: arrows move the crosshair (Shift: further), Enter sets a point, Escape puts the tool down."""
        if not self.knows(event):
            return False
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self._escape()
        elif key in _ARROWS:
            self._step(*_ARROWS[key], _FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            self._set_point()
        self._view.update()
        return True

    def _escape(self) -> None:
        if self._anchor is not None:
            self.drop()
        else:
            self._view.tool_left.emit()

    def _step(self, right: int, down: int, pixels: int) -> None:
        """Move the crosshair as it is seen, whichever way the picture is turned."""
        placement = self._view.placement
        x, y = placement.to_view(self._cursor_or_middle())
        length = max(placement.scale, 1.0) * pixels
        self.cursor = placement.clamped(placement.to_plane((x + right * length, y + down * length)))
        if self._anchor is not None:
            self._end = self.cursor

    def _set_point(self) -> None:
        point = self.cursor = self._cursor_or_middle()
        if self._anchor is None:
            self._anchor = self._end = point
        else:
            self._finish(point if point != self._anchor else None)

    def _cursor_or_middle(self) -> Point:
        placement = self._view.placement
        middle = placement.view_width / 2, placement.view_height / 2
        return self.cursor or placement.clamped(placement.to_plane(middle))

    # --- marks ---

    def _finish(self, end: Point | None) -> None:
        anchor, self._anchor, self._end = self._anchor, None, None
        if end is not None and anchor is not None and not self._is_empty(anchor, end):
            self._view.set_marks(self._with_mark(self._view.marks, anchor, end))
            self._view.marked.emit(self._view.marks)
            if self._view.tool is Tool.REGION:
                self._view.region_finished.emit()
        self._view.update()

    def _is_empty(self, first: Point, second: Point) -> bool:
        """Whether this would be a region with nothing in it: a line along the picture's edge, or one drawn straight."""
        return self._view.tool is Tool.REGION and (first[0] == second[0] or first[1] == second[1])

    def _with_mark(self, marks: Marks, first: Point, second: Point) -> Marks:
        if self._view.tool is Tool.REGION:
            return replace(marks, region=(first, second))
        return replace(marks, lengths=(*marks.lengths, (first, second)))

    def _pixel_at(self, point: QPointF) -> Point:
        placement = self._view.placement
        return placement.clamped(placement.to_plane((point.x(), point.y())))
