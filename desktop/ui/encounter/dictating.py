"""Recordings: speaking into one, following its words, and recognising what is left of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import next_number, settled_until
from desktop.record.encounter import Dictation, RecordingSource
from desktop.record.errors import RecordError
from desktop.record.speakers import told_anew
from desktop.record.store import timestamp
from desktop.ui.encounter.jobs import Job, Jobs, new_id
from desktop.ui.encounter.naming import Naming
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.microphone.recorder import RecorderState
from desktop.worker.protocol import (
    Dictate,
    Done,
    Failed,
    FinishDictation,
    PartialWords,
    RecognisedUpTo,
    SettledUtterance,
    SpeakersTold,
    Stopped,
    Transcribe,
    WrittenForm,
)

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.microphone.recorder import Recorded
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event

SUFFIX = ".wav"
_NOT_BEGUN = (RecorderState.NO_MICROPHONE, RecorderState.DENIED, RecorderState.FAILED)
_GOES_ON = (RecorderState.RECORDING, RecorderState.PAUSED)


class Dictating(QObject):
    """Keeps every recording in its entry: the sound first, its words as they settle."""

    words_came = Signal(str, object)
    """The recording's id and the words that are still being spoken, for the encounter that is shown."""
    progressed = Signal(str, float, float)
    """The recording's id, up to which second it is recognised, and its length, 0 while it grows."""
    recording_changed = Signal()
    running_changed = Signal()

    def __init__(self, services: Services, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._book = book
        self.naming = Naming(services, book, self)
        self._jobs = Jobs()
        self._failures: dict[str, str] = {}
        self._wanted: tuple[str, str, Path] | None = None
        """Encounter, name and path of a recording that the recorder has not begun yet."""
        self._speaking: tuple[str, str] | None = None
        """Encounter and entry that are being recorded into."""
        self._went_on_locked = False
        """The worker lost the recording when the record was locked meanwhile."""
        services.recorder.state_changed.connect(self._follow_recorder)
        services.recorder.stopped.connect(self._take_recorded)

    # --- what the doctor does ----------------------------------------------------------------------------------

    def start(self, encounter_id: str) -> None:
        """Record into an encounter; its entry is made once the microphone runs."""
        if self._speaking or self._wanted:
            return
        try:
            name, path = self._services.store.new_file(encounter_id, SUFFIX)
        except RecordError as error:
            self._book.refused.emit(sentence_of(error))
            return
        # The recorder makes the file itself, so that it can never write over a recording.
        path.unlink(missing_ok=True)
        self._wanted = (encounter_id, name, path)
        self._services.recorder.start(path, self._services.store.open_recording)
        if self._wanted and self._services.recorder.state in _NOT_BEGUN:
            self._give_up()  # it stood so before, and so said nothing

    def stop(self) -> None:
        """End the recording; its last words still settle."""
        if self._speaking or self._wanted:
            self._services.recorder.stop()
            self._give_up()

    def leave(self) -> str:
        """Let the recording go on without this window's part in it; returns its entry, empty for none."""
        self._give_up()
        speaking, self._speaking = self._speaking, None
        return speaking[1] if speaking else ""

    def resume(self, encounter_id: str, entry_id: str) -> None:
        """Take part again in a recording that went on while the record was locked, or ended meanwhile."""
        entry = self._book.entry(encounter_id, entry_id)
        if isinstance(entry, Dictation) and self._services.recorder.state in _GOES_ON:
            self._speaking = (encounter_id, entry_id)
            self._went_on_locked = True
            self.recording_changed.emit()

    def add_recording(self, encounter_id: str, name: str) -> None:
        """Recognise a file that was attached."""
        entry = self._new_entry(encounter_id, name, RecordingSource.FILE)
        if entry:
            self._book.put(encounter_id, entry)
            self._transcribe(encounter_id, entry)

    def recognise_rest(self, encounter_id: str, entry_id: str) -> None:
        """Take up recognising a recording where its settled words end."""
        entry = self._book.entry(encounter_id, entry_id)
        if isinstance(entry, Dictation) and not self.is_running(entry_id):
            self._failures.pop(entry_id, None)
            self._transcribe(encounter_id, entry)

    def cancel(self, entry_id: str) -> None:
        """Stop recognising a recording; its words so far stay."""
        job = self._jobs.of_entry(entry_id)
        if job:
            self._services.worker.cancel(job.id)

    # --- how it stands -----------------------------------------------------------------------------------------

    def is_speaking(self, entry_id: str = "") -> bool:
        """Return whether a recording is being made: this one, or any."""
        return self._speaking is not None and entry_id in {"", self._speaking[1]}

    def speaks_in(self, encounter_id: str) -> bool:
        """Return whether a recording of this encounter is being made or about to be."""
        return encounter_id in {self._speaking[0] if self._speaking else "", self._wanted[0] if self._wanted else ""}

    def is_running(self, entry_id: str) -> bool:
        """Return whether a recording is being recognised."""
        return self._jobs.of_entry(entry_id) is not None

    def failure_of(self, entry_id: str) -> str:
        """Return why recognising a recording stopped, empty for no reason that is known."""
        return self._failures.get(entry_id, "")

    # --- what the recorder and the worker say ------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Take an event of a job of ours; every other event is left alone."""
        self.naming.take(event)
        job = self._jobs.get(getattr(event, "job", ""))
        entry = self._book.entry(job.encounter_id, job.entry_id) if job else None
        if job is None or not isinstance(entry, Dictation):
            return
        match event:
            case PartialWords():
                self._tell_words(job, event)
            case SettledUtterance():
                self._book.put(job.encounter_id, replace(entry, utterances=(*entry.utterances, event.utterance)))
            case SpeakersTold():
                utterances = told_anew(entry.utterances, event.from_s, event.utterances)
                self._book.put(job.encounter_id, replace(entry, utterances=utterances))
            case RecognisedUpTo():
                self._note_progress(job, entry, event)
            case Done():
                self._end(job, replace(entry, finished=True))
                self._tell_corrected(job.encounter_id, entry)
            case Stopped():
                self._end(job, entry)
            case Failed():
                self._failures[entry.id] = event.sentence
                self._end(job, entry)
            case _:
                pass

    def _follow_recorder(self, state: RecorderState) -> None:
        if self._wanted and state is RecorderState.RECORDING:
            self._begin(*self._wanted)
        elif self._wanted and state in _NOT_BEGUN:
            self._give_up()
        self.recording_changed.emit()

    def _begin(self, encounter_id: str, name: str, path: Path) -> None:
        self._wanted = None
        entry = self._new_entry(encounter_id, name, RecordingSource.MICROPHONE)
        if entry is None:
            self._services.recorder.stop()
            return
        self._speaking = (encounter_id, entry.id)
        job = self._jobs.add(encounter_id, entry.id)
        self._book.put(encounter_id, entry)
        speakers = self.naming.is_wanted(encounter_id)
        command = Dictate(job.id, str(path), self._language(), self._form(), self._mixed(), speakers)
        self._services.worker.send(command)
        self.running_changed.emit()

    def _give_up(self) -> None:
        """Forget a recording that never began; the bar says why."""
        if self._wanted:
            self._wanted[2].unlink(missing_ok=True)
            self._wanted = None

    def _take_recorded(self, recorded: Recorded) -> None:
        if self._speaking is None:
            return
        (encounter_id, entry_id), self._speaking = self._speaking, None
        entry = self._book.entry(encounter_id, entry_id)
        job = self._jobs.of_entry(entry_id)
        if job:
            self._services.worker.send(FinishDictation(job.id))
        if isinstance(entry, Dictation):
            entry = replace(entry, duration_s=recorded.duration_s)
            self._book.put(encounter_id, entry)
            if self._went_on_locked:  # nobody followed it any more
                self._transcribe(encounter_id, entry)
        self._went_on_locked = False
        self.recording_changed.emit()

    def _transcribe(self, encounter_id: str, entry: Dictation) -> None:
        job = self._jobs.add(encounter_id, entry.id)
        file = str(self._book.path(encounter_id, entry.file))
        said_to = settled_until(entry)
        speakers = self.naming.is_wanted(encounter_id)
        self._services.worker.send(Transcribe(job.id, file, self._language(), said_to, self._form(), speakers))
        self.running_changed.emit()
        self._book.put(encounter_id, entry)

    def _tell_words(self, job: Job, event: PartialWords) -> None:
        current = self._book.current
        if current and current.id == job.encounter_id:
            self.words_came.emit(job.entry_id, event.words)

    def _note_progress(self, job: Job, entry: Dictation, event: RecognisedUpTo) -> None:
        if event.duration_s and event.duration_s != entry.duration_s and not self.is_speaking(entry.id):
            self._book.put(job.encounter_id, replace(entry, duration_s=event.duration_s))
        self.progressed.emit(job.entry_id, event.position_s, event.duration_s)

    def _end(self, job: Job, entry: Dictation) -> None:
        self._jobs.end(job.id)
        self._book.put(job.encounter_id, entry)
        self.running_changed.emit()

    def _tell_corrected(self, encounter_id: str, entry: Dictation) -> None:
        """Let what was corrected while it was recognised be heard of in the rest."""
        if any(utterance.speaker_corrected for utterance in entry.utterances):
            self.naming.tell_anew(encounter_id, entry)

    def _new_entry(self, encounter_id: str, name: str, source: RecordingSource) -> Dictation | None:
        encounter = self._book.encounter(encounter_id)
        if encounter is None:
            return None
        label = self.tr("Recording {0}").format(next_number(encounter, Dictation))
        return Dictation(new_id(), timestamp(), label, name, source)

    def _language(self) -> str | None:
        return str(self._services.settings.value("speech_language")) or None

    def _mixed(self) -> bool:
        return self._services.settings.is_on("mixed_languages")

    def _form(self) -> WrittenForm:
        return WrittenForm(self._services.settings.text("written_form"))
