"""Where a picture lies in its view: between pixels of the stored plane and points on the screen, both ways.

Points are device-independent pixels of the view; pixels count from the plane's upper left corner, so that the middle of
the first pixel is (0.5, 0.5). Pixels that are not square in the patient are not square on the screen either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop.ui.viewer.orientation import UNTURNED, Orientation

if TYPE_CHECKING:
    from desktop.pictures.planes import PlaneHeader

SMALLEST_MAGNIFICATION = 0.5
LARGEST_SCALE = 40.0
"""Points on the screen for one pixel of the plane."""
_KEPT_PX = 40
"""So much of a picture always stays in sight."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Placement:
    """One picture in one view.

    `magnification` counts from the size at which the whole picture fits, so that two linked views of different size
    show the same. `centre` is the point of the picture, as it is seen, in the middle of the view, in shares of it.
    """

    columns: int
    rows: int
    view_width: float
    view_height: float
    aspect: tuple[float, float] = (1.0, 1.0)
    """How wide and high a pixel is, the shorter side being 1."""
    orientation: Orientation = UNTURNED
    magnification: float = 1.0
    centre: Point = (0.5, 0.5)

    @property
    def seen_size(self) -> tuple[float, float]:
        """Width and height as seen, at a scale of 1."""
        width, height = self.columns * self.aspect[0], self.rows * self.aspect[1]
        return (height, width) if self.orientation.swaps_sides else (width, height)

    @property
    def fit_scale(self) -> float:
        """The scale at which the whole picture fits."""
        width, height = self.seen_size
        return max(min(self.view_width / width, self.view_height / height), 1e-6)

    @property
    def scale(self) -> float:
        """Points on the screen for one pixel of the plane."""
        return self.fit_scale * self.magnification

    @property
    def origin(self) -> Point:
        """Where the upper left corner of the picture, as seen, lies in the view."""
        width, height = self.seen_size
        left = self.view_width / 2 - self.centre[0] * width * self.scale
        top = self.view_height / 2 - self.centre[1] * height * self.scale
        return left, top

    def to_view(self, pixel: Point) -> Point:
        """Return where a point of the plane is seen."""
        x, y = pixel[0] * self.aspect[0], pixel[1] * self.aspect[1]
        width, height = self.columns * self.aspect[0], self.rows * self.aspect[1]
        if self.orientation.flipped:
            x = width - x
        for _ in range(self.orientation.turns):
            x, y = height - y, x
            width, height = height, width
        left, top = self.origin
        return left + x * self.scale, top + y * self.scale

    def to_plane(self, point: Point) -> Point:
        """Return which point of the plane is seen there; it may lie outside the plane."""
        left, top = self.origin
        x, y = (point[0] - left) / self.scale, (point[1] - top) / self.scale
        width, height = self.seen_size
        for _ in range(self.orientation.turns):
            x, y = y, width - x
            width, height = height, width
        if self.orientation.flipped:
            x = width - x
        return x / self.aspect[0], y / self.aspect[1]

    def clamped(self, pixel: Point) -> Point:
        """Return the nearest point inside the plane."""
        return min(max(pixel[0], 0.0), float(self.columns)), min(max(pixel[1], 0.0), float(self.rows))

    def moved(self, right: float, down: float) -> Placement:
        """Return this with the picture moved by points on the screen, not further than out of sight."""
        width, height = (side * self.scale for side in self.seen_size)
        x, y = self.centre[0] - right / width, self.centre[1] - down / height
        spare_x = max(self.view_width / 2 - _KEPT_PX, 0) / width
        spare_y = max(self.view_height / 2 - _KEPT_PX, 0) / height
        return replace(self, centre=(min(max(x, -spare_x), 1 + spare_x), min(max(y, -spare_y), 1 + spare_y)))

    def zoomed(self, factor: float, at: Point | None = None) -> Placement:
        """Return this larger by `factor`, the point `at` of the view (None: its middle) staying where it is."""
        largest = max(LARGEST_SCALE / self.fit_scale, 1.0)
        # One point for each pixel is always allowed, however small that makes a small picture.
        smallest = min(SMALLEST_MAGNIFICATION, 1 / self.fit_scale)
        wish = min(max(self.magnification * factor, smallest), largest)
        x, y = at or (self.view_width / 2, self.view_height / 2)
        from_middle = x - self.view_width / 2, y - self.view_height / 2
        growth = 1 - wish / self.magnification
        return replace(self, magnification=wish).moved(from_middle[0] * growth, from_middle[1] * growth)

    def fitted(self) -> Placement:
        """Return this with the whole picture in sight."""
        return replace(self, magnification=1.0, centre=(0.5, 0.5))

    def at_scale(self, scale: float) -> Placement:
        """Return this with so many points for each pixel."""
        return self.zoomed(scale / self.scale)


def pixel_aspect(spacing_mm: tuple[float, float] | None) -> tuple[float, float]:
    """Return how wide and high a pixel is, for (between rows, between columns) in mm."""
    if spacing_mm is None:
        return 1.0, 1.0
    rows, columns = spacing_mm
    shorter = min(rows, columns)
    # A wrong spacing must not make a picture a line.
    return min(columns / shorter, 20.0), min(rows / shorter, 20.0)


def length_of(first: Point, second: Point, header: PlaneHeader) -> tuple[float, bool]:
    """Return the distance of two points of the plane, in mm and True, or in pixels of the file and False."""
    if header.spacing_mm is not None:
        high, wide = header.spacing_mm
        return math.hypot((second[0] - first[0]) * wide, (second[1] - first[1]) * high), True
    wide, high = header.file_columns / header.columns, header.file_rows / header.rows
    return math.hypot((second[0] - first[0]) * wide, (second[1] - first[1]) * high), False


def region_shares(first: Point, second: Point, columns: int, rows: int) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of a rectangle in shares of the stored picture, 0 to 1."""
    left, right = sorted((first[0] / columns, second[0] / columns))
    top, bottom = sorted((first[1] / rows, second[1] / rows))
    return max(left, 0.0), max(top, 0.0), min(right, 1.0), min(bottom, 1.0)


def region_corners(box: tuple[float, float, float, float], columns: int, rows: int) -> tuple[Point, Point]:
    """Return the upper left and lower right corner, in pixels of the plane, of what `region_shares` returned."""
    left, top, right, bottom = box
    return (left * columns, top * rows), (right * columns, bottom * rows)
