"""The patient view: one answer or sentence in large type on a plain ground, read aloud where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.encounter.wording import printable
from desktop.ui.speech.voice import VoiceState
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QPaintEvent

    from desktop.ui.speech.voice import Voice

LARGEST_PT, SMALLEST_PT = 64.0, 20.0
_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


class PatientText(QWidget):
    """The words, as large as the room allows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._dark = False
        self.setObjectName("patient-text")

    def show_text(self, text: str, dark: bool) -> None:
        """Show words on a light or a dark ground."""
        self._text, self._dark = text, dark
        self.setAccessibleName(text)
        self.update()

    def fitting_font(self, room: QSize) -> QFont:
        """Return the largest font in which all words fit, not below the smallest that is read at a bed's length."""
        font, size = QFont(self.font()), LARGEST_PT
        while size > SMALLEST_PT:
            font.setPointSizeF(size)
            needed = QFontMetrics(font).boundingRect(QRect(0, 0, room.width(), 1 << 20), int(_WRAPPED), self._text)
            if needed.height() <= room.height() and needed.width() <= room.width():
                return font
            size -= 2.0
        font.setPointSizeF(SMALLEST_PT)
        return font

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the words."""
        colours = theme.tokens()
        painter = QPainter(self)
        painter.setPen(colours.viewer_text if self._dark else theme.load("light").tokens.text)
        painter.setFont(self.fitting_font(self.size()))
        painter.drawText(self.rect(), int(_WRAPPED), self._text)
        painter.end()


class PatientView(Retranslating, QWidget):
    """Covers the whole screen; Esc, a click on the button or Ctrl+P again brings the window back."""

    closed = Signal()

    def __init__(self, text: str, voice: Voice, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._voice = voice
        self.setObjectName("patient-view")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dark = False
        self._shown = printable(text)
        self.words = PatientText(self)
        self._ground = button("patient-ground", "quiet", self)
        self._close = button("patient-close", "quiet", self)
        self._read = button("patient-read", "quiet", self)
        self._note = PlainText(parent=self)
        self._note.setObjectName("patient-voice")
        self._read.clicked.connect(self.read_or_stop)
        voice.state_changed.connect(self.retranslate)
        self._ground.clicked.connect(self.change_ground)
        self._close.clicked.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(64, 48, 64, 24)
        column.addWidget(self.words, 1)
        row = QHBoxLayout()
        row.addWidget(self._note, 1)
        row.addWidget(self._read)
        row.addWidget(self._ground)
        row.addWidget(self._close)
        column.addLayout(row)
        self.words.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.words.setFocus()
        self.retranslate()

    @property
    def is_dark(self) -> bool:
        """Whether the ground is dark."""
        return self._dark

    def change_ground(self) -> None:
        """Change between light and dark, for a dark room."""
        self._dark = not self._dark
        self.retranslate()
        self.update()

    def _ink(self) -> QColor:
        """Return the colour of words on the ground that is shown."""
        return theme.tokens().viewer_text if self._dark else theme.load("light").tokens.text

    def read_or_stop(self) -> None:
        """Read the words aloud, or fall silent; nothing is ever read by itself."""
        if self._voice.state() is VoiceState.READING:
            self._voice.stop()
        else:
            self._voice.read(self._shown)

    def retranslate(self) -> None:
        """Set every word; the title names nobody."""
        state = self._voice.state()
        self._read.setText(self.tr("Stop reading") if state is VoiceState.READING else self.tr("Read aloud"))
        self._read.setEnabled(state is not VoiceState.NO_VOICE)
        self._note.show_words(self._said_of(state))
        self._note.setStyleSheet(f"color: {self._ink().name()}")
        self.setWindowTitle(self.tr("Bedside"))
        self._ground.setText(self.tr("Light ground") if self._dark else self.tr("Dark ground"))
        self._close.setText(self.tr("Close (Esc)"))
        self.words.show_text(self._shown, self._dark)

    def _said_of(self, state: VoiceState) -> str:
        """Return what to do about a voice that cannot read; empty where nothing is wrong."""
        if state is VoiceState.NO_VOICE:
            return self.tr(
                "No voice is installed on this machine, so nothing can be read aloud. Add one in the system's settings "
                "for speech, on Linux with speech-dispatcher, and open this view again."
            )
        if state is VoiceState.NO_LANGUAGE:
            return self.tr("No voice for this language is installed. Add one in the system's settings for speech.")
        if state is VoiceState.FAILED:
            return self.tr("The voice stopped by itself. Try again, or read the words to the patient.")
        return ""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc and Ctrl+P bring the window back."""
        is_print = event.key() == Qt.Key.Key_P and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape or is_print:
            self.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A plain ground: a paper white or the viewer's black."""
        painter = QPainter(self)
        light = theme.load("light").tokens.surface
        painter.fillRect(self.rect(), theme.tokens().viewer_background if self._dark else light)
        painter.end()

    def closeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Fall silent and tell the screen."""
        self._voice.state_changed.disconnect(self.retranslate)
        self._voice.stop()
        self.closed.emit()
        super().closeEvent(event)  # type: ignore[arg-type]  # Qt hands a QCloseEvent
