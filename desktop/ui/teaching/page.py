"""The page to learn on: it shows the view that fits how the round stands, and takes every key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import actions, theme
from desktop.ui.actions import Reach
from desktop.ui.encounter.empty import Centre
from desktop.ui.encounter.widgets import FlowingPage, scrolling
from desktop.ui.teaching.course import Course, Stage
from desktop.ui.teaching.end_view import EndView
from desktop.ui.teaching.question_view import QuestionView
from desktop.ui.teaching.start_view import StartView
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QShowEvent

    from desktop.ui.services import Services

_OPTION = "teach-option-"


class TeachingPage(Retranslating, QWidget):
    """Questions to learn from; everything of it can be done with the keyboard."""

    models_wanted = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None, course: Course | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("teaching-page")
        self.course = course or Course(services, self)
        self._start, self._end = StartView(self.course), EndView(self.course)
        self._question = QuestionView(self.course)
        self._seen: tuple[Stage, int] | None = None
        self._start.models_wanted.connect(self.models_wanted)
        self._bound = actions.bind(self, Reach.TEACHING, self.run_action)
        self._lay_out()
        self.course.changed.connect(self._show)
        self.retranslate()
        self._show()

    def _lay_out(self) -> None:
        page, middle = FlowingPage(), Centre()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        for view in self._views():
            column.addWidget(view)
        row = QHBoxLayout(page)
        row.setContentsMargins(*[3 * theme.SPACE] * 4)
        row.addStretch(1)
        row.addWidget(middle, 100, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        self._scroll = scrolling(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)

    # --- what the window asks ----------------------------------------------------------------------------------

    def handle(self, action_id: str) -> bool:
        """Do what a shortcut of the window asks for: Esc stops."""
        return action_id == "cancel" and self.course.stop()

    def leave(self) -> None:
        """Be taken down: the record is locked, or the window closes."""
        self.course.leave()

    def run_action(self, action_id: str) -> None:
        """Do what a shortcut of the page asks for."""
        if action_id == "teach-hint":
            self.course.hint()
        elif action_id.startswith(_OPTION):
            self._question.choose(int(action_id.removeprefix(_OPTION)) - 1)
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Press the button that has the keyboard, else the primary one."""
        focused = self.focusWidget()
        if isinstance(focused, QAbstractButton) and not focused.isCheckable() and focused.isVisible():
            focused.click()
        else:
            self._shown().go_on()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """A number chooses an answer."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        number = event.key() - Qt.Key.Key_1
        if not (plain and number >= 0 and self._question.choose(number)):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look what is due today."""
        super().showEvent(event)
        self.course.look_up_schedule()
        self._shown().take_keyboard()

    # --- showing -----------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every word of its own."""
        self.setAccessibleName(self.tr("Learn"))
        actions.retranslate(self._bound)

    def _views(self) -> tuple[StartView, QuestionView, EndView]:
        return self._start, self._question, self._end

    def _shown(self) -> StartView | QuestionView | EndView:
        stage = self.course.round.stage
        if stage in {Stage.START, Stage.LOOKING}:
            return self._start
        return self._end if stage is Stage.ENDED else self._question

    def _show(self) -> None:
        shown, now = self._shown(), (self.course.round.stage, self.course.round.place)
        is_new = now != self._seen
        if is_new and now[0] is Stage.ASKED:
            self._question.begin_question()
        self._seen = now
        shown.show_round(self.course.round)
        for view in self._views():
            view.setVisible(view is shown)
        if is_new and self.isVisible():
            self._scroll.verticalScrollBar().setValue(0)
            shown.take_keyboard()
