"""What the window and its picture reader say to each other: one JSON object a line, length-limited, strictly typed.

Numbers of pictures never travel on the line: they lie in a sealed file that both sides name by the token alone, so
that the reader cannot make the window open anything else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop.pictures.errors import MessageDamaged
from desktop.pictures.fields import from_fields, to_fields
from desktop.pictures.planes import SeriesInfo  # noqa: TC001  # read at run time, where a line is decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_COMMAND_BYTES = 4 << 20
MAX_EVENT_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """Read one frame (None: the middle one), its longer side at most `max_side` pixels."""

    token: int
    file: str
    frame: int | None = None
    max_side: int | None = None


@dataclass(frozen=True, slots=True)
class LookIntoFilm:
    """Say whether a film gives pictures and sound, by decoding one of its pictures."""

    token: int
    file: str


@dataclass(frozen=True, slots=True)
class OpenSeries:
    """Put these files, or the files of these folders, or the frames of one file in order and read them all."""

    token: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SortIntoSeries:
    """Say which of these files belong to one series, by their headers alone."""

    token: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WantSlice:
    """Read this picture of the series before all others, then its neighbours."""

    token: int
    index: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Nobody waits for this any more."""

    token: int


class FailureKind(StrEnum):
    """Why something could not be read; the window has a sentence for each."""

    MISSING = "missing"
    TOO_LARGE = "too large"
    NO_PIXELS = "no pixels"
    UNREADABLE = "unreadable"
    MEMORY = "memory"
    NO_SPACE = "no space"
    NOTHING = "nothing"
    MIXED = "mixed"
    TIME = "time"
    DIED = "died"
    """The reader itself ended while it read this."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader begins with this; if it dies now, this was the cause."""

    token: int


@dataclass(frozen=True, slots=True)
class PictureReady:
    """The sealed file of this token is whole."""

    token: int


@dataclass(frozen=True, slots=True)
class FilmSeen:
    """What a film gives; `problem` says why there are no pictures of one that has sound."""

    token: int
    has_pictures: bool
    has_sound: bool
    problem: FailureKind | None = None


@dataclass(frozen=True, slots=True)
class SeriesSorted:
    """For each file that was asked about, the number of its series; they count from 0 as they first appear."""

    token: int
    series: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SeriesProgress:
    """So many of the files of a series were looked at."""

    token: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class SeriesReady:
    """The series is in order and its sealed file is there; its slices follow one by one."""

    token: int
    info: SeriesInfo


@dataclass(frozen=True, slots=True)
class SliceReady:
    """This picture of the series lies in the sealed file."""

    token: int
    index: int


@dataclass(frozen=True, slots=True)
class SliceFailed:
    """This picture of the series cannot be read; the others can."""

    token: int
    index: int
    kind: FailureKind


@dataclass(frozen=True, slots=True)
class ReadingFailed:
    """This picture or series cannot be read."""

    token: int
    kind: FailureKind


Request = ReadPicture | LookIntoFilm | SortIntoSeries | OpenSeries
"""What begins a piece of work and is answered under its token."""
Command = Request | WantSlice | Drop
Event = (
    Reading
    | PictureReady
    | FilmSeen
    | SeriesSorted
    | SeriesProgress
    | SeriesReady
    | SliceReady
    | SliceFailed
    | ReadingFailed
)
COMMANDS: Mapping[str, type[Command]] = {
    kind.__name__: kind for kind in (ReadPicture, LookIntoFilm, SortIntoSeries, OpenSeries, WantSlice, Drop)
}
EVENTS: Mapping[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        Reading,
        PictureReady,
        FilmSeen,
        SeriesSorted,
        SeriesProgress,
        SeriesReady,
        SliceReady,
        SliceFailed,
        ReadingFailed,
    )
}


def encode(message: Command | Event) -> bytes:
    """Return the message as one line, newline included."""
    line = {"message": type(message).__name__, **to_fields(message)}
    return json.dumps(line, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


def decode_command(line: bytes) -> Command:
    """Read a line from the window; raises MessageDamaged."""
    return _decode(line, COMMANDS, MAX_COMMAND_BYTES)  # type: ignore[no-any-return]  # the table's values are Commands


def decode_event(line: bytes) -> Event:
    """Read a line from the reader; raises MessageDamaged."""
    return _decode(line, EVENTS, MAX_EVENT_BYTES)  # type: ignore[no-any-return]  # the table's values are Events


def _decode(line: bytes, table: Mapping[str, Any], limit: int) -> Any:
    if len(line) > limit:
        raise MessageDamaged(f"a line has {len(line)} bytes, more than {limit}")
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise MessageDamaged("a line is no JSON") from error
    kind = table.get(values.pop("message", "")) if isinstance(values, dict) else None
    if kind is None:
        raise MessageDamaged("a line is of no known kind")
    return from_fields(kind, values)
