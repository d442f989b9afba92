"""Who speaks in a recording: what the doctor corrects, and what the worker tells anew from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.record.editing import consent_of
from desktop.record.encounter import ConsentState, Dictation
from desktop.record.speakers import names_speakers, swapped, told_anew, turned
from desktop.ui.encounter.jobs import Jobs
from desktop.worker.known import KnownRecording
from desktop.worker.protocol import Done, Failed, Stopped, WrittenForm
from desktop.worker.speaker_messages import SpeakersTold, TellSpeakers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.encounter.jobs import Job
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event


class Naming(QObject):
    """Keeps every correction at once; the rest follows when the worker has told it anew."""

    def __init__(self, services: Services, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._book = book
        self._jobs = Jobs()

    def is_wanted(self, encounter_id: str) -> bool:
        """Return whether voices are to be told apart: a doctor who dictates alone is the only one that is heard."""
        encounter = self._book.encounter(encounter_id)
        consent = consent_of(encounter) if encounter else None
        alone = consent is not None and consent.state is ConsentState.DICTATION_ALONE
        dictates = self._services.settings.text("written_form") == WrittenForm.DICTATION
        return self._services.settings.is_on("tell_speakers") and not alone and not dictates

    def turn(self, encounter_id: str, entry_id: str, number: int, *, whole: bool) -> None:
        """Give an utterance to the other speaker; `whole` says that the recording is not being recognised any more."""
        entry = self._book.entry(encounter_id, entry_id)
        if isinstance(entry, Dictation) and number < len(entry.utterances):
            corrected = turned(entry, number)
            self._book.put(encounter_id, corrected)
            if whole:
                self.tell_anew(encounter_id, corrected)

    def swap(self, encounter_id: str, entry_id: str) -> None:
        """Take the doctor for the patient and the patient for the doctor, throughout a recording."""
        entry = self._book.entry(encounter_id, entry_id)
        if isinstance(entry, Dictation):
            self._book.put(encounter_id, swapped(entry))

    def tell_anew(self, encounter_id: str, entry: Dictation) -> None:
        """Let the worker hear from a recording's corrections who speaks in the rest of it."""
        if entry.erased_at or not names_speakers(entry.utterances):
            return
        earlier = self._jobs.of_entry(entry.id)
        if earlier:
            self._end(earlier)
        job = self._jobs.add(encounter_id, entry.id)

        def send(files: Sequence[Path]) -> None:
            if self._jobs.get(job.id) is not None:  # it may have ended while the sound was decrypted
                known = KnownRecording(entry.label, str(files[0]), entry.utterances)
                self._services.worker.send(TellSpeakers(job.id, known))

        def let_be() -> None:
            self._jobs.end(job.id)

        self._book.when_readable(encounter_id, [entry.file], send, let_be)

    def cancel(self, encounter_id: str) -> None:
        """Let an encounter be: what would be listened to is going to be deleted."""
        for job in self._jobs.of_encounter(encounter_id):
            self._end(job)

    def take(self, event: Event) -> None:
        """Take an event of a job of ours; where it failed, the corrections alone hold."""
        job = self._jobs.get(getattr(event, "job", ""))
        if job is None:
            return
        entry = self._book.entry(job.encounter_id, job.entry_id)
        if isinstance(event, SpeakersTold) and isinstance(entry, Dictation):
            utterances = told_anew(entry.utterances, event.from_s, event.utterances)
            self._book.put(job.encounter_id, replace(entry, utterances=utterances))
        elif isinstance(event, Done | Stopped | Failed):
            self._jobs.end(job.id)

    def _end(self, job: Job) -> None:
        self._jobs.end(job.id)
        self._services.worker.cancel(job.id)
