"""Files and pictures that are dropped, pasted or chosen: copied in the background, then entries of the encounter."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import next_number
from desktop.record.encounter import Attachment
from desktop.record.errors import (
    EMPTY_FOLDER,
    NOT_PASTED,
    TOO_MANY,
    TOO_MANY_CHOSEN,
    UNKNOWN_KIND,
    DiskFailed,
    RecordError,
    SourceUnreadable,
)
from desktop.record.kinds import FileKind, kind_of
from desktop.record.store import timestamp
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.jobs import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtGui import QImage

    from desktop.pictures.loader import PictureLoader
    from desktop.record.store import EncounterStore
    from desktop.ui.encounter.book import EncounterBook

DICOM_INDEX = "DICOMDIR"
MOST_FILES = 3_000
"""Of one series; a thin-slice CT has 1,500."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What one wish became: the files of one picture or series, one recording, or one film."""

    names: tuple[str, ...]
    kind: FileKind
    given_name: str = ""
    """What the doctor calls the file."""


class Attaching(QObject):
    """Copies into the encounter and then makes the entry."""

    copying_changed = Signal(int)
    """How many wishes are being copied."""

    def __init__(
        self,
        store: EncounterStore,
        book: EncounterBook,
        pictures: PictureLoader,
        add_recording: Callable[[str, str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._book = book
        self._add_recording = add_recording
        self._copying = Background(self)
        self._count = 0
        self._pictures = pictures
        self._films: dict[int, tuple[str, str]] = {}
        self._unsorted: dict[int, tuple[str, tuple[str, ...]]] = {}
        pictures.film_seen.connect(self._take_film)
        pictures.failed.connect(self._refuse_film)
        pictures.series_sorted.connect(self._take_sorted)
        pictures.failed.connect(self._take_unsorted)

    def attach(self, encounter_id: str, files: Sequence[Path]) -> None:
        """Add files; a folder is a series, and so are DICOM files of one series that are chosen together."""
        if len(files) > 1:
            self._begin_one()
            self._copying.run(
                partial(wishes, files), lambda parts: self._attach_parts(encounter_id, parts), self._refuse
            )
        elif files:
            self._attach_parts(encounter_id, [list(files)])

    def _attach_parts(self, encounter_id: str, parts: Sequence[Sequence[Path]]) -> None:
        for part in parts:
            self._run(encounter_id, partial(copy_in, self._store, encounter_id, part))

    def attach_image(self, encounter_id: str, image: QImage) -> None:
        """Add a picture from the clipboard."""
        self._run(encounter_id, lambda: _save_image(self._store, encounter_id, image))

    def finish(self) -> None:
        """Wait until everything is copied; a film that is not looked into yet is kept as picture and sound both."""
        self._copying.finish()
        for token in tuple(self._films):
            self._take_film(token, has_pictures=True, has_sound=True, told="")
        for token in tuple(self._unsorted):
            self._take_unsorted(token)

    def _run(self, encounter_id: str, work: Callable[[], Copied]) -> None:
        self._begin_one()
        self._copying.run(work, lambda copied: self._add(encounter_id, copied), self._refuse)

    def _add(self, encounter_id: str, copied: Copied) -> None:
        if copied.kind is FileKind.VIDEO:
            self._look_into(encounter_id, copied)
            return
        if copied.kind is FileKind.DICOM and len(copied.names) > 1:
            files = [self._book.path(encounter_id, name) for name in copied.names]
            self._unsorted[self._pictures.sort_into_series(files)] = encounter_id, copied.names
            return
        if copied.kind is FileKind.AUDIO:
            self._add_recording(encounter_id, copied.names[0])
        else:
            self._add_picture(encounter_id, copied.names)
        self._end_one()  # only now: a question that waits for the files must find them

    # --- films -------------------------------------------------------------------------------------------------

    def _look_into(self, encounter_id: str, film: Copied) -> None:
        """Have the reader say what a film gives: it is a file of unknown origin, and not decoded here."""
        file = self._book.path(encounter_id, film.names[0])
        self._films[self._pictures.look_into_film(file, film.given_name)] = encounter_id, film.names[0]

    def _take_film(self, token: int, has_pictures: bool, has_sound: bool, told: str) -> None:
        """Pictures and sound of a film are two entries on one file."""
        if token not in self._films:
            return
        encounter_id, name = self._films.pop(token)
        if has_pictures:
            self._add_picture(encounter_id, (name,))
        if has_sound:
            self._add_recording(encounter_id, name)
        if told:
            self._book.refused.emit(told)
        self._end_one()

    def _refuse_film(self, token: int, sentence: str) -> None:
        if token in self._films:
            encounter_id, name = self._films.pop(token)
            with suppress(OSError):  # what is left behind goes with the encounter
                self._book.path(encounter_id, name).unlink(missing_ok=True)
            self._refuse(sentence)

    # --- series ------------------------------------------------------------------------------------------------

    def _take_sorted(self, token: int, series: Sequence[int]) -> None:
        """Each series is an entry of its own."""
        if token in self._unsorted:
            encounter_id, names = self._unsorted.pop(token)
            for number in sorted(set(series)):
                own = tuple(name for name, its in zip(names, series, strict=True) if its == number)
                self._add_picture(encounter_id, own)
            self._end_one()

    def _take_unsorted(self, token: int, _sentence: str = "") -> None:
        """Nothing is lost where no header can be read: the files are one entry, and opening it says what is wrong."""
        if token in self._unsorted:
            self._take_sorted(token, [0] * len(self._unsorted[token][1]))

    def _add_picture(self, encounter_id: str, names: tuple[str, ...]) -> None:
        encounter = self._book.encounter(encounter_id)
        if encounter:
            label = self.tr("Image {0}").format(next_number(encounter, Attachment))
            self._book.put(encounter_id, Attachment(new_id(), timestamp(), label, names))

    def _refuse(self, sentence: str) -> None:
        self._end_one()
        self._book.refused.emit(sentence)

    def _begin_one(self) -> None:
        self._count += 1
        self.copying_changed.emit(self._count)

    def _end_one(self) -> None:
        self._count -= 1
        self.copying_changed.emit(self._count)


def wishes(files: Sequence[Path]) -> list[list[Path]]:
    """Part files that are chosen together into wishes: the DICOM files are one, every other file its own."""
    dicom = [file for file in files if not file.is_dir() and _kind_or_unknown(file) is FileKind.DICOM]
    rest = [[file] for file in files if file not in set(dicom)]
    if len(dicom) > MOST_FILES:
        raise SourceUnreadable(TOO_MANY_CHOSEN, MOST_FILES)
    ordered = sorted(dicom, key=lambda file: natural_order(file.name))
    return [ordered, *rest] if ordered else rest


def copy_in(store: EncounterStore, encounter_id: str, files: Sequence[Path]) -> Copied:
    """Copy a file, several DICOM files or the pictures of a folder; raises RecordError with a sentence."""
    first = files[0]
    if len(files) == 1 and first.is_dir():
        files = _series(first)
    kind = kind_of(files[0])
    if kind is FileKind.UNKNOWN:
        raise SourceUnreadable(UNKNOWN_KIND, first.name)
    return Copied(tuple(store.add_file(encounter_id, file) for file in files), kind, first.name)


def _series(folder: Path) -> list[Path]:
    """Return the DICOM files of a folder and of those within it, in the order of their names, else its pictures.

    A disc of pictures (PS3.10) has its files several folders deep, and an index of them that is no picture itself.
    """
    inside = (path for path in folder.rglob("*") if path.is_file() and path.name.upper() != DICOM_INDEX)
    files = sorted(islice(inside, MOST_FILES + 1), key=lambda path: natural_order(str(path.relative_to(folder))))
    if len(files) > MOST_FILES:
        raise SourceUnreadable(TOO_MANY, folder.name, MOST_FILES)
    kinds = [(path, _kind_or_unknown(path)) for path in files if not path.name.startswith(".")]
    for wanted in (FileKind.DICOM, FileKind.PICTURE):
        found = [path for path, kind in kinds if kind is wanted]
        if found:
            return found
    raise SourceUnreadable(EMPTY_FOLDER, folder.name)


def _kind_or_unknown(path: Path) -> FileKind:
    try:
        return kind_of(path)
    except RecordError:
        return FileKind.UNKNOWN


def natural_order(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts IM2 before IM10."""
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in re.split(r"(\d+)", name)]


def _save_image(store: EncounterStore, encounter_id: str, image: QImage) -> Copied:
    name, path = store.new_file(encounter_id, ".png")
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]  # the stubs want bytes, Qt takes a string
        path.unlink(missing_ok=True)
        raise DiskFailed(NOT_PASTED)
    return Copied((name,), FileKind.PICTURE)
