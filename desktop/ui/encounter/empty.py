"""What is shown where there is nothing yet: no encounter at all, or an encounter without an entry."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.translation import Retranslating
from desktop.ui.viewer.flow_layout import FlowLayout

LINE_CHARACTERS = 64


class NoEncounter(Retranslating, QWidget):
    """Nothing is open: begin one, or look at the sample."""

    new_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("no-encounter")
        self._are_some = False
        self._title = PlainText("title", self)
        self._words = PlainText("", self)
        self._new = button("begin-encounter", "primary", self)
        self._sample = button("try-sample", "", self)
        self._new.clicked.connect(self.new_wanted)
        self._sample.clicked.connect(self.sample_wanted)
        column = _centred(self)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addSpacing(theme.SPACE)
        buttons = QWidget(self)
        row = FlowLayout(buttons, theme.SPACE)
        row.addWidget(self._new)
        row.addWidget(self._sample)
        column.addWidget(buttons)
        self.retranslate()

    def show_whether_any(self, are_some: bool) -> None:
        """Say that there are none yet, or that none is open."""
        self._are_some = are_some
        self.retranslate()

    def take_keyboard(self) -> None:
        """Put the keyboard onto the primary action."""
        self._new.setFocus()

    def retranslate(self) -> None:
        """Set every word."""
        if self._are_some:
            self._title.setText(self.tr("No encounter is open"))
            self._words.setText(self.tr("Choose one from the list, or begin a new one."))
        else:
            self._title.setText(self.tr("No encounters yet"))
            self._words.setText(
                self.tr(
                    "An encounter holds what is said, shown, asked and answered at one bedside, on this machine only."
                )
            )
        self._new.setText(self.tr("Begin an encounter"))
        self._sample.setText(self.tr("Try the sample encounter"))
        self._sample.setVisible(not self._are_some)


class EmptyEncounter(Retranslating, QWidget):
    """An encounter without an entry: what can be done, in three lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty-encounter")
        self._title = PlainText("heading", self)
        self._lines = [PlainText("", self) for _ in range(3)]
        column = _centred(self)
        column.addWidget(self._title)
        for line in self._lines:
            column.addWidget(line)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self._title.setText(self.tr("This encounter is empty"))
        words = (
            self.tr("Speak: press the large button and talk; the words appear as you speak."),
            self.tr("Show: drop a picture, a DICOM series or a recording here, or paste a screenshot."),
            self.tr("Ask: type a question below; each sentence of the answer names its source."),
        )
        for line, text in zip(self._lines, words, strict=True):
            line.setText(text)


class Centre(QWidget):
    """The middle of an empty page: as wide as a line that is read easily, in whichever size of text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Larger text needs longer lines."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self.setMaximumWidth(self.fontMetrics().averageCharWidth() * LINE_CHARACTERS)


def _centred(widget: QWidget) -> QVBoxLayout:
    """Return the column in the middle of a widget."""
    row = QHBoxLayout(widget)
    middle = Centre(widget)
    row.addStretch(1)
    row.addWidget(middle, 100, Qt.AlignmentFlag.AlignVCenter)
    row.addStretch(1)
    column = QVBoxLayout(middle)
    column.setSpacing(10)
    return column
