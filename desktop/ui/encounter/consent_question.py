"""Whether may be recorded, asked where the speak button stands: one large answer, and the others beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.record.encounter import ConsentManner, ConsentState
from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText
from desktop.ui.microphone.bar import SPEAK_HEIGHT, SPEAK_WIDTH
from desktop.ui.translation import Retranslating
from desktop.ui.viewer.flow_layout import FlowLayout

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

LONGEST_REASON = 200


class AnswerButton(QPushButton):
    """Taken by a press, Space or Return; the second half of a double press on what stood here before is no answer."""

    def __init__(self, name: str, role: str, height: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setMinimumHeight(height)
        self.setAutoDefault(True)  # Return presses it
        if role:
            self.setProperty("role", role)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Do nothing."""
        event.accept()


class ConsentQuestion(Retranslating, QWidget):
    """Asks and tells what was answered; nothing is recorded meanwhile."""

    answered = Signal(object, object, str)
    """ConsentState, ConsentManner, and the reason where there is one."""
    later = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("consent-question")
        self._words = PlainText("heading", self)
        self._agrees = AnswerButton("consent-agrees", "primary", SPEAK_HEIGHT, self)
        self._agrees.setMinimumWidth(SPEAK_WIDTH)
        self._alone = AnswerButton("consent-alone", "", SPEAK_HEIGHT, self)
        self._written = AnswerButton("consent-written", "", theme.TARGET, self)
        self._cannot = AnswerButton("consent-cannot", "", theme.TARGET, self)
        self._later = AnswerButton("consent-later", "", theme.TARGET, self)
        self._reason = QLineEdit(self)
        self._reason.setObjectName("consent-reason")
        self._reason.setMinimumHeight(theme.TARGET)
        self._reason.setMaxLength(LONGEST_REASON)
        self._take_reason = AnswerButton("consent-record-anyway", "primary", theme.TARGET, self)
        self._back = AnswerButton("consent-back", "", theme.TARGET, self)
        self._before: QWidget | None = None
        self._connect()
        self._lay_out()
        self.retranslate()

    def ask(self) -> None:
        """Show the question with the keyboard on its first answer."""
        focused = QApplication.focusWidget()
        self._before = focused if focused is not None and not self.isAncestorOf(focused) else self._before
        self._reason.clear()
        self._show_reason(False)
        self.show()
        self._agrees.setFocus(Qt.FocusReason.OtherFocusReason)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self._words.text()))

    def end(self) -> None:
        """Be hidden, and give the keyboard back."""
        had_keyboard = self.isAncestorOf(QApplication.focusWidget() or self)
        self.hide()
        before, self._before = self._before, None
        if had_keyboard and before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Set every word."""
        self.setAccessibleName(self.tr("Consent to a recording"))
        self._words.setText(self.tr("Nothing is recorded yet. Does the patient agree?"))
        self._agrees.setText(self.tr("The patient agrees"))
        self._alone.setText(self.tr("I dictate alone,\nno patient is heard"))
        self._written.setText(self.tr("Agreed in writing"))
        self._cannot.setText(self.tr("The patient cannot be asked…"))
        self._later.setText(self.tr("Ask later: do not record"))
        self._reason.setPlaceholderText(self.tr("Why not, such as: unconscious, an emergency"))
        self._reason.setAccessibleName(self.tr("Why the patient cannot be asked"))
        self._take_reason.setText(self.tr("Record for this reason"))
        self._back.setText(self.tr("Back"))
        for answer in self.findChildren(AnswerButton):
            answer.setAccessibleName(answer.text().replace("\n", " "))

    # --- within ------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._agrees.clicked.connect(lambda: self._tell(ConsentState.AGREED, ConsentManner.SPOKEN))
        self._written.clicked.connect(lambda: self._tell(ConsentState.AGREED, ConsentManner.WRITTEN))
        self._alone.clicked.connect(lambda: self._tell(ConsentState.DICTATION_ALONE))
        self._cannot.clicked.connect(lambda: self._show_reason(True))
        self._later.clicked.connect(self.later)
        self._back.clicked.connect(lambda: self._show_reason(False))
        self._take_reason.clicked.connect(self._tell_reason)
        self._reason.returnPressed.connect(self._tell_reason)
        self._reason.textChanged.connect(lambda text: self._take_reason.setEnabled(bool(text.strip())))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(self._words)
        answers = QWidget(self)
        row = FlowLayout(answers, theme.SPACE)
        row.setContentsMargins(0, 0, 0, 0)
        for part in (self._agrees, self._alone, self._written, self._cannot, self._later):
            row.addWidget(part)
        column.addWidget(answers)
        column.addWidget(self._reason)
        reasons = QWidget(self)
        below = FlowLayout(reasons, theme.SPACE)
        below.setContentsMargins(0, 0, 0, 0)
        for part in (self._take_reason, self._back):
            below.addWidget(part)
        column.addWidget(reasons)
        self._answers, self._reasons = answers, reasons
        self.hide()

    def _show_reason(self, shown: bool) -> None:
        self._answers.setVisible(not shown)
        self._reason.setVisible(shown)
        self._reasons.setVisible(shown)
        self._take_reason.setEnabled(bool(self._reason.text().strip()))
        (self._reason if shown else self._agrees).setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell_reason(self) -> None:
        reason = self._reason.text().strip()
        if reason:
            self._tell(ConsentState.NOT_POSSIBLE, ConsentManner.NONE, reason)

    def _tell(self, state: ConsentState, manner: ConsentManner = ConsentManner.NONE, reason: str = "") -> None:
        self.answered.emit(state, manner, reason)


class SpeakingPlace(QWidget):
    """The microphone's bar, and the question in its place while it is asked."""

    def __init__(self, bar: QWidget, question: ConsentQuestion, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar, self._question = bar, question
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(bar)
        column.addWidget(question)

    def show_question(self, asked: bool) -> None:
        """Ask, or show the bar again."""
        if asked:
            self._question.ask()
            self._bar.hide()
        else:
            self._bar.show()
            self._question.end()
