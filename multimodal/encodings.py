"""What the encoders made of an encounter's files, kept so that each is opened and encoded once.

The decoder has no part in it: the projectors, which belong to one decoder, run on what is kept here.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from multimodal.picture import Picture, Region, crop
from multimodal.sound import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from pathlib import Path

    import torch

    from multimodal.files import FileReader
    from multimodal.speech import SpeechRecognizer
    from multimodal.vision import ImageEncoder, ImageFeatures

T = TypeVar("T")

MAX_FUSED_AUDIO_S = 30.0
"""Longer recordings are fused by their first half minute; the transcript always carries all of their words."""
_MOST_KEPT = 64
_THUMBNAIL_SIDE_PX = 518


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class View:
    """A picture as it is asked about: `frame` counts from 0, None is the middle one; `region` None is all of it."""

    file: Path
    frame: int | None = None
    region: Region | None = None


class Encodings:
    """Keeps the newest pictures and recordings of one encounter, read through `files`; changed ones are read anew.

    Opening a file and encoding it take up to seconds: both raise Cancelled, and keep nothing, once `cancelled` returns
    True.
    """

    def __init__(self, files: FileReader) -> None:
        self._files = files
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def picture(self, view: View, cancelled: Callable[[], bool] = _never) -> Picture:
        """Return what `view` shows; its pixels are a thumbnail when it was seen before.

        Raises InvalidFile when the file cannot be used.
        """
        key = ("picture", view, _stamp(view.file))
        if key in self._kept:
            kept: Picture = self._kept[key]
            return kept
        picture = self._open(view, cancelled)
        self._keep(key, _thumbnail(picture))
        return picture

    def features(
        self, view: View, picture: Picture, encoder: ImageEncoder, cancelled: Callable[[], bool] = _never
    ) -> ImageFeatures:
        """Return the encoder's states of `picture`, which `picture()` returned for `view`."""
        stamp = _stamp(view.file)

        def encode() -> ImageFeatures:
            is_thumbnail = picture is self._kept.get(("picture", view, stamp))
            return encoder.encode([(self._open(view, cancelled) if is_thumbnail else picture).pixels], cancelled)

        return self._once(("features", view, stamp), encode)

    def frames(self, file: Path, recognizer: SpeechRecognizer, cancelled: Callable[[], bool] = _never) -> torch.Tensor:
        """Return Whisper's states `(1, frames, d_encoder)` of the opening of a recording."""

        def encode() -> torch.Tensor:
            opening = self._files.load_audio(file, cancelled=cancelled).samples[
                : int(MAX_FUSED_AUDIO_S * SAMPLE_RATE_HZ)
            ]
            return recognizer.encode(opening, cancelled).unsqueeze(0)

        return self._once(("frames", file, _stamp(file)), encode)

    def _open(self, view: View, cancelled: Callable[[], bool]) -> Picture:
        picture = self._files.load_image(view.file, view.frame, cancelled=cancelled)
        return picture if view.region is None else crop(picture, view.region)

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        if key not in self._kept:
            self._keep(key, make())
        self._kept.move_to_end(key)
        found: T = self._kept[key]
        return found

    def _keep(self, key: Hashable, value: object) -> None:
        self._kept[key] = value
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)


def _stamp(file: Path) -> tuple[int, int] | None:
    """Tell one state of a file from another; None lets its reader say what is wrong with it."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _thumbnail(picture: Picture) -> Picture:
    small = picture.pixels.copy()
    small.thumbnail((_THUMBNAIL_SIDE_PX, _THUMBNAIL_SIDE_PX))
    return replace(picture, pixels=small, width_px=small.width, height_px=small.height)
