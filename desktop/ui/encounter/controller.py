"""What the doctor wants, turned into changes of the record and commands to the worker; no widget is known here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import attachment_labelled, entry_of, with_region, without_region
from desktop.record.encounter import Answer, MarkedRegion, Question, Writing, WritingForm
from desktop.ui.encounter.asking import Asking
from desktop.ui.encounter.attaching import Attaching
from desktop.ui.encounter.book import EncounterBook
from desktop.ui.encounter.consenting import Consenting
from desktop.ui.encounter.dictating import Dictating
from desktop.ui.encounter.drafting import Drafting
from desktop.ui.encounter.explaining import Explaining
from desktop.ui.encounter.signing import Signing
from desktop.worker.protocol import Failed, FailureKind, Forget
from desktop.worker.status import WorkerState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QImage

    from desktop.record.encounter import Encounter, Region
    from desktop.ui.services import Services
    from desktop.worker.protocol import Event


class EncounterController(QObject):
    """The one thing that the views of the encounter screen talk to.

    `book` tells what the record holds, `asking` and `dictating` what is under way.
    """

    models_missing = Signal(str)
    """The sentence of the worker that could not load a model."""
    told = Signal(str)
    """A sentence that needs no answer, such as what was kept when something was stopped."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.book = EncounterBook(services.store, self)
        self.asking = Asking(services, self.book, self)
        self.explaining = Explaining(services, self.book, self)
        self.drafting = Drafting(services, self.book, self)
        self.signing = Signing(services, self.book, self)
        self.dictating = Dictating(services, self.book, self)
        self.consenting = Consenting(self.book, self.dictating, self)
        self.attaching = Attaching(services.store, self.book, services.pictures, self._add_recording, self)
        services.worker.event_received.connect(self._take)

    # --- encounters --------------------------------------------------------------------------------------------

    @property
    def encounter(self) -> Encounter | None:
        """The encounter that is shown."""
        return self.book.current

    def open(self, encounter_id: str) -> None:
        """Show an encounter; a recording is ended first, so that no word lands with another patient."""
        if self.encounter and self.encounter.id == encounter_id:
            return
        self._stop_speaking()
        self.book.open(encounter_id)

    def new(self, title: str = "") -> None:
        """Begin an encounter."""
        self._stop_speaking()
        self.book.new(title)

    def delete(self, encounter_id: str) -> None:
        """Remove an encounter with all that is in it, here and in the worker."""
        self.asking.cancel(encounter_id)
        self.drafting.cancel(encounter_id)
        self.signing.cancel(encounter_id)
        self.dictating.naming.cancel(encounter_id)
        if self.dictating.speaks_in(encounter_id):
            self.dictating.stop()
        self._forget(encounter_id)
        self.attaching.finish()
        self.book.delete(encounter_id)

    def _forget(self, encounter_id: str) -> None:
        if self.services.worker.status.state is not WorkerState.NOT_STARTED:
            self.services.worker.send(Forget(encounter_id))

    def _stop_speaking(self) -> None:
        if self.dictating.is_speaking():
            self.dictating.stop()
            self.told.emit(self.tr("The recording was stopped and is kept in its encounter."))

    # --- into the encounter that is shown ----------------------------------------------------------------------

    def ask(self, text: str) -> bool:
        """Ask; returns whether the question was taken. One answer at a time, so that none is overlooked."""
        encounter = self._ensure_encounter()
        if encounter is None or not text.strip() or self.asking.runs_in(encounter.id):
            return False
        self.asking.ask(encounter.id, text.strip())
        return True

    def answer_again(self, answer_id: str, decoder: str = "") -> None:
        """Answer the same question again: in the place of an answer without a word, else below, so that both stay."""
        encounter = self.encounter
        answer = entry_of(encounter, answer_id) if encounter else None
        if encounter is None or not isinstance(answer, Answer) or self.asking.runs_in(encounter.id):
            return
        question = entry_of(encounter, answer.question_id)
        if isinstance(question, Question):
            self.asking.answer_again(encounter.id, question, decoder, "" if answer.text else answer.id)

    def write(self, form: WritingForm, about: str = "") -> bool:
        """Have a draft written, a card `about` an entry; returns whether it was begun: one is written at a time."""
        encounter = self.encounter
        if encounter is None or self.drafting.runs_in(encounter.id):
            return False
        settings = self.services.settings
        own = settings.text("own_note_template") or settings.text("note_template")
        template = own if form is WritingForm.NOTE else ""
        self.drafting.write(encounter.id, form, about, template)
        return True

    def write_again(self, writing_id: str, template: str = "") -> None:
        """Write a draft anew, in the place of the old one; `template` empty is the one that it had.

        What the doctor edited or signed stays: the new draft stands below it.
        """
        encounter = self.encounter
        draft = entry_of(encounter, writing_id) if encounter else None
        if encounter is None or not isinstance(draft, Writing) or self.drafting.runs_in(encounter.id):
            return
        template = template or draft.template
        if draft.edits or draft.is_signed:
            self.drafting.write(encounter.id, draft.form, draft.about, template)
        else:
            self.signing.stop(draft.id)
            self.drafting.write_again(encounter.id, replace(draft, template=template))

    def remove_writing(self, writing_id: str) -> None:
        """Take a draft out of the encounter; a signed note stays."""
        encounter = self.encounter
        draft = entry_of(encounter, writing_id) if encounter else None
        is_signed = isinstance(draft, Writing) and draft.is_signed
        if encounter and not is_signed and not self.drafting.is_running(writing_id):
            self.signing.stop(writing_id)
            self.book.remove(encounter.id, writing_id)

    def cancel(self) -> bool:
        """Stop the answer or the draft that is being made; returns whether there was one."""
        encounter = self.encounter
        return encounter is not None and (self.asking.cancel(encounter.id) or self.drafting.cancel(encounter.id))

    def speak(self) -> None:
        """Begin a recording, in a new encounter where none is open; before the first one it is asked whether it may."""
        encounter = self._ensure_encounter()
        if encounter:
            self.consenting.record(encounter.id)

    def withdraw_consent(self) -> None:
        """Let nothing more be recorded in this encounter."""
        if self.encounter:
            self.consenting.withdraw(self.encounter.id)

    def ask_for_consent(self) -> None:
        """Ask again whether may be recorded: a recording that runs without a patient ends first."""
        if self.encounter:
            self.dictating.stop()
            self.consenting.ask(self.encounter.id)

    def delete_recordings(self) -> None:
        """Delete what was recorded in this encounter, here and in the worker."""
        encounter = self.encounter
        if encounter:
            self.signing.cancel(encounter.id)
            self.dictating.naming.cancel(encounter.id)
            self.consenting.delete_recordings(encounter.id, lambda: self._forget(encounter.id))

    def recognise_rest(self, entry_id: str) -> None:
        """Take up recognising a recording."""
        if self.encounter:
            self.dictating.recognise_rest(self.encounter.id, entry_id)

    def turn_speaker(self, entry_id: str, number: int) -> None:
        """Give an utterance of a recording to the other speaker."""
        if self.encounter:
            whole = not self.dictating.is_running(entry_id) and not self.dictating.is_speaking(entry_id)
            self.dictating.naming.turn(self.encounter.id, entry_id, number, whole=whole)

    def swap_speakers(self, entry_id: str) -> None:
        """Take the doctor of a recording for the patient, and the patient for the doctor."""
        if self.encounter:
            self.dictating.naming.swap(self.encounter.id, entry_id)

    def attach(self, files: Sequence[Path]) -> None:
        """Add files."""
        encounter = self._ensure_encounter() if files else None
        if encounter:
            self.attaching.attach(encounter.id, files)

    def attach_image(self, image: QImage) -> None:
        """Add a picture from the clipboard."""
        encounter = self._ensure_encounter()
        if encounter:
            self.attaching.attach_image(encounter.id, image)

    def choose_frame(self, label: str, frame: int) -> None:
        """Ask about this frame of a picture from now on."""
        picture = attachment_labelled(self.encounter, label) if self.encounter else None
        if self.encounter and picture and picture.frame != frame:
            self.book.put(self.encounter.id, replace(picture, frame=frame), tell=False)

    def mark_region(self, label: str, region: Region) -> None:
        """Keep a part of a picture, and ask the next question about it."""
        picture = attachment_labelled(self.encounter, label) if self.encounter else None
        if self.encounter and picture and region.is_within:
            if region not in picture.regions:
                self.book.put(self.encounter.id, with_region(picture, region), tell=False)
            self.asking.mark(MarkedRegion(label, region))

    def clear_region(self, label: str, frame: int) -> None:
        """Forget what is marked on a frame; a question that was asked about it still knows it."""
        picture = attachment_labelled(self.encounter, label) if self.encounter else None
        if self.encounter and picture:
            self.book.put(self.encounter.id, without_region(picture, frame), tell=False)
        marked = self.asking.region
        if marked and (marked.label, marked.region.frame) == (label, frame):
            self.asking.mark(None)

    def _add_recording(self, encounter_id: str, name: str) -> None:
        self.consenting.note_import(encounter_id)
        self.dictating.add_recording(encounter_id, name)

    def _ensure_encounter(self) -> Encounter | None:
        return self.encounter or self.book.new()

    # --- the worker --------------------------------------------------------------------------------------------

    def shut_down(self) -> None:
        """End what is being recorded and wait until everything is on the disk; the worker is stopped by the window."""
        self.consenting.leave()
        self.dictating.stop()
        self.attaching.finish()
        self.asking.shut_down()
        self.signing.shut_down()
        self.book.finish()

    def leave(self) -> str:
        """Hear no more of the worker, whose last words may come late; returns the recording that goes on, if any."""
        self.services.worker.event_received.disconnect(self._take)
        return self.dictating.leave()

    def keep_all(self) -> bool:
        """Wait until everything is on the disk, but for a recording that runs; returns whether all of it is."""
        self.consenting.leave()
        self.attaching.finish()
        self.asking.shut_down()
        self.signing.shut_down()
        self.book.finish()
        return not self.book.has_unsaved

    def _take(self, event: Event) -> None:
        if isinstance(event, Failed) and event.kind is FailureKind.MISSING:
            self.models_missing.emit(event.sentence)
        self.asking.take(event)
        self.explaining.take(event)
        self.drafting.take(event)
        self.signing.take(event)
        self.dictating.take(event)
