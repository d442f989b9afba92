"""What a loaded picture is: its pixels ready for an eye or an encoder, and what may be said about it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from multimodal.errors import InvalidFile

if TYPE_CHECKING:
    from PIL import Image


MAX_PIXELS = 50_000_000
"""Of one picture; more are refused before they are decoded."""


class NoSuchFrame(InvalidFile):
    """The frame that was asked for is not in the file."""


@dataclass(frozen=True, slots=True)
class Window:
    """The grey values that span black to white, in the image's own units (CT: HU).

    `source` names where it came from: the file's own window or lookup table, the percentiles of the values that
    were found, or the full range that the bits can hold.
    """

    center: float
    width: float
    source: Literal["file", "lookup table", "percentiles", "full range"]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One upright frame as 8-bit RGB, with a description that holds no identifier.

    `width_px` and `height_px` are those of `pixels`. `frame` counts from 0 and is below `frames`.
    `pixel_spacing_mm` is (between rows, between columns), as in DICOM PS3.3 10.7.1.3; None where unknown.
    """

    pixels: Image.Image
    description: str
    kind: Literal["photo", "dicom"]
    width_px: int
    height_px: int
    frame: int = 0
    frames: int = 1
    modality: str | None = None
    body_part: str | None = None
    window: Window | None = None
    pixel_spacing_mm: tuple[float, float] | None = None
    time_s: float | None = None
    """When it is shown, in seconds from the first picture of its film; None where it is of no film."""
    film_s: float = 0.0
    """How long that film is."""

    @property
    def place(self) -> str:
        """Which of several frames it is, such as "frame 9 of 16 (0:04.5)" of a film; empty for the only one."""
        return frame_text(self.frame + 1, self.frames, self.time_s)


def frame_text(number: int, frames: int, time_s: float | None) -> str:
    """Return which of several frames the one of that `number`, from 1, is; empty for the only one."""
    if frames == 1:
        return ""
    frame = f"frame {number} of {frames}"
    return frame if time_s is None else f"{frame} ({clock(time_s)})"


def clock(seconds: float) -> str:
    """Return minutes and seconds, as on a recorder: 75.2 becomes "1:15.2"."""
    minutes, tenths = divmod(round(seconds * 10), 600)
    return f"{minutes}:{tenths / 10:04.1f}"


class NoSuchRegion(InvalidFile):
    """The marked region holds nothing of the picture."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a picture, as shares of its width and height from 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def description(self) -> str:
        """Where it lies, in words."""
        left, top, right, bottom = (round(100 * share) for share in (self.left, self.top, self.right, self.bottom))
        return f"the marked region, {left} to {right} % from the left and {top} to {bottom} % from the top"


def crop(picture: Picture, region: Region) -> Picture:
    """Return the part of `picture` inside `region`, described as such.

    Raises:
        NoSuchRegion: the region is empty or reaches beyond the picture.
    """
    if not (0 <= region.left < region.right <= 1 and 0 <= region.top < region.bottom <= 1):
        raise NoSuchRegion("The marked region lies outside of the picture. Mark it again.")
    width, height = picture.width_px, picture.height_px
    left, top = math.floor(region.left * width), math.floor(region.top * height)
    right, bottom = math.ceil(region.right * width), math.ceil(region.bottom * height)
    pixels = picture.pixels.crop((left, top, right, bottom))
    description = f"{picture.description}, {region.description}"
    return replace(picture, pixels=pixels, description=description, width_px=pixels.width, height_px=pixels.height)


def choose_frame(wanted: int | None, frames: int) -> int:
    """Answer the frame asked for (from 0), or the middle one, where a stack or a clip shows most.

    Raises:
        NoSuchFrame: the file has no such frame.
    """
    if wanted is None:
        return frames // 2
    if not 0 <= wanted < frames:
        has = "one frame" if frames == 1 else f"frames 1 to {frames}"
        raise NoSuchFrame(f"This file has {has}, and frame {wanted + 1} was asked for. Choose one that it has.")
    return wanted
