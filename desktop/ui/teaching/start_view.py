"""Where a round begins: from which source, about what, and how many questions are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QRadioButton, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.teaching.course import Round, Source, Stage
from desktop.ui.teaching.wording import due_words
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.ui.teaching.course import Course


class StartView(Retranslating, QWidget):
    """Two sources, a field, one button."""

    models_wanted = Signal()

    def __init__(self, course: Course, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._course = course
        self._title, self._due = PlainText("title", self), PlainText("", self)
        self._quiz, self._cases = QRadioButton(self), QRadioButton(self)
        self._quiz.setObjectName("teach-quiz")
        self._cases.setObjectName("teach-cases")
        self._quiz.setChecked(True)
        self._explained = PlainText("caption", self)
        self._about = QLineEdit(self)
        self._about.setObjectName("teach-about")
        self._state, self._trouble = PlainText("caption", self), PlainText("error", self)
        self._begin = button("teach-begin", "primary", self)
        self._stop = button("teach-stop-looking", "", self)
        self._models = button("teach-models", "quiet", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        for radio in (self._quiz, self._cases):
            radio.setMinimumHeight(theme.TARGET)
            radio.toggled.connect(lambda _on: self.show_round(self._course.round))
        asked = (self._title, self._due, self._quiz, self._cases, self._explained, self._about)
        for widget in (*asked, self._state, self._trouble, self._begin, self._stop, self._models):
            column.addWidget(widget)
        self._begin.clicked.connect(self.go_on)
        self._stop.clicked.connect(course.stop)
        self._models.clicked.connect(self.models_wanted)
        self.retranslate()

    def take_keyboard(self) -> None:
        """Put the keyboard where a round begins."""
        (self._stop if self._stop.isVisibleTo(self) else self._begin).setFocus()

    def go_on(self) -> None:
        """Begin."""
        source = Source.CASES if self._cases.isChecked() else Source.QUIZ
        self._course.begin(source, self._about.text() if source is Source.QUIZ else "")

    def show_round(self, shown: Round) -> None:
        """Show what is looked for, or why nothing was found."""
        looking, is_quiz = shown.stage is Stage.LOOKING, self._quiz.isChecked()
        for widget in (self._quiz, self._cases, self._about):
            widget.setEnabled(not looking)
        self._about.setVisible(is_quiz)
        self._explained.show_words(self._explanation(is_quiz))
        self._due.show_words(due_words(self._course.due))
        self._begin.setVisible(not looking)
        self._stop.setVisible(looking)
        self._state.show_words(self.tr("Questions are being looked for…") if looking else self._nothing(shown))
        self._models.setVisible(shown.found_nothing and shown.source is Source.QUIZ)
        self._trouble.show_words(shown.trouble)

    def retranslate(self) -> None:
        """Set every word."""
        self._title.setText(self.tr("Learn"))
        self._quiz.setText(self.tr("Questions from the terminologies and my library"))
        self._cases.setText(self.tr("Cases from my own encounters"))
        self._about.setPlaceholderText(self.tr("About what? Empty is anything"))
        self._about.setAccessibleName(self.tr("What the questions are about"))
        self._begin.setText(self.tr("Begin"))
        self._stop.setText(self.tr("Stop looking"))
        self._models.setText(self.tr("Open the models page"))
        self.show_round(self._course.round)

    def _explanation(self, is_quiz: bool) -> str:
        if is_quiz:
            return self.tr(
                "Terms, what to say to patients, codes, and gaps in your own documents. No question is written by a "
                "model, and each names its source."
            )
        return self.tr(
            "Your last note of an encounter, with its assessment hidden. Names and dates are taken out by rules, and "
            "rules miss some: show it to nobody who may not see the record."
        )

    def _nothing(self, shown: Round) -> str:
        if not shown.found_nothing:
            return ""
        if shown.source is Source.CASES:
            return self.tr(
                "No encounter has a note whose assessment stands under its own heading and is due. Write a note first."
            )
        if shown.about:
            return self.tr("Nothing was found about these words that is due. Try other words.")
        return self.tr(
            "There is nothing to ask today. Fetch a terminology on the models page, or add documents to your library."
        )
