"""The entries of the timeline apart from answers: questions, recordings, attached pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QToolButton, QVBoxLayout, QWidget

from desktop.record.encounter import Attachment, Dictation, Question, RecordingSource
from desktop.record.speakers import names_speakers
from desktop.ui import icons, theme
from desktop.ui.encounter.button_row import show_words_that_fit
from desktop.ui.encounter.dictation_text import DictationText
from desktop.ui.encounter.widgets import IconButton, PlainText, button
from desktop.ui.encounter.wording import clock, day_and_time, time_of_day
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from desktop.record.encounter import Word

THUMBNAIL = QSize(148, 112)
"""Fixed, so that nothing moves when the picture comes."""
HEAD_CHARACTERS = 16
"""Of an average letter, what the heading of a recording keeps beside its buttons."""


class QuestionCard(Retranslating, QFrame):
    """What the doctor asked."""

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("question")
        self._question = question
        self._words = PlainText("heading", self)
        self._caption = PlainText("caption", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, theme.SPACE, 4, 0)
        column.setSpacing(2)
        column.addWidget(self._caption)
        column.addWidget(self._words)
        self.retranslate()

    def show_entry(self, question: Question) -> None:
        """Show the question."""
        self._question = question
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        asked = self.tr("You asked at {0}").format(time_of_day(self._question.at))
        self._caption.show_words(f"{asked}, {self._question.about}" if self._question.about else asked)
        self._words.show_words(self._question.text)


class AttachmentCard(Retranslating, QFrame):
    """An attached picture; the picture itself is the button that opens it."""

    opened = Signal(str)
    """Its label."""

    def __init__(self, picture: Attachment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attachment")
        self.setProperty("role", "card")
        self._picture = picture
        self._fault = ""
        self._read = ""
        self.thumbnail = QToolButton(self)
        self.thumbnail.setObjectName("open-picture")
        self.thumbnail.setFixedSize(THUMBNAIL + QSize(8, 8))
        self.thumbnail.setIconSize(THUMBNAIL)
        self.thumbnail.setProperty("role", "thumbnail")
        self.thumbnail.setIcon(icons.icon("picture"))
        self.thumbnail.clicked.connect(lambda: self.opened.emit(self._picture.label))
        self._title = PlainText("heading", self)
        self._caption = PlainText("caption", self)
        self._error = PlainText("error", self)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(2 * theme.SPACE)
        row.addWidget(self.thumbnail, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self._title, self._caption, self._error):
            words.addWidget(label)
        words.addStretch(1)
        row.addLayout(words, 1)

    def show_entry(self, picture: Attachment) -> None:
        """Show another state of the attachment."""
        self._picture = picture
        self.retranslate()

    def show_picture(self, picture: QPixmap, description: str) -> None:
        """Show the small picture and what it is."""
        if picture.isNull():
            return
        ratio = self.devicePixelRatioF()
        fitted = picture.scaled(
            THUMBNAIL * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        fitted.setDevicePixelRatio(ratio)
        self.thumbnail.setIcon(QIcon(fitted))
        self._read = description
        self.retranslate()

    def show_fault(self, sentence: str) -> None:
        """Say why it cannot be shown."""
        self._fault = sentence
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        picture = self._picture
        self._title.show_words(picture.label)
        what = [picture.description or self._read]
        if len(picture.files) > 1:
            what.append(self.tr("series of {0} pictures").format(len(picture.files)))
        what.append(self.tr("attached at {0}").format(time_of_day(picture.at)))
        self._caption.show_words(", ".join(part for part in what if part))
        self._error.show_words(self._fault)
        self.thumbnail.setAccessibleName(self.tr("Open {0}").format(picture.label))
        self.thumbnail.setToolTip(self.tr("Open {0}").format(picture.label))


class DictationCard(Retranslating, QFrame):
    """A recording with its words."""

    rest_wanted = Signal(str)
    """The entry's id."""
    cancel_wanted = Signal(str)
    play_wanted = Signal(str, float, object)
    """The recording's label, from which second, to which (None: to the end)."""
    question_wanted = Signal(str)
    """The words, to be asked as a question."""
    speaker_turned = Signal(str, int)
    """The entry's id, and which of its utterances somebody else says."""
    speakers_swapped = Signal(str)

    def __init__(self, dictation: Dictation, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("dictation")
        self.setProperty("role", "card")
        self._dictation = dictation
        self._speaking = self._running = False
        self._failure = ""
        self._title = PlainText("caption", self)
        self._play = IconButton("play-recording", "play", self)
        self.text = DictationText(self)
        self._empty = PlainText("caption", self)
        self._legend = PlainText("caption", self)
        self._named_by = PlainText("caption", self)
        self._swap = IconButton("swap-speakers", "swap", self)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 1000)
        self._error = PlainText("error", self)
        self._rest = button("recognise-rest", "", self)
        self._stop = button("stop-recognising", "quiet", self)
        self._as_question = IconButton("use-as-question", "send", self)
        self._connect()
        self._lay_out()
        self.show_entry(dictation)

    @property
    def entry_id(self) -> str:
        """The id of the recording's entry."""
        return self._dictation.id

    @property
    def label(self) -> str:
        """What citations call the recording."""
        return self._dictation.label

    def _connect(self) -> None:
        self._play.clicked.connect(lambda: self.play_wanted.emit(self._dictation.label, 0.0, None))
        self.text.second_chosen.connect(lambda second: self.play_wanted.emit(self._dictation.label, second, None))
        self.text.speaker_turned.connect(lambda number: self.speaker_turned.emit(self._dictation.id, number))
        self._swap.clicked.connect(lambda: self.speakers_swapped.emit(self._dictation.id))
        self._rest.clicked.connect(lambda: self.rest_wanted.emit(self._dictation.id))
        self._stop.clicked.connect(lambda: self.cancel_wanted.emit(self._dictation.id))
        self._as_question.clicked.connect(lambda: self.question_wanted.emit(self.text.words.replace("\n", " ")))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 6, 8, 10)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addStrut(theme.TARGET)  # the words below stay where they are when the buttons come
        head.addWidget(self._title, 1)
        head.addWidget(self._as_question)
        head.addWidget(self._play)
        column.addLayout(head)
        for widget in (self.text, self._empty, self._named_by, self._legend, self._progress, self._error):
            column.addWidget(widget)
        actions = QHBoxLayout()
        actions.addWidget(self._rest)
        actions.addWidget(self._stop)
        actions.addWidget(self._swap)
        actions.addStretch(1)
        column.addLayout(actions)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the head's room to its words where there is little."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width() - HEAD_CHARACTERS * self.fontMetrics().averageCharWidth()
        show_words_that_fit((self._as_question, self._play), room, theme.SPACE)

    def show_entry(self, dictation: Dictation) -> None:
        """Show another state of the recording."""
        self._dictation = dictation
        self.text.name_recording(dictation.label)
        self.text.show_utterances(dictation.utterances)
        self.retranslate()

    def show_state(self, *, speaking: bool, running: bool, failure: str) -> None:
        """Show whether it is being spoken, being recognised, and why recognising it stopped."""
        self._speaking, self._running, self._failure = speaking, running, failure
        if not running:
            self.text.show_partial(())
        self.retranslate()

    def show_partial(self, words: Sequence[Word]) -> None:
        """Show the words that are still being spoken."""
        self.text.show_partial(words)
        self._show_parts()

    def show_progress(self, position_s: float, duration_s: float) -> None:
        """Show how far a file is recognised."""
        length = duration_s or self._dictation.duration_s
        if length:
            self._progress.setValue(round(1000 * min(1.0, position_s / length)))

    def retranslate(self) -> None:
        """Set every word."""
        self._title.show_words(self._heading())
        self._empty.setText(self._state_words())
        self._legend.setText(self.tr("Dotted words are uncertain: listen to them before you rely on them."))
        self._named_by.setText(
            self.tr("Doctor and patient were told apart by their voices: press a name to change it.")
        )
        self._swap.setText(self.tr("Swap doctor and patient"))
        self._rest.setText(self.tr("Recognise the rest") if self.text.words else self.tr("Recognise it"))
        self._stop.setText(self.tr("Stop recognising"))
        self._play.setText(self.tr("Play"))
        self._as_question.setText(self.tr("Ask this"))
        self._play.setToolTip(self._play.text())
        self._as_question.setToolTip(self.tr("Puts these words into the question field"))
        for control in (self._rest, self._stop, self._swap, self._play, self._as_question):
            control.setAccessibleName(f"{control.text()}, {self._dictation.label}")
        self.text.setAccessibleName(self.tr("Words of {0}").format(self._dictation.label))
        self._progress.setAccessibleName(self.tr("Recognised of {0}").format(self._dictation.label))
        self._show_parts()

    def _show_parts(self) -> None:
        has_words = bool(self.text.toPlainText())
        interrupted = not self._dictation.finished and not self._speaking and not self._running
        self.text.setVisible(has_words)
        told = not has_words or interrupted or bool(self._dictation.erased_at)
        self._empty.setVisible(bool(self._empty.text()) and told)
        self._legend.setVisible(self.text.has_uncertain)
        named = names_speakers(self._dictation.utterances)
        self._named_by.setVisible(named)
        self._swap.setVisible(named and not self._speaking and not self._running)
        self._progress.setVisible(self._running and not self._speaking)
        self._error.show_words(self._failure)
        self._rest.setVisible(interrupted)
        self._stop.setVisible(self._running and not self._speaking)
        self._play.setVisible(not self._speaking and not self._dictation.erased_at)
        self._as_question.setVisible(has_words and not self._speaking and not self._running)
        self._fit()

    def _heading(self) -> str:
        dictation = self._dictation
        from_file = dictation.source is RecordingSource.FILE
        when = self.tr("from a file, {0}") if from_file else self.tr("spoken at {0}")
        parts = [dictation.label, when.format(time_of_day(dictation.at))]
        if dictation.duration_s:
            parts.append(clock(dictation.duration_s))
        return ", ".join(parts)

    def _state_words(self) -> str:
        if self._speaking:
            if self._failure:
                return self.tr("The recording goes on and is safe; its words can be recognised afterwards.")
            return self.tr("Listening…")
        if self._running:
            return self.tr("Recognising…")
        if self._dictation.erased_at:
            when = day_and_time(self._dictation.erased_at)
            return self.tr("The sound was erased, as you had set: {0}. Its words are kept.").format(when)
        if self._dictation.finished:
            return "" if self._dictation.utterances else self.tr("No speech was found in this recording.")
        return self.tr("Not all of this recording is recognised yet. The sound is kept.")
