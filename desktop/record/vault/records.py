"""The tables of the vault as values: encounters, and the keys of their files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from desktop.record.codec import decode, encode, encode_entry
from desktop.record.encounter import Answer, Consent, Encounter, EncounterSummary, Entry, Writing, WritingForm
from desktop.record.errors import MISSING, EncounterMissing, RecordError
from desktop.record.signing import faults_of, kept, newly_signed, sha256_of
from desktop.record.store import searched_words, summary_of
from desktop.record.vault import patients
from desktop.record.vault.chain import Action, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from desktop.record.signing import NoteFault
    from desktop.record.vault.audit import AuditTrail
    from desktop.record.vault.database import Database
    from desktop.record.vault.sealed_files import FileKey


class SealedKind(StrEnum):
    """How a file is sealed."""

    WHOLE = "whole"
    RECORDING = "recording"
    """In frames."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file of an encounter: where it is sealed, and its wrapped key."""

    encounter: str
    name: str
    file: str
    secret: bytes
    kind: SealedKind = SealedKind.WHOLE
    frames: int | None = None
    """How many a recording has; None until it was ended properly, or recovered."""


_FILE_COLUMNS = "encounter, name, file, secret, kind, frames"


class Records:
    """Reads and writes the tables; several writes belong inside one transaction of the database."""

    def __init__(
        self, database: Database, file_key: bytes, audit: AuditTrail, stamp_of: Callable[[str], Stamp] = Stamp
    ) -> None:
        self.database = database
        self.audit = audit
        """Every change of an encounter is told there, in the transaction of the change."""
        self.file_key = file_key
        """Wraps the keys of files."""
        self.stamp_of = stamp_of
        """Which weights, adapter and prompt stand behind the name of a decoder; the name alone where nobody says."""

    # --- encounters --------------------------------------------------------------------------------------------

    def summaries(self, search: str) -> tuple[EncounterSummary, ...]:
        """Return the encounters that hold every word of `search`, the last changed first."""
        wanted = search.casefold().split()
        where = " AND ".join(["instr(words, ?) > 0"] * len(wanted)) or "1"
        columns = "id, title, created, changed, excerpt, sample, coalesce(patient, '')"
        found = self.database.rows(
            f"SELECT {columns} FROM encounters LEFT JOIN patients ON encounter = id "  # noqa: S608 - no value in it
            f"WHERE {where} ORDER BY changed DESC, id",
            *wanted,
        )
        return tuple(map(_summary, found))

    def load(self, encounter_id: str) -> Encounter:
        """Read a whole encounter. Raises EncounterMissing, EncounterDamaged or EncounterNewer."""
        document = self.database.value("SELECT document FROM encounters WHERE id = ?", encounter_id)
        if document is None:
            raise EncounterMissing(MISSING)
        return decode(document, encounter_id)

    def has(self, encounter_id: str) -> bool:
        """Return whether there is such an encounter."""
        return self.database.value("SELECT 1 FROM encounters WHERE id = ?", encounter_id) is not None

    def check_there(self, encounter_id: str) -> None:
        """Raise EncounterMissing where there is no such encounter."""
        if not self.has(encounter_id):
            raise EncounterMissing(MISSING)

    def insert(self, encounter: Encounter) -> None:
        """Add an encounter."""
        columns = _columns(encounter)
        with self.database.joined():
            self.audit.add(Action.CREATE, encounter.id, self.audit.hash_of(columns[-1]))
            self._tell_signed(None, encounter)
            self._tell_patient("", encounter)
            self.database.rows("INSERT INTO encounters VALUES (?, ?, ?, ?, ?, ?, ?, ?)", encounter.id, *columns)
            patients.keep(self.database, encounter)

    def update(self, encounter: Encounter) -> None:
        """Put an encounter in the place of the one with its id.

        A note that is signed now is told in the trail; one that was signed before stays as it is.
        Raises EncounterMissing and SignedNoteStays.
        """
        self.check_there(encounter.id)
        before = self._before(encounter.id)
        encounter = kept(before, encounter) if before else encounter
        columns = _columns(encounter)
        with self.database.joined():
            self._tell_new_entries(before, encounter)
            self._tell_signed(before, encounter)
            self._tell_patient(before.patient if before else "", encounter)
            self.audit.add(Action.EDIT, encounter.id, self.audit.hash_of(columns[-1]))
            self.database.rows(
                "UPDATE encounters SET (title, created, changed, excerpt, sample, words, document) = "
                "(?, ?, ?, ?, ?, ?, ?) WHERE id = ?",
                *columns,
                encounter.id,
            )
            patients.keep(self.database, encounter)

    def delete(self, encounter_id: str) -> None:
        """Remove an encounter with the keys of its files."""
        with self.database.joined():
            self.audit.add(Action.DELETE, encounter_id)
            self.database.rows("DELETE FROM encounters WHERE id = ?", encounter_id)

    def altered(self) -> tuple[str, ...]:
        """Return the encounters whose words are not those that the trail saw written last; reads all of them."""
        seen = {row.object: row.content for row in self.audit.rows() if row.action in {Action.CREATE, Action.EDIT}}
        found = self.database.rows("SELECT id, document FROM encounters ORDER BY id")
        return tuple(row[0] for row in found if row[0] in seen and self.audit.hash_of(row[1]) != seen[row[0]])

    def _tell_new_entries(self, before: Encounter | None, encounter: Encounter) -> None:
        """Tell the trail of answers and drafts that are complete now and were not at the last save, and of consent."""
        saved = {entry.id: entry for entry in before.entries} if before else {}
        for entry in encounter.entries:
            known = saved.get(entry.id)
            if isinstance(entry, Answer) and entry.text and _text(known) != entry.text:
                content = self.audit.hash_of(entry.text.encode())
                stamp = self.stamp_of(entry.decoder)
                stamp = replace(stamp, prompt=entry.prompt or stamp.prompt)
                self.audit.add(Action.ANSWER, f"{encounter.id}/{entry.id}", content, stamp)
            elif isinstance(entry, Writing) and _is_drafted(entry) and not _is_written(known, entry.at):
                told = f"{encounter.id}/{entry.id}/{entry.form}"
                self.audit.add(Action.DRAFT, told, self.audit.hash_of(encode_entry(entry)), Stamp(prompt=entry.prompt))
            elif isinstance(entry, Consent) and known != entry:
                told = f"{encounter.id}/{entry.id}/{entry.state}/{entry.manner}"
                self.audit.add(Action.CONSENT, told, self.audit.hash_of(encode_entry(entry)))

    def signing_faults(self, encounter_id: str) -> tuple[NoteFault, ...]:
        """Return which signed notes of an encounter are not what the trail saw signed. Raises what `load` raises."""
        return faults_of(self.load(encounter_id), self.audit.signed_notes(encounter_id))

    def encounter_ids(self) -> tuple[str, ...]:
        """Return the ids of all encounters."""
        return tuple(row[0] for row in self.database.rows("SELECT id FROM encounters ORDER BY id"))

    def _before(self, encounter_id: str) -> Encounter | None:
        """Return the encounter as it was saved last; None where that is damaged: everything is new then."""
        try:
            return self.load(encounter_id)
        except RecordError:
            return None

    def _tell_signed(self, before: Encounter | None, encounter: Encounter) -> None:
        for note in newly_signed(before, encounter):
            self.audit.add(Action.SIGN, f"{encounter.id}/{note.id}", sha256_of(encounter.id, note))

    def _tell_patient(self, before: str, encounter: Encounter) -> None:
        """Tell the trail that the doctor put an encounter to others of the same patient, or took it away again."""
        if encounter.patient != before:
            action = Action.LINK if encounter.patient else Action.UNLINK
            self.audit.add(action, encounter.id, self.audit.hash_of((encounter.patient or before).encode()))

    # --- files -------------------------------------------------------------------------------------------------

    def file(self, encounter_id: str, name: str) -> SealedFile | None:
        """Return a file of an encounter."""
        return next(iter(self._files("encounter = ? AND name = ?", encounter_id, name)), None)

    def files(self, encounter_id: str) -> tuple[SealedFile, ...]:
        """Return the files of an encounter."""
        return self._files("encounter = ?", encounter_id)

    def all_files(self) -> tuple[SealedFile, ...]:
        """Return every file."""
        return self._files("1")

    def unfinished(self) -> tuple[SealedFile, ...]:
        """Return the recordings whose end was not noted."""
        if self.audit.fault:
            return ()  # nothing may be mended in a record that may only be read
        return self._files("kind = ? AND frames IS NULL", SealedKind.RECORDING.value)

    def put_file(self, encounter_id: str, name: str, key: FileKey, kind: SealedKind = SealedKind.WHOLE) -> None:
        """Add a file with its key, or put it in the place of the one of that name."""
        self.audit.check_writable()
        with self.database.joined():
            if kind is SealedKind.RECORDING:
                self.audit.add(Action.RECORD, f"{encounter_id}/{name}")
            self.database.rows(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, NULL)",
                *(encounter_id, name, key.id, key.wrapped(self.file_key), kind.value),
            )

    def note_frames(self, file_id: str, frames: int) -> None:
        """Keep how many frames a recording has."""
        self.database.rows("UPDATE files SET frames = ? WHERE file = ?", frames, file_id)

    def delete_recordings(self, files: Iterable[SealedFile]) -> None:
        """Remove the keys of recordings, and tell of it."""
        with self.database.joined():
            for file in files:
                self.audit.add(Action.DELETE_RECORDING, f"{file.encounter}/{file.name}")
                self.forget_file(file.file)

    def forget_file(self, file_id: str) -> None:
        """Remove the key of a file."""
        self.database.rows("DELETE FROM files WHERE file = ?", file_id)

    def _files(self, where: str, *values: str) -> tuple[SealedFile, ...]:
        found = self.database.rows(f"SELECT {_FILE_COLUMNS} FROM files WHERE {where}", *values)  # noqa: S608 - ditto
        return tuple(SealedFile(row[0], row[1], row[2], row[3], SealedKind(row[4]), row[5]) for row in found)


def _is_drafted(entry: Writing) -> bool:
    """Return whether it is a whole draft of ours; an addendum is the doctor's own."""
    return bool(entry.sections) and entry.form is not WritingForm.ADDENDUM


def _is_written(entry: Entry | None, at: str) -> bool:
    """Return whether a draft was whole already; one that is written again has another time."""
    return isinstance(entry, Writing) and bool(entry.sections) and entry.at == at


def _summary(row: tuple[Any, ...]) -> EncounterSummary:
    encounter_id, title, created, changed, excerpt, sample, patient = row
    return EncounterSummary(encounter_id, title, created, changed, excerpt, bool(sample), patient=patient)


def _text(entry: Entry | None) -> str:
    return entry.text if isinstance(entry, Answer) else ""


def _columns(encounter: Encounter) -> tuple[str, str, str, str, int, str, bytes]:
    summary = summary_of(encounter)
    return (
        encounter.title,
        encounter.created,
        encounter.changed,
        summary.excerpt,
        int(encounter.sample),
        searched_words(encounter),
        encode(encounter),
    )
