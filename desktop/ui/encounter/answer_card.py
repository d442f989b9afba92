"""One answer: its words as they come, then sentence by sentence with verdicts, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from desktop.record.encounter import Answer, AnswerStatus
from desktop.ui import theme
from desktop.ui.encounter.button_row import ButtonRow
from desktop.ui.encounter.explaining import NOT_ASKED, is_explainable
from desktop.ui.encounter.pacing import TICK_S, SteadyText
from desktop.ui.encounter.sentences import SentenceList
from desktop.ui.encounter.widgets import IconButton, PlainText, button
from desktop.ui.encounter.wording import (
    answer_words,
    plain_answer,
    said_instead,
    status_sentence,
    time_of_day,
    used_words,
    why_words,
)
from desktop.ui.translation import Retranslating
from desktop.ui.viewer.flow_layout import FlowLayout
from desktop.worker.protocol import FailureKind

if TYPE_CHECKING:
    from desktop.record.encounter import Sentence
    from desktop.ui.encounter.explaining import WhyState

Decoders = tuple[tuple[str, str], ...]
"""Id and title of each decoder that can answer."""


class AnswerCard(Retranslating, QFrame):
    """Shows an answer from its first piece to its verdicts."""

    sentence_opened = Signal(object)
    again_wanted = Signal(str, str)
    """The answer's id and the decoder, empty for the chosen one."""
    cancel_wanted = Signal()
    why_wanted = Signal(str)
    """The answer's id: explain it, stop that, or hide what was found."""
    models_wanted = Signal()
    patient_wanted = Signal(str)
    """The words to be shown to the patient."""

    def __init__(self, answer: Answer, question: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("answer")
        self.setProperty("role", "card")
        self._answer = answer
        self._question = question
        self._running = self._stopping = False
        self._waiting_for = ""
        self._failure = FailureKind.FAULT
        self._decoders: Decoders = ()
        self._why_state = NOT_ASKED
        self._steady = SteadyText()
        self._tick = QTimer(self, interval=round(TICK_S * 1000))
        self._tick.timeout.connect(self._show_some)
        self._make_parts()
        self._lay_out()
        self.show_entry(answer)

    # --- what is shown -----------------------------------------------------------------------------------------

    @property
    def answer(self) -> Answer:
        """The answer as it is known now."""
        return self._answer

    @property
    def entry_id(self) -> str:
        """The id of its entry."""
        return self._answer.id

    @property
    def sentence_lists(self) -> tuple[SentenceList, ...]:
        """Its sentences: one list, where a draft has one for each section."""
        return (self.sentences,)

    def choose(self, sentence: Sentence | None) -> None:
        """Show which sentence's sources are open."""
        self.sentences.choose(sentence)

    def show_entry(self, answer: Answer) -> None:
        """Show another state of the answer; text that is still being shown bit by bit goes on so."""
        was_whole = bool(self._answer.sentences)
        self._answer = answer
        if answer.sentences:
            self._finish_text()
            self.sentences.show_sentences(answer.text, answer.sentences)
            if not was_whole:
                self._announce()
        elif not answer.text.startswith(self.sentences.text) or not self._running:
            self._finish_text()
            self.sentences.show_text(answer.text)
        self.retranslate()

    def append(self, piece: str) -> None:
        """Take the next piece of a running answer; it appears at a steady rate."""
        self._steady.add(piece)
        self._tick.start()

    def show_state(self, *, running: bool, stopping: bool, failure: FailureKind, waiting_for: str = "") -> None:
        """Show whether it is being answered or stopped, why it failed, and what loads before it can begin."""
        self._running, self._stopping, self._failure = running, stopping, failure
        self._waiting_for = waiting_for
        if not running:
            self._finish_text()
        self.retranslate()

    def show_why(self, state: WhyState) -> None:
        """Show how explaining the answer stands, and what it hangs on."""
        self._why_state = state
        self.retranslate()

    def show_decoders(self, decoders: Decoders) -> None:
        """Offer to answer again with these."""
        self._decoders = decoders
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self._title.show_words(self._heading())
        self._asked.show_words(self._question)
        self._state.show_words(self._state_words())
        self._reason.show_words("" if self._running else status_sentence(self._answer))
        role = "error" if self._answer.status is AnswerStatus.FAILED else "caption"
        if self._reason.property("role") != role:
            theme.set_role(self._reason, role)
        self._said.show_words("" if self._running else said_instead(self._answer))
        self._notices.show_words("\n".join(self._answer.notices))
        self._used.show_words("" if self._running else self._footer())
        self._stop.setText(self.tr("Stop"))
        self._try_again.setText(self.tr("Try again"))
        self._models.setText(self.tr("Open the models page"))
        self._copy.setText(self.tr("Copy"))
        self._copy_sources.setText(self.tr("With sources"))
        self._copy_sources.setAccessibleName(self.tr("Copy with sources"))
        self._copy_sources.setToolTip(self._copy_sources.accessibleName())
        self._again.setText(self.tr("Answer again"))
        self._patient.setText(self.tr("Patient view"))
        for control in (self._copy, self._again, self._patient):
            control.setAccessibleName(control.text())
            control.setToolTip(control.text())
        self._show_why_words()
        self._fill_menu()
        self._show_parts()

    # --- parts -------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self._title = PlainText("caption", self)
        self._asked = PlainText("", self)
        self.sentences = SentenceList(self)
        self.sentences.opened.connect(self.sentence_opened)
        self._said = PlainText("", self)
        self._said.setObjectName("said-instead")
        self._state = PlainText("caption", self)
        self._reason = PlainText("caption", self)
        self._notices = PlainText("caption", self)
        self._used = PlainText("caption", self)
        self._stop = button("stop-answer", "", self)
        self._try_again = button("try-again", "", self)
        self._models = button("open-models", "", self)
        self._copy = IconButton("copy-answer", "copy", self)
        self._copy_sources = IconButton("copy-with-sources", "copy-sources", self)
        self._again = IconButton("answer-again", "redo", self)
        self._patient = IconButton("show-patient", "person", self)
        self._why = IconButton("why-answer", "why", self)
        self._because = PlainText("caption", self)
        # It goes on from the button before it, and four buttons have to stand in one row.
        self._copy_sources.words_style = Qt.ToolButtonStyle.ToolButtonTextOnly
        controls = (self._copy, self._copy_sources, self._again, self._patient, self._why)
        for control in controls:
            control.setProperty("tight", True)
        self._mending = _row(self, 8, self._try_again, self._models)
        self._doing = ButtonRow(4, controls, self)
        self._stop.clicked.connect(self.cancel_wanted)
        self._models.clicked.connect(self.models_wanted)
        self._try_again.clicked.connect(lambda: self.again_wanted.emit(self._answer.id, ""))
        self._again.clicked.connect(lambda: self.again_wanted.emit(self._answer.id, ""))
        self._why.clicked.connect(lambda: self.why_wanted.emit(self._answer.id))
        self._copy.clicked.connect(lambda: self.copy(sources=False))
        self._copy_sources.clicked.connect(lambda: self.copy(sources=True))
        self._patient.clicked.connect(lambda: self.patient_wanted.emit(answer_words(self._answer)))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(6)
        told = (self._said, self._reason, self._notices, self._used, self._because)
        for label in (self._title, self._asked, self._state, *told):
            label.setContentsMargins(8, 0, 8, 0)
        for widget in (self._title, self._asked, self.sentences):
            column.addWidget(widget)
        state = QHBoxLayout()
        state.addWidget(self._state, 1)
        state.addWidget(self._stop)
        column.addLayout(state)
        for widget in told:
            column.addWidget(widget)
        column.addWidget(self._mending)
        column.addWidget(self._doing)

    def _show_parts(self) -> None:
        answer, done = self._answer, not self._running
        broken = done and answer.status in {AnswerStatus.FAILED, AnswerStatus.CANCELLED}
        self._stop.setVisible(self._running)
        self._stop.setEnabled(not self._stopping)
        self._try_again.setVisible(broken and self._failure is not FailureKind.INPUT)
        self._models.setVisible(broken and self._failure is FailureKind.MISSING)
        for control in (self._copy, self._patient):
            control.setVisible(done and bool(answer.text))
        self._copy_sources.setVisible(done and bool(answer.sentences))
        self._again.setVisible(done and not broken)
        self._why.setVisible(done and is_explainable(answer))
        self._mending.setVisible(broken and self._failure is not FailureKind.INPUT)
        self._doing.setVisible(done and (bool(answer.text) or not broken))
        self.sentences.show_unchecked(done and not answer.sentences)
        self._again.setPopupMode(
            QToolButton.ToolButtonPopupMode.MenuButtonPopup
            if len(self._decoders) > 1
            else QToolButton.ToolButtonPopupMode.DelayedPopup
        )
        self._doing.fit()

    def _fill_menu(self) -> None:
        if len(self._decoders) < 2:
            return
        menu = QMenu(self._again)
        for decoder, title in self._decoders:
            chosen = menu.addAction(self.tr("with {0}").format(title))
            chosen.triggered.connect(lambda _=False, decoder=decoder: self.again_wanted.emit(self._answer.id, decoder))
        self._again.setMenu(menu)

    # --- doing -------------------------------------------------------------------------------------------------

    def copy(self, *, sources: bool) -> None:
        """Put the answer on the clipboard as plain text."""
        QGuiApplication.clipboard().setText(plain_answer(self._answer, sources=sources))

    def _show_some(self) -> None:
        self.sentences.append(self._steady.take())
        if not self._steady.waiting:
            self._tick.stop()
        if self._state.isVisible() and not self._stopping:
            self._state.show_words(self._state_words())

    def _finish_text(self) -> None:
        self._tick.stop()
        rest = self._steady.flush()
        if rest:
            self.sentences.append(rest)

    def _announce(self) -> None:
        """Tell a screen reader once, when the answer is whole: a stream of words would drown everything else."""
        event = QAccessibleAnnouncementEvent(self, self.tr("The answer is there."))
        QAccessible.updateAccessibility(event)

    # --- words -------------------------------------------------------------------------------------------------

    def _heading(self) -> str:
        if self._running:
            return self._answer.decoder
        return self.tr("{0} answered at {1}").format(self._answer.decoder, time_of_day(self._answer.at))

    def _state_words(self) -> str:
        if not self._running:
            return ""
        if self._stopping:
            return self.tr("Stopping…")
        if self.sentences.text or self._steady.waiting:
            return self.tr("Answering…")
        return self._waiting_for or self.tr("Reading the encounter…")

    def _show_why_words(self) -> None:
        state = self._why_state
        if state.running:
            self._why.setText(self.tr("Stop explaining"))
        else:
            self._why.setText(self.tr("Hide why") if state.found else self.tr("Why"))
        self._why.setToolTip(self.tr("Shows on the picture and in the words what this answer hangs on"))
        self._because.show_words(why_words(state))

    def _footer(self) -> str:
        answer, parts = self._answer, []
        if answer.used:
            parts.append(self.tr("Used: {0}.").format(used_words(answer.used)))
        if answer.answering_s:
            times = self.tr("First word after {0} s, whole after {1} s.")
            parts.append(times.format(f"{answer.first_token_s:.1f}", f"{answer.answering_s:.1f}"))
        return " ".join(parts)


def _row(parent: QWidget, indent: int, *widgets: QWidget) -> QWidget:
    """Return a row of buttons that goes on below where the card is narrow."""
    row = QWidget(parent)
    buttons = FlowLayout(row, 4)
    buttons.setContentsMargins(indent, 0, 0, 0)
    for widget in widgets:
        buttons.addWidget(widget)
    return row
