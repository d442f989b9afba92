"""A stand-in for the picture loader: a grey ramp for every file, or the fault that a test asks for."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from desktop.pictures.planes import DisplayWindow, LoadedPicture, PlaneHeader, PlaneKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class AnsweringPictureLoader(QObject):
    """Answers each request in the next turn of the event loop."""

    loaded = Signal(int, object)
    failed = Signal(int, str)
    film_seen = Signal(int, bool, bool, str)
    series_sorted = Signal(int, object)
    series_opened = Signal(int, object)
    series_progressed = Signal(int, int, int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = count(1)
        self.asked: list[tuple[str, int | None, int | None]] = []
        """Name of the file, frame and side of every request."""
        self.fault = ""
        """The sentence that every request is refused with, empty for none."""
        self.film: tuple[bool, bool, str] = (True, True, "")
        """What every film gives: pictures, sound, and the sentence that says why no pictures."""
        self.films: list[str] = []
        """What the doctor calls each film that was looked into."""
        self.series: list[int] = []
        """The series of each file that is to be sorted; those beyond its end are of the first."""

    def request(self, file: Path, frame: int | None = None, max_side: int | None = None) -> int:
        token = next(self._tokens)
        self.asked.append((file.name, frame, max_side))
        QTimer.singleShot(0, self, lambda: self._answer(token))
        return token

    def look_into_film(self, file: Path, name: str) -> int:
        token = next(self._tokens)
        self.films.append(name)
        QTimer.singleShot(0, self, lambda: self._answer_film(token))
        return token

    def sort_into_series(self, files: Sequence[Path]) -> int:
        token = next(self._tokens)
        series = [self.series[place] if place < len(self.series) else 0 for place in range(len(files))]
        QTimer.singleShot(0, self, lambda: self._answer_sorted(token, series))
        return token

    def _answer_sorted(self, token: int, series: Sequence[int]) -> None:
        if self.fault:
            self.failed.emit(token, self.fault)
        else:
            self.series_sorted.emit(token, tuple(series))

    def _answer_film(self, token: int) -> None:
        if self.fault:
            self.failed.emit(token, self.fault)
        else:
            self.film_seen.emit(token, *self.film)

    def cancel(self, token: int) -> None:
        """Nothing is under way that could be stopped."""

    def _answer(self, token: int) -> None:
        if self.fault:
            self.failed.emit(token, self.fault)
        else:
            self.loaded.emit(token, ramp())


def ramp(rows: int = 240, columns: int = 320) -> LoadedPicture:
    """Return a picture that is black on the left and white on the right."""
    plane = np.tile(np.linspace(0, 255, columns).astype(np.uint16), (rows, 1))
    header = PlaneHeader(
        PlaneKind.GREY,
        rows,
        columns,
        1,
        f"Picture, {columns} x {rows} pixels",
        columns,
        rows,
        windows=(DisplayWindow(127.5, 255.0),),
    )
    return LoadedPicture(header, (plane,))
