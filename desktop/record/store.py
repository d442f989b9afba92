"""Where encounters are kept: one private folder each, its words in `encounter.json`, copies of its files beside it.

`encounter.json` is written beside itself, flushed, then renamed: a crash or a full disk at any moment leaves the old
or the new encounter. A file that cannot be read is listed as damaged and set aside before anything takes its place.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from desktop.record.codec import decode, encode, is_file_name, is_id
from desktop.record.disk import Disk
from desktop.record.encounter import Answer, Consent, Dictation, Encounter, EncounterSummary, Entry, Question, Writing
from desktop.record.errors import (
    MISSING,
    NO_SUCH_FILE,
    SOURCE_CLOSED,
    UNREADABLE,
    WORDS_MISSING,
    EncounterDamaged,
    EncounterMissing,
    EncounterNewer,
    RecordError,
    SourceUnreadable,
    disk_errors,
)
from desktop.record.kinds import neutral_ending, neutral_name
from desktop.record.signing import faults_of, kept
from desktop.record.study import load_progress, progress_file, save_progress
from desktop.record.wav import WavWriter
from desktop.record.written import written_text

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from desktop.record.meaning import Meaning
    from desktop.record.repetition import Memory
    from desktop.record.signing import NoteFault
    from desktop.record.wav import RecordingWriter

FILE = "encounter.json"
EXCERPT_CHARACTERS = 120
DELETED_PREFIX = ".deleted-"


class EncounterStore(Protocol):
    """What the window needs of the record. Every method raises RecordError with a sentence for the doctor."""

    def summaries(self, search: str = "") -> tuple[EncounterSummary, ...]:
        """Return the encounters that hold every word of `search`, the last changed first."""

    def create(self, title: str = "", sample: bool = False) -> Encounter:
        """Make a new empty encounter."""

    def load(self, encounter_id: str) -> Encounter:
        """Read a whole encounter."""

    def save(self, encounter: Encounter) -> None:
        """Keep the encounter, wholly or not at all."""

    def delete(self, encounter_id: str) -> None:
        """Remove an encounter with its files."""

    def delete_recordings(self, encounter: Encounter, names: Collection[str]) -> None:
        """Keep the encounter, whose entries name these files no longer, and remove the files for good."""

    def add_file(self, encounter_id: str, source: Path) -> str:
        """Copy a file into the encounter and return its neutral name there."""

    def new_file(self, encounter_id: str, suffix: str) -> tuple[str, Path]:
        """Make an empty file to record into, and return its name and path."""

    def path(self, encounter_id: str, name: str) -> Path:
        """Return where a file of the encounter can be read; takes long where it has to be decrypted first."""

    def is_readable(self, encounter_id: str, name: str) -> bool:
        """Return whether `path` would answer at once."""

    def open_recording(self, path: Path) -> RecordingWriter:
        """Record into a file that `new_file` made. Raises a RecordingStorageError."""

    def signing_faults(self, encounter_id: str) -> tuple[NoteFault, ...]:
        """Return which signed notes of an encounter are not what was signed."""

    def study(self) -> dict[str, Memory]:
        """Return how each item that was asked to learn from stands, by its identifier."""

    def keep_study(self, item: str, memory: Memory) -> None:
        """Keep how an item stands."""

    def meanings(self, encounter_id: str = "") -> tuple[Meaning, ...]:
        """Return the passages of an encounter with their vectors, or of all, as far as they were kept."""

    def meant_encounters(self) -> frozenset[str]:
        """Return the encounters whose passages are kept."""

    def keep_meaning(self, meaning: Meaning) -> None:
        """Put the passages of an encounter in the place of those that were kept; they go with the encounter."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """What listing needs of one encounter, kept as long as its file is the same."""

    stamp: tuple[int, int, int]
    summary: EncounterSummary
    words: str


class FolderStore:
    """EncounterStore in a folder."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self._folder = folder
        self._disk = disk or Disk()
        self._listed: dict[str, _Listed] = {}
        self._meanings: dict[str, Meaning] = {}

    def summaries(self, search: str = "") -> tuple[EncounterSummary, ...]:
        """Return the encounters that hold every word of `search`, the last changed first; damaged ones too."""
        with disk_errors():
            folders = list(self._folder.iterdir()) if self._folder.is_dir() else []
        listed = [found for folder in folders if is_id(folder.name) and (found := self._list(folder.name))]
        wanted = search.casefold().split()
        chosen = [one.summary for one in listed if all(word in one.words for word in wanted)]
        return tuple(sorted(chosen, key=lambda summary: summary.changed, reverse=True))

    def create(self, title: str = "", sample: bool = False) -> Encounter:
        """Make a new empty encounter."""
        now = timestamp()
        encounter = Encounter(uuid.uuid4().hex, title, now, now, (), sample)
        with disk_errors():
            self._disk.make_folder(self._folder)
            self._disk.make_folder(self._folder / encounter.id)
            self._disk.sync_folder(self._folder)
        self.save(encounter)
        return encounter

    def load(self, encounter_id: str) -> Encounter:
        """Read a whole encounter. Raises EncounterMissing, EncounterDamaged or EncounterNewer; nothing is changed."""
        return decode(self._read(encounter_id), encounter_id)

    def save(self, encounter: Encounter) -> None:
        """Keep the encounter: after this returns it is on the disk, after it raises the earlier one still is."""
        folder = self._existing(encounter.id)
        beside = folder / f"{FILE}.new"
        data = encode(self._kept(encounter))
        with disk_errors():
            self._set_unreadable_aside(encounter.id)
            try:
                self._disk.write(beside, data)
                self._disk.replace(beside, folder / FILE)
            except OSError:
                self._remove_quietly(beside)
                raise
            self._disk.sync_folder(folder)
        self._remember(encounter)

    def delete(self, encounter_id: str) -> None:
        """Remove an encounter with its files; interrupted, it is gone from the list all the same."""
        folder = self._existing(encounter_id)
        away = self._folder / f"{DELETED_PREFIX}{encounter_id}"
        with disk_errors():
            self._disk.replace(folder, away)
            self._disk.sync_folder(self._folder)
            self._disk.remove_folder(away)
        self._listed.pop(encounter_id, None)
        self._meanings.pop(encounter_id, None)

    def delete_recordings(self, encounter: Encounter, names: Collection[str]) -> None:
        """Keep the encounter, then remove these files; interrupted, they lie there unnamed."""
        self.save(encounter)
        with disk_errors():
            for name in names:
                self._disk.remove(self.path(encounter.id, name))

    def add_file(self, encounter_id: str, source: Path) -> str:
        """Copy a file into the encounter and return its neutral name; raises SourceUnreadable before anything is made.

        The name says what the file is and nothing of whose it is.
        """
        ending = neutral_ending(source)
        try:
            opened = source.open("rb")
        except OSError as error:
            raise SourceUnreadable(SOURCE_CLOSED, source.name, error.strerror) from error
        with opened, disk_errors():
            name, path = self._reserve(encounter_id, ending)
            beside = path.with_name(f"{name}.new")
            try:
                self._disk.copy(opened, beside)
                self._disk.replace(beside, path)
            except OSError:
                self._remove_quietly(beside)
                self._remove_quietly(path)
                raise
            self._disk.sync_folder(path.parent)
        return name

    def new_file(self, encounter_id: str, suffix: str) -> tuple[str, Path]:
        """Make an empty file to record into; `suffix` is ".wav" or the like."""
        with disk_errors():
            return self._reserve(encounter_id, suffix.lower().removeprefix("."))

    def path(self, encounter_id: str, name: str) -> Path:
        """Return where a file of the encounter lies."""
        if not is_id(encounter_id) or not is_file_name(name):
            raise EncounterMissing(NO_SUCH_FILE)
        return self._folder / encounter_id / name

    def is_readable(self, encounter_id: str, name: str) -> bool:
        """Return True: nothing has to be made first."""
        return bool(encounter_id and name)

    def open_recording(self, path: Path) -> RecordingWriter:
        """Record into a file that `new_file` made; it is made anew, so that nothing is ever written over."""
        return WavWriter(path)

    def signing_faults(self, encounter_id: str) -> tuple[NoteFault, ...]:
        """Return which signed notes are not what their own hash is of; there is no trail to hold them against."""
        return faults_of(self.load(encounter_id), None)

    def _kept(self, encounter: Encounter) -> Encounter:
        """Return what may take the place of what is there. Raises SignedNoteStays."""
        try:
            return kept(self.load(encounter.id), encounter)
        except (EncounterDamaged, EncounterNewer):  # set aside before anything takes its place
            return encounter

    def study(self) -> dict[str, Memory]:
        """Return how each item stands; the file lies beside the folder of encounters. Raises StudyDamaged."""
        return load_progress(self._study_file)

    def keep_study(self, item: str, memory: Memory) -> None:
        """Keep how an item stands."""
        save_progress(self._study_file, {**self.study(), item: memory})

    def meanings(self, encounter_id: str = "") -> tuple[Meaning, ...]:
        """Return what was kept since this store was made: without a vault nothing of it is written down."""
        return tuple(one for key, one in self._meanings.items() if not encounter_id or key == encounter_id)

    def meant_encounters(self) -> frozenset[str]:
        """Return the encounters whose passages are kept."""
        return frozenset(self._meanings)

    def keep_meaning(self, meaning: Meaning) -> None:
        """Keep the passages of an encounter in memory."""
        if (self._folder / meaning.encounter_id).is_dir():
            self._meanings[meaning.encounter_id] = meaning

    @property
    def _study_file(self) -> Path:
        return progress_file(self._folder.parent)

    def _existing(self, encounter_id: str) -> Path:
        folder = self._folder / encounter_id
        if not is_id(encounter_id) or not folder.is_dir():
            raise EncounterMissing(MISSING)
        return folder

    def _read(self, encounter_id: str) -> bytes:
        folder = self._existing(encounter_id)
        try:
            return (folder / FILE).read_bytes()
        except FileNotFoundError as error:
            raise EncounterDamaged(WORDS_MISSING) from error
        except OSError as error:
            raise EncounterDamaged(UNREADABLE, error.strerror) from error

    def _reserve(self, encounter_id: str, ending: str) -> tuple[str, Path]:
        folder = self._existing(encounter_id)
        name = neutral_name(ending, (path.name for path in folder.iterdir()))
        self._disk.reserve(folder / name)
        return name, folder / name

    def _set_unreadable_aside(self, encounter_id: str) -> None:
        """Rename a file that is not ours to overwrite: damaged since it was read, or of a newer version."""
        file = self._folder / encounter_id / FILE
        known = self._listed.get(encounter_id)
        if not file.is_file() or (known and known.stamp == _stamp(file) and not known.summary.problem):
            return
        try:
            decode(self._read(encounter_id), encounter_id)
        except (EncounterDamaged, EncounterNewer):
            number = 1 + sum(1 for _ in file.parent.glob("encounter.damaged-*"))
            self._disk.replace(file, file.with_name(f"encounter.damaged-{number}.json"))

    def _remove_quietly(self, path: Path) -> None:
        try:
            self._disk.remove(path)
        except OSError:
            return  # the first fault is the one to report; the leftover is overwritten by the next save

    def _list(self, encounter_id: str) -> _Listed | None:
        file = self._folder / encounter_id / FILE
        known = self._listed.get(encounter_id)
        if known and known.stamp == _stamp(file):
            return known
        try:
            self._remember(self.load(encounter_id))
        except EncounterMissing:
            return None
        except RecordError as error:
            if _is_unborn(file.parent):
                return None
            changed = _changed(self._folder / encounter_id)
            summary = EncounterSummary(encounter_id, "", changed, changed, problem=str(error))
            self._listed[encounter_id] = _Listed(_stamp(file), summary, "")
        return self._listed[encounter_id]

    def _remember(self, encounter: Encounter) -> None:
        stamp = _stamp(self._folder / encounter.id / FILE)
        self._listed[encounter.id] = _Listed(stamp, summary_of(encounter), searched_words(encounter))


