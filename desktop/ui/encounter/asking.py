"""Questions and their answers: what is sent to the worker, and what becomes of the entry as the answer comes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.record.editing import attachment_labelled, file_of_frame, turns_before
from desktop.record.encounter import Answer, AnswerStatus, Attachment, Dictation, Encounter, Question
from desktop.record.store import timestamp
from desktop.ui.encounter.jobs import Job, Jobs, new_id
from desktop.worker.known import EncounterContext, KnownPicture, KnownRecording, KnownTurn
from desktop.worker.protocol import (
    AnswerPiece,
    AnswerWhole,
    Ask,
    Failed,
    FailureKind,
    Notice,
    PictureRead,
    Stopped,
)

if TYPE_CHECKING:
    from desktop.record.encounter import MarkedRegion
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event

AUTOSAVE_MS = 2_000
_STATUS_OF_FINISH = {"length": AnswerStatus.CUT_SHORT, "cancelled": AnswerStatus.CANCELLED}


class Asking(QObject):
    """Asks, and keeps every answer in its entry from the first word on."""

    piece_came = Signal(str, str)
    """The answer's id and the next piece of its text, for the encounter that is shown."""
    running_changed = Signal()
    region_changed = Signal(object)

    def __init__(self, services: Services, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._book = book
        self._jobs = Jobs()
        self._stopping: set[str] = set()
        self._failures: dict[str, FailureKind] = {}
        self._region: MarkedRegion | None = None
        self._autosave = QTimer(self, interval=AUTOSAVE_MS)
        self._autosave.timeout.connect(self._save_running)
        book.opened.connect(lambda: self.mark(None))

    # --- what the doctor does ----------------------------------------------------------------------------------

    @property
    def region(self) -> MarkedRegion | None:
        """The part of a picture that the next question is about."""
        return self._region

    def mark(self, region: MarkedRegion | None) -> None:
        """Ask the next question about a part of a picture; None about the whole."""
        if region != self._region:
            self._region = region
            self.region_changed.emit(region)

    def ask(self, encounter_id: str, text: str) -> None:
        """Put a question to the encounter that is shown; it is kept before it is sent."""
        about = self.tr("about a marked region of {0}").format(self._region.label) if self._region else ""
        question = Question(new_id(), timestamp(), text, about, self._region)
        self._book.put(encounter_id, question)
        self.mark(None)
        self.answer_again(encounter_id, question)

    def answer_again(self, encounter_id: str, question: Question, decoder: str = "", entry_id: str = "") -> None:
        """Have a question answered; `decoder` empty is the chosen one, `entry_id` the answer that is replaced."""
        encounter = self._book.encounter(encounter_id)
        if encounter is None:
            return
        chosen = decoder or str(self._services.settings.value("decoder"))
        answer = self._unfinished(entry_id or new_id(), question.id, chosen)
        self._failures.pop(answer.id, None)
        job = self._jobs.add(encounter_id, answer.id)
        self._book.put(encounter_id, answer)
        context = context_of(encounter, self._book, before=question.id, marked=question.marked)
        longest = int(self._services.settings.value("max_answer_tokens"))
        library = self._services.settings.is_on("use_library")
        self._services.worker.send(Ask(job.id, context, question.text, chosen, longest, library))
        self._autosave.start()
        self.running_changed.emit()

    def cancel(self, encounter_id: str) -> bool:
        """Stop what is being answered in an encounter; returns whether there was anything."""
        jobs = self._jobs.of_encounter(encounter_id)
        for job in jobs:
            self._stopping.add(job.id)
            self._services.worker.cancel(job.id)
        if jobs:
            self.running_changed.emit()
        return bool(jobs)

    def shut_down(self) -> None:
        """Save what is being written now for the last time; the window closes."""
        self._autosave.stop()
        self._save_running()

    # --- how it stands -----------------------------------------------------------------------------------------

    def is_running(self, answer_id: str) -> bool:
        """Return whether an answer is being made."""
        return self._jobs.of_entry(answer_id) is not None

    def is_stopping(self, answer_id: str) -> bool:
        """Return whether an answer was told to stop and has not ended yet."""
        job = self._jobs.of_entry(answer_id)
        return job is not None and job.id in self._stopping

    def runs_in(self, encounter_id: str) -> bool:
        """Return whether anything is being answered in an encounter."""
        return bool(self._jobs.of_encounter(encounter_id))

    def failure_of(self, answer_id: str) -> FailureKind:
        """Return why an answer failed; one of an earlier run of the window can be tried again."""
        return self._failures.get(answer_id, FailureKind.FAULT)

    # --- what the worker says ----------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Take an event of a job of ours; every other event is left alone."""
        job = self._jobs.get(getattr(event, "job", ""))
        if job is None:
            return
        if isinstance(event, PictureRead):
            self._describe(job, event)
            return
        answer = self._book.entry(job.encounter_id, job.entry_id)
        if isinstance(answer, Answer):
            self._take_for(job, answer, event)

    def _take_for(self, job: Job, answer: Answer, event: Event) -> None:
        match event:
            case AnswerPiece():
                self._book.put(job.encounter_id, replace(answer, text=answer.text + event.text), tell=False, save=False)
                if self._is_shown(job):
                    self.piece_came.emit(answer.id, event.text)
            case Notice():
                self._book.put(job.encounter_id, replace(answer, notices=(*answer.notices, event.text)))
            case AnswerWhole():
                self._end(job, _whole(answer, event))
            case Stopped():
                self._end(job, replace(answer, status=AnswerStatus.CANCELLED, reason=""))
            case Failed():
                self._failures[answer.id] = event.kind
                self._end(job, replace(answer, status=AnswerStatus.FAILED, reason=event.sentence))
            case _:
                pass

    def _end(self, job: Job, answer: Answer) -> None:
        self._jobs.end(job.id)
        self._stopping.discard(job.id)
        if not len(self._jobs):
            self._autosave.stop()
        self._book.put(job.encounter_id, answer)
        self.running_changed.emit()

    def _describe(self, job: Job, event: PictureRead) -> None:
        answer = self._book.entry(job.encounter_id, job.entry_id)
        question = self._book.entry(job.encounter_id, answer.question_id) if isinstance(answer, Answer) else None
        marked = question.marked if isinstance(question, Question) else None
        if marked and marked.label == event.label:
            return  # what was read is a part of the picture, and no description of the whole
        encounter = self._book.encounter(job.encounter_id)
        picture = attachment_labelled(encounter, event.label) if encounter else None
        if picture and picture.description != event.description:
            self._book.put(job.encounter_id, replace(picture, description=event.description))

    def _is_shown(self, job: Job) -> bool:
        current = self._book.current
        return current is not None and current.id == job.encounter_id

    def _save_running(self) -> None:
        for job in self._jobs:
            if self._book.encounter(job.encounter_id):
                self._book.save(job.encounter_id)

    def _unfinished(self, answer_id: str, question_id: str, decoder: str) -> Answer:
        """Return the answer as it is kept until it is whole: after a crash of the window this is what is found."""
        reason = self.tr("Bedside was closed before the answer was finished. The question is kept; try it again.")
        return Answer(
            answer_id, timestamp(), question_id, "", decoder=decoder, status=AnswerStatus.FAILED, reason=reason
        )


def context_of(
    encounter: Encounter, book: EncounterBook, *, before: str, marked: MarkedRegion | None = None
) -> EncounterContext:
    """Return all that an entry is made from: every recording's words, every picture, the turns before it."""
    recordings, pictures = [], []
    for entry in encounter.entries:
        if isinstance(entry, Dictation) and entry.utterances:
            file = "" if entry.erased_at else str(book.path(encounter.id, entry.file))
            recordings.append(KnownRecording(entry.label, file, entry.utterances))
        elif isinstance(entry, Attachment) and entry.files:
            pictures.append(known_picture(encounter, entry, book, marked))
    turns = tuple(KnownTurn(asked.text, answer.text) for asked, answer in turns_before(encounter, before))
    return EncounterContext(encounter.id, tuple(recordings), tuple(pictures), turns)


def known_picture(
    encounter: Encounter, entry: Attachment, book: EncounterBook, marked: MarkedRegion | None = None
) -> KnownPicture:
    """Return a picture as it is asked about now: its chosen frame, and the region where it is marked."""
    region = marked.region if marked and marked.label == entry.label else None
    name, frame = file_of_frame(entry, region.frame if region else entry.frame)
    return KnownPicture(entry.label, str(book.path(encounter.id, name)), frame, region.box if region else None)


def _whole(answer: Answer, event: AnswerWhole) -> Answer:
    return replace(
        answer,
        text=event.text,
        sentences=event.sentences,
        decoder=event.decoder,
        used=event.used,
        status=_STATUS_OF_FINISH.get(event.finish, AnswerStatus.COMPLETE),
        reason="",
        first_token_s=event.first_token_s,
        answering_s=event.answering_s,
        prompt=event.prompt,
    )
