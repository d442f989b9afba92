"""Drafts: notes and other writings, asked of the worker and kept in their entries; nothing signs itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import entry_of, said_of_pictures, sentences_of
from desktop.record.encounter import AnswerStatus, Writing
from desktop.record.store import timestamp
from desktop.ui.encounter.asking import context_of
from desktop.ui.encounter.jobs import Jobs, new_id
from desktop.worker.protocol import Failed, FailureKind, Notice, Stopped, Write, WritingWhole

if TYPE_CHECKING:
    from desktop.record.encounter import WritingForm
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.encounter.jobs import Job
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event


class Drafting(QObject):
    """Has drafts written from everything that an encounter holds."""

    running_changed = Signal()

    def __init__(self, services: Services, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._book = services, book
        self._jobs = Jobs()
        self._failures: dict[str, FailureKind] = {}

    def write(self, encounter_id: str, form: WritingForm, about: str = "", template: str = "") -> None:
        """Have a draft written; `about` is the entry that a card puts in plain words."""
        self.write_again(encounter_id, Writing(new_id(), "", form, template, about))

    def write_again(self, encounter_id: str, draft: Writing) -> None:
        """Have a draft written anew, in the place of the old one."""
        encounter = self._book.encounter(encounter_id)
        if encounter is None:
            return
        draft = self._unfinished(draft)
        self._failures.pop(draft.id, None)
        job = self._jobs.add(encounter_id, draft.id)
        self._book.put(encounter_id, draft)
        context = context_of(encounter, self._book, before=draft.id)
        about = sentences_of(entry_of(encounter, draft.about))
        seen = said_of_pictures(encounter, draft.id)
        self._services.worker.send(Write(job.id, context, draft.form, draft.template, about, seen))
        self.running_changed.emit()

    def cancel(self, encounter_id: str) -> bool:
        """Stop what is being written in an encounter; returns whether there was anything."""
        jobs = self._jobs.of_encounter(encounter_id)
        for job in jobs:
            self._services.worker.cancel(job.id)
        return bool(jobs)

    def is_running(self, writing_id: str) -> bool:
        """Return whether a draft is being written."""
        return self._jobs.of_entry(writing_id) is not None

    def runs_in(self, encounter_id: str) -> bool:
        """Return whether anything is being written in an encounter."""
        return bool(self._jobs.of_encounter(encounter_id))

    def failure_of(self, writing_id: str) -> FailureKind:
        """Return why a draft failed; one of an earlier run of the window can be tried again."""
        return self._failures.get(writing_id, FailureKind.FAULT)

    def take(self, event: Event) -> None:
        """Take an event of a job of ours; every other event is left alone."""
        job = self._jobs.get(getattr(event, "job", ""))
        draft = self._book.entry(job.encounter_id, job.entry_id) if job else None
        if job is None or not isinstance(draft, Writing):
            return
        match event:
            case Notice():
                self._book.put(job.encounter_id, replace(draft, notices=(*draft.notices, event.text)))
            case WritingWhole():
                self._end(job, _whole(draft, event))
            case Stopped():
                self._end(job, replace(draft, status=AnswerStatus.CANCELLED, reason=""))
            case Failed():
                self._failures[draft.id] = event.kind
                self._end(job, replace(draft, status=AnswerStatus.FAILED, reason=event.sentence))
            case _:
                pass

    def _end(self, job: Job, draft: Writing) -> None:
        self._jobs.end(job.id)
        self._book.put(job.encounter_id, draft)
        self.running_changed.emit()

    def _unfinished(self, draft: Writing) -> Writing:
        """Return the draft as it is kept until it is whole: after a crash of the window this is what is found."""
        reason = self.tr("Bedside was closed before this was written. Nothing of the encounter is lost; try it again.")
        status = AnswerStatus.FAILED
        return replace(
            draft, at=timestamp(), title="", sections=(), notices=(), check=None, status=status, reason=reason
        )


def _whole(draft: Writing, event: WritingWhole) -> Writing:
    return replace(
        draft,
        title=event.title,
        sections=event.sections,
        notices=(*draft.notices, *event.notices),
        status=AnswerStatus.COMPLETE,
        reason="",
    )
