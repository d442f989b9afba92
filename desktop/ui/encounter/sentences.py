"""An answer as sentences, one below another, each with its verdict and open to its sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, VerdictMark
from desktop.ui.encounter.wording import printable, sentence_words, verdict_word
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from desktop.record.encounter import Sentence

# Where a sentence ends, as the gate decides it: lines that are shown early must be the lines that stay.
_BOUNDARY = re.compile(r"(?<=[.!?。！？])\s+|\n+|(?<=[。！？])")
BESIDE_CHARACTERS = 16
"""Of an average letter, the least width of a sentence that stands beside its verdict."""
_OPENING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


def split_sentences(text: str) -> list[str]:
    """Split an answer at sentence ends and line breaks; "2.5 mg" stays whole."""
    return [part.strip() for part in _BOUNDARY.split(text) if part.strip()]


class SentenceRow(Retranslating, QWidget):
    """One sentence; a click, Return or Space opens its sources once it has a verdict."""

    opened = Signal(object)
    """The Sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sentence")
        self._sentence: Sentence | None = None
        self._chosen = False
        self.mark = VerdictMark(self)
        self.words = PlainText(parent=self)
        self.words.clicked.connect(self.open_sources)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(8, 7, 8, 7)
        self._row.setSpacing(4)
        self._row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(self.words, 1)
        self.retranslate()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as the verdict above its sentence."""
        margins = self._row.contentsMargins()
        needed = max(self.mark.minimumSizeHint().width(), self.words.minimumSizeHint().width())
        return QSize(needed + margins.left() + margins.right(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the sentence below its verdict where its lines would be too short beside it."""
        super().resizeEvent(event)
        needed = self.mark.minimumSizeHint().width() + BESIDE_CHARACTERS * self.fontMetrics().averageCharWidth()
        beside = self.width() >= needed
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if direction != self._row.direction():
            self._row.setDirection(direction)
            self.updateGeometry()

    @property
    def sentence(self) -> Sentence | None:
        """The sentence with its verdict; None while it is still being written."""
        return self._sentence

    def show_text(self, text: str) -> None:
        """Show words that have no verdict yet."""
        self.words.setText(printable(text))

    def show_sentence(self, sentence: Sentence) -> None:
        """Show a sentence with its verdict; from now on it can be opened."""
        self._sentence = sentence
        self.show_text(sentence_words(sentence))
        self.mark.show_verdict(sentence.verdict)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.words.setCursor(Qt.CursorShape.PointingHandCursor)
        self.retranslate()

    def show_unchecked(self, unchecked: bool) -> None:
        """Show that these words were never held against any source, as those of an answer that was stopped."""
        if self._sentence is None:
            self.mark.show_unchecked(unchecked)

    def choose(self, chosen: bool) -> None:
        """Show whether the sources beside are this sentence's."""
        self._chosen = chosen
        self.update()

    def open_sources(self) -> None:
        """Ask for the sources to be shown."""
        if self._sentence:
            self.setFocus()
            self.opened.emit(self._sentence)

    def retranslate(self) -> None:
        """Say the verdict and the sentence to a screen reader."""
        if self._sentence:
            self.show_text(sentence_words(self._sentence))
            spoken = f"{verdict_word(self._sentence.verdict)}: {sentence_words(self._sentence)}"
            self.setAccessibleName(spoken)
            self.setAccessibleDescription(self.tr("Opens the sources of this sentence"))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Open the sources."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.open_sources()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open the sources with the keyboard."""
        if event.key() in _OPENING_KEYS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.open_sources()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chosen background and the ring of the keyboard."""
        if not self._chosen and not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.tokens()
        painter.setBrush(colours.raised if self._chosen else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colours.focus, 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 8, 8)
        painter.end()


class SentenceList(QWidget):
    """All sentences of one answer. Text that streams in changes the last row only: nothing above it moves."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._rows: list[SentenceRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    @property
    def rows(self) -> tuple[SentenceRow, ...]:
        """The rows, in order."""
        return tuple(self._rows)

    @property
    def text(self) -> str:
        """What has been shown so far."""
        return self._text

    def append(self, piece: str) -> None:
        """Show a further piece of an answer that is being written."""
        self._text += piece
        parts = split_sentences(self._text)
        self._fit(len(parts))
        for row, part in list(zip(self._rows, parts, strict=True))[-2:]:
            row.show_text(part)

    def show_text(self, text: str) -> None:
        """Show an answer without verdicts."""
        self._text = text
        parts = split_sentences(text)
        self._fit(len(parts))
        for row, part in zip(self._rows, parts, strict=True):
            row.show_text(part)

    def show_sentences(self, text: str, sentences: tuple[Sentence, ...]) -> None:
        """Show a whole answer with its verdicts."""
        self._text = text
        self._fit(len(sentences))
        for row, sentence in zip(self._rows, sentences, strict=True):
            row.show_sentence(sentence)

    def show_unchecked(self, unchecked: bool) -> None:
        """Show whether words without a verdict will get none any more."""
        for row in self._rows:
            row.show_unchecked(unchecked)

    def choose(self, sentence: Sentence | None) -> None:
        """Show which sentence's sources are open."""
        for row in self._rows:
            row.choose(row.sentence is sentence and sentence is not None)

    def _fit(self, count: int) -> None:
        while len(self._rows) < count:
            row = SentenceRow(self)
            row.opened.connect(self.opened)
            self._column.addWidget(row)
            self._rows.append(row)
        while len(self._rows) > count:
            row = self._rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
