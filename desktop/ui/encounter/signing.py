"""Editing, checking and signing notes: changes of the record and a job of the worker; nothing signs itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import dictation_labelled
from desktop.record.encounter import CitedKind, Writing
from desktop.record.errors import RecordError
from desktop.record.note_checking import changed_in_check, confirmed
from desktop.record.note_editing import Editor, added, changed, lines_of, new_addendum, struck, undone
from desktop.record.signature import DoubleCheck
from desktop.record.signing import addenda_of, signed
from desktop.record.store import timestamp
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.jobs import Jobs, new_id
from desktop.ui.encounter.wording import sentence_of
from desktop.worker.known import KnownRecording, NoteSentence
from desktop.worker.protocol import Check, CheckedSoFar, Failed, NoteChecked, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from desktop.record.encounter import Dictation, Encounter
    from desktop.record.signing import NoteFault
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event

NAME = "doctor_name"


class Signing(QObject):
    """What a doctor does with a note between its draft and its signature."""

    progressed = Signal(str)
    """The id of a note whose check is another one now, or stands elsewhere."""
    faults_found = Signal(object)
    """The faults of the signed notes of the encounter that is shown, a tuple of NoteFault."""

    def __init__(self, services: Services, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._book = services, book
        self._jobs = Jobs()
        self._shares: dict[str, float] = {}
        self._failures: dict[str, str] = {}
        self._verifying = Background(self)
        self._faults: tuple[NoteFault, ...] = ()
        book.opened.connect(self._verify)

    # --- how it stands -----------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The doctor's name, as it was given last."""
        return self._services.settings.text(NAME)

    def note(self, encounter_id: str, note_id: str) -> Writing | None:
        """Return a note of an open encounter."""
        entry = self._book.entry(encounter_id, note_id)
        return entry if isinstance(entry, Writing) and entry.is_note else None

    def progress_of(self, note_id: str) -> float | None:
        """Return how far the check of a note is, 0 to 1; None where none runs."""
        return self._shares.get(note_id, 0.0) if self._jobs.of_entry(note_id) else None

    def failure_of(self, note_id: str) -> str:
        """Return the sentence that says why the last check failed; empty for none."""
        return self._failures.get(note_id, "")

    def faults_of(self, note_id: str) -> tuple[NoteFault, ...]:
        """Return what is wrong with a signed note of the encounter that is shown."""
        return tuple(fault for fault in self._faults if fault.note_id == note_id)

    # --- editing -----------------------------------------------------------------------------------------------

    def change(self, encounter_id: str, note_id: str, line_id: str, text: str) -> None:
        """Give a line other words; no words strike it."""
        if text.split():
            self._edit(encounter_id, note_id, lambda note, editor: changed(note, line_id, text, editor))
        else:
            self.strike(encounter_id, note_id, line_id)

    def strike(self, encounter_id: str, note_id: str, line_id: str) -> None:
        """Strike a line."""
        self._edit(encounter_id, note_id, lambda note, editor: struck(note, line_id, editor))

    def add(self, encounter_id: str, note_id: str, behind: str, text: str) -> None:
        """Add a line behind another one, or at the beginning of a section."""
        self._edit(encounter_id, note_id, lambda note, editor: added(note, behind, text, editor))

    def undo(self, encounter_id: str, note_id: str) -> None:
        """Take the last edit back."""
        self._edit(encounter_id, note_id, undone)

    def addendum(self, encounter_id: str, note_id: str) -> str:
        """Begin an addendum to a signed note, or go on with the one that is open; returns its id, empty for none."""
        note, encounter = self.note(encounter_id, note_id), self._book.encounter(encounter_id)
        if note is None or encounter is None or not note.is_signed:
            return ""
        begun = [addendum for addendum in addenda_of(encounter, note.id) if not addendum.is_signed]
        made = begun[-1] if begun else new_addendum(note, new_id(), timestamp())
        if not begun:
            self._book.put(encounter_id, made)
        return made.id

    # --- checking ----------------------------------------------------------------------------------------------

    def check(self, encounter_id: str, note_id: str) -> None:
        """Have it said what is to be checked, and the seconds behind it decoded a second time."""
        note, encounter = self.note(encounter_id, note_id), self._book.encounter(encounter_id)
        if note is None or encounter is None or note.is_signed or self._jobs.of_entry(note_id):
            return
        job = self._jobs.add(encounter_id, note_id)
        self._shares.pop(note_id, None)
        self._failures.pop(note_id, None)
        cited = _cited(encounter, note)
        there = [dictation for dictation in cited if not dictation.erased_at]
        sentences = tuple(NoteSentence(line.id, line.sentence) for line in lines_of(note) if not line.struck)

        def send(files: Sequence[Path]) -> None:
            if self._jobs.get(job.id) is None:
                return  # it was cancelled while the sound was decrypted
            paths = {one.id: str(file) for one, file in zip(there, files, strict=True)} if files else {}
            known = tuple(KnownRecording(one.label, paths.get(one.id, ""), one.utterances) for one in cited)
            self._services.worker.send(Check(job.id, sentences, known))

        self._book.when_readable(encounter_id, [one.file for one in there], send, lambda: send(()))
        self.progressed.emit(note_id)

    def stop(self, note_id: str) -> bool:
        """Stop the check of a note; returns whether one ran."""
        job = self._jobs.of_entry(note_id)
        if job is None:
            return False
        self._services.worker.cancel(job.id)
        self._end(job.id, note_id)
        return True

    def cancel(self, encounter_id: str) -> None:
        """Stop every check of an encounter: what it hears is going to be deleted."""
        for job in self._jobs.of_encounter(encounter_id):
            self.stop(job.entry_id)

    def confirm(self, encounter_id: str, note_id: str, number: int, is_right: bool) -> None:
        """Tick a line of the check, or take the tick away."""
        self._put(encounter_id, note_id, lambda note: confirmed(note, number, timestamp(), is_right=is_right))

    def change_in_check(self, encounter_id: str, note_id: str, line_id: str, text: str) -> None:
        """Change a sentence from within the check, which goes on."""
        self._put(encounter_id, note_id, lambda note: changed_in_check(note, line_id, text, self._editor()))

    def take(self, event: Event) -> None:
        """Take an event of a job of ours; every other event is left alone."""
        job = self._jobs.get(getattr(event, "job", ""))
        if job is None:
            return
        match event:
            case CheckedSoFar():
                self._shares[job.entry_id] = event.share
                self.progressed.emit(job.entry_id)
            case NoteChecked():
                check = DoubleCheck(timestamp(), event.lines, event.heard_again_s, event.missing)
                self._put(job.encounter_id, job.entry_id, lambda note: _with_check(note, check))
                self._end(job.id, job.entry_id)
            case Failed():
                self._failures[job.entry_id] = event.sentence
                self._end(job.id, job.entry_id)
            case Stopped():
                self._end(job.id, job.entry_id)
            case _:
                pass

    # --- signing -----------------------------------------------------------------------------------------------

    def sign(self, encounter_id: str, note_id: str, name: str) -> str:
        """Sign a note with the doctor's name, which is kept for the next one.

        Returns the sentence that says why it is not signed; empty where it is.
        """
        note = self.note(encounter_id, note_id)
        if note is None:
            return ""
        try:
            made = signed(encounter_id, note, name, timestamp())
        except RecordError as error:
            return sentence_of(error)
        self._services.settings.set(NAME, " ".join(name.split()))
        self._book.put(encounter_id, made)
        self.progressed.emit(note_id)
        return ""

    def shut_down(self) -> None:
        """Wait for what still verifies."""
        self._verifying.finish()

    # --- within ------------------------------------------------------------------------------------------------

    def _verify(self, encounter: Encounter | None) -> None:
        """Hold the signed notes of an encounter against the audit trail, away from the window's thread."""
        self._faults = ()
        if encounter is None:
            return
        encounter_id = encounter.id

        def take(faults: tuple[NoteFault, ...]) -> None:
            current = self._book.current
            if current is not None and current.id == encounter_id and faults:
                self._faults = faults
                self.faults_found.emit(faults)

        self._verifying.run(lambda: self._services.store.signing_faults(encounter_id), take, lambda _sentence: None)

    def _editor(self) -> Editor:
        return Editor(self.name, timestamp(), new_id())

    def _edit(self, encounter_id: str, note_id: str, edit: Callable[[Writing, Editor], Writing]) -> None:
        self.stop(note_id)  # what it checks is not what stands there any more
        self._put(encounter_id, note_id, lambda note: edit(note, self._editor()))

    def _put(self, encounter_id: str, note_id: str, change: Callable[[Writing], Writing]) -> None:
        note = self.note(encounter_id, note_id)
        if note is None:
            return
        try:
            made = change(note)
        except RecordError as error:
            self._book.refused.emit(sentence_of(error))
            return
        if made != note:
            self._book.put(encounter_id, made)
            self.progressed.emit(note_id)

    def _end(self, job_id: str, note_id: str) -> None:
        self._jobs.end(job_id)
        self.progressed.emit(note_id)


def _with_check(note: Writing, check: DoubleCheck) -> Writing:
    return note if note.is_signed else replace(note, check=check)


def _cited(encounter: Encounter, note: Writing) -> list[Dictation]:
    """Return the recordings that a note cites."""
    labels = dict.fromkeys(
        citation.label
        for line in lines_of(note)
        if not line.struck
        for citation in line.sentence.citations
        if citation.kind is CitedKind.TRANSCRIPT
    )
    found = (dictation_labelled(encounter, label) for label in labels)
    return [dictation for dictation in found if dictation is not None]
