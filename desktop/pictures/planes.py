"""What a picture is once it was read: raw planes of numbers, and what is known about them, without any identifier."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop.pictures.errors import PlaneDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_SIDE = 32_768
MAX_SHOWN_PIXELS = 16_000_000
"""Larger pictures are reduced by the reader: no screen shows more, and the window stays small."""
MAX_LEVELS = 8
MAX_WINDOWS = 12
TABLE_ENTRIES = 65_536
MAX_PICTURES = 5000
"""Of one series."""
MAX_SLOT_BYTES = 128 << 20
MAX_FILM_S = 24 * 60 * 60


class PlaneKind(StrEnum):
    """How the samples of a plane are stored."""

    GREY = "grey"
    """16-bit unsigned, little-endian, (rows, columns)."""
    COLOUR = "colour"
    """8-bit RGB, (rows, columns, 3)."""


class WindowFunction(StrEnum):
    """How a window maps values to brightness (DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3)."""

    LINEAR = "linear"
    LINEAR_EXACT = "linear exact"
    SIGMOID = "sigmoid"


class WindowSource(StrEnum):
    """Where a window came from."""

    FILE = "file"
    TABLE = "table"
    """The file's own lookup table; center and width are the span that it covers."""
    CONTENT = "content"
    """The values that were found, without the darkest and the brightest half percent."""
    FULL = "full"
    """From the lowest to the highest value that was found."""


@dataclass(frozen=True, slots=True)
class DisplayWindow:
    """The values, in the picture's own units, that span black to white; `name` is a coded word or empty."""

    center: float
    width: float
    source: WindowSource = WindowSource.FILE
    function: WindowFunction = WindowFunction.LINEAR
    name: str = ""


@dataclass(frozen=True, slots=True)
class PlaneHeader:
    """All that is known about one plane.

    A stored sample `s` means the value `s * slope + intercept` (CT: HU). `spacing_mm` is (between rows, between
    columns) of this plane. `directions` and `position_mm` are ImageOrientationPatient and ImagePositionPatient
    (PS3.3 C.7.6.2.1.1): the direction along a row, then along a column, towards the patient's left, back and head.
    """

    kind: PlaneKind
    rows: int
    columns: int
    levels: int
    """How many sizes are stored: each is half the one before it."""
    description: str
    """What this is, in English, without identifiers."""
    file_columns: int
    file_rows: int
    """The size in the file; larger than the plane where it was reduced."""
    frame: int = 0
    frames: int = 1
    is_dicom: bool = False
    modality: str = ""
    body_part: str = ""
    slope: float = 1.0
    intercept: float = 0.0
    bright_is_low: bool = False
    """MONOCHROME1: low values are shown bright."""
    windows: tuple[DisplayWindow, ...] = ()
    """The first is the one to begin with."""
    has_table: bool = False
    spacing_mm: tuple[float, float] | None = None
    directions: tuple[float, float, float, float, float, float] | None = None
    position_mm: tuple[float, float, float] | None = None
    frames_per_s: float = 0.0
    """The speed that the file asks for; 0 where it says none."""
    time_s: float | None = None
    """When it is shown, in seconds from the first picture of its film; None where it is of no film."""

    def check(self) -> PlaneHeader:
        """Return itself; raises PlaneDamaged where a number is outside what can be."""
        sides = (self.rows, self.columns, self.file_rows, self.file_columns)
        right = all(0 < side <= MAX_SIDE for side in sides) and self.rows * self.columns <= MAX_SHOWN_PIXELS
        right &= 1 <= self.levels <= MAX_LEVELS and min(self.rows, self.columns) >> (self.levels - 1) > 0
        right &= 0 <= self.frame < self.frames and len(self.windows) <= MAX_WINDOWS
        right &= all(window.width > 0 for window in self.windows) and self.slope != 0
        right &= self.spacing_mm is None or all(spacing > 0 for spacing in self.spacing_mm)
        right &= 0 <= self.frames_per_s <= 1000 and (self.time_s is None or 0 <= self.time_s <= MAX_FILM_S)
        if not right:
            raise PlaneDamaged("the header of a plane is outside the limits")
        return self

    @property
    def unit(self) -> str:
        """The unit of the values, empty where the file does not make it known."""
        return "HU" if self.modality == "CT" else ""

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shape of each stored size, the full one first."""
        depth = (3,) if self.kind is PlaneKind.COLOUR else ()
        return tuple((self.rows >> level, self.columns >> level, *depth) for level in range(self.levels))

    @property
    def sample_bytes(self) -> int:
        """Bytes of all sizes together."""
        each = 1 if self.kind is PlaneKind.COLOUR else 2
        return each * sum(math.prod(shape) for shape in self.shapes)


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPicture:
    """One frame with its numbers: `levels[0]` is the full plane, each following one half as wide and high.

    Grey: uint16 (rows, columns). Colour: uint8 (rows, columns, 3). `table`, where the file has a lookup table, gives
    the brightness 0..255 of each of the 65,536 samples.
    """

    header: PlaneHeader
    levels: tuple[NDArray[Any], ...]
    table: NDArray[Any] | None = None

    @property
    def description(self) -> str:
        """What this is, in English, without identifiers."""
        return self.header.description

    @property
    def frames(self) -> int:
        """How many frames the file has."""
        return self.header.frames

    @property
    def window(self) -> DisplayWindow:
        """The window to begin with."""
        return self.header.windows[0] if self.header.windows else DisplayWindow(127.5, 255, WindowSource.FULL)


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """A series in the order in which it is scrolled through, counted from 0."""

    count: int
    rows: int
    columns: int
    kind: PlaneKind
    slot_bytes: int
    """The distance between pictures in the sealed file."""
    start: int
    """The picture to begin with: the middle of a stack, the beginning of a clip."""
    origins: tuple[int, ...] = ()
    """For each picture which of the files it came from, or, where the series is one file, which of its frames."""
    is_clip: bool = False
    """The frames follow each other in time, not in space."""
    frames_per_s: float = 0.0
    modality: str = ""
    body_part: str = ""
    slice_distance_mm: float = 0.0
    """Between neighbouring slices, 0 where unknown."""
    other_series: int = 0
    """How many further series, or pictures of another size or direction, were among the files and are not shown."""
    other_pictures: int = 0
    left_out: int = 0
    """How many files hold no picture or cannot be read."""

    def check(self) -> SeriesInfo:
        """Return itself; raises PlaneDamaged where a number is outside what can be."""
        right = 0 < self.count <= MAX_PICTURES and 0 <= self.start < self.count
        right &= 0 < self.rows <= MAX_SIDE and 0 < self.columns <= MAX_SIDE
        right &= (
            len(self.origins) == self.count and 0 < self.slot_bytes <= MAX_SLOT_BYTES and 0 <= self.frames_per_s <= 1000
        )
        if not right:
            raise PlaneDamaged("a series is outside the limits")
        return self
