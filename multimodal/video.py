"""Films as a few still pictures, evenly spread: found by the times of their packets, decoded one at a time.

What a header claims of length and number of pictures is not used. Limits hold before anything is decoded: size of the
file, number of packets, length; and while it is decoded: pixels of a picture and processor time.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import av
from av.stream import Disposition
from PIL import Image

from multimodal.containers import open_container
from multimodal.errors import FileTooLarge, InvalidFile, NoPictures, UnreadableFile
from multimodal.image import require_ordinary_file
from multimodal.picture import MAX_PIXELS, Picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STILLS = 16
"""A few: each is a picture to look at and to ask about, and all of them together are decoded while one waits."""
MAX_PACKETS = 1_000_000
MAX_SECONDS = 2 * 60 * 60
DECODING_S = 10.0
"""Of processor time for one still. Films that are made to be scrolled through need a tenth of a second."""
_WIDEST_PIXEL = 4.0
"""Pixels that claim to be wider, or as much higher, than this are taken for square."""
_TURNS = (
    None,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
)
"""By quarters counter-clockwise."""


@dataclass(frozen=True, slots=True)
class Film:
    """Where the stills of a film lie: `ticks` of its own clock, and in seconds from its first picture."""

    first_tick: int
    ticks: tuple[int, ...]
    times_s: tuple[float, ...]
    duration_s: float


@dataclass(frozen=True, slots=True)
class Contents:
    """What a film gives: so many stills, and whether there is a sound track beside them."""

    stills: int
    has_sound: bool
    fault: InvalidFile | None = None
    """Why there are no stills."""


def survey(path: Path) -> Contents:
    """Say what a film holds, by decoding one picture of it.

    Raises InvalidFile where it gives neither pictures nor sound.
    """
    with _opened(path) as container:
        has_sound = bool(container.streams.audio)
    try:
        return Contents(load_still(path).frames, has_sound)
    except InvalidFile as fault:
        if not has_sound:
            raise
        return Contents(0, has_sound, fault)


def load_still(path: Path, frame: int | None = None) -> Picture:
    """Decode one still; `frame` counts the stills from 0 and is brought into range, None takes the middle one.

    Raises:
        MissingFile, UnreadableFile, NoPictures: there is nothing to decode.
        FileTooLarge: a limit would be passed.
    """
    require_ordinary_file(path)
    film = film_of(path)
    count = len(film.ticks)
    chosen = count // 2 if frame is None else min(max(frame, 0), count - 1)
    with _opened(path) as container:
        track = _picture_track(container, path.name)
        still = _still_at(container, track, film, chosen, path.name)
        pixels = _as_image(still, float(track.sample_aspect_ratio or 1), path.name)
    width, height, time_s = pixels.width, pixels.height, film.times_s[chosen]
    picture = Picture(pixels, "", "photo", width, height, chosen, count, time_s=time_s, film_s=film.duration_s)
    what = ("Picture of a film", f"{width} x {height} pixels", picture.place)
    return replace(picture, description=", ".join(filter(None, what)))


def film_of(path: Path) -> Film:
    """Find the stills; the last film is kept, because its stills are asked for in turn.

    Raises InvalidFile.
    """
    found = path.stat()
    return _film(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _film(path: Path, _changed: int, _size: int) -> Film:
    with _opened(path) as container:
        track = _picture_track(container, path.name)
        ticks = _ticks(container, track, path.name)
        seconds_a_tick = float(track.time_base or 0)
    if not ticks or seconds_a_tick <= 0:
        raise UnreadableFile(f"{path.name} is damaged: none of its pictures can be decoded. Copy it again.")
    duration_s = (ticks[-1] - ticks[0]) * seconds_a_tick
    if duration_s > MAX_SECONDS:
        raise FileTooLarge(f"{path.name} is longer than {MAX_SECONDS // 3600} hours. Cut it into shorter films.")
    count = min(STILLS, len(ticks))
    # The middle of each of `count` equal parts: neither the first black picture nor the last one.
    chosen = [ticks[(2 * part + 1) * len(ticks) // (2 * count)] for part in range(count)]
    times_s = tuple((tick - ticks[0]) * seconds_a_tick for tick in chosen)
    return Film(ticks[0], tuple(chosen), times_s, duration_s)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file, open_container(file) as container:
            yield container
    except (av.FFmpegError, ValueError) as error:
        if isinstance(error, MemoryError):
            raise
        raise UnreadableFile(f"{path.name} is not a film that can be read, or it is damaged at its start.") from error
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror or error}.") from error


def _picture_track(container: Any, name: str) -> Any:
    tracks = [track for track in container.streams.video if not track.disposition & Disposition.attached_pic]
    if not tracks:
        raise NoPictures(f"{name} holds no pictures, only sound. Choose a film with pictures.")
    track = tracks[0]
    if track.codec_context is None:
        raise UnreadableFile(f"{name} is written with a picture codec that is not supported.")
    _require_size(track.codec_context.width, track.codec_context.height, name)
    # libav refuses a picture that grows beyond this in the middle of a film before it takes memory for it.
    track.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    # In this thread alone: its processor time is what is limited, and each further thread keeps pictures in memory.
    track.codec_context.thread_count = 1
    return track


def _require_size(width: int, height: int, name: str) -> None:
    if width * height > MAX_PIXELS:
        raise FileTooLarge(
            f"{name} has pictures of {width} x {height} pixels, more than {MAX_PIXELS // 1_000_000} million; "
            "nothing was decoded. Save it smaller."
        )


def _ticks(container: Any, track: Any, name: str) -> list[int]:
    """Return when each picture is shown, in order, without decoding any."""
    ticks: list[int] = []
    try:
        for packet in container.demux(track):
            tick = packet.dts if packet.pts is None else packet.pts
            if packet.size and tick is not None:
                ticks.append(tick)
            if len(ticks) > MAX_PACKETS:
                raise FileTooLarge(f"{name} has more than {MAX_PACKETS} pictures. Cut it into shorter films.")
    except av.FFmpegError:
        pass  # it ends in the middle of a packet: what came before it is good
    return sorted(ticks)


def _still_at(container: Any, track: Any, film: Film, chosen: int, name: str) -> Any:
    """Decode a still, or the picture nearest to it where it is damaged."""
    tick, found = film.ticks[chosen], None
    # Some containers are left too late; then everything from the beginning is decoded.
    for start in (tick, film.first_tick):
        with suppress(av.FFmpegError):  # one that cannot be moved in is decoded from its beginning, where it stands
            container.seek(start, stream=track, backward=True)
        found = _decoded_until(container, track, tick, name) or found
        if found is not None and (found.pts is None or found.pts <= tick):
            break
    if found is None:
        raise UnreadableFile(f"{name} is damaged: this picture of it cannot be decoded. Copy it again.")
    return found


def _decoded_until(container: Any, track: Any, tick: int, name: str) -> Any:
    shown = None
    started_s = time.thread_time()
    for picture in _pictures(container, track):
        if time.thread_time() - started_s > DECODING_S:
            raise FileTooLarge(f"{name} takes too long to be decoded; nothing was kept. Save it shorter or smaller.")
        if shown is not None and picture.pts is not None and picture.pts > tick:
            break
        shown = picture
        if picture.pts is not None and picture.pts >= tick:
            break
    return shown


def _pictures(container: Any, track: Any) -> Iterator[Any]:
    try:
        for packet in container.demux(track):
            try:
                yield from packet.decode()
            except av.InvalidDataError:
                continue  # a damaged picture: the next whole one is as good
    except av.FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
        return  # the container ends in the middle of a packet


def _as_image(still: Any, aspect: float, name: str) -> Image.Image:
    """Return a decoded picture as 8-bit RGB, upright and with square pixels."""
    _require_size(still.width, still.height, name)
    width, height = _square(still.width, still.height, aspect)
    try:
        rgb = Image.fromarray(still.reformat(width=width, height=height, format="rgb24").to_ndarray())
    except (av.FFmpegError, ValueError) as error:
        raise UnreadableFile(f"{name} is damaged: this picture of it cannot be shown. Copy it again.") from error
    turn = _TURNS[round(still.rotation / 90) % 4]
    return rgb if turn is None else rgb.transpose(turn)


def _square(width: int, height: int, aspect: float) -> tuple[int, int]:
    """Return the size with square pixels, `aspect` being how wide one is for its height, as old recorders have them."""
    if not 1 / _WIDEST_PIXEL <= aspect <= _WIDEST_PIXEL:
        return width, height
    wide, high = round(width * max(aspect, 1.0)), round(height / min(aspect, 1.0))
    return (wide, high) if wide * high <= MAX_PIXELS else (width, height)
