"""What the decoder of sound and pictures tells its parent beside samples and pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from desktop.confined.errors import OutputDamaged
from desktop.confined.frames import Frames
from multimodal.picture import MAX_PIXELS, Picture, Window

if TYPE_CHECKING:
    from typing import Literal

    from PIL import Image

_WINDOW_SOURCES = frozenset({"file", "lookup table", "percentiles", "full range"})
_LONGEST_SENTENCE = 1000


@dataclass(frozen=True, slots=True)
class Refused:
    """The file cannot be used: the name of a class of `multimodal.errors`, and its sentence for the doctor."""

    error: str
    sentence: str

    @classmethod
    def of(cls, error: BaseException) -> Refused:
        """Make one of an error; its sentence is cut and cleaned so that it can always be sent."""
        sentence = "".join(sign if sign.isprintable() else "?" for sign in str(error))
        return cls(type(error).__name__, sentence[:_LONGEST_SENTENCE])


@dataclass(frozen=True, slots=True)
class SoundEnded:
    """All samples were written."""

    damaged_packets: int


@dataclass(frozen=True, slots=True)
class WindowFound:
    """A `multimodal.picture.Window`."""

    center: float
    width: float
    source: str


@dataclass(frozen=True, slots=True)
class PictureFound:
    """A `multimodal.picture.Picture` without its pixels, which follow."""

    description: str
    origin: str
    width_px: int
    height_px: int
    frame: int
    frames: int
    modality: str | None
    body_part: str | None
    window: WindowFound | None
    pixel_spacing_mm: tuple[float, float] | None
    time_s: float | None
    film_s: float

    @classmethod
    def of(cls, picture: Picture) -> PictureFound:
        """Describe a picture."""
        found = picture.window
        window = None if found is None else WindowFound(found.center, found.width, found.source)
        return cls(
            picture.description,
            picture.kind,
            picture.width_px,
            picture.height_px,
            picture.frame,
            picture.frames,
            picture.modality,
            picture.body_part,
            window,
            picture.pixel_spacing_mm,
            picture.time_s,
            picture.film_s,
        )

    @property
    def pixel_bytes(self) -> int:
        """How many bytes of RGB follow."""
        return 3 * self.width_px * self.height_px

    def check(self) -> PictureFound:
        """Return it; raises OutputDamaged where it describes no picture that may be shown."""
        is_sound = (
            min(self.width_px, self.height_px) > 0
            and self.width_px * self.height_px <= MAX_PIXELS
            and 0 <= self.frame < self.frames
            and self.origin in {"photo", "dicom"}
            and (self.window is None or self.window.source in _WINDOW_SOURCES)
        )
        if not is_sound:
            raise OutputDamaged("a confined child described no picture")
        return self

    def with_pixels(self, pixels: Image.Image) -> Picture:
        """Return the picture."""
        found = self.window
        window = None if found is None else Window(found.center, found.width, cast("_Source", found.source))
        return Picture(
            pixels,
            self.description,
            cast("_Origin", self.origin),
            self.width_px,
            self.height_px,
            self.frame,
            self.frames,
            self.modality,
            self.body_part,
            window,
            self.pixel_spacing_mm,
            self.time_s,
            self.film_s,
        )


if TYPE_CHECKING:
    _Source = Literal["file", "lookup table", "percentiles", "full range"]
    _Origin = Literal["photo", "dicom"]

MEDIA = Frames({"refused": Refused, "sound ended": SoundEnded, "picture": PictureFound})
"""How the two talk."""
