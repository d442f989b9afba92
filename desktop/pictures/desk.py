"""The reader's pile of work: what was asked for last is done first, the rest of a series when nothing else waits.

Runs in the reader only. A thread that listens to the window lays work down, the main thread takes it up.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.pictures.messages import (
    Command,
    Drop,
    OpenSeries,
    Request,
    SortIntoSeries,
    WantSlice,
)

if TYPE_CHECKING:
    from desktop.pictures.planes import SeriesInfo
    from desktop.pictures.sealed import PlaneWriter
    from desktop.pictures.series import Arranged


@dataclass(slots=True)
class SeriesWork:
    """A series that is being read into its sealed file."""

    token: int
    arranged: Arranged
    info: SeriesInfo
    writer: PlaneWriter
    wanted: int
    stamp: int = -1
    """When `wanted` was asked for; -1 while nobody waits for a certain slice."""
    undone: set[int] = field(default_factory=set)

    def next_index(self) -> int:
        """Return the wanted slice, or the nearest to it that is still to be read."""
        return min(self.undone, key=lambda index: (abs(index - self.wanted), index))


@dataclass(frozen=True, slots=True)
class SliceWork:
    """One slice of a series to be read now."""

    series: SeriesWork
    index: int

    @property
    def token(self) -> int:
        """The series."""
        return self.series.token


Work = Request | SliceWork


class Desk:
    """Keeps what is asked for; every method may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stamps = count()
        self._pile: list[tuple[int, Request]] = []
        self._series: dict[int, SeriesWork] = {}
        self._dropped: set[int] = set()
        self._dropped_series: list[SeriesWork] = []
        self._closed = False

    def lay(self, command: Command) -> None:
        """Take a command of the window."""
        with self._changed:
            if isinstance(command, Drop):
                self._drop(command.token)
            elif isinstance(command, WantSlice):
                self._want(command)
            else:
                self._pile.append((next(self._stamps), command))
            self._changed.notify()

    def close(self) -> None:
        """No more commands will come; nothing that is left is wanted."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def add(self, series: SeriesWork) -> bool:
        """Keep an arranged series; False, and not kept, where it was dropped meanwhile."""
        with self._changed:
            if series.token not in self._dropped:
                self._series[series.token] = series
            return series.token in self._series

    def is_dropped(self, token: int) -> bool:
        """Whether nobody waits for this any more."""
        with self._changed:
            return self._closed or token in self._dropped

    def take_dropped(self) -> list[SeriesWork]:
        """Return, once, the series whose files can be closed: only the thread that writes them may do so."""
        with self._changed:
            taken, self._dropped_series = self._dropped_series, []
        return taken

    def next_work(self) -> Work | None:
        """Wait for work and return the newest; None when the window has gone."""
        with self._changed:
            while not self._closed:
                if (work := self._newest()) is not None:
                    return work
                self._changed.wait()
        return None

    def _newest(self) -> Work | None:
        waiting = [series for series in self._series.values() if series.undone]
        newest = max(waiting, key=lambda series: (series.stamp, series.token), default=None)
        if self._pile and (newest is None or self._pile[-1][0] > newest.stamp):
            return self._pile.pop()[1]
        return self._slice_of(newest) if newest else None

    @staticmethod
    def _slice_of(series: SeriesWork) -> SliceWork:
        index = series.next_index()
        series.undone.discard(index)
        if index == series.wanted:
            series.stamp = -1
        return SliceWork(series, index)

    def _want(self, wish: WantSlice) -> None:
        series = self._series.get(wish.token)
        if series is None:
            return
        series.wanted = min(max(wish.index, 0), series.info.count - 1)
        series.stamp = next(self._stamps) if series.wanted in series.undone else -1

    def _drop(self, token: int) -> None:
        self._dropped.add(token)
        self._pile = [entry for entry in self._pile if entry[1].token != token]
        if series := self._series.pop(token, None):
            series.undone.clear()
            self._dropped_series.append(series)


def paths_of(command: OpenSeries | SortIntoSeries) -> list[Path]:
    """Return the files that a command names."""
    return [Path(file) for file in command.files]
