"""The encounter screen: the list, the page of one encounter, and beside it the evidence or a picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.record.encounter import Dictation, WritingForm
from desktop.ui.encounter import boxes
from desktop.ui.encounter.composer import Composer, files_of, image_of
from desktop.ui.encounter.consent_question import ConsentQuestion, SpeakingPlace
from desktop.ui.encounter.controller import EncounterController
from desktop.ui.encounter.empty import NoEncounter
from desktop.ui.encounter.evidence import EvidencePanel
from desktop.ui.encounter.finding import Finding
from desktop.ui.encounter.folding import Pane
from desktop.ui.encounter.listing import EncounterList
from desktop.ui.encounter.noting import Noting
from desktop.ui.encounter.page import EncounterPage
from desktop.ui.encounter.panes import Panes
from desktop.ui.encounter.patient_view import PatientView
from desktop.ui.encounter.playing import Playing
from desktop.ui.encounter.viewing import ViewedPictures
from desktop.ui.encounter.widgets import scrolling
from desktop.ui.encounter.wording import answer_words, sentence_words
from desktop.ui.microphone.bar import MicrophoneBar
from desktop.ui.microphone.player import AudioPlayer
from desktop.ui.speech.qt_voice import QtVoice
from desktop.ui.translation import Retranslating
from desktop.ui.trends.pane import PatientTrends
from desktop.ui.trends.wording import sentence_of_point

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent

    from desktop.record.encounter import EncounterSummary, Sentence
    from desktop.record.trends import Point
    from desktop.ui.encounter.answer_card import Decoders
    from desktop.ui.services import Services
    from desktop.ui.speech.voice import Voice
    from desktop.worker.protocol import AnswerExplained

_WRITINGS = {
    "write-note": WritingForm.NOTE,
    "write-findings": WritingForm.FINDINGS,
    "write-differential": WritingForm.DIFFERENTIAL,
    "write-card": WritingForm.CARD,
}


class EncounterScreen(Retranslating, QWidget):
    """What the window shows first. `player` and `voice` stand in for what is heard in tests."""

    models_wanted = Signal()
    picture_export_wanted = Signal(object)
    """A MarkedPicture of the encounter that is shown."""
    sample_wanted = Signal()

    def __init__(
        self,
        services: Services,
        parent: QWidget | None = None,
        player: AudioPlayer | None = None,
        voice: Voice | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("encounter-screen")
        self.setAcceptDrops(True)
        self._services = services
        self.controller = EncounterController(services, self)
        self.finding = Finding(services, self.controller.book, self)
        self.listing = EncounterList(self)
        self.microphone = MicrophoneBar(services.recorder, services.settings, self)
        self.consent = ConsentQuestion(self)
        self.speaking = SpeakingPlace(self.microphone, self.consent, self)
        self.composer = Composer(self.speaking, self)
        self.page = EncounterPage(self.controller, self.composer, self)
        self.nothing = NoEncounter(self)
        self.evidence = EvidencePanel(self)
        self.viewing = ViewedPictures(services, self.controller.book, self)
        self.trends = PatientTrends(services, self.controller.book, self)
        self.noting = Noting(self.controller, self)
        self.playing = Playing(player or AudioPlayer(parent=self), self.controller.book, self)
        self._voice = voice or QtVoice(self)
        self._patient: PatientView | None = None
        self._was_shown = False
        self._lay_out()
        self._connect_views()
        self._connect_controller()
        self.retranslate()
        self._refresh()
        self._show_encounter()

    # --- what the window asks ----------------------------------------------------------------------------------

    def open_encounter(self, encounter_id: str) -> None:
        """Show an encounter, also one that was made elsewhere, such as the sample."""
        self._refresh()
        self.controller.open(encounter_id)
        self._take_keyboard()
        self._recognise_sample()

    def new_encounter(self) -> None:
        """Begin an encounter and put the keyboard into the question field."""
        self.controller.new()
        self._take_keyboard()

    def offer_decoders(self, decoders: Decoders) -> None:
        """Offer these decoders (id and title) for answering again."""
        self.page.show_decoders(decoders)

    def handle(self, action_id: str) -> bool:
        """Do what a shortcut of desktop.ui.actions asks for; returns whether anything was done."""
        action = self._actions().get(action_id)
        return bool(action()) if action else False

    def shut_down(self) -> None:
        """End a recording and wait until everything is on the disk; for the window when it closes."""
        self.playing.stop()
        self.noting.close()
        self.controller.shut_down()
        self.finding.leave()
        self.trends.leave()

    def keep_all(self) -> bool:
        """Wait until everything is on the disk, but for a recording that runs; returns whether all of it is."""
        self.noting.keep_all()
        return self.controller.keep_all()

    def leave(self) -> tuple[str, str]:
        """Be taken down because the record is locked; returns the encounter and the recording that goes on in it."""
        self.playing.stop()
        if self._patient is not None:
            self._patient.close()
        encounter = self.controller.encounter
        self.finding.leave()
        self.trends.leave()
        return (encounter.id if encounter else "", self.controller.leave())

    def resume(self, encounter_id: str, recording_id: str) -> None:
        """Be where an earlier screen was left."""
        self.controller.open(encounter_id)
        self.controller.dictating.resume(encounter_id, recording_id)

    def refresh(self) -> None:
        """Show what was changed elsewhere."""
        self._refresh()

    def _actions(self) -> dict[str, Callable[[], bool]]:
        return {
            "new-encounter": _always(self.new_encounter),
            "search": _always(self._search),
            "speak": _always(self.microphone.toggle),
            "attach": _always(self._choose_files),
            "attach-folder": _always(self._choose_folder),
            "import": _always(self._import),
            "paste": self.paste,
            "ask": _always(self.composer.ask),
            "cancel": self._cancel,
            "redo": self._redo,
            "copy-answer": self._copy,
            "next-sentence": lambda: self.page.step_sentence(1),
            "previous-sentence": lambda: self.page.step_sentence(-1),
            "show-patient": self.show_patient,
            "trends": self._show_trends,
            "sign-note": self._sign,
            **{action_id: partial(self._write, action_id) for action_id in _WRITINGS},
        }

    def _open_listed(self, encounter_id: str) -> None:
        self.controller.open(encounter_id)
        self.panes.want(Pane.PAGE)
        self._take_keyboard()

    def _search(self) -> None:
        self.panes.want(Pane.LIST)
        self.listing.search.setFocus()

    def _recognise_sample(self) -> None:
        """The sample is there to be tried at once: its words come without a further touch."""
        encounter = self.controller.encounter
        for entry in encounter.entries if encounter and encounter.sample else ():
            if isinstance(entry, Dictation) and not entry.finished:
                self.controller.recognise_rest(entry.id)

    # --- doing -------------------------------------------------------------------------------------------------

    def paste(self) -> bool:
        """Take a picture or files from the clipboard, else text into the question."""
        if not self.composer.isVisible():
            return False
        self.composer.field.setFocus()
        self.composer.field.paste()
        return True

    def show_patient(self) -> bool:
        """Turn the chosen sentence, else the newest answer, to the patient; returns whether there is one."""
        sentence, answer = self.page.chosen_sentence, self.page.last_answer()
        text = sentence_words(sentence) if sentence else answer_words(answer) if answer else ""
        if text:
            self._open_patient_view(text)
        return bool(text)

    def _open_patient_view(self, text: str) -> None:
        if self._patient is None:
            self._patient = PatientView(text, self._voice)
            self._patient.closed.connect(self._forget_patient_view)
            self._patient.showFullScreen()

    def _forget_patient_view(self) -> None:
        self._patient = None
        self.activateWindow()

    def _cancel(self) -> bool:
        """Esc: leave the title as it was, else do not record, else stop the answer, else go back to the page."""
        if self.page.title.hasFocus():
            self.page.title.revert()
            return True
        if self.controller.consenting.asks:
            self.controller.consenting.leave()
            return True
        if self.controller.cancel():
            return True
        if self._side.currentWidget() is not self.evidence:
            if not self.trends.end_choice():
                self._close_picture()
            return True
        if self.page.chosen_sentence:
            self.page.choose(None)
            self.evidence.show_sentence(None)
            self.panes.want(Pane.PAGE)
            return True
        return False

    def _redo(self) -> bool:
        answer = self.page.last_answer()
        if answer:
            self.controller.answer_again(answer.id)
        return answer is not None

    def _copy(self) -> bool:
        answer = self.page.last_answer()
        card = self.page.answer_card(answer.id) if answer else None
        if card:
            card.copy(sources=False)
        return card is not None

    def _choose_folder(self) -> None:
        boxes.choose_folder(self, self.controller.attach)

    def _import(self) -> None:
        from desktop.ui.imports.sheet import ImportSheet

        sheet = ImportSheet(self.controller.book, self)
        sheet.finished.connect(sheet.deleteLater)
        sheet.choose()

    def _choose_files(self) -> None:
        boxes.choose_files(self, self.controller.attach)

    def _ask(self, text: str) -> None:
        if self.controller.ask(text):
            self.composer.clear()

    def _write(self, action_id: str) -> bool:
        """Write what the action asks for; a card needs something that it can put in plain words."""
        kind = _WRITINGS[action_id]
        about = self.page.worded_entry() if kind is WritingForm.CARD else ""
        if kind is WritingForm.CARD and not about and self.controller.encounter:
            self._tell(self.tr("Ask a question or write a note first: the card puts it in plain words."))
            return True
        return self.controller.write(kind, about)

    def _sign(self) -> bool:
        """Open the note that the chosen sentence is in, else the newest that is not signed, to edit and sign it."""
        note_id = self.page.note_to_sign()
        if not note_id and self.controller.encounter:
            self._tell(self.tr("There is no draft of a note here. Write one first."))
            return True
        return self.noting.open(note_id)

    def _open_picture(self, label: str) -> None:
        encounter = self.controller.encounter
        if encounter and self.viewing.show_label(encounter, label, self.controller.explaining.weights_of(label)):
            self._side.setCurrentWidget(self.viewing)
            self.panes.lend_side()

    def _show_why(self, found: AnswerExplained | None) -> None:
        """Open the first picture with what the answer hangs on, or take that away again."""
        self.viewing.hide_weights()
        if found and found.pictures:
            self._open_picture(found.pictures[0].label)

    def _show_trends(self) -> bool:
        """Open the trends of the encounter that is shown, or close them again."""
        encounter = self.controller.encounter
        if encounter and self._side.currentWidget() is self.trends:
            self._close_picture()
        elif encounter:
            self._side.setCurrentWidget(self.trends)
            self.panes.want(Pane.SIDE)
            self.trends.show_encounter(encounter)
        return encounter is not None

    def _open_point(self, point: Point) -> None:
        """Open the encounter in which a value was said, at its sentence."""
        self.controller.open(point.encounter_id)
        self.page.show_entry(point.entry_id)
        self._open_sources(sentence_of_point(point), "")

    def _close_picture(self) -> None:
        self.viewing.let_go()
        self.trends.let_go()
        self._side.setCurrentWidget(self.evidence)
        self.panes.take_back_side()

    def _open_sources(self, sentence: Sentence, question: str) -> None:
        self.evidence.show_sentence(sentence, question)
        self._close_picture()
        self.panes.want(Pane.SIDE)

    def _delete_recordings(self) -> None:
        boxes.ask_to_delete_recordings(self, self.controller.delete_recordings)

    def _delete(self, encounter_id: str) -> None:
        boxes.ask_to_delete(self, lambda: self.controller.delete(encounter_id))

    # --- keeping in step ---------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        sought = self.listing.search.text().strip()
        self.finding.search(sought)
        if sought:
            self.nothing.show_whether_any(True)
            return  # what is found comes from the search alone: two orders in turn would move rows under the cursor
        rows = self.controller.book.summaries()
        self._show_found(rows)
        self.nothing.show_whether_any(bool(rows))

    def _show_found(self, rows: tuple[EncounterSummary, ...]) -> None:
        encounter = self.controller.encounter
        self.listing.show_rows(rows, encounter.id if encounter else "")

    def _show_encounter(self) -> None:
        encounter = self.controller.encounter
        self._middle.setCurrentWidget(self.page if encounter else self._nothing)
        self.listing.choose(encounter.id if encounter else "")
        self.evidence.show_sentence(None)
        self.panes.offer_side(encounter is not None)
        self._close_picture()
        self.playing.stop()

    def _tell_unsaved(self, sentence: str) -> None:
        self.page.notice.tell(sentence, self.tr("Save again"), self.controller.book.save_again)

    def _tell_missing(self, sentence: str) -> None:
        self.page.notice.tell(sentence, self.tr("Open the models page"), self.models_wanted.emit)

    def _tell(self, sentence: str) -> None:
        if self.controller.encounter:
            self.page.notice.tell(sentence)
        else:
            boxes.tell(self, sentence)

    # --- building ----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._middle = QStackedWidget(self)
        self._nothing = scrolling(self.nothing)
        self._middle.addWidget(self._nothing)
        self._middle.addWidget(self.page)
        self._side = QStackedWidget(self)
        self._side.addWidget(self.evidence)
        self._side.addWidget(self.viewing)
        self._side.addWidget(self.trends)
        self.panes = Panes(self.listing, self._middle, self._side, self._services.settings, self)
        self.panes.keyboard_wanted.connect(self._take_keyboard)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panes)

    def _take_keyboard(self) -> None:
        """Put the keyboard where this goes on: the question, the first encounter, or the way back to the page."""
        if not self.panes.shows_page:
            self.panes.take_keyboard()
        elif self.controller.encounter:
            self.composer.field.setFocus()
        else:
            self.nothing.take_keyboard()

    def _connect_views(self) -> None:
        self.listing.new_wanted.connect(self.new_encounter)
        self.listing.open_wanted.connect(self._open_listed)
        self.listing.delete_wanted.connect(self._delete)
        self.listing.search_changed.connect(self._refresh)
        self.listing.damaged_chosen.connect(self._tell)
        self.finding.found.connect(self._show_found)
        self.finding.how_changed.connect(self.listing.show_how)
        self.nothing.new_wanted.connect(self.new_encounter)
        self.nothing.sample_wanted.connect(self.sample_wanted)
        self.microphone.start_wanted.connect(self.controller.speak)
        self.microphone.stop_wanted.connect(self.controller.dictating.stop)
        self.consent.answered.connect(self.controller.consenting.answer)
        self.consent.later.connect(self.controller.consenting.leave)
        self.controller.consenting.question_changed.connect(self.speaking.show_question)
        composer = self.composer
        composer.ask_wanted.connect(self._ask)
        composer.attach_wanted.connect(self._choose_files)
        composer.write_wanted.connect(self._write)
        composer.cancel_wanted.connect(self.controller.cancel)
        composer.region_dropped.connect(lambda: self.controller.asking.mark(None))
        composer.files_given.connect(self.controller.attach)
        composer.image_given.connect(self.controller.attach_image)
        self.controller.explaining.shown.connect(self._show_why)
        page = self.page
        page.sentence_opened.connect(self._open_sources)
        page.picture_opened.connect(self._open_picture)
        page.play_wanted.connect(self.playing.play)
        page.patient_wanted.connect(self._open_patient_view)
        page.recordings_unwanted.connect(self._delete_recordings)
        page.models_wanted.connect(self.models_wanted)
        page.note_wanted.connect(self.noting.open)
        page.addendum_wanted.connect(self.noting.addendum)
        self.noting.play_wanted.connect(self.playing.play)
        self.noting.told.connect(self._tell)
        self.trends.told.connect(self._tell)
        self.trends.opened.connect(self._open_point)
        self.trends.encounter_wanted.connect(self._open_listed)
        self.trends.close_wanted.connect(self._close_picture)
        page.trends_wanted.connect(self._show_trends)
        self.evidence.play_wanted.connect(self.playing.play)
        self.evidence.picture_wanted.connect(self._open_picture)
        self.playing.playing_changed.connect(self.evidence.show_playing)
        self.playing.told.connect(self._tell)

    def _connect_controller(self) -> None:
        controller = self.controller
        controller.book.opened.connect(lambda _encounter: self._show_encounter())
        controller.book.listing_changed.connect(self._refresh)
        controller.book.renamed.connect(lambda _encounter: self._refresh())
        controller.book.refused.connect(self._tell)
        controller.book.unsaved_changed.connect(self._tell_unsaved)
        controller.told.connect(self._tell)
        controller.models_missing.connect(self._tell_missing)
        controller.attaching.copying_changed.connect(self.composer.show_copying)
        controller.asking.region_changed.connect(self.composer.show_region)
        self.viewing.frame_chosen.connect(controller.choose_frame)
        self.viewing.region_marked.connect(controller.mark_region)
        self.viewing.region_cleared.connect(controller.clear_region)
        self.viewing.export_wanted.connect(self.picture_export_wanted)
        self.viewing.close_wanted.connect(self._close_picture)

    def retranslate(self) -> None:
        """Set every word of its own."""
        self.setAccessibleName(self.tr("Encounters"))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show what other screens changed, such as the sample encounter."""
        super().showEvent(event)
        self.controller.book.close_removed()
        self._refresh()
        if not self._was_shown:
            self._was_shown = True
            self._take_keyboard()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take files and pictures."""
        if files_of(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()
            self.composer.show_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """It went away again."""
        super().dragLeaveEvent(event)
        self.composer.show_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Attach what is dropped."""
        self.composer.show_drop(False)
        files, image = files_of(event.mimeData()), image_of(event.mimeData())
        if files:
            self.controller.attach(files)
        elif image is not None:
            self.controller.attach_image(image)
        event.acceptProposedAction()


def _always(act: Callable[[], object]) -> Callable[[], bool]:
    """Return a function that does `act` and says that something was done."""

    def do() -> bool:
        act()
        return True

    return do
