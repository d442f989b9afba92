"""What each action of the table does to the pane that is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from desktop.ui.viewer.view import ZOOM_STEP

if TYPE_CHECKING:
    from desktop.ui.viewer.geometry import Placement
    from desktop.ui.viewer.pane import PicturePane

Command = Callable[["PicturePane"], None]
_MOVE_PX = 48.0
_WINDOW_STEP = 0.04
_FAR = 10


def _placed(change: Callable[[Placement], Placement]) -> Command:
    return lambda pane: pane.view.place(change(pane.view.placement))


def _scrolled(steps: int) -> Command:
    return lambda pane: pane.scroll_by(steps)


def _windowed(right: float, down: float) -> Command:
    return lambda pane: pane.view.hand.window_by(right, down)


def _invert(pane: PicturePane) -> None:
    pane.view.change(inverted=not pane.view.state.inverted)


def _turn(pane: PicturePane) -> None:
    pane.view.change(orientation=pane.view.state.orientation.turned())


def _mirror(pane: PicturePane) -> None:
    pane.view.change(orientation=pane.view.state.orientation.mirrored())


COMMANDS: Mapping[str, Command] = {
    "viewer-invert": _invert,
    "viewer-zoom-in": _placed(lambda placement: placement.zoomed(ZOOM_STEP)),
    "viewer-zoom-out": _placed(lambda placement: placement.zoomed(1 / ZOOM_STEP)),
    "viewer-fit": _placed(lambda placement: placement.fitted()),
    "viewer-actual-size": _placed(lambda placement: placement.at_scale(1.0)),
    "viewer-move-left": _placed(lambda placement: placement.moved(-_MOVE_PX, 0)),
    "viewer-move-right": _placed(lambda placement: placement.moved(_MOVE_PX, 0)),
    "viewer-move-up": _placed(lambda placement: placement.moved(0, -_MOVE_PX)),
    "viewer-move-down": _placed(lambda placement: placement.moved(0, _MOVE_PX)),
    "viewer-turn": _turn,
    "viewer-mirror": _mirror,
    "viewer-next-frame": _scrolled(1),
    "viewer-previous-frame": _scrolled(-1),
    "viewer-frames-forward": _scrolled(_FAR),
    "viewer-frames-back": _scrolled(-_FAR),
    "viewer-first-frame": lambda pane: pane.scroll_by(-pane.feed.count),
    "viewer-last-frame": lambda pane: pane.scroll_by(pane.feed.count),
    "viewer-cine": lambda pane: pane.toggle_cine(),
    "viewer-wider": _windowed(_WINDOW_STEP, 0),
    "viewer-narrower": _windowed(-_WINDOW_STEP, 0),
    "viewer-brighter": _windowed(0, -_WINDOW_STEP),
    "viewer-darker": _windowed(0, _WINDOW_STEP),
    "viewer-ask-region": lambda pane: pane.ask_about_region(),
    "viewer-clear": lambda pane: pane.clear_marks(),
}
