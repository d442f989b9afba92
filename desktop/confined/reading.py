"""Sound and pictures for the models, each parsed by a confined child of its own; what comes back is checked here.

It is the `FileReader` of every consultation: the process that holds the models never opens a file of unknown origin.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from desktop.confined.child import ConfinedChild
from desktop.confined.errors import OutputDamaged, Stopped, TookTooLong
from desktop.confined.media_notes import MEDIA, PictureFound, Refused, SoundEnded
from multimodal import errors
from multimodal.errors import Cancelled, FileTooLarge, InvalidFile, UnreadableFile
from multimodal.sound import DEFAULT_MAX_SECONDS, SAMPLE_RATE_HZ, Recording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from multimodal.picture import Picture

SOUND_TIME_S = 600.0
PICTURE_TIME_S = 60.0
_SAMPLE_BYTES = 4
_DECODER = "desktop.confined.decoder"


def _never() -> bool:
    return False


class ConfinedFileReader:
    """Reads files in confined children; see `multimodal.files.FileReader`."""

    def load_audio(
        self, path: Path, *, max_seconds: float = DEFAULT_MAX_SECONDS, cancelled: Callable[[], bool] = _never
    ) -> Recording:
        """Return the first sound track of a file."""
        arguments = ("sound", str(path.absolute()), str(max_seconds))
        with _told(path), ConfinedChild(_DECODER, arguments, SOUND_TIME_S, cancelled) as child:
            return _recording(child, int(max_seconds * SAMPLE_RATE_HZ) * _SAMPLE_BYTES)

    def load_image(self, path: Path, frame: int | None = None, *, cancelled: Callable[[], bool] = _never) -> Picture:
        """Return a picture or a frame of a film; `frame` counts from 0, None takes the middle."""
        arguments = ("picture", str(path.absolute()), str(-1 if frame is None else max(frame, 0)))
        with _told(path), ConfinedChild(_DECODER, arguments, PICTURE_TIME_S, cancelled) as child:
            return _picture(child)


def _recording(child: ConfinedChild, most_bytes: int) -> Recording:
    # A bytearray grows in place, so the peak is one copy of the samples.
    pcm = bytearray()
    while isinstance(said := MEDIA.read(child), bytes):
        pcm += said
        if len(pcm) > most_bytes:
            raise OutputDamaged("a confined child wrote more sound than was asked for")
    if isinstance(said, Refused):
        raise _refusal(said)
    if not isinstance(said, SoundEnded) or not pcm or len(pcm) % _SAMPLE_BYTES:
        raise OutputDamaged("a confined child wrote no sound")
    return Recording.of(pcm, said.damaged_packets)


def _picture(child: ConfinedChild) -> Picture:
    said = MEDIA.read(child)
    if isinstance(said, Refused):
        raise _refusal(said)
    if not isinstance(said, PictureFound):
        raise OutputDamaged("a confined child wrote no picture")
    found = said.check()
    pixels = bytearray()
    while len(pixels) < found.pixel_bytes:
        block = MEDIA.read(child)
        if not isinstance(block, bytes) or not block:
            raise OutputDamaged("a confined child wrote fewer pixels than it said")
        pixels += block
    if len(pixels) != found.pixel_bytes:
        raise OutputDamaged("a confined child wrote more pixels than it said")
    return found.with_pixels(Image.frombytes("RGB", (found.width_px, found.height_px), bytes(pixels)))


def _refusal(said: Refused) -> InvalidFile:
    kind = getattr(errors, said.error, None)
    if not isinstance(kind, type) or not issubclass(kind, InvalidFile):
        kind = UnreadableFile
    return kind(said.sentence)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell what goes wrong with a child as what is wrong with its file."""
    try:
        yield
    except Stopped as stopped:
        raise Cancelled(f"Reading {path.name} was stopped.") from stopped
    except TookTooLong as failure:
        raise FileTooLarge(
            f"{path.name} took too long to read and was given up. It may be damaged; copy it again."
        ) from failure
    except OutputDamaged as failure:
        raise UnreadableFile(
            f"{path.name} made its reader stop. Nothing else was touched; leave this file out."
        ) from failure
