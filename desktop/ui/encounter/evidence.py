"""The evidence of one sentence: what it rests on, in the source's own words, with the second of sound to listen to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.record.encounter import Citation, CitedKind
from desktop.ui.encounter.widgets import DependenceMark, FlowingPage, IconButton, PlainText, VerdictMark
from desktop.ui.encounter.wording import clock, sentence_words, source_name, verdict_sentence
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.record.encounter import Sentence


class CitationCard(Retranslating, QFrame):
    """One source."""

    play_wanted = Signal(str, float, object)
    picture_wanted = Signal(str)

    def __init__(self, citation: Citation, question: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("citation")
        self.setProperty("role", "card")
        self._citation = citation
        self._question = question
        self._name = PlainText("caption", self)
        self._quote = PlainText("", self)
        self._depends = DependenceMark(self)
        self._act = IconButton("open-source", "play" if self._is_sound else "picture", self)
        self._act.clicked.connect(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 8)
        column.setSpacing(6)
        column.addWidget(self._name)
        column.addWidget(self._quote)
        column.addWidget(self._depends)
        row = QHBoxLayout()
        row.addWidget(self._act)
        row.addStretch(1)
        column.addLayout(row)
        self.retranslate()

    @property
    def _is_sound(self) -> bool:
        return self._citation.kind is CitedKind.TRANSCRIPT and self._citation.start_s is not None

    def retranslate(self) -> None:
        """Set every word."""
        citation = self._citation
        self._name.show_words(source_name(citation))
        quote = self._question if citation.kind is CitedKind.QUESTION and self._question else citation.quote
        self._quote.show_words(f"“{quote}”" if quote else "")
        self._depends.show_dependence(citation.dependence)
        if self._is_sound:
            self._act.setText(self.tr("Listen at {0}").format(clock(citation.start_s or 0.0)))
        else:
            self._act.setText(self.tr("Open {0}").format(citation.label))
        self._act.setVisible(self._is_sound or citation.kind is CitedKind.IMAGE)

    def show_playing(self, playing: bool) -> None:
        """Show that a stretch is being played."""
        if self._is_sound and playing:
            self._act.setText(self.tr("Playing…"))
        else:
            self.retranslate()

    def _open(self) -> None:
        if self._is_sound:
            self.play_wanted.emit(self._citation.label, self._citation.start_s, self._citation.end_s)
        else:
            self.picture_wanted.emit(self._citation.label)


class EvidencePanel(Retranslating, QScrollArea):
    """What bears a sentence out. It shows how to come by one while none is chosen."""

    play_wanted = Signal(str, float, object)
    picture_wanted = Signal(str)
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evidence")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sentence: Sentence | None = None
        self._cards: list[CitationCard] = []
        page = FlowingPage()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(12, 16, 12, 12)
        self._column.setSpacing(10)
        self._title = PlainText("heading", page)
        self._words = PlainText("", page)
        self._mark = VerdictMark(page)
        self._meaning = PlainText("caption", page)
        for widget in (self._title, self._words, self._mark, self._meaning):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.setWidget(page)
        self.retranslate()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Wide enough for a button with its words in the present size of text, whatever is shown."""
        return QSize(max(260, self.fontMetrics().averageCharWidth() * 22 + 60), 120)

    @property
    def sentence(self) -> Sentence | None:
        """The sentence whose evidence is shown."""
        return self._sentence

    def show_sentence(self, sentence: Sentence | None, question: str = "") -> None:
        """Show the sources of a sentence; `question` is what was asked."""
        for card in self._cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._sentence = sentence
        self._cards = (
            [CitationCard(citation, question, self.widget()) for citation in sentence.citations] if sentence else []
        )
        for card in self._cards:
            card.play_wanted.connect(self.play_wanted)
            card.picture_wanted.connect(self.picture_wanted)
            self._column.insertWidget(self._column.count() - 1, card)
            card.show()
        self.retranslate()
        self.verticalScrollBar().setValue(0)

    def show_playing(self, playing: bool) -> None:
        """Show that a stretch is being played."""
        for card in self._cards:
            card.show_playing(playing)

    def retranslate(self) -> None:
        """Set every word."""
        sentence = self._sentence
        self.setAccessibleName(self.tr("Sources of the sentence"))
        self._title.show_words(self.tr("Sources") if sentence else self.tr("What is an answer based on?"))
        self._words.show_words(sentence_words(sentence) if sentence else "")
        self._mark.setVisible(sentence is not None)
        self._mark.show_verdict(sentence.verdict if sentence else None)
        self._meaning.show_words(verdict_sentence(sentence) if sentence else self._hint())

    def _hint(self) -> str:
        return self.tr(
            "Choose a sentence of an answer. The words, the second of sound or the picture behind it appear here."
        )
