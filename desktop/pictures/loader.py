"""The window's side of picture reading: asks a child process, checks what it gives back, never decodes anything itself.

What is asked for last comes first. The child is started when it is needed and ends when it has had nothing to do for a
while; one that dies or hangs is named with the file that did it, and everything else that was waiting is asked again.
"""

from __future__ import annotations

import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop.pictures.errors import PictureError
from desktop.pictures.messages import (
    Command,
    Drop,
    Event,
    FailureKind,
    FilmSeen,
    LookIntoFilm,
    OpenSeries,
    PictureReady,
    Reading,
    ReadingFailed,
    ReadPicture,
    Request,
    SeriesProgress,
    SeriesReady,
    SeriesSorted,
    SliceFailed,
    SliceReady,
    SortIntoSeries,
    WantSlice,
)
from desktop.pictures.opened_series import OpenedSeries
from desktop.pictures.process import ReaderProcess
from desktop.pictures.sealed import PlaneFile, plane_path
from desktop.pictures.sentences import only_sound, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_SILENT_DEATHS = 2
"""How often a reader may end without having said anything before it is given up."""
IDLE_MS = 60_000
HANG_MS = 25_000
"""A little more than the processor time that the reader allows itself for one job."""


class PictureLoader(QObject):
    """Reads pictures for every part of the window; one of it lives as long as the application."""

    loaded = Signal(int, object)
    """Token and LoadedPicture."""
    failed = Signal(int, str)
    """Token and the sentence for the doctor; nothing more comes for this token."""
    film_seen = Signal(int, bool, bool, str)
    """Token, whether a film gives pictures and whether it gives sound, and the sentence that says why no pictures."""
    series_sorted = Signal(int, object)
    """Token and, for each file that was asked about, the number of its series, counted from 0."""
    series_opened = Signal(int, object)
    """Token of the series and SeriesInfo."""
    series_progressed = Signal(int, int, int)
    """Token of the series, done and total: first files looked at, then pictures read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tokens = count(1)
        self._folder: Path | None = None
        self._waiting: dict[int, Request] = {}
        self._names: dict[int, str] = {}
        self._series: dict[int, OpenedSeries] = {}
        self._current: int | None = None
        self._silent_deaths = 0
        self._process = ReaderProcess(self)
        self._process.event_received.connect(self._take)
        # Queued: a process that cannot even be started says so while it is being started.
        self._process.died.connect(self._on_death, Qt.ConnectionType.QueuedConnection)
        self._idle = self._timer(IDLE_MS, self._on_idle)
        self._hang = self._timer(HANG_MS, self._on_hang)

    def request(self, file: Path, frame: int | None = None, max_side: int | None = None) -> int:
        """Ask for one picture; answered by `loaded` or `failed` with the token that is returned."""
        return self._ask(ReadPicture(next(self._tokens), str(file), frame, max_side), file.name)

    def look_into_film(self, file: Path, name: str) -> int:
        """Ask what a film gives, which the doctor calls `name`; answered by `film_seen` or `failed`."""
        return self._ask(LookIntoFilm(next(self._tokens), str(file)), name)

    def sort_into_series(self, files: Sequence[Path]) -> int:
        """Ask which of these files belong together; answered by `series_sorted` or `failed`."""
        return self._ask(SortIntoSeries(next(self._tokens), tuple(str(file) for file in files)), "")

    def open_series(self, files: Sequence[Path]) -> int:
        """Ask for the series that files, folders or the frames of one file make up; answered by `series_opened`."""
        name = files[0].name if len(files) == 1 else ""
        return self._ask(OpenSeries(next(self._tokens), tuple(str(file) for file in files)), name)

    def request_slice(self, series: int, index: int) -> int:
        """Ask for one picture of an opened series; answered by `loaded` or `failed`, never before this returns."""
        token = next(self._tokens)
        opened = self._series.get(series)
        if opened is None:
            QTimer.singleShot(0, self, lambda: self._fail(token, FailureKind.MISSING))
        elif opened.want(token, index):
            QTimer.singleShot(0, self, lambda: self._serve(series, index))
        else:
            self._send(WantSlice(series, index))
        return token

    def cancel(self, token: int) -> None:
        """Stop waiting for a picture or close a series; nothing more comes for this token."""
        if self._waiting.pop(token, None) is not None or token in self._series:
            self._process.send_if_running(Drop(token))
        if opened := self._series.pop(token, None):
            opened.close()
        for opened in self._series.values():
            opened.forget(token)
        self._names.pop(token, None)
        self._watch()

    def is_slice_ready(self, series: int, index: int) -> bool:
        """Whether this picture can be shown at once."""
        opened = self._series.get(series)
        return opened is not None and index in opened.ready

    def stop(self) -> None:
        """Close everything: no process, no file and no request is left."""
        self._idle.stop()
        self._hang.stop()
        self._waiting.clear()
        self._process.stop()
        for opened in self._series.values():
            opened.close()
        self._series.clear()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    # --- asking ---

    def _ask(self, command: Request, name: str) -> int:
        self._waiting[command.token] = command
        self._names[command.token] = name
        self._send(command)
        return command.token

    def _send(self, command: Command) -> None:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="bedside-pictures-"))
        self._process.send(command, self._folder)
        self._watch()

    # --- what comes back ---

    def _take(self, event: Event) -> None:
        self._silent_deaths = 0
        self._hang.stop()
        if isinstance(event, Reading):
            self._current = event.token
        else:
            self._dispatch(event)
        self._watch()

    def _dispatch(self, event: Event) -> None:
        token = event.token
        if isinstance(event, PictureReady) and self._waiting.pop(token, None) is not None:
            self._load(token)
        elif isinstance(event, FilmSeen) and self._waiting.pop(token, None) is not None:
            name = self._names.pop(token, "")
            told = only_sound(event.problem, name) if event.problem else ""
            self.film_seen.emit(token, event.has_pictures, event.has_sound, told)
        elif isinstance(event, SeriesSorted):
            self._take_sorted(event)
        elif isinstance(event, ReadingFailed) and self._waiting.pop(token, None) is not None:
            self._fail(token, event.kind, self._names.pop(token, ""))
        elif isinstance(event, SeriesProgress) and token in self._waiting:
            self.series_progressed.emit(token, event.done, event.total)
        elif isinstance(event, SeriesReady) and self._waiting.get(token):
            self._open(event)
        elif isinstance(event, SliceReady | SliceFailed) and token in self._series:
            self._note_slice(event)

    def _take_sorted(self, event: SeriesSorted) -> None:
        command = self._waiting.pop(event.token, None)
        self._names.pop(event.token, None)
        if not isinstance(command, SortIntoSeries):
            return
        if len(event.series) == len(command.files) and all(0 <= n < len(command.files) for n in event.series):
            self.series_sorted.emit(event.token, event.series)
        else:
            self._fail(event.token, FailureKind.UNREADABLE)

    def _load(self, token: int) -> None:
        name = self._names.pop(token, "")
        try:
            file = PlaneFile(plane_path(self._required_folder(), token))
            try:
                picture = file.read()
            finally:
                file.close()
        except (PictureError, OSError):
            self._fail(token, FailureKind.UNREADABLE, name)
        else:
            self.loaded.emit(token, picture)

    def _open(self, event: SeriesReady) -> None:
        token = event.token
        command = self._waiting.pop(token)
        try:
            info = event.info.check()
            file = PlaneFile(plane_path(self._required_folder(), token), info.slot_bytes)
        except (PictureError, OSError):
            self._fail(token, FailureKind.UNREADABLE, self._names.get(token, ""))
            return
        self._series[token] = OpenedSeries(command, info, file)
        self.series_opened.emit(token, info)

    def _note_slice(self, event: SliceReady | SliceFailed) -> None:
        opened = self._series[event.token]
        if isinstance(event, SliceReady):
            opened.ready.add(event.index)
            self._serve(event.token, event.index)
        else:
            opened.broken[event.index] = event.kind
            self._refuse(opened, event.index)
        self.series_progressed.emit(event.token, len(opened.ready) + len(opened.broken), opened.info.count)

    def _serve(self, series: int, index: int) -> None:
        """Answer everyone who waits for this slice."""
        opened = self._series.get(series)
        if opened is None:
            return
        if index in opened.broken:
            self._refuse(opened, index)
            return
        tokens = opened.take_waiting(index)
        if not tokens:
            return
        try:
            picture = opened.file.read(index)
        except (PictureError, OSError):
            opened.broken[index] = FailureKind.UNREADABLE
            for token in tokens:
                self._fail(token, FailureKind.UNREADABLE)
            return
        for token in tokens:
            self.loaded.emit(token, picture)

    def _refuse(self, opened: OpenedSeries, index: int) -> None:
        for token in opened.take_waiting(index):
            self._fail(token, opened.broken[index])

    # --- a reader that ends ---

    def _on_death(self, expected: bool) -> None:
        guilty, self._current = self._current, None
        if expected or self._folder is None:
            return
        kind = FailureKind.TIME if self._process.killed_for_time else FailureKind.DIED
        self._silent_deaths += 1
        if guilty is not None:
            self._blame(guilty, kind)
        elif self._silent_deaths > MAX_SILENT_DEATHS:
            self._give_up(kind)
        unfinished = {token: opened.command for token, opened in self._series.items() if not opened.is_complete}
        for token, command in unfinished.items():
            self._series.pop(token).close()
            self._waiting[token] = command
        for token in sorted(self._waiting):
            self._send(self._waiting[token])

    def _blame(self, token: int, kind: FailureKind) -> None:
        opened = self._series.get(token)
        if opened is not None:
            missing = set(range(opened.info.count)) - opened.ready
            opened.broken.update(dict.fromkeys(missing, kind))
            for index in missing:
                self._refuse(opened, index)
        elif self._waiting.pop(token, None) is not None:
            plane_path(self._required_folder(), token).unlink(missing_ok=True)
            self._fail(token, kind, self._names.pop(token, ""))

    def _give_up(self, kind: FailureKind) -> None:
        """The reader does not even start: everyone who waits is told."""
        for token in sorted(self._waiting):
            self._blame(token, kind)
        for token in self._series:
            self._blame(token, kind)

    @property
    def _is_busy(self) -> bool:
        return bool(self._waiting) or any(not opened.is_complete for opened in self._series.values())

    def _watch(self) -> None:
        """Keep the clocks: one for a reader that hangs, one for a reader without work."""
        if not self._process.is_running:
            self._hang.stop()
            self._idle.stop()
        elif self._is_busy:
            self._idle.stop()
            if not self._hang.isActive():
                self._hang.start()
        else:
            self._hang.stop()
            self._idle.start()

    def _on_idle(self) -> None:
        self._process.stop()

    def _on_hang(self) -> None:
        self._process.kill_for_time()

    def _timer(self, duration_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=duration_ms)
        timer.timeout.connect(slot)
        return timer

    def _required_folder(self) -> Path:
        if self._folder is None:
            raise FileNotFoundError("the folder of pictures is closed")
        return self._folder

    def _fail(self, token: int, kind: FailureKind, name: str = "") -> None:
        self.failed.emit(token, sentence(kind, name))