def timestamp() -> str:
    """Return now in UTC as ISO 8601 with milliseconds, which also sorts."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def entry_texts(entry: Entry) -> list[str]:
    """Return the words of an entry that a search looks through."""
    if isinstance(entry, Dictation):
        return [text for said in entry.utterances for text in dict.fromkeys((said.text, written_text(said)))]
    if isinstance(entry, Question):
        return [entry.text, entry.about]
    if isinstance(entry, Writing):
        return [entry.title, *(sentence.text for section in entry.sections for sentence in section.sentences)]
    if isinstance(entry, Consent):
        return [entry.reason]
    return [entry.text] if isinstance(entry, Answer) else [entry.description]


def searched_words(encounter: Encounter) -> str:
    """Return all that a search looks through, without regard to capitals."""
    texts = [text for entry in encounter.entries for text in entry_texts(entry)]
    return "\n".join([encounter.title, *texts]).casefold()


def summary_of(encounter: Encounter) -> EncounterSummary:
    """Return what the list shows of an encounter; the excerpt is its last question, else its first words."""
    questions = [entry.text for entry in encounter.entries if isinstance(entry, Question)]
    heard = (text for entry in encounter.entries if isinstance(entry, Dictation) for text in entry_texts(entry))
    excerpt = " ".join((questions[-1] if questions else next(heard, "")).split())
    return EncounterSummary(
        encounter.id,
        encounter.title,
        encounter.created,
        encounter.changed,
        excerpt[:EXCERPT_CHARACTERS],
        encounter.sample,
        patient=encounter.patient,
    )


def _is_unborn(folder: Path) -> bool:
    """Return whether `create` was interrupted before the first save: there is nothing to lose in the folder."""
    return all(path.name == f"{FILE}.new" for path in folder.iterdir())


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _changed(folder: Path) -> str:
    return datetime.fromtimestamp(_stamp(folder)[0] / 1e9, UTC).isoformat(timespec="milliseconds")
