"""How a round went: how many were known, and what to look at again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.encounter.wording import printable
from desktop.ui.teaching.course import Round, Stage
from desktop.ui.translation import Retranslating
from desktop.ui.viewer.flow_layout import FlowLayout

if TYPE_CHECKING:
    from desktop.ui.teaching.course import Course

LONGEST = 120
"""Characters of an answer in the list."""


class EndView(Retranslating, QWidget):
    """The sum of a round."""

    def __init__(self, course: Course, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._course = course
        self._title, self._sum = PlainText("title", self), PlainText("", self)
        self._missed = PlainText("caption", self)
        self._more, self._back = button("teach-more", "primary"), button("teach-back", "quiet")
        self._more.clicked.connect(self.go_on)
        self._back.clicked.connect(course.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        for words in (self._title, self._sum, self._missed):
            column.addWidget(words)
        buttons = QWidget(self)
        row = FlowLayout(buttons, theme.SPACE)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._more)
        row.addWidget(self._back)
        column.addWidget(buttons)
        self.retranslate()

    def go_on(self) -> None:
        """Ask more of the same."""
        self._course.begin(self._course.round.source, self._course.round.about)

    def take_keyboard(self) -> None:
        """Put the keyboard onto the primary action."""
        self._more.setFocus()

    def show_round(self, shown: Round) -> None:
        """Show the sum."""
        self._sum.show_words(self.tr("{0} of {1} known.").format(shown.known, shown.answered))
        lines = [f"· {printable(item.hidden.splitlines()[0][:LONGEST])}" for item in shown.missed]
        self._missed.show_words("\n".join([self.tr("These come again tomorrow:"), *lines]) if lines else "")

    def retranslate(self) -> None:
        """Set every word."""
        self._title.setText(self.tr("How it went"))
        self._more.setText(self.tr("Ask more"))
        self._back.setText(self.tr("Choose something else"))
        if self._course.round.stage is Stage.ENDED:
            self.show_round(self._course.round)
