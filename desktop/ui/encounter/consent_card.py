"""What was answered about recording, as a line of the timeline, with what can still be done about it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.record.encounter import Consent, ConsentManner, ConsentState
from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.encounter.wording import printable, time_of_day
from desktop.ui.translation import Retranslating
from desktop.ui.viewer.flow_layout import FlowLayout

_HOLDS = (ConsentState.AGREED, ConsentState.NOT_POSSIBLE, ConsentState.DICTATION_ALONE)


class ConsentCard(Retranslating, QFrame):
    """One answer; only the last one of an encounter can be changed."""

    withdraw_wanted = Signal()
    ask_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, consent: Consent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("consent")
        self._consent = consent
        self._words = PlainText("caption", self)
        self._withdraw = button("withdraw-consent", "quiet", self)
        self._ask = button("ask-consent", "quiet", self)
        self._delete = button("delete-recordings", "quiet", self)
        self._withdraw.clicked.connect(self.withdraw_wanted)
        self._ask.clicked.connect(self.ask_wanted)
        self._delete.clicked.connect(self.delete_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, theme.SPACE, 4, 0)
        column.setSpacing(2)
        column.addWidget(self._words)
        self._buttons = QWidget(self)
        row = FlowLayout(self._buttons, theme.SPACE)
        row.setContentsMargins(0, 0, 0, 0)
        for part in (self._withdraw, self._ask, self._delete):
            row.addWidget(part)
        column.addWidget(self._buttons)
        self.show_state(holds=False, recordings=0)
        self.retranslate()

    @property
    def entry_id(self) -> str:
        """The id of its entry."""
        return self._consent.id

    def show_state(self, *, holds: bool, recordings: int) -> None:
        """Show whether this is the answer that holds, and how many recordings were made here."""
        state = self._consent.state
        self._withdraw.setVisible(holds and state in _HOLDS)
        self._ask.setVisible(holds and state is ConsentState.DICTATION_ALONE)
        self._delete.setVisible(holds and state is ConsentState.WITHDRAWN and recordings > 0)
        self._buttons.setVisible(holds and (state in _HOLDS or recordings > 0))

    def retranslate(self) -> None:
        """Set every word."""
        at, reason = time_of_day(self._consent.at), printable(self._consent.reason)
        self._words.show_words(self._sentence().format(time=at, reason=reason))
        self._withdraw.setText(self.tr("Withdraw the consent"))
        self._ask.setText(self.tr("A patient is heard now: ask"))
        self._delete.setText(self.tr("Delete what was recorded here…"))

    def _sentence(self) -> str:
        written = self._consent.manner is ConsentManner.WRITTEN
        return {
            ConsentState.AGREED: (
                self.tr("{time}: the patient agreed in writing to be recorded.")
                if written
                else self.tr("{time}: the patient was asked and agreed to be recorded.")
            ),
            ConsentState.DICTATION_ALONE: self.tr("{time}: the doctor dictates alone, no patient is heard."),
            ConsentState.NOT_POSSIBLE: self.tr("{time}: the patient could not be asked to agree ({reason})."),
            ConsentState.IMPORTED: self.tr(
                "{time}: a recording from elsewhere was added. Whether its speakers agreed is known where it was made."
            ),
            ConsentState.WITHDRAWN: self.tr("{time}: the consent was withdrawn. Nothing more is recorded."),
        }[self._consent.state]
