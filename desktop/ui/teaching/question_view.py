"""One question with its hints, then its answer with its source: what is shown while a round runs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLineEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.record.repetition import Recall
from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.encounter.wording import printable, source_name
from desktop.ui.teaching.course import Round, Stage
from desktop.ui.teaching.wording import again_words, asked_words, hint_words
from desktop.ui.translation import Retranslating
from desktop.ui.viewer.flow_layout import FlowLayout

if TYPE_CHECKING:
    from desktop.ui.teaching.course import Course

OPTIONS = 4


class QuestionView(Retranslating, QWidget):
    """Shows the item of a round: asked, then answered."""

    def __init__(self, course: Course, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._course = course
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._where, self._asked, self._told = PlainText("caption"), PlainText("heading"), PlainText()
        self._options = [self._option(number) for number in range(OPTIONS)]
        self._field = QLineEdit(self)
        self._field.setObjectName("teach-field")
        self._hints = PlainText("caption")
        self.answered = AnsweredCard(course, self)
        self._reveal, self._next = button("teach-reveal", "primary"), button("teach-next", "primary")
        self._hint, self._stop = button("teach-hint", "quiet"), button("teach-stop", "quiet")
        self._reveal.clicked.connect(lambda: course.answer(self._field.text()))
        self._next.clicked.connect(course.go_on)
        self._hint.clicked.connect(course.hint)
        self._stop.clicked.connect(course.stop)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        for widget in (self._where, self._progress, self._asked, self._told, *self._options, self._field):
            column.addWidget(widget)
        column.addWidget(self._hints)
        column.addWidget(self.answered)
        buttons = QWidget(self)
        row = FlowLayout(buttons, theme.SPACE)
        row.setContentsMargins(0, 0, 0, 0)
        for control in (self._reveal, self._next, self._hint, self._stop):
            row.addWidget(control)
        column.addWidget(buttons)

    def _option(self, number: int) -> QPushButton:
        option = button(f"teach-option-{number + 1}", "", self)
        option.clicked.connect(partial(self.choose, number))
        return option

    # --- doing -------------------------------------------------------------------------------------------------

    def choose(self, number: int) -> bool:
        """Choose an option, counted from 0; returns whether there is one to choose."""
        shown = self._course.round
        if shown.stage is not Stage.ASKED or number >= len(shown.item.options):
            return False
        self._course.answer(shown.item.options[number])
        return True

    def go_on(self) -> None:
        """Press the primary button."""
        stage = self._course.round.stage
        if stage is Stage.ASKED:
            self._reveal.click()
        elif stage is Stage.TO_JUDGE:
            self.answered.not_known.click()
        else:
            self._next.click()

    def take_keyboard(self) -> None:
        """Put the keyboard where this goes on."""
        shown = self._course.round
        if shown.stage is Stage.TO_JUDGE:
            self.answered.not_known.setFocus()
        elif shown.stage is Stage.ANSWERED:
            self._next.setFocus()
        elif shown.item.options:
            self._options[0].setFocus()
        else:
            (self._field if self._field.isVisibleTo(self) else self._reveal).setFocus()

    def begin_question(self) -> None:
        """Empty the field for another question."""
        self._field.clear()

    # --- showing -----------------------------------------------------------------------------------------------

    def show_round(self, shown: Round) -> None:
        """Show how far the round is."""
        item, asked = shown.item, shown.stage is Stage.ASKED
        total = len(shown.items)
        self._where.show_words(self.tr("Question {0} of {1}").format(shown.place + 1, total))
        self._progress.setRange(0, total)
        self._progress.setValue(shown.answered)
        self._asked.show_words(asked_words(item))
        self._told.show_words(item.told)
        self._show_options(shown)
        self._field.setVisible(asked and not item.options and not _is_long(item.hidden))
        self._field.setAccessibleDescription(f"{asked_words(item)} {printable(item.told)}")
        self._hints.show_words("\n".join(map(hint_words, shown.shown_hints)) if asked else "")
        self._hint.setVisible(asked and shown.hints < len(item.hints))
        self._hint.setText(self.tr("A clearer hint") if shown.hints else self.tr("A hint"))
        self._reveal.setVisible(asked)
        self._next.setVisible(shown.stage is Stage.ANSWERED)
        self._next.setText(self.tr("Next question") if shown.place + 1 < total else self.tr("See how it went"))
        self.answered.setVisible(not asked)
        self.answered.show_round(shown)

    def _show_options(self, shown: Round) -> None:
        item = shown.item
        for number, option in enumerate(self._options):
            option.setVisible(shown.stage is Stage.ASKED and number < len(item.options))
            if number < len(item.options):
                option.setText(f"{number + 1}   {printable(item.options[number])}".replace("&", "&&"))
                option.setAccessibleName(f"{number + 1}: {printable(item.options[number])}")
                option.setAccessibleDescription(f"{asked_words(item)} {printable(item.told)}")

    def retranslate(self) -> None:
        """Set every word."""
        self._progress.setAccessibleName(self.tr("How far this round is"))
        self._field.setPlaceholderText(self.tr("Type the answer, or think it"))
        self._field.setAccessibleName(self.tr("Your answer"))
        self._reveal.setText(self.tr("Show the answer"))
        self._stop.setText(self.tr("Stop here"))
        if self._course.round.stage in {Stage.ASKED, Stage.TO_JUDGE, Stage.ANSWERED}:
            self.show_round(self._course.round)


class AnsweredCard(Retranslating, QFrame):
    """The answer: whether it was right, why, where that stands, and when it comes again."""

    def __init__(self, course: Course, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._course = course
        self._verdict, self._yours = PlainText("heading", self), PlainText("caption", self)
        self._hidden, self._explained = PlainText("", self), PlainText("", self)
        self._source, self._quote = PlainText("section", self), PlainText("caption", self)
        self._again, self._trouble = PlainText("caption", self), PlainText("error", self)
        self._judging = PlainText("section", self)
        self.not_known = button("teach-not-known", "primary", self)
        self._with_effort, self._knew = button("teach-effort", "", self), button("teach-knew", "", self)
        self.not_known.clicked.connect(partial(course.judge, Recall.NOT))
        self._with_effort.clicked.connect(partial(course.judge, Recall.HINT))
        self._knew.clicked.connect(partial(course.judge, Recall.KNEW))
        column = QVBoxLayout(self)
        column.setContentsMargins(*[2 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        for words in (self._verdict, self._yours, self._hidden, self._explained, self._source, self._quote):
            column.addWidget(words)
        for words in (self._again, self._trouble, self._judging):
            column.addWidget(words)
        self._buttons = QWidget(self)
        row = FlowLayout(self._buttons, theme.SPACE)
        row.setContentsMargins(0, 0, 0, 0)
        for control in (self.not_known, self._with_effort, self._knew):
            row.addWidget(control)
        column.addWidget(self._buttons)
        self.retranslate()

    def show_round(self, shown: Round) -> None:
        """Show the answer of the round's item."""
        item, judging = shown.item, shown.stage is Stage.TO_JUDGE
        self._verdict.show_words(self._verdict_words(shown))
        yours = bool(shown.said) and not shown.is_right
        self._yours.show_words(self.tr("Your answer: {0}").format(shown.said) if yours else "")
        self._hidden.show_words(item.hidden)
        self._explained.show_words(item.explanation if item.explanation != item.hidden else "")
        self._source.show_words(self.tr("Why? It stands here: {0}").format(source_name(item.source) or self.tr("note")))
        told = item.source.quote in item.explanation or item.source.quote == item.hidden
        self._quote.show_words("" if told else f"“{item.source.quote}”")
        self._again.show_words("" if judging else again_words(shown.again_in_days))
        self._trouble.show_words(shown.trouble)
        self._judging.setVisible(judging)
        self._buttons.setVisible(judging)

    def retranslate(self) -> None:
        """Set every word."""
        self._judging.setText(self.tr("Did you know it?"))
        self.not_known.setText(self.tr("Not yet"))
        self._with_effort.setText(self.tr("With effort"))
        self._knew.setText(self.tr("I knew it"))
        if self._course.round.stage in {Stage.TO_JUDGE, Stage.ANSWERED}:
            self.show_round(self._course.round)

    def _verdict_words(self, shown: Round) -> str:
        if shown.stage is Stage.TO_JUDGE:
            return self.tr("The answer")
        if shown.is_right:
            return self.tr("Right")
        return self.tr("Not this one") if shown.said else self.tr("The answer")


def _is_long(hidden: str) -> bool:
    """Return whether an answer is more than anybody types."""
    return "\n" in hidden or len(hidden) > 80
