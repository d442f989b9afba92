"""What a view shows of its picture, apart from the picture itself: what two linked views have in common."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.ui.viewer.orientation import UNTURNED, Orientation

if TYPE_CHECKING:
    from desktop.pictures.planes import DisplayWindow
    from desktop.ui.viewer.geometry import Point


class Tool(StrEnum):
    """What dragging with one finger or the left button does."""

    MOVE = "move"
    WINDOW = "window"
    LENGTH = "length"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class ViewState:
    """`magnification` and `centre` as in Placement; `window` is None until a picture was shown."""

    magnification: float = 1.0
    centre: Point = (0.5, 0.5)
    window: DisplayWindow | None = None
    inverted: bool = False
    orientation: Orientation = UNTURNED


@dataclass(frozen=True, slots=True)
class Marks:
    """What was drawn on one picture, in pixels of its plane."""

    lengths: tuple[tuple[Point, Point], ...] = ()
    region: tuple[Point, Point] | None = None
