"""A picture with its marks as it leaves the viewer: pixels, and where the marks lie on them."""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class MarkedPicture:
    """`pixels` are 8-bit RGB, row after row, with the marks drawn in.

    Points are (column, row) in pixels from the upper left corner of the first one, as SCOORD counts them
    (PS3.3 C.18.6.1.1).
    """

    label: str
    rows: int
    columns: int
    pixels: bytes
    lengths: tuple[tuple[Point, Point], ...] = ()
    region: tuple[Point, Point] | None = None
    """Two opposite corners."""
    spacing_mm: tuple[float, float] | None = None
    """Between rows, between columns; None where the file gives no scale."""
    file_pixels: tuple[float, float] = (1.0, 1.0)
    """How many pixels of the file one is, down and across: a large picture is shown reduced."""
    orientation: tuple[str, str] = ("", "")
    """PatientOrientation: where rows and columns lead, empty where that is not known."""
    frame: int = 0
    """Which frame of the file, or which of several files, from 0."""

    @property
    def has_marks(self) -> bool:
        """Whether there is anything to measure."""
        return bool(self.lengths) or self.region is not None


@dataclass(frozen=True, slots=True)
class Subject:
    """Of whom it is, as somebody typed it; empty where it leaves without a name."""

    name: str = ""
    number: str = ""
    shows_who: bool = False
    """Whether the picture itself may tell of whom it is: a name that is burned in, a face."""

    @property
    def is_named(self) -> bool:
        """Whether it can be told of whom it is."""
        return bool(self.name or self.number) or self.shows_who
