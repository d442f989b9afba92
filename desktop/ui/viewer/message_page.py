"""What a pane shows instead of a picture: nothing yet, being opened, or why it cannot be."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.translation import Retranslating

PROGRESS_PX = 200


class MessagePage(Retranslating, QWidget):
    """One sentence in the middle, with progress or the button that mends it."""

    pressed = Signal()
    """The button: cancel while opening, try again after a failure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode = "empty"
        self._failure = ""
        self.setAutoFillBackground(True)
        # The keyboard rests here while a picture is opened, not on a button that does something else.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.text = QLabel(self)
        self.text.setObjectName("viewer-message")
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = QProgressBar(self)
        self.bar.setObjectName("viewer-progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(PROGRESS_PX)
        self.button = QPushButton(self)
        self.button.setObjectName("viewer-message-button")
        self.button.setMinimumHeight(theme.TARGET)
        self.button.clicked.connect(self.pressed)
        column = QVBoxLayout(self)
        column.setSpacing(theme.SPACE * 2)
        column.setContentsMargins(theme.SPACE * 3, theme.SPACE, theme.SPACE * 3, theme.SPACE)
        column.addStretch(1)
        # The text takes the whole width: only so does it know how many lines it needs.
        column.addWidget(self.text)
        for widget in (self.bar, self.button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._colour()
        self.show_empty()

    @property
    def sentence(self) -> str:
        """What is said."""
        return str(self.text.text())

    def show_empty(self) -> None:
        """Say that nothing is open."""
        self._show("empty")

    def show_opening(self, done: int = 0, total: int = 0) -> None:
        """Say that something is being opened; 0 of 0 is not yet known how much."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self._show("opening")

    def show_failure(self, sentence: str) -> None:
        """Say why it cannot be shown."""
        self._failure = sentence
        self._show("failure")

    def retranslate(self) -> None:
        """Set every word."""
        texts = {
            "empty": self.tr("No picture is open. Choose one in the encounter to see it here."),
            "opening": self.tr("Opening …"),
            "failure": self._failure,
        }
        self.text.setText(texts[self._mode])
        self.setAccessibleName(texts[self._mode])
        self.button.setText(self.tr("Cancel") if self._mode == "opening" else self.tr("Try again"))
        self.bar.setAccessibleName(self.tr("Progress of opening"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of a new theme."""
        super().changeEvent(event)
        # Setting the palette sends the same event again: only a change of the theme is answered.
        if event.type() == QEvent.Type.StyleChange:
            self._colour()

    def _show(self, mode: str) -> None:
        self._mode = mode
        self.bar.setVisible(mode == "opening")
        self.button.setVisible(mode != "empty")
        self.retranslate()

    def _colour(self) -> None:
        colours = theme.tokens()
        for widget in (self, self.text):
            palette = widget.palette()
            palette.setColor(QPalette.ColorRole.Window, colours.viewer_background)
            palette.setColor(QPalette.ColorRole.WindowText, colours.viewer_text)
            widget.setPalette(palette)
