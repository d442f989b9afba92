"""The record of an open vault behind the window's interface: words in the database, files sealed beside it.

`opening.py` makes and opens it. Its methods may be called from any thread.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from desktop.record.codec import is_file_name, is_id
from desktop.record.editing import file_names, may_record
from desktop.record.encounter import Dictation, Encounter, EncounterSummary
from desktop.record.errors import (
    FILE_DAMAGED,
    NO_SUCH_FILE,
    SOURCE_CLOSED,
    EncounterMissing,
    FileDamaged,
    RecordError,
    SourceUnreadable,
    disk_errors,
)
from desktop.record.kinds import neutral_ending, neutral_name
from desktop.record.store import timestamp
from desktop.record.vault import meanings, study
from desktop.record.vault.chain import Action, Link
from desktop.record.vault.crypto import NotAuthentic
from desktop.record.vault.live_recording import LiveRecording
from desktop.record.vault.migrations import forget_backups
from desktop.record.vault.reading import is_begun, is_torn, read_frames, sealed_content
from desktop.record.vault.recording import FrameWriter
from desktop.record.vault.records import SealedFile, SealedKind
from desktop.record.vault.sealed_files import FileKey, new_file_key
from desktop.record.wav import SAMPLE_BYTES, SAMPLE_RATE_HZ, DiskFault, NotAgreed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from desktop.record.disk import Disk
    from desktop.record.meaning import Meaning
    from desktop.record.repetition import Memory
    from desktop.record.signing import NoteFault
    from desktop.record.vault.records import Records
    from desktop.record.vault.sealed_files import SealedFiles
    from desktop.record.vault.working import WorkingFolder


@dataclass(frozen=True, slots=True)
class Recovered:
    """A recording that was not ended properly, and all that is whole of it."""

    encounter_id: str
    name: str
    duration_s: float


_Stamp = tuple[int, int]
_ABSENT = (0, 0)


class VaultStore:
    """EncounterStore in an open vault. Where files are concerned methods also raise FileDamaged."""

    def __init__(
        self,
        records: Records,
        sealed: SealedFiles,
        working: WorkingFolder,
        disk: Disk,
        running: tuple[LiveRecording, ...] = (),
    ) -> None:
        """Take up what an earlier opening left: recordings that still run, and those that were never ended."""
        self._records = records
        self._sealed = sealed
        self._working = working
        self._disk = disk
        self._lock = threading.RLock()
        self._copying = threading.Lock()
        self._handed_out: dict[tuple[str, str], _Stamp] = {}
        """Files that others write, and how they were when they were last sealed."""
        self._recordings: dict[str, LiveRecording] = {}
        """Those that were begun and have not ended, by the file that they write."""
        running = tuple(recording for recording in running if not recording.has_ended)
        self.recovered = self._recover({recording.file_id for recording in running})
        """What the last use of the vault left unfinished, and what ended while it was locked."""
        for recording in running:
            self._recordings[recording.file_id] = recording
            recording.go_on_unlocked(partial(self._note_end_after_lock, recording))

    # --- the window's interface --------------------------------------------------------------------------------

    def summaries(self, search: str = "") -> tuple[EncounterSummary, ...]:
        """Return the encounters that hold every word of `search`, the last changed first."""
        with self._lock:
            return self._records.summaries(search)

    def create(self, title: str = "", sample: bool = False) -> Encounter:
        """Make a new empty encounter."""
        now = timestamp()
        encounter = Encounter(uuid.uuid4().hex, title, now, now, (), sample)
        with self._lock:
            self._records.insert(encounter)
        return encounter

    def load(self, encounter_id: str) -> Encounter:
        """Read a whole encounter. Raises EncounterMissing, EncounterDamaged or EncounterNewer."""
        with self._lock:
            return self._records.load(encounter_id)

    def save(self, encounter: Encounter) -> None:
        """Keep the encounter and every file that it names: all of it is on the disk, or it is as it was."""
        with self._lock:
            named = {name for entry in encounter.entries for name in file_names(entry)}
            changed = self._changed(encounter.id, named)
            replaced = [found for name in changed if (found := self._records.file(encounter.id, name))]
            with self._sealed_together([self._working.path(encounter.id, name) for name in changed]) as keys:
                self._records.update(encounter)
                for name, key in zip(changed, keys, strict=True):
                    self._records.put_file(encounter.id, name, key)
            self._handed_out |= {(encounter.id, name): stamp for name, stamp in changed.items()}
            self._remove_sealed(replaced)

    def delete(self, encounter_id: str) -> None:
        """Remove an encounter with the keys of its files: they are gone for good once this returns."""
        with self._lock:
            self._check_id(encounter_id)
            files = self._records.files(encounter_id)
            with self._records.database.transaction():
                self._records.delete(encounter_id)
            self._remove_sealed(files)
            self._working.forget(encounter_id)
            self._handed_out = {place: stamp for place, stamp in self._handed_out.items() if place[0] != encounter_id}
            self._forget_deleted()

    def delete_recordings(self, encounter: Encounter, names: Collection[str]) -> None:
        """Keep the encounter, and remove these recordings with their keys: they are gone for good once this returns."""
        with self._lock:
            files = [file for file in self._records.files(encounter.id) if file.name in names]
            with self._records.database.transaction():
                self._records.update(encounter)
                self._records.delete_recordings(files)
            self._remove_sealed(files)
            for name in names:
                self._handed_out.pop((encounter.id, name), None)
                with disk_errors():
                    self._disk.remove(self._working.path(encounter.id, name))
            self._forget_deleted()

    def add_file(self, encounter_id: str, source: Path) -> str:
        """Seal a copy of a file and return its neutral name; raises SourceUnreadable before anything is made."""
        ending = neutral_ending(source)
        try:
            opened = source.open("rb")
        except OSError as error:
            raise SourceUnreadable(SOURCE_CLOSED, source.name, error.strerror) from error
        with opened, disk_errors():
            self._check_id(encounter_id)
            key = self._sealed.seal(opened)
        with self._lock, self._removed_on_failure(key):
            name = self._free_name(encounter_id, ending)
            self._records.put_file(encounter_id, name, key)
        return name

    def new_file(self, encounter_id: str, suffix: str) -> tuple[str, Path]:
        """Make an empty file to be written; `save` seals it once an entry names it, and again when it has changed.

        A recording is written through `open_recording`.
        """
        with self._lock, disk_errors():
            self._check_id(encounter_id)
            name = self._free_name(encounter_id, suffix.lower().removeprefix("."))
            path = self._working.make(encounter_id, name)
            self._handed_out[encounter_id, name] = _stamp(path)
        return name, path

    def path(self, encounter_id: str, name: str) -> Path:
        """Return a readable copy of a file, made where there is none yet. Raises FileDamaged."""
        if not is_id(encounter_id) or not is_file_name(name):
            raise EncounterMissing(NO_SUCH_FILE)
        path = self._working.path(encounter_id, name)
        with self._copying:  # two who want the same file must not write its copy at the same time
            with self._lock:
                readable = self._is_there(encounter_id, name)
                found = None if readable else self._records.file(encounter_id, name)
            if found:
                with disk_errors(), self._damage_of(name):
                    self._working.put(encounter_id, name, self._content(found))
        return path

    def is_readable(self, encounter_id: str, name: str) -> bool:
        """Return whether a readable copy is there, or somebody else writes the file."""
        with self._lock:
            return self._is_there(encounter_id, name)

    def _is_there(self, encounter_id: str, name: str) -> bool:
        return (encounter_id, name) in self._handed_out or self._working.path(encounter_id, name).exists()

    def study(self) -> dict[str, Memory]:
        """Return how each item that was asked to learn from stands, by its identifier."""
        with self._lock:
            return study.memories(self._records.database)

    def keep_study(self, item: str, memory: Memory) -> None:
        """Keep how an item stands. Raises RecordReadOnly."""
        with self._lock:
            self._records.audit.check_writable()
            study.keep(self._records.database, item, memory)

    def meanings(self, encounter_id: str = "") -> tuple[Meaning, ...]:
        """Return the passages of an encounter with their vectors, or of all, as far as they were kept."""
        with self._lock:
            return meanings.meanings(self._records.database, encounter_id)

    def meant_encounters(self) -> frozenset[str]:
        """Return the encounters whose passages are kept."""
        with self._lock:
            return meanings.encounters(self._records.database)

    def keep_meaning(self, meaning: Meaning) -> None:
        """Put the passages of an encounter in the place of those that were kept. Raises RecordReadOnly."""
        with self._lock:
            self._records.audit.check_writable()
            meanings.keep(self._records.database, meaning)

    # --- beyond it ---------------------------------------------------------------------------------------------

    def open_recording(self, path: Path) -> LiveRecording:
        """Record into a file that `new_file` made: what `WavWriter` is for a folder. Raises RecordingStorageError.

        Raises NotAgreed where the consent to it is not on the disk yet.
        """
        encounter_id, name = path.parent.name, path.name
        key = new_file_key()
        try:
            with self._lock:
                if not may_record(self._records.load(encounter_id)):
                    raise NotAgreed("no consent")
                if self._handed_out.pop((encounter_id, name), None) is None:
                    raise DiskFault(NO_SUCH_FILE)
                # The key first: no frame may ever lie there that nothing opens.
                self._records.put_file(encounter_id, name, key, SealedKind.RECORDING)
        except RecordError as error:
            raise DiskFault(str(error)) from error
        frames = FrameWriter(self._sealed.path(key.id), key)
        with contextlib.suppress(OSError):  # the frames themselves are flushed; a fault shows with them
            self._sealed.sync()
        path.unlink(missing_ok=True)
        recording = LiveRecording(path, key.id, frames, lambda count: self._note_end(key.id, count))
        with self._lock:
            self._recordings[key.id] = recording
        return recording

    def add_encounter(self, encounter: Encounter, files: dict[str, Path]) -> None:
        """Take over a whole encounter with its files under their names, or nothing of it."""
        with self._lock, self._sealed_together(list(files.values())) as keys:
            self._records.insert(encounter)
            for name, key in zip(files, keys, strict=True):
                self._records.put_file(encounter.id, name, key)

    def note_export(self, encounter_id: str, how: str = "", content: bytes = b"") -> Link:
        """Tell the audit trail that an encounter leaves the vault, how and with which content; returns the entry.

        Raises RecordReadOnly: then it must not leave.
        """
        with self._lock:
            self._check_id(encounter_id)
            audit = self._records.audit
            audit.add(Action.EXPORT, "/".join(filter(None, (encounter_id, how))), audit.hash_of(content))
            return audit.head

    def altered(self) -> tuple[str, ...]:
        """Return the encounters whose words are not those that the audit trail saw written last; reads all of them."""
        with self._lock:
            return self._records.altered()

    def signing_faults(self, encounter_id: str) -> tuple[NoteFault, ...]:
        """Return which signed notes of an encounter are not what the audit trail saw signed."""
        with self._lock:
            return self._records.signing_faults(encounter_id)

    def encounter_ids(self) -> tuple[str, ...]:
        """Return the ids of all encounters."""
        with self._lock:
            return self._records.encounter_ids()

    def erase_sound(self, encounter_id: str, choose: Callable[[Encounter], tuple[Dictation, ...]], at: str) -> int:
        """Erase the sound of the recordings that `choose` names, for good, and return how many there were.

        The keys go with the transaction that tells of it; without them the files are noise, wherever copies lie.
        What a signed note does not vouch for is refused: an encounter with any fault in its notes is left alone.
        """
        with self._lock:
            if self._records.signing_faults(encounter_id):
                return 0
            encounter = self._records.load(encounter_id)
            chosen = {entry.id: file for entry in choose(encounter) if (file := self._erasable(encounter_id, entry))}
            if not chosen:
                return 0
            entries = tuple(
                replace(entry, erased_at=at) if isinstance(entry, Dictation) and entry.id in chosen else entry
                for entry in encounter.entries
            )
            with self._records.database.transaction():
                self._records.update(replace(encounter, entries=entries))
                for file in chosen.values():
                    self._records.audit.add(Action.ERASE, f"{encounter_id}/{file.name}")
                    self._records.forget_file(file.file)
            self._remove_sealed(tuple(chosen.values()))
            for file in chosen.values():
                self._forget_copy(encounter_id, file.name)
            self._forget_deleted()
        return len(chosen)

    def has(self, encounter_id: str) -> bool:
        """Return whether there is such an encounter."""
        with self._lock:
            return self._records.has(encounter_id)

    def contents(self, encounter_id: str) -> dict[str, Iterator[bytes]]:
        """Return the names of an encounter's files and what is in them, opened as it is read. Raises FileDamaged."""
        with self._lock:
            files = self._records.files(encounter_id)
        return {file.name: self._checked_content(file) for file in files}

    @contextlib.contextmanager
    def exchanging(self) -> Iterator[Records]:
        """Hold every other use back while the tables are moved; `use` names the new ones."""
        with self._lock:
            yield self._records

    def use(self, records: Records) -> None:
        """Go on with other tables."""
        with self._lock:
            self._records = records

    def let_recordings_go(self) -> tuple[LiveRecording, ...]:
        """Let the recordings that run go on without the vault, and return them; it can be asked again.

        One that ends from now on is found unfinished at the next opening, and told.
        """
        with self._lock:
            return tuple(recording for recording in self._recordings.values() if recording.go_on_locked())

    def close(self) -> tuple[LiveRecording, ...]:
        """Seal what others wrote, let go of the keys and remove the readable copies.

        Returns the recordings that still run; they go on without the vault.
        """
        with self._lock:
            for encounter_id in {encounter_id for encounter_id, _ in self._handed_out}:
                with contextlib.suppress(RecordError):
                    self.save(self._records.load(encounter_id))
            running = self.let_recordings_go()
            self._records.database.close()
            self._working.wipe()
        return running

    # --- within ------------------------------------------------------------------------------------------------

    def _check_id(self, encounter_id: str) -> None:
        with self._lock:
            self._records.check_there(encounter_id)

    def _erasable(self, encounter_id: str, dictation: Dictation) -> SealedFile | None:
        """Return the sealed file of a recording that has ended."""
        file = self._records.file(encounter_id, dictation.file)
        return None if file is None or file.file in self._recordings else file

    def _forget_deleted(self) -> None:
        """Take what was deleted out of the write-ahead log, and out of the copies from before migrations."""
        database = self._records.database
        database.forget_deleted()
        with disk_errors():
            forget_backups(database.path.parent, self._disk)

    def _forget_copy(self, encounter_id: str, name: str) -> None:
        """Remove the readable copy of a file; what another program holds open goes when the vault is closed."""
        self._handed_out.pop((encounter_id, name), None)
        with contextlib.suppress(OSError):
            self._disk.remove(self._working.path(encounter_id, name))

    def _free_name(self, encounter_id: str, ending: str) -> str:
        taken = {file.name for file in self._records.files(encounter_id)}
        return neutral_name(ending, taken | {name for owner, name in self._handed_out if owner == encounter_id})

    def _changed(self, encounter_id: str, named: set[str]) -> dict[str, _Stamp]:
        """Return the files among `named` that others have written since they were sealed last, as they are now."""
        changed = {}
        for (owner, name), stamp in self._handed_out.items():
            now = _stamp(self._working.path(owner, name))
            if owner == encounter_id and name in named and now not in {stamp, _ABSENT}:
                changed[name] = now
        return changed

    @contextlib.contextmanager
    def _sealed_together(self, paths: list[Path]) -> Iterator[list[FileKey]]:
        """Seal files, then do what is inside as one transaction; where anything fails nothing of it is kept."""
        keys: list[FileKey] = []
        try:
            with disk_errors():
                for path in paths:
                    with path.open("rb") as source:
                        keys.append(self._sealed.seal(source))
            with self._records.database.transaction():
                yield keys
        except BaseException:
            for key in keys:
                self._sealed.remove(key.id)
            raise

    def _remove_sealed(self, files: list[SealedFile] | tuple[SealedFile, ...]) -> None:
        for file in files:
            self._sealed.remove(file.file)

    @contextlib.contextmanager
    def _removed_on_failure(self, key: FileKey) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._sealed.remove(key.id)
            raise

    def _content(self, file: SealedFile) -> Iterator[bytes]:
        return sealed_content(self._sealed, file, self._records.file_key)

    def _checked_content(self, file: SealedFile) -> Iterator[bytes]:
        with self._damage_of(file.name), disk_errors():
            yield from self._content(file)

    @contextlib.contextmanager
    def _damage_of(self, name: str) -> Iterator[None]:
        try:
            yield
        except NotAuthentic as error:
            raise FileDamaged(FILE_DAMAGED, name, "it is not what was sealed") from error
        except FileNotFoundError as error:
            raise FileDamaged(FILE_DAMAGED, name, "it is missing") from error

    def _note_end(self, file_id: str, frames: int) -> None:
        # What cannot be noted now is found when the vault is opened the next time.
        with contextlib.suppress(RecordError), self._lock:
            self._recordings.pop(file_id, None)
            self._records.note_frames(file_id, frames)

    def _note_end_after_lock(self, recording: LiveRecording, frames: int) -> None:
        self._note_end(recording.file_id, frames)
        # Whoever asked for the recording meanwhile got a copy of what there was of it.
        with contextlib.suppress(OSError):
            self._disk.remove(self._working.path(recording.file.parent.name, recording.file.name))

    def _recover(self, running: set[str]) -> tuple[Recovered, ...]:
        recovered = []
        for file in self._records.unfinished():
            if file.file in running:
                continue  # how many frames it has is not known before its end
            if not is_begun(self._sealed, file):
                self._records.forget_file(file.file)
                continue
            found = read_frames(self._sealed, file, self._records.file_key)
            if found.finished or (found.frames and is_torn(self._sealed, file, found)):
                self._records.note_frames(file.file, found.frames)
            duration_s = found.sound_bytes / (SAMPLE_RATE_HZ * SAMPLE_BYTES)
            recovered.append(Recovered(file.encounter, file.name, duration_s))
        return tuple(recovered)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return _ABSENT
    return (found.st_mtime_ns, found.st_size)
