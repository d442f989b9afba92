"""The line at the bottom: how the models stand, in words, and the one button that mends what is wrong."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from desktop.ui import icons, theme
from desktop.ui.translation import Retranslating
from desktop.worker.protocol import Failed, FailureKind, Ready
from desktop.worker.status import WorkerState, WorkerStatus

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QResizeEvent

    from desktop.worker.host import WorkerHost


class Mend(Enum):
    """What the button of the strip does."""

    NOTHING = auto()
    RESTART = auto()
    MODELS = auto()


BESIDE_CHARACTERS = 40
"""Of an average letter, the least width in which two sentences stand beside each other."""


class StatusStrip(Retranslating, QFrame):
    """Follows the worker by its signals and asks for the next step by its own."""

    restart_wanted = Signal()
    models_wanted = Signal()

    def __init__(self, worker: WorkerHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status-strip")
        self.setProperty("role", "bar")
        self._status = worker.status
        self._ready: Ready | None = worker.ready
        self._missing = ""
        self._make_parts()
        self._lay_out()
        worker.state_changed.connect(self._take_status)
        worker.event_received.connect(self._take_event)
        self.retranslate()

    @property
    def mend(self) -> Mend:
        """What would mend the worker now."""
        if self._missing:
            return Mend.MODELS
        return Mend.RESTART if self._status.state is WorkerState.DISABLED else Mend.NOTHING

    def retranslate(self) -> None:
        """Set every word for the state that is shown."""
        self._notice.setText(self.tr("For research and education. Not a medical device. Check every answer."))
        self._words.setText(self._sentence())
        self._words.setToolTip(self._status.reason)
        self._button.setVisible(self.mend is not Mend.NOTHING)
        self._button.setText(
            self.tr("Open the models page") if self.mend is Mend.MODELS else self.tr("Start the models again")
        )
        loads = self._status.state in (WorkerState.STARTING, WorkerState.RESTARTING) and not self._missing
        self._progress.setVisible(loads and self._status.share > 0)
        self._progress.setValue(round(100 * self._status.share))
        self._progress.setAccessibleName(self.tr("Loading the models"))
        self._tint()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()
        super().changeEvent(event)

    def _make_parts(self) -> None:
        self._sign = QLabel(self)
        self._words = _line("status-words", self)
        self._notice = _line("intended-use", self)
        self._notice.setProperty("role", "caption")
        self._notice.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(15 * theme.SPACE)
        self._button = QPushButton(self)
        self._button.setObjectName("status-mend")
        self._button.clicked.connect(self._ask_to_mend)

    def _lay_out(self) -> None:
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(2 * theme.SPACE, theme.SPACE, 2 * theme.SPACE, theme.SPACE)
        # Otherwise the two beside each other would keep the window from becoming narrow.
        self._parts.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        state = QHBoxLayout()
        state.addWidget(self._sign)
        state.addWidget(self._words, 1)
        state.addWidget(self._progress)
        state.addWidget(self._button)
        self._parts.addLayout(state, 6)
        self._parts.addWidget(self._notice, 5)
        for layout in (self._parts, state):
            layout.setSpacing(theme.SPACE)
        self._state = state

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as the two one below the other."""
        needed = max(self._state.minimumSize().width(), self._notice.minimumSizeHint().width())
        return QSize(needed + 4 * theme.SPACE, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put what the window is not for below how the models stand, where there is little room."""
        super().resizeEvent(event)
        beside = self.width() >= BESIDE_CHARACTERS * self.fontMetrics().averageCharWidth()
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if direction != self._parts.direction():
            self._parts.setDirection(direction)
            across = Qt.AlignmentFlag.AlignRight if beside else Qt.AlignmentFlag.AlignLeft
            self._notice.setAlignment(across | Qt.AlignmentFlag.AlignVCenter)
            self.updateGeometry()

    def _take_status(self, status: WorkerStatus) -> None:
        self._status = status
        self.retranslate()

    def _take_event(self, event: object) -> None:
        if isinstance(event, Ready):
            self._ready, self._missing = event, ""
        elif isinstance(event, Failed) and event.kind is FailureKind.MISSING:
            self._missing = event.sentence
        else:
            return
        self.retranslate()

    def _ask_to_mend(self) -> None:
        signal = self.models_wanted if self.mend is Mend.MODELS else self.restart_wanted
        signal.emit()

    def _sentence(self) -> str:
        status = self._status
        if self._missing:
            return self._missing
        if status.state in (WorkerState.CRASHED, WorkerState.DISABLED):
            return status.reason or self.tr("The models stopped. Your encounters are safe.")
        if status.state is WorkerState.RESTARTING:
            # What is to be done next stands beside what it concerns; a strip that grew would move the buttons above it.
            return " ".join(filter(None, (_first_sentence(status.reason), self.tr("They are starting again."))))
        if status.state is WorkerState.STARTING:
            loading = self.tr("Loading {model} …").format(model=status.what)
            return loading if status.what else self.tr("The models are starting …")
        return self._calm_sentence()

    def _calm_sentence(self) -> str:
        if self._status.state is WorkerState.BUSY:
            return self.tr("Working on this machine …")
        if self._status.state is WorkerState.CANCELLING:
            return self.tr("Stopping …")
        if self._status.state is WorkerState.READY and self._ready:
            on_gpu = self._ready.device.startswith("cuda")
            where = self.tr("on the graphics processor") if on_gpu else self.tr("on the processor")
            return self.tr("Ready: {decoder}, {where}").format(decoder=self._ready.decoder, where=where)
        return self.tr("The models are loaded when they are needed.")

    def _tint(self) -> None:
        name, colour = self._sign_of(theme.tokens())
        self._sign.setPixmap(icons.pixmap(name, 20, colour))

    def _sign_of(self, colours: theme.Tokens) -> tuple[str, QColor]:
        if self.mend is not Mend.NOTHING or self._status.state is WorkerState.CRASHED:
            return "warning", colours.unverified
        if self._status.state is WorkerState.READY:
            return "check", colours.supported
        return "machine", colours.text_muted


def _first_sentence(text: str) -> str:
    """Return what happened, without what follows from it."""
    first = re.match(r"[^.。]*[.。]", text)
    return first[0] if first else text


def _line(name: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label
