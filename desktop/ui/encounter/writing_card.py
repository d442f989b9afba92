"""One draft: its sections with sentences that open their sources, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from desktop.record.encounter import AnswerStatus, Writing, WritingForm
from desktop.settings import CONTEXT as SETTINGS_CONTEXT
from desktop.settings import NOTE_TEMPLATES
from desktop.ui import theme
from desktop.ui.encounter.button_row import ButtonRow
from desktop.ui.encounter.sentences import SentenceList
from desktop.ui.encounter.widgets import IconButton, PlainText, button
from desktop.ui.encounter.wording import time_of_day, writing_name
from desktop.ui.encounter.writing_text import plain_writing, writing_words
from desktop.ui.note.wording import signature_words
from desktop.ui.translation import Retranslating, translated
from desktop.worker.protocol import FailureKind

if TYPE_CHECKING:
    from desktop.record.encounter import Section, Sentence
    from desktop.record.signing import NoteFault

_BROKEN = frozenset({AnswerStatus.FAILED, AnswerStatus.CANCELLED})


class SectionView(Retranslating, QWidget):
    """A heading with its sentences; where nothing was said, that stands there."""

    opened = Signal(object)

    def __init__(self, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._section = section
        self._heading = PlainText("section", self)
        self._nothing = PlainText("caption", self)
        self.sentences = SentenceList(self)
        self.sentences.opened.connect(self.opened)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(0)
        for label in (self._heading, self._nothing):
            label.setContentsMargins(8, 0, 8, 0)
        for widget in (self._heading, self.sentences, self._nothing):
            column.addWidget(widget)
        self.sentences.show_sentences("", section.sentences)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self._heading.show_words(self._section.heading)
        self._nothing.show_words("" if self._section.sentences else self.tr("Nothing was said about this."))


class WritingCard(Retranslating, QFrame):
    """Shows a draft from the moment it was asked for."""

    sentence_opened = Signal(object)
    again_wanted = Signal(str, str)
    """The draft's id and the template, empty for the one that it has."""
    cancel_wanted = Signal()
    remove_wanted = Signal(str)
    models_wanted = Signal()
    patient_wanted = Signal(str)
    """The words to be shown to the patient."""
    sign_wanted = Signal(str)
    """The note's id: it is to be edited and signed."""
    addendum_wanted = Signal(str)
    """The signed note's id."""

    def __init__(self, writing: Writing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("writing")
        self.setProperty("role", "card")
        self._writing = writing
        self._running = False
        self._failure = FailureKind.FAULT
        self._waiting_for = ""
        self._views: list[SectionView] = []
        self._faults: tuple[NoteFault, ...] = ()
        self._make_parts()
        self._lay_out()
        self.show_entry(writing)

    # --- what is shown -----------------------------------------------------------------------------------------

    @property
    def writing(self) -> Writing:
        """The draft as it is known now."""
        return self._writing

    @property
    def entry_id(self) -> str:
        """The id of its entry."""
        return self._writing.id

    @property
    def sentence_lists(self) -> tuple[SentenceList, ...]:
        """The sentences of each section, in order."""
        return tuple(view.sentences for view in self._views)

    def show_entry(self, writing: Writing) -> None:
        """Show another state of the draft."""
        changed = writing.sections != self._writing.sections or not self._views
        changed = changed or writing.is_signed != self._writing.is_signed
        self._writing = writing
        if changed:
            shown = (section for section in writing.sections if not (writing.is_signed and section.is_check))
            self._show_sections(tuple(shown))
        self.retranslate()

    def show_state(self, *, running: bool, failure: FailureKind, waiting_for: str = "") -> None:
        """Show whether it is being written, why that failed, and what loads before it can begin."""
        self._running, self._failure, self._waiting_for = running, failure, waiting_for
        self.retranslate()

    def show_faults(self, faults: tuple[NoteFault, ...]) -> None:
        """Show what is wrong with a signed note."""
        if faults != self._faults:
            self._faults = faults
            self.retranslate()

    @property
    def can_be_signed(self) -> bool:
        """Whether it is a whole note that nobody signed yet."""
        writing = self._writing
        whole = writing.status is AnswerStatus.COMPLETE and bool(writing.sections)
        return writing.is_note and whole and not writing.is_signed and not self._running

    def choose(self, sentence: Sentence | None) -> None:
        """Show which sentence's sources are open."""
        for sentences in self.sentence_lists:
            sentences.choose(sentence)

    def copy(self, *, sources: bool) -> None:
        """Put the draft on the clipboard as plain text."""
        QGuiApplication.clipboard().setText(plain_writing(self._writing, sources=sources))

    def retranslate(self) -> None:
        """Set every word."""
        name, at = writing_name(self._writing.form), time_of_day(self._writing.at)
        self._caption.show_words(name if self._running else self._caption_words(name, at))
        self._title.show_words("" if self._running else self._writing.title)
        self._state.show_words((self._waiting_for or self.tr("Writing…")) if self._running else "")
        self._reason.show_words("" if self._running else self._reason_words())
        self._notices.show_words("\n".join(self._writing.notices))
        self._stop.setText(self.tr("Stop"))
        self._try_again.setText(self.tr("Try again"))
        self._models.setText(self.tr("Open the models page"))
        self._copy.setText(self.tr("Copy"))
        self._copy_sources.setText(self.tr("With sources"))
        self._again.setText(self.tr("Write again"))
        self._patient.setText(self.tr("Patient view"))
        self._remove.setText(self.tr("Remove"))
        self._sign.setText(self.tr("Edit and sign"))
        self._history.setText(self.tr("Edits"))
        self._addendum.setText(self.tr("Addendum"))
        named = (
            (self._sign, self.tr("Edit, check and sign this note")),
            (self._history, self.tr("Show what was edited before it was signed")),
            (self._addendum, self.tr("Write an addendum to this signed note")),
            (self._copy, self.tr("Copy the draft")),
            (self._copy_sources, self.tr("Copy the draft with sources")),
            (self._patient, self.tr("Show the card to the patient")),
            (self._again, self._again.text()),
            (self._remove, self.tr("Remove the draft")),
        )
        for control, name in named:
            control.setAccessibleName(name)
            control.setToolTip(name)
        self._fill_menu()
        self._show_parts()

    # --- parts -------------------------------------------------------------------------------------------------

    def _make_parts(self) -> None:
        self._caption = PlainText("caption", self)
        self._title = PlainText("heading", self)
        self._state = PlainText("caption", self)
        self._reason = PlainText("caption", self)
        self._notices = PlainText("caption", self)
        self._stop = button("stop-writing", "", self)
        self._try_again = button("write-again", "", self)
        self._models = button("open-models", "", self)
        self._copy = IconButton("copy-writing", "copy", self)
        self._copy_sources = IconButton("copy-writing-with-sources", "copy-sources", self)
        self._again = IconButton("renew-writing", "redo", self)
        self._patient = IconButton("show-writing-to-patient", "person", self)
        self._remove = IconButton("remove-writing", "trash", self)
        self._sign = button("sign-writing", "", self)
        self._history = IconButton("show-edits", "write", self)
        self._addendum = IconButton("add-addendum", "plus", self)
        self._stop.clicked.connect(self.cancel_wanted)
        self._models.clicked.connect(self.models_wanted)
        for again in (self._try_again, self._again):
            again.clicked.connect(lambda: self.again_wanted.emit(self._writing.id, ""))
        self._copy.clicked.connect(lambda: self.copy(sources=False))
        self._copy_sources.clicked.connect(lambda: self.copy(sources=True))
        self._patient.clicked.connect(lambda: self.patient_wanted.emit(writing_words(self._writing)))
        self._remove.clicked.connect(lambda: self.remove_wanted.emit(self._writing.id))
        for shown in (self._sign, self._history):
            shown.clicked.connect(lambda: self.sign_wanted.emit(self._writing.id))
        self._addendum.clicked.connect(lambda: self.addendum_wanted.emit(self._writing.id))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(6)
        for label in (self._caption, self._title, self._state, self._reason, self._notices):
            label.setContentsMargins(8, 0, 8, 0)
        column.addWidget(self._caption)
        column.addWidget(self._title)
        self._sections = QVBoxLayout()
        self._sections.setSpacing(2)
        column.addLayout(self._sections)
        state = QHBoxLayout()
        state.addWidget(self._state, 1)
        state.addWidget(self._stop)
        column.addLayout(state)
        column.addWidget(self._reason)
        column.addWidget(self._notices)
        mending = QHBoxLayout()
        mending.setContentsMargins(8, 0, 0, 0)
        for widget in (self._try_again, self._models, self._sign):
            mending.addWidget(widget)
        mending.addStretch(1)
        column.addLayout(mending)
        controls = (
            self._addendum,
            self._history,
            self._copy,
            self._copy_sources,
            self._patient,
            self._again,
            self._remove,
        )
        for control in controls:
            control.setProperty("tight", True)
        self._doing = ButtonRow(4, controls, self)
        column.addWidget(self._doing)

    def _show_sections(self, sections: tuple[Section, ...]) -> None:
        for view in self._views:
            self._sections.removeWidget(view)
            view.hide()
            view.deleteLater()
        self._views = [SectionView(section, self) for section in sections]
        for view in self._views:
            view.opened.connect(self.sentence_opened)
            self._sections.addWidget(view)

    def _fill_menu(self) -> None:
        """Offer the other forms of a note."""
        if self._writing.form is not WritingForm.NOTE:
            return
        menu = QMenu(self._again)
        for choice in NOTE_TEMPLATES:
            chosen = menu.addAction(self.tr("as: {0}").format(translated(SETTINGS_CONTEXT, choice.label)))
            chosen.setObjectName(f"as-{choice.value}")
            chosen.triggered.connect(
                lambda _=False, template=choice.value: self.again_wanted.emit(self._writing.id, template)
            )
        old = self._again.menu()
        self._again.setMenu(menu)
        self._again.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        if old is not None:
            old.deleteLater()

    def _show_parts(self) -> None:
        done, broken = not self._running, self._writing.status in _BROKEN
        whole = done and bool(self._writing.sections)
        self._stop.setVisible(self._running)
        self._try_again.setVisible(done and broken and self._failure is not FailureKind.INPUT)
        self._models.setVisible(done and broken and self._failure is FailureKind.MISSING)
        for control in (self._copy, self._copy_sources):
            control.setVisible(whole)
        self._patient.setVisible(whole and self._writing.form is WritingForm.CARD)
        signed = self._writing.is_signed
        self._again.setVisible(whole and not broken and not signed and self._writing.form is not WritingForm.ADDENDUM)
        self._remove.setVisible(not signed)
        self._sign.setVisible(self.can_be_signed)
        self._addendum.setVisible(signed and self._writing.form is WritingForm.NOTE)
        self._history.setVisible(signed)
        self._doing.setVisible(done)
        role = "error" if self._faults or self._writing.status is AnswerStatus.FAILED else "caption"
        if self._reason.property("role") != role:
            theme.set_role(self._reason, role)
        self._doing.fit()

    def _caption_words(self, name: str, at: str) -> str:
        if self._writing.signature is not None:
            return f"{name} · {signature_words(self._writing)}"
        if self._writing.is_note:
            return self.tr("{0}, draft of {1}, not signed").format(name, at)
        return self.tr("{0}, draft of {1}").format(name, at)

    def _reason_words(self) -> str:
        if self._faults:
            return self.tr("This is not the note that was signed: it was changed since. Do not rely on it.")
        if self._writing.status is AnswerStatus.CANCELLED:
            return self.tr("You stopped this.")
        return self._writing.reason if self._writing.status is AnswerStatus.FAILED else ""
