"""The viewer as a screen embeds it: tool bar, one or two panes, and the line that says what it is not for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLabel, QMenu, QSplitter, QVBoxLayout, QWidget

from desktop.ui import actions, theme
from desktop.ui.translation import Retranslating
from desktop.ui.viewer import wording
from desktop.ui.viewer.commands import COMMANDS
from desktop.ui.viewer.feed import ViewedPicture
from desktop.ui.viewer.pane import PicturePane
from desktop.ui.viewer.presets import presets_of
from desktop.ui.viewer.tool_bar import CLOSE, ViewerToolBar
from desktop.ui.viewer.view_state import Tool, ViewState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.pictures.loader import PictureLoader
    from desktop.pictures.planes import DisplayWindow
    from desktop.worker.known import PictureWeights

__all__ = ["ViewedPicture", "ViewerPanel"]

_TOOLS = {"viewer-window": Tool.WINDOW, "viewer-length": Tool.LENGTH, "viewer-region": Tool.REGION}
_PRESET = "viewer-preset-"
_NEED_PICTURE = (
    "viewer-fit viewer-actual-size viewer-zoom-out viewer-zoom-in viewer-window viewer-presets viewer-invert "
    "viewer-length viewer-region viewer-clear viewer-export viewer-turn viewer-mirror".split()
)


class ViewerPanel(Retranslating, QWidget):
    """Shows pictures, one of them or two side by side."""

    frame_chosen = Signal(str, int)
    """Label, and the frame of its file or which of its several files: a scroll came to rest there."""
    region_marked = Signal(str, object)
    """Label and Region: it was drawn, or is to be asked about again."""
    region_cleared = Signal(str, int)
    """Label, and the frame whose region was removed."""
    export_wanted = Signal(object)
    """A MarkedPicture that is to leave."""
    close_wanted = Signal()

    def __init__(self, pictures: PictureLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[ViewedPicture, ...] = ()
        self._linked = True
        self._tool = Tool.MOVE
        self.bar = ViewerToolBar(self)
        self.panes = (PicturePane(pictures, self), PicturePane(pictures, self))
        self._active = self.panes[0]
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._purpose = QLabel(self)
        self._purpose.setObjectName("viewer-purpose")
        self._purpose.setTextFormat(Qt.TextFormat.PlainText)
        self._purpose.setProperty("role", "caption")
        self._purpose.setWordWrap(True)
        self._purpose.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._purpose.setContentsMargins(theme.SPACE, theme.SPACE // 2, theme.SPACE, theme.SPACE // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._purpose)
        self._actions = self._actions_of_panes()
        self._own: dict[str, Callable[[], object]] = {
            "viewer-presets": self._open_presets,
            "viewer-side-by-side": self._toggle_second,
            "viewer-link": self._toggle_link,
            "viewer-export": self._export,
            CLOSE: self.close_wanted.emit,
        }
        self.bar.triggered.connect(self.handle)
        self.panes[1].hide()
        self._show_buttons()
        self.retranslate()

    def _actions_of_panes(self) -> list[dict[str, QAction]]:
        bound = []
        for pane in self.panes:
            self._splitter.addWidget(pane)
            pane.frame_chosen.connect(self.frame_chosen)
            pane.region_marked.connect(self.region_marked)
            pane.region_cleared.connect(self.region_cleared)
            pane.marks_shown.connect(self._show_buttons)
            pane.picture_shown.connect(self._show_buttons)
            pane.view.changed.connect(lambda pane=pane: self._on_changed(pane))
            pane.scrolled.connect(lambda steps, pane=pane: self._on_scrolled(pane, steps))
            pane.view.focused.connect(lambda pane=pane: self._on_focused(pane))
            pane.view.tool_left.connect(lambda: self._take_tool(Tool.MOVE))
            bound.append(actions.bind(pane.view, actions.Reach.VIEWER, self.handle))
        return bound

    # --- for the screen ---

    def show_pictures(self, pictures: Sequence[ViewedPicture], index: int = 0) -> None:
        """Show one of these pictures; the next of them is what a second pane shows."""
        self._shown = tuple(pictures)
        self._take_tool(Tool.MOVE)
        if not self._shown:
            self.close_pictures()
            return
        first = min(max(index, 0), len(self._shown) - 1)
        self.panes[0].show_picture(self._shown[first])
        self._active = self.panes[0]
        focused = self.window().focusWidget()
        if focused is None or self.isAncestorOf(focused):
            self.panes[0].message.setFocus()
        if len(self._shown) < 2:
            self._show_second(False)
        elif self.is_side_by_side:
            self._open_second()
        self._show_buttons()

    def show_weights(self, weights: PictureWeights | None) -> None:
        """Lay what an answer hangs on over the picture of the first pane; None takes it away."""
        self.panes[0].show_weights(weights)

    def close_pictures(self) -> None:
        """Close every picture and stop waiting for any."""
        self._shown = ()
        for pane in self.panes:
            pane.close_picture()
        self._show_second(False)
        self._show_buttons()

    def show_opening(self) -> None:
        """Say that a picture will be shown here as soon as its files can be read."""
        self.close_pictures()
        self.panes[0].message.show_opening()

    @property
    def is_side_by_side(self) -> bool:
        """Whether two panes are shown."""
        return not self.panes[1].isHidden()

    @property
    def is_linked(self) -> bool:
        """Whether two panes scroll, zoom and window together."""
        return self._linked

    def handle(self, action: str) -> bool:
        """Do an action of the table, on the pane that was used last; False for one that is not the viewer's."""
        if action.startswith(_PRESET):
            self._choose_key(action.removeprefix(_PRESET))
        elif action in _TOOLS:
            tool = _TOOLS[action]
            self._take_tool(Tool.MOVE if self._tool is tool else tool)
        elif action in COMMANDS:
            COMMANDS[action](self._active)
        elif action in self._own:
            self._own[action]()
        else:
            return False
        self._show_buttons()
        return True

    def retranslate(self) -> None:
        """Set every word."""
        self._purpose.setText(self.tr("For research and education only. Not for diagnosis."))
        for bound in self._actions:
            actions.retranslate(bound)

    # --- actions ---

    def _export(self) -> None:
        if (marked := self._active.captured()) is not None:
            self.export_wanted.emit(marked)

    def _take_tool(self, tool: Tool) -> None:
        self._tool = tool
        for pane in self.panes:
            pane.view.set_tool(tool)
        self._show_buttons()

    def _choose_key(self, key: str) -> None:
        picture = self._active.view.picture
        if picture is None:
            return
        for preset in presets_of(picture.header):
            if preset.key == key:
                self._active.view.change(window=preset.window)

    def _open_presets(self) -> None:
        menu = self.preset_menu()
        button = self.bar.buttons["viewer-presets"]
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def preset_menu(self) -> QMenu:
        """Return the menu of windows for the picture that is used; it deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        view = self._active.view
        if view.picture is None:
            return menu
        group = QActionGroup(menu)
        for preset in presets_of(view.picture.header):
            name = wording.preset_text(preset)
            entry = menu.addAction(f"{name}\t{preset.key}")
            entry.setObjectName(preset.id)
            entry.setCheckable(True)
            entry.setChecked(preset.window == view.window_shown)
            entry.triggered.connect(lambda _checked=False, chosen=preset.window: self._choose(chosen))
            group.addAction(entry)
        return menu

    def _choose(self, window: DisplayWindow) -> None:
        self._active.view.change(window=window)

    # --- two panes ---

    def _toggle_second(self) -> None:
        self._show_second(not self.is_side_by_side and len(self._shown) > 1)
        if self.is_side_by_side:
            self._open_second()

    def _show_second(self, shown: bool) -> None:
        if not shown:
            self.panes[1].close_picture()
            self._active = self.panes[0]
        self.panes[1].setVisible(shown)

    def _open_second(self) -> None:
        """Show the picture that follows the first pane's."""
        labels = [picture.label for picture in self._shown]
        first = labels.index(self.panes[0].label) if self.panes[0].label in labels else 0
        self.panes[1].show_picture(self._shown[(first + 1) % len(self._shown)])
        # Both get the same room, whatever was dragged before.
        self._splitter.setSizes([10_000, 10_000])

    def _toggle_link(self) -> None:
        self._linked = not self._linked

    def _other(self, pane: PicturePane) -> PicturePane | None:
        if not self._linked or not self.is_side_by_side:
            return None
        return self.panes[1] if pane is self.panes[0] else self.panes[0]

    def _on_changed(self, pane: PicturePane) -> None:
        other = self._other(pane)
        if other is not None and other.view.picture is not None:
            other.view.set_state(_shared(pane, other))
            other.follow_state()
        self._show_buttons()

    def _on_scrolled(self, pane: PicturePane, steps: int) -> None:
        if (other := self._other(pane)) is not None:
            other.scroll_quietly(steps)

    def _on_focused(self, pane: PicturePane) -> None:
        self._active = pane
        self._show_buttons()

    def _show_buttons(self) -> None:
        picture = self._active.view.picture
        self.bar.set_usable(_NEED_PICTURE, picture is not None)
        self.bar.set_usable(("viewer-ask-region",), self._active.view.marks.region is not None)
        self.bar.set_usable(("viewer-side-by-side",), len(self._shown) > 1)
        self.bar.set_usable(("viewer-link",), self.is_side_by_side)
        self.bar.set_down("viewer-side-by-side", self.is_side_by_side)
        self.bar.set_down("viewer-link", self.is_side_by_side and self._linked)
        self.bar.set_down("viewer-invert", self._active.view.state.inverted)
        for action, tool in _TOOLS.items():
            self.bar.set_down(action, self._tool is tool)


def _shared(pane: PicturePane, other: PicturePane) -> ViewState:
    """Return the other pane's state with what the two have in common; windows only of pictures with equal values."""
    state, own = pane.view.state, other.view.state
    shared = replace(own, magnification=state.magnification, centre=state.centre, inverted=state.inverted)
    pictures = pane.view.picture, other.view.picture
    kinds = [(picture.header.kind, picture.header.modality) for picture in pictures if picture is not None]
    return replace(shared, window=state.window) if len(set(kinds)) == 1 else shared
