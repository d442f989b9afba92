"""The words of a recording: settled ones with their times, uncertain ones marked, those still spoken lighter."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from desktop.record.encounter import Speaker, WrittenMark, WrittenWord
from desktop.record.speakers import names_speakers
from desktop.record.written import standing, written_text, written_words
from desktop.ui import theme
from desktop.ui.encounter.speaker_marks import SpeakerMarks, width_of_marks
from desktop.ui.encounter.wording import clock, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QMouseEvent, QResizeEvent

    from desktop.record.encounter import Utterance, Word

UNSURE_BELOW = 0.5
"""Words that the recogniser gives a lower probability are marked."""
LIGHTEST_SHOWN = 0.15
"""Words that weigh less beside the heaviest are not marked."""
_START = QTextCharFormat.Property.UserProperty
_LAID_OUT_ANEW = {QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.LanguageChange}


class DictationText(QTextEdit):
    """Read-only, as tall as its words. A click on a time plays the recording from there.

    One text document holds thousands of words at the cost of one widget; everything is inserted as plain text.
    """

    second_chosen = Signal(float)
    speaker_turned = Signal(int)
    """The number of an utterance that somebody else says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "flow")
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setMouseTracking(True)
        self.document().setDocumentMargin(0)
        self.document().setUndoRedoEnabled(False)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._recording = ""
        self._marks = SpeakerMarks(self.viewport())
        self._marks.turned.connect(self.speaker_turned)
        self._utterances: tuple[Utterance, ...] = ()
        self._named = self._is_edited = False
        self._shown: tuple[Utterance, ...] = ()
        """What stands in the document, whoever says it."""
        self._starts: list[int] = []
        """Where each of them begins."""
        self._partial: tuple[Word, ...] = ()
        self._settled_end = 0
        self._places: list[tuple[float, int, int]] = []
        """Start in seconds, first and last position of each settled word."""

    def show_weights(self, weights: Mapping[float, float]) -> None:
        """Mark the words that an answer hangs on; `weights` from 0 to 1 by the second at which a word begins."""
        selections = []
        for start_s, first, last in self._places:
            weight = weights.get(start_s, 0.0)
            if weight < LIGHTEST_SHOWN:
                continue
            selection = QTextEdit.ExtraSelection()
            selection.cursor = QTextCursor(self.document())
            selection.cursor.setPosition(first)
            selection.cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
            selection.format = _weighed(weight)
            selections.append(selection)
        self.setExtraSelections(selections)

    def name_recording(self, label: str) -> None:
        """Take the name of the recording, for those who hear the marks and do not see where they stand."""
        self._recording = label

    def show_utterances(self, utterances: tuple[Utterance, ...]) -> None:
        """Show the settled words with who says them; words that are shown already are left as they are."""
        self._utterances, named = utterances, names_speakers(utterances)
        self._is_edited = True
        words = tuple(replace(one, speaker=Speaker.UNKNOWN, speaker_corrected=False) for one in utterances)
        holding = standing(words)
        taken_back = any(utterance not in holding for utterance in standing(self._shown[: len(words)]))
        self._cut_back(0 if taken_back or named is not self._named else _in_common(self._shown, words))
        self._named = named
        self._drop_partial()
        frame = self.document().rootFrame().frameFormat()
        frame.setTopMargin(self._room_for_marks() / 2 + 2 if self._named else 0)
        self.document().rootFrame().setFrameFormat(frame)
        cursor = self._cursor_at_end()
        cursor.beginEditBlock()
        for utterance in words[len(self._shown) :]:
            self._insert(cursor, utterance, holds=utterance in holding)
        cursor.endEditBlock()
        self._settled_end = cursor.position()
        self._shown = words
        self._is_edited = False
        self._marks.show_speakers(utterances if named else (), self._recording)
        self._place_marks()

    def _cut_back(self, count: int) -> None:
        """Take all but the first utterances out of the document."""
        if count == len(self._shown):
            return
        if not count:
            self.clear()
            self._settled_end = 0
        else:
            self._settled_end = self._starts[count] - 1
            self._drop_partial()
        self._shown = self._shown[:count]
        del self._starts[count:]
        self._places = [place for place in self._places if place[1] < self._settled_end]

    def _place_marks(self) -> None:
        """Put the mark of each utterance beside its first line."""
        if not self._named or self._is_edited:
            return  # Qt tells of a new height in the midst of a change, when no line may be asked where it is
        self.document().documentLayout().documentSize()  # lays out what was inserted last
        middles = []
        for start in self._starts:
            layout = self.document().findBlock(start).layout()
            line = layout.lineAt(0)
            middles.append(layout.position().y() + (line.y() + line.height() / 2 if line.isValid() else 0.0))
        self._marks.place(self._time_width(), middles)

    def _room_for_marks(self) -> float:
        """Return how much higher a mark is than a line."""
        return max(0.0, theme.TARGET - 1.18 * self.fontMetrics().height()) if self._named else 0.0

    def _time_width(self) -> int:
        return self.fontMetrics().horizontalAdvance("00:00") + 14

    def show_partial(self, words: Sequence[Word]) -> None:
        """Show words that are still being spoken, after the settled ones."""
        self._is_edited = True
        self._drop_partial()
        self._partial = tuple(words)
        if words:
            self._insert_partial(words)
        self._is_edited = False
        self._place_marks()

    def _insert_partial(self, words: Sequence[Word]) -> None:
        cursor = self._cursor_at_end()
        cursor.beginEditBlock()
        self._start_line(cursor, words[0].start_s)
        lighter = self._format(theme.tokens().text_muted)
        lighter.setFontItalic(True)
        cursor.insertText(" ".join(printable(word.text.strip()) for word in words), lighter)
        cursor.endEditBlock()

    @property
    def has_uncertain(self) -> bool:
        """Return whether any settled word is marked."""
        return any(word.confidence < UNSURE_BELOW for said in standing(self._shown) for word in written_words(said))

    @property
    def words(self) -> str:
        """The settled words as plain text, as they are written, without what was taken back."""
        return "\n".join(printable(written_text(utterance).strip()) for utterance in standing(self._shown))

    def _insert(self, cursor: QTextCursor, utterance: Utterance, *, holds: bool) -> None:
        self._start_line(cursor, utterance.start_s)
        self._starts.append(cursor.block().position())
        if not utterance.words or not holds:
            plain = self._format(theme.tokens().text) if holds else self._struck()
            cursor.insertText(printable(utterance.text.strip()), plain)
            return
        written = utterance.written or [WrittenWord(w.text, n, n + 1) for n, w in enumerate(utterance.words)]
        begun = True
        for word in written:
            begun = self._insert_written(cursor, word, utterance, begun=begun)
        if utterance.translation:
            self._insert_translation(cursor, utterance.translation)

    def _insert_translation(self, cursor: QTextCursor, text: str) -> None:
        """Show the recogniser's English under the words, and say that it is one."""
        self._continue_line(cursor, gap=False)
        quiet = self._format(theme.tokens().text_muted)
        cursor.insertText(self.tr("Translated by the recogniser: {0}").format(printable(text)), quiet)

    def _insert_written(self, cursor: QTextCursor, word: WrittenWord, utterance: Utterance, *, begun: bool) -> bool:
        """Insert a word; `begun` says that a line has just begun. Returns whether the next word begins one."""
        if word.mark in {WrittenMark.LINE, WrittenMark.PARAGRAPH}:
            self._continue_line(cursor, gap=word.mark is WrittenMark.PARAGRAPH)
            return True
        if not begun:
            cursor.insertText(" ", self._format(theme.tokens().text))
        said = utterance.words[word.first : word.stop]
        spoken = printable(" ".join(one.text.strip() for one in said))
        if word.mark is not WrittenMark.WORD:
            cursor.insertText(spoken, self._struck())
            return False
        first, text = cursor.position(), printable(word.text.strip())
        form = self._word_format(unsure=min(one.confidence for one in said) < UNSURE_BELOW)
        if text != spoken:
            form.setToolTip(self._said(spoken))
        cursor.insertText(text, form)
        self._places.append((said[0].start_s, first, cursor.position()))
        return False

    def _said(self, spoken: str) -> str:
        """Return a tooltip, as markup so that no recogniser can write any."""
        said = self.tr("Said: {0}").format(spoken)
        return f"<p>{escape(said)}</p>"

    def _word_format(self, *, unsure: bool) -> QTextCharFormat:
        if not unsure:
            return self._format(theme.tokens().text)
        form = self._format(theme.tokens().unverified)
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        form.setUnderlineColor(theme.tokens().unverified)
        return form

    def _struck(self) -> QTextCharFormat:
        form = self._format(theme.tokens().text_muted)
        form.setFontStrikeOut(True)
        return form

    def _continue_line(self, cursor: QTextCursor, *, gap: bool) -> None:
        """Begin a line without a time, under the words of the one before."""
        line = cursor.blockFormat()
        line.setTopMargin(self.fontMetrics().height() / 2 if gap else 0)
        cursor.insertBlock(line)
        cursor.insertText("\t", self._format(theme.tokens().text))

    def _start_line(self, cursor: QTextCursor, start_s: float) -> None:
        indent = self._time_width() + (width_of_marks(self) if self._named else 0)
        line = QTextBlockFormat()
        line.setLeftMargin(indent)
        line.setTextIndent(-indent)
        # Two marks never overlap: the next line begins a finger's width further down.
        line.setBottomMargin(max(4, self._room_for_marks()))
        line.setLineHeight(118, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        line.setTabPositions([QTextOption.Tab(indent, QTextOption.TabType.LeftTab)])
        if cursor.position():
            cursor.insertBlock(line)
        else:
            cursor.setBlockFormat(line)
        time = self._format(theme.tokens().accent)
        time.setFontPointSize(self.font().pointSizeF() * 0.88)
        time.setProperty(_START.value, start_s)
        cursor.insertText(clock(start_s), time)
        cursor.insertText("\t", self._format(theme.tokens().text))

    def _format(self, colour: QColor) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setForeground(colour)
        return form

    def _drop_partial(self) -> None:
        self._partial = ()
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._settled_end)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()

    def _cursor_at_end(self) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor

    def _fit(self) -> None:
        height = round(self.document().size().height()) + 2 * self.frameWidth() + 6
        if height != self.height():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As tall as the words."""
        return QSize(320, round(self.document().size().height()) + 6)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Other widths need other heights."""
        super().resizeEvent(event)
        self._fit()
        self._place_marks()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take other colours or another size of text."""
        super().changeEvent(event)
        if event.type() in _LAID_OUT_ANEW and self._shown:
            partial = self._partial
            self._is_edited = True
            self._cut_back(0)
            self.show_utterances(self._utterances)
            self.show_partial(partial)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Show that a time can be pressed."""
        super().mouseMoveEvent(event)
        over_time = self._second_at(event) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over_time else Qt.CursorShape.IBeamCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Play from a time that was pressed."""
        super().mouseReleaseEvent(event)
        second = self._second_at(event)
        if second is not None and not self.textCursor().hasSelection():
            self.second_chosen.emit(second)

    def _second_at(self, event: QMouseEvent) -> float | None:
        cursor = self.cursorForPosition(event.position().toPoint())
        in_margin = event.position().x() < self.fontMetrics().horizontalAdvance("00:00") + 8
        if not in_margin or not self.toPlainText():
            return None
        cursor.setPosition(cursor.block().position() + 1)
        second = cursor.charFormat().property(_START.value)
        return float(second) if second is not None else None


def _in_common(shown: Sequence[Utterance], utterances: Sequence[Utterance]) -> int:
    """Return how many utterances both begin with."""
    pairs = enumerate(zip(shown, utterances, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(shown), len(utterances)))


def _weighed(weight: float) -> QTextCharFormat:
    """Return the mark of a word: a ground that deepens with its weight, and a line below, for every kind of sight."""
    ground = QColor(theme.tokens().unverified)
    ground.setAlphaF(0.12 + 0.3 * weight)
    form = QTextCharFormat()
    form.setBackground(ground)
    form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
    form.setUnderlineColor(theme.tokens().unverified)
    return form
