"""The middle of the screen: title, timeline and composer of one encounter, kept in step with the controller."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeGuard

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.record.editing import consent_of, entry_of
from desktop.record.encounter import Answer, Attachment, Consent, Dictation, Encounter, Question, Writing, WritingForm
from desktop.ui.encounter.answer_card import AnswerCard, Decoders
from desktop.ui.encounter.cards import AttachmentCard, DictationCard, QuestionCard
from desktop.ui.encounter.consent_card import ConsentCard
from desktop.ui.encounter.consenting import recorded_here
from desktop.ui.encounter.empty import EmptyEncounter
from desktop.ui.encounter.notices import NoticeLine
from desktop.ui.encounter.thumbnails import Thumbnails
from desktop.ui.encounter.timeline_view import TimelineView
from desktop.ui.encounter.title_field import TitleField
from desktop.ui.encounter.widgets import IconButton, scrolling
from desktop.ui.encounter.wording import default_title
from desktop.ui.encounter.writing_card import WritingCard
from desktop.ui.translation import Retranslating
from desktop.worker.status import WorkerState

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.encounter import Entry, Sentence, Word
    from desktop.ui.encounter.composer import Composer
    from desktop.ui.encounter.controller import EncounterController
    from desktop.ui.encounter.sentences import SentenceRow
    from desktop.worker.protocol import AnswerExplained
    from desktop.worker.status import WorkerStatus

_LOADING = (WorkerState.STARTING, WorkerState.RESTARTING)


class EncounterPage(Retranslating, QWidget):
    """Shows the encounter that the controller holds."""

    sentence_opened = Signal(object, str)
    """The Sentence and the question that was asked."""
    picture_opened = Signal(str)
    play_wanted = Signal(str, float, object)
    patient_wanted = Signal(str)
    models_wanted = Signal()
    recordings_unwanted = Signal()
    """What was recorded here is to be deleted."""
    note_wanted = Signal(str)
    """The id of a note that is to be edited and signed."""
    addendum_wanted = Signal(str)
    """The id of a signed note."""
    trends_wanted = Signal()

    def __init__(self, controller: EncounterController, composer: Composer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._decoders: Decoders = ()
        self._chosen: Sentence | None = None
        self._weighed: AnswerExplained | None = None
        self._showing = 0
        """Counts what was opened: a card that waits for its picture belongs to one of them."""
        self.thumbnails = Thumbnails(controller.services.pictures, self)
        self.title = TitleField(self)
        self._trends = IconButton("show-trends", "trend", self)
        self._trends.clicked.connect(self.trends_wanted)
        self.notice = NoticeLine(self)
        self.timeline = TimelineView(self._card_of, self)
        self.composer = composer
        self._empty = EmptyEncounter(self)
        self._middle = QStackedWidget(self)
        self._middle.addWidget(self.timeline)
        self._nothing = scrolling(self._empty)
        self._middle.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self._trends)
        column.addLayout(top)
        column.addWidget(self.notice)
        column.addWidget(self._middle, 1)
        column.addWidget(composer)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        book, asking, dictating = self._controller.book, self._controller.asking, self._controller.dictating
        self.title.editingFinished.connect(self._rename)
        book.opened.connect(self._show)
        book.renamed.connect(lambda encounter: self.title.show_title(encounter.title))
        book.entry_added.connect(self._add)
        book.entry_changed.connect(self._change)
        asking.piece_came.connect(self._append)
        asking.running_changed.connect(self._follow_jobs)
        self._controller.drafting.running_changed.connect(self._follow_jobs)
        self._controller.signing.faults_found.connect(lambda _faults: self._follow_jobs())
        self._controller.explaining.changed.connect(self._show_why)
        self._controller.explaining.shown.connect(self._weigh_words)
        dictating.words_came.connect(self._show_words)
        dictating.progressed.connect(self._show_progress)
        dictating.running_changed.connect(self._follow_jobs)
        dictating.recording_changed.connect(self._follow_jobs)
        self._controller.services.worker.state_changed.connect(self._follow_worker)

    # --- the encounter -----------------------------------------------------------------------------------------

    def _show(self, encounter: Encounter | None) -> None:
        self.thumbnails.forget()
        self._showing += 1
        self._chosen = self._weighed = None
        if encounter is None:
            return
        self.title.clearFocus()
        self.title.show_title(encounter.title)
        self.title.setPlaceholderText(default_title(encounter.created))
        self.timeline.show_entries(encounter.entries)
        self._middle.setCurrentWidget(self.timeline if encounter.entries else self._nothing)
        self._follow_jobs()

    def _rename(self) -> None:
        self._controller.book.rename(self.title.text().strip())

    def _add(self, entry: Entry) -> None:
        self._middle.setCurrentWidget(self.timeline)
        if isinstance(entry, Question | Writing):
            self.timeline.go_to_end()
        self.timeline.add(entry)
        if isinstance(entry, Consent):
            self._follow_jobs()  # the answer before it holds no longer

    def _change(self, entry: Entry) -> None:
        self.timeline.replace(entry)
        shown = self.timeline.card(entry.id)
        if isinstance(shown, AnswerCard | DictationCard | AttachmentCard | QuestionCard | WritingCard):
            if isinstance(entry, Writing) and entry.sections:
                self.timeline.show_start_of(shown)
            shown.show_entry(entry)  # type: ignore[arg-type]  # a card shows entries of its own kind only
        self._follow(entry.id)

    # --- cards -------------------------------------------------------------------------------------------------

    def _card_of(self, entry: Entry) -> QWidget:
        if isinstance(entry, Answer):
            made: QWidget = self._answer_card(entry)
        elif isinstance(entry, Dictation):
            made = self._dictation_card(entry)
        elif isinstance(entry, Attachment):
            made = self._attachment_card(entry)
        elif isinstance(entry, Writing):
            made = self._writing_card(entry)
        elif isinstance(entry, Consent):
            made = self._consent_card(entry)
        else:
            made = QuestionCard(entry)
        return made

    def _consent_card(self, consent: Consent) -> ConsentCard:
        made = ConsentCard(consent)
        made.withdraw_wanted.connect(self._controller.withdraw_consent)
        made.ask_wanted.connect(self._controller.ask_for_consent)
        made.delete_wanted.connect(self.recordings_unwanted)
        self._show_consent_state(made)
        return made

    def _show_consent_state(self, card: ConsentCard) -> None:
        encounter = self._controller.encounter
        consent = consent_of(encounter) if encounter else None
        holds = consent is not None and consent.id == card.entry_id
        card.show_state(holds=holds, recordings=len(recorded_here(encounter)) if encounter else 0)

    def _answer_card(self, answer: Answer) -> AnswerCard:
        made = AnswerCard(answer, self._question_far_above(answer))
        made.sentence_opened.connect(lambda sentence: self.open_sentence(sentence, answer.question_id))
        made.again_wanted.connect(self._controller.answer_again)
        # The button that was pressed goes; the keyboard must not wander off to the rail.
        made.again_wanted.connect(lambda *_: self.composer.field.setFocus())
        made.cancel_wanted.connect(self._controller.cancel)
        made.why_wanted.connect(self._controller.explaining.toggle)
        made.show_why(self._controller.explaining.state_of(answer.id))
        made.models_wanted.connect(self.models_wanted)
        made.patient_wanted.connect(self.patient_wanted)
        made.show_decoders(self._decoders)
        self._show_answer_state(made)
        return made

    def _writing_card(self, writing: Writing) -> WritingCard:
        made = WritingCard(writing)
        made.sentence_opened.connect(lambda sentence: self.open_sentence(sentence, ""))
        for button_gone in (made.again_wanted, made.remove_wanted):
            button_gone.connect(lambda *_: self.composer.field.setFocus())
        made.again_wanted.connect(self._controller.write_again)
        made.remove_wanted.connect(self._controller.remove_writing)
        made.cancel_wanted.connect(self._controller.cancel)
        made.models_wanted.connect(self.models_wanted)
        made.patient_wanted.connect(self.patient_wanted)
        made.sign_wanted.connect(self.note_wanted)
        made.addendum_wanted.connect(self.addendum_wanted)
        self._show_writing_state(made)
        return made

    def _dictation_card(self, dictation: Dictation) -> DictationCard:
        made = DictationCard(dictation)
        made.rest_wanted.connect(self._controller.recognise_rest)
        made.cancel_wanted.connect(self._controller.dictating.cancel)
        made.play_wanted.connect(self.play_wanted)
        made.question_wanted.connect(self.composer.put_words)
        made.speaker_turned.connect(self._controller.turn_speaker)
        made.speakers_swapped.connect(self._controller.swap_speakers)
        self._show_dictation_state(made, dictation.id)
        self._weigh_card(made)
        return made

    def _attachment_card(self, picture: Attachment) -> AttachmentCard:
        made = AttachmentCard(picture)
        made.opened.connect(self.picture_opened)
        encounter = self._controller.encounter
        if encounter and picture.files:
            place = 0 if len(picture.files) == 1 else len(picture.files) // 2
            frame = picture.frame if len(picture.files) == 1 else None
            show = partial(self._show_thumbnail, self._showing, made, frame)
            self._controller.book.when_readable(encounter.id, [picture.files[place]], show)
        return made

    def _show_thumbnail(self, showing: int, card: AttachmentCard, frame: int | None, files: tuple[Path, ...]) -> None:
        if showing == self._showing:  # otherwise another encounter is shown, and the card is gone
            self.thumbnails.show(files[0], frame, card.show_picture, card.show_fault)

    def _question_far_above(self, answer: Answer) -> str:
        """Return the question where another entry stands between it and its answer."""
        encounter = self._controller.encounter
        entries = encounter.entries if encounter else ()
        places = [place for place, entry in enumerate(entries) if entry.id == answer.id]
        before = entries[places[0] - 1] if places and places[0] else None
        if before is None or before.id == answer.question_id:
            return ""
        question = next((entry for entry in entries if entry.id == answer.question_id), None)
        return question.text if isinstance(question, Question) else ""

    # --- what is under way -------------------------------------------------------------------------------------

    def _follow_worker(self, _status: WorkerStatus) -> None:
        # A method and no lambda: the worker lives longer than this page, and must not call one that is gone.
        self._follow_jobs()

    def _follow_jobs(self) -> None:
        encounter, asking = self._controller.encounter, self._controller.asking
        running = encounter is not None and asking.runs_in(encounter.id)
        stopping = False
        for card in self.timeline.cards():
            if isinstance(card, AnswerCard):
                stopping = stopping or asking.is_stopping(card.answer.id)
                self._show_answer_state(card)
            elif isinstance(card, DictationCard):
                self._show_dictation_state(card, card.entry_id)
            elif isinstance(card, WritingCard):
                self._show_writing_state(card)
            elif isinstance(card, ConsentCard):
                self._show_consent_state(card)
        self.composer.show_answering(running, stopping)

    def _follow(self, entry_id: str) -> None:
        shown = self.timeline.card(entry_id)
        if isinstance(shown, AnswerCard):
            self._show_answer_state(shown)
        elif isinstance(shown, DictationCard):
            self._show_dictation_state(shown, entry_id)
        elif isinstance(shown, WritingCard):
            self._show_writing_state(shown)

    def _show_answer_state(self, card: AnswerCard) -> None:
        asking = self._controller.asking
        answer_id = card.answer.id
        card.show_state(
            running=asking.is_running(answer_id),
            stopping=asking.is_stopping(answer_id),
            failure=asking.failure_of(answer_id),
            waiting_for=self._what_loads(),
        )

    def _show_writing_state(self, card: WritingCard) -> None:
        drafting, writing_id = self._controller.drafting, card.writing.id
        card.show_state(
            running=drafting.is_running(writing_id),
            failure=drafting.failure_of(writing_id),
            waiting_for=self._what_loads(),
        )
        card.show_faults(self._controller.signing.faults_of(writing_id))

    def _show_dictation_state(self, card: DictationCard, entry_id: str) -> None:
        dictating = self._controller.dictating
        card.show_state(
            speaking=dictating.is_speaking(entry_id),
            running=dictating.is_running(entry_id),
            failure=dictating.failure_of(entry_id),
        )

    def _what_loads(self) -> str:
        status = self._controller.services.worker.status
        if status.state not in _LOADING:
            return ""
        words = self.tr("Loading the models: {0} ({1} %)…") if status.what else self.tr("Starting the models…")
        return words.format(status.what, round(100 * status.share))

    def _show_why(self, answer_id: str) -> None:
        card = self.timeline.card(answer_id)
        if isinstance(card, AnswerCard):
            card.show_why(self._controller.explaining.state_of(answer_id))

    def _weigh_words(self, found: AnswerExplained | None) -> None:
        """Mark the words that an answer hangs on in every recording; None takes the marks away."""
        self._weighed = found
        for card in self.timeline.cards():
            if isinstance(card, DictationCard):
                self._weigh_card(card)

    def _weigh_card(self, card: DictationCard) -> None:
        words = self._weighed.words if self._weighed else ()
        card.text.show_weights({word.start_s: word.weight for word in words if word.label == card.label})

    def _append(self, answer_id: str, piece: str) -> None:
        card = self.timeline.card(answer_id)
        if isinstance(card, AnswerCard):
            card.append(piece)

    def _show_words(self, entry_id: str, words: tuple[Word, ...]) -> None:
        card = self.timeline.card(entry_id)
        if isinstance(card, DictationCard):
            card.show_partial(words)

    def _show_progress(self, entry_id: str, position_s: float, duration_s: float) -> None:
        card = self.timeline.card(entry_id)
        if isinstance(card, DictationCard):
            card.show_progress(position_s, duration_s)

    # --- sentences ---------------------------------------------------------------------------------------------

    @property
    def chosen_sentence(self) -> Sentence | None:
        """The sentence whose sources are shown."""
        return self._chosen

    def show_entry(self, entry_id: str) -> None:
        """Scroll to an entry, wherever it is."""
        if self.timeline.card(entry_id) is None:
            self.timeline.build_all()
        card = self.timeline.card(entry_id)
        if card is not None:
            # After the view has gone to the end, which it does one turn after an encounter is opened.
            QTimer.singleShot(0, card, lambda: self.timeline.show_start(card))

    def open_sentence(self, sentence: Sentence, question_id: str) -> None:
        """Mark a sentence and ask for its sources to be shown."""
        self.choose(sentence)
        encounter = self._controller.encounter
        question = entry_of(encounter, question_id) if encounter else None
        self.sentence_opened.emit(sentence, question.text if isinstance(question, Question) else "")

    def choose(self, sentence: Sentence | None) -> None:
        """Mark the sentence whose sources are shown, None for none."""
        self._chosen = sentence
        for card in self.timeline.cards():
            if isinstance(card, AnswerCard | WritingCard):
                card.choose(sentence)

    def step_sentence(self, step: int) -> bool:
        """Go to the next (1) or previous (-1) sentence and open its sources; returns whether there is one."""
        rows = self._rows()
        if not rows:
            return False
        here = next((place for place, row in enumerate(rows) if row.hasFocus() or row.sentence is self._chosen), None)
        if here is None:
            here = self._last_answer_start(rows) - 1 if step > 0 else len(rows)
        row = rows[min(max(here + step, 0), len(rows) - 1)]
        row.open_sources()
        self.timeline.show_widget(row)
        return True

    def last_answer(self) -> Answer | None:
        """Return the answer that the keyboard or the chosen sentence is in, else the newest with words."""
        cards = [card for card in self.timeline.cards() if isinstance(card, AnswerCard) and card.answer.text]
        inside = [card for card in cards if any(self._is_here(row) for row in card.sentences.rows)]
        chosen = (inside or cards[-1:])[-1:]
        return chosen[0].answer if chosen else None

    def worded_entry(self) -> str:
        """Return the id of the answer or note that the chosen sentence is in, else of the newest; empty for none.

        A differential and a table of findings are for doctors: nothing of them is put in plain words.
        """
        cards = [card for card in self.timeline.cards() if isinstance(card, AnswerCard) or _is_note(card)]
        worded = [card for card in cards if _rows_of(card)]
        inside = [card for card in worded if any(map(self._is_here, _rows_of(card)))]
        chosen = (inside or worded[-1:])[-1:]
        return chosen[0].entry_id if chosen else ""

    def note_to_sign(self) -> str:
        """Return the id of the unsigned note that the chosen sentence is in, else of the newest; empty for none."""
        cards = [card for card in self.timeline.cards() if isinstance(card, WritingCard) and card.can_be_signed]
        inside = [card for card in cards if any(map(self._is_here, _rows_of(card)))]
        chosen = (inside or cards[-1:])[-1:]
        return chosen[0].entry_id if chosen else ""

    def answer_card(self, answer_id: str) -> AnswerCard | None:
        """Return the card of an answer."""
        card = self.timeline.card(answer_id)
        return card if isinstance(card, AnswerCard) else None

    def show_decoders(self, decoders: Decoders) -> None:
        """Offer these decoders for answering again."""
        self._decoders = decoders
        for card in self.timeline.cards():
            if isinstance(card, AnswerCard):
                card.show_decoders(decoders)

    def _is_here(self, row: SentenceRow) -> bool:
        return row.hasFocus() or (self._chosen is not None and row.sentence is self._chosen)

    def _rows(self) -> list[SentenceRow]:
        cards = [card for card in self.timeline.cards() if isinstance(card, AnswerCard | WritingCard)]
        return [row for card in cards for row in _rows_of(card) if row.sentence]

    def _last_answer_start(self, rows: list[SentenceRow]) -> int:
        last = rows[-1].parent()
        return next(place for place, row in enumerate(rows) if row.parent() is last)

    def retranslate(self) -> None:
        """Set every word of its own."""
        self.title.setAccessibleName(self.tr("Title of the encounter"))
        self.title.show_hint(self.tr("Type a title"))
        self._trends.setText(self.tr("Trends"))
        self._trends.setAccessibleName(self.tr("Trends, and who is the same patient"))
        self._trends.setToolTip(self._trends.accessibleName())
        encounter = self._controller.encounter
        if encounter:
            self.title.setPlaceholderText(default_title(encounter.created))


def _is_note(card: QWidget) -> TypeGuard[WritingCard]:
    return isinstance(card, WritingCard) and card.writing.form is WritingForm.NOTE


def _rows_of(card: AnswerCard | WritingCard) -> list[SentenceRow]:
    return [row for sentences in card.sentence_lists for row in sentences.rows]
