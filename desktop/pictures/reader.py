"""The picture reader: `python -m desktop.pictures.reader FOLDER`, a child of the window for files of unknown origin.

It speaks `messages.py` on its standard input and output and writes sealed files into FOLDER. It limits itself before
it opens anything and ends when the window goes.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from desktop.confined.confinement import confine
from desktop.confined.limits import Allowance, limit_time
from desktop.pictures.decoding import read_plane
from desktop.pictures.desk import Desk, SeriesWork, SliceWork, paths_of
from desktop.pictures.errors import MessageDamaged, MixedSizes, NoSpace, NothingToShow, PlaneDamaged, SeriesTooLarge
from desktop.pictures.messages import (
    MAX_COMMAND_BYTES,
    FailureKind,
    FilmSeen,
    LookIntoFilm,
    OpenSeries,
    PictureReady,
    Reading,
    ReadingFailed,
    ReadPicture,
    SeriesProgress,
    SeriesReady,
    SeriesSorted,
    SliceFailed,
    SliceReady,
    SortIntoSeries,
    decode_command,
    encode,
)
from desktop.pictures.sealed import PlaneWriter, plane_path, slot_bytes
from desktop.pictures.series import arrange, sort_into_series
from multimodal.errors import FileTooLarge, InvalidFile, MissingFile, NotAnImage

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.pictures.desk import Work
    from desktop.pictures.messages import Event
    from desktop.pictures.planes import LoadedPicture

ALLOWANCE = Allowance(memory_bytes=3 << 30, file_bytes=8 << 30, cpu_s=20)
"""The time is that of one job: one picture, or one film to look into."""
SPACE_LEFT_BYTES = 256 << 20
PROGRESS_EVERY = 16
_KINDS: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (MissingFile, FailureKind.MISSING),
    (FileTooLarge, FailureKind.TOO_LARGE),
    (SeriesTooLarge, FailureKind.TOO_LARGE),
    (NotAnImage, FailureKind.NO_PIXELS),
    (NothingToShow, FailureKind.NOTHING),
    (MixedSizes, FailureKind.MIXED),
    (NoSpace, FailureKind.NO_SPACE),
    (InvalidFile, FailureKind.UNREADABLE),
    (PlaneDamaged, FailureKind.UNREADABLE),
    (MemoryError, FailureKind.MEMORY),
)


class Reader:
    """Does the work of a desk, one piece after the other, and writes what came of it."""

    def __init__(self, folder: Path, output: BinaryIO) -> None:
        self.desk = Desk()
        self._folder = folder
        self._output = output

    def run(self) -> None:
        """Work until the window goes."""
        while (work := self.desk.next_work()) is not None:
            for series in self.desk.take_dropped():
                series.writer.close()
            limit_time(ALLOWANCE.cpu_s)
            self._say(Reading(work.token))
            try:
                self._do(work)
            except Exception as error:  # noqa: BLE001  # the importer's boundary: whatever a file did is told
                self._fail(work, failure_kind(error))

    def _do(self, work: Work) -> None:
        if isinstance(work, ReadPicture):
            self._read_picture(work)
        elif isinstance(work, LookIntoFilm):
            self._look_into_film(work)
        elif isinstance(work, SortIntoSeries):
            self._sort(work)
        elif isinstance(work, OpenSeries):
            self._open_series(work)
        else:
            self._read_slice(work)

    def _read_picture(self, wish: ReadPicture) -> None:
        picture = read_plane(Path(wish.file), wish.frame, wish.max_side)
        if self.desk.is_dropped(wish.token):
            return
        writer = PlaneWriter(plane_path(self._folder, wish.token))
        try:
            writer.write(0, 0, picture)
        finally:
            writer.close()
        self._say(PictureReady(wish.token))

    def _look_into_film(self, wish: LookIntoFilm) -> None:
        from multimodal.video import survey  # here: libav is loaded for films alone

        found = survey(Path(wish.file))
        problem = failure_kind(found.fault) if found.fault else None
        self._say(FilmSeen(wish.token, bool(found.stills), found.has_sound, problem))

    def _sort(self, wish: SortIntoSeries) -> None:
        series = sort_into_series(paths_of(wish), self._progress_of(wish.token))
        if not self.desk.is_dropped(wish.token):
            self._say(SeriesSorted(wish.token, tuple(series)))

    def _progress_of(self, token: int) -> Callable[[int, int], bool]:
        """Return what is told how many files were looked at, and says whether anybody still waits."""

        def progress(done: int, total: int) -> bool:
            if done % PROGRESS_EVERY == 0:
                limit_time(ALLOWANCE.cpu_s)
                self._say(SeriesProgress(token, done, total))
            return not self.desk.is_dropped(token)

        return progress

    def _open_series(self, wish: OpenSeries) -> None:
        arranged = arrange(paths_of(wish), self._progress_of(wish.token))
        if self.desk.is_dropped(wish.token):
            return
        member = arranged.members[arranged.start]
        first = read_plane(member.path, member.frame)
        info = arranged.info(first.header, slot_bytes(first.header))
        self._check_space(info.slot_bytes * info.count)
        writer = PlaneWriter(plane_path(self._folder, wish.token))
        work = SeriesWork(wish.token, arranged, info, writer, info.start)
        self._say(SeriesReady(wish.token, info))
        self._write_slice(work, info.start, first)
        work.undone = set(range(info.count)) - {info.start}
        if not self.desk.add(work):
            writer.close()

    def _check_space(self, needed: int) -> None:
        if needed > ALLOWANCE.file_bytes:
            raise SeriesTooLarge(f"the series needs {needed >> 20} MB")
        if shutil.disk_usage(self._folder).free < needed + SPACE_LEFT_BYTES:
            raise NoSpace(f"the series needs {needed >> 20} MB")

    def _read_slice(self, work: SliceWork) -> None:
        member = work.series.arranged.members[work.index]
        picture = read_plane(member.path, member.frame)
        if not self.desk.is_dropped(work.token):
            self._write_slice(work.series, work.index, picture)
        if not work.series.undone:
            work.series.writer.close()

    def _write_slice(self, series: SeriesWork, index: int, picture: LoadedPicture) -> None:
        header, info = picture.header, series.info
        if (header.rows, header.columns, header.kind) != (info.rows, info.columns, info.kind):
            raise MixedSizes("a slice differs in size")
        header = replace(header, frame=index, frames=info.count)
        series.writer.write(index, info.slot_bytes, replace(picture, header=header))
        self._say(SliceReady(series.token, index))

    def _fail(self, work: Work, kind: FailureKind) -> None:
        if self.desk.is_dropped(work.token):
            return
        if isinstance(work, SliceWork):
            self._say(SliceFailed(work.token, work.index, kind))
        else:
            self._say(ReadingFailed(work.token, kind))

    def _say(self, event: Event) -> None:
        self._output.write(encode(event))
        self._output.flush()


def failure_kind(error: BaseException) -> FailureKind:
    """Return what to call this failure towards the window."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return FailureKind.NO_SPACE
    return next((kind for cause, kind in _KINDS if isinstance(error, cause)), FailureKind.UNREADABLE)


def listen(source: BinaryIO, desk: Desk) -> None:
    """Lay every command on the desk; when the window goes, end at once whatever the main thread is doing."""
    while line := source.readline(MAX_COMMAND_BYTES + 1):
        try:
            desk.lay(decode_command(line))
        except MessageDamaged:
            break
    desk.close()
    # A decoder may be deep in a hostile file and never come back to the desk.
    os._exit(0)


def main() -> None:
    """Run as the child process."""
    folder = Path(sys.argv[1])
    events = confine(ALLOWANCE, writable=[folder])
    reader = Reader(folder, events)
    threading.Thread(target=listen, args=(sys.stdin.buffer, reader.desk), daemon=True).start()
    reader.run()


if __name__ == "__main__":
    main()
