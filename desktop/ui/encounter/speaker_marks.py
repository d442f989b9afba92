"""Who speaks, beside the words: a mark at the beginning of each utterance that one press turns to the other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.record.encounter import Speaker
from desktop.ui import theme
from desktop.ui.encounter.wording import clock, speaker_word
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QPaintEvent

    from desktop.record.encounter import Utterance

_GAP = 6
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class SpeakerMark(Retranslating, QAbstractButton):
    """A filled square for the doctor, a ring for the patient, a diamond where it is unclear; the word where a turn
    begins, a line below it where a person said it."""

    moved = Signal(int)
    """The keyboard wants the mark so many further."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("speaker")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._speaker, self._begins, self._corrected = Speaker.UNKNOWN, True, False
        self._place = ""
        self.retranslate()

    def show_speaker(self, utterance: Utterance, begins: bool, recording: str) -> None:
        """Show who says an utterance; `begins` says that somebody else spoke before."""
        shown = (utterance.speaker, begins, utterance.speaker_corrected, f"{clock(utterance.start_s)}, {recording}")
        if shown == (self._speaker, self._begins, self._corrected, self._place):
            return
        self._speaker, self._begins, self._corrected, self._place = shown
        self.retranslate()
        self.update()

    def retranslate(self) -> None:
        """Name it: a screen reader hears who speaks, where, and what a press does."""
        word = speaker_word(self._speaker)
        other = speaker_word(Speaker.PATIENT if self._speaker is Speaker.DOCTOR else Speaker.DOCTOR)
        self.setAccessibleName(f"{word}, {self._place}")
        heard = self.tr("You said so.") if self._corrected else self.tr("By the voice, so it can be wrong.")
        told = " ".join((heard, self.tr("Press to change it to: {0}").format(other)))
        self.setAccessibleDescription(told)
        self.setToolTip(f"{word}. {told}")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as the longest word with its shape, as high as a finger."""
        return QSize(width_of_marks(self), theme.TARGET)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go to the mark above or below with the arrows, and press with Enter as with the space bar."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the shape and, where a turn begins, the word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.tokens()
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.raised)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        known = {Speaker.DOCTOR: colours.accent, Speaker.PATIENT: colours.text, Speaker.UNKNOWN: colours.unverified}
        painter.setPen(QPen(known[self._speaker], 2))
        self._draw_shape(painter)
        if self._begins:
            font = _small(self.font())
            font.setUnderline(self._corrected)
            painter.setFont(font)
            words = QRectF(self.rect()).adjusted(_GAP + _side(self) + _GAP, 0, 0, 0)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, speaker_word(self._speaker))
        if self.hasFocus():
            painter.setPen(QPen(colours.focus, 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 7, 7)
        painter.end()

    def _draw_shape(self, painter: QPainter) -> None:
        side = _side(self) * (1.0 if self._begins else 0.7)
        shape = QRectF(_GAP + (_side(self) - side) / 2, (self.height() - side) / 2, side, side)
        if self._speaker is Speaker.DOCTOR:
            painter.setBrush(painter.pen().color())
            painter.drawRoundedRect(shape, 2, 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        elif self._speaker is Speaker.PATIENT:
            painter.drawEllipse(shape)
        else:
            middle = shape.center()
            corners = ((middle.x(), shape.top()), (shape.right(), middle.y()), (middle.x(), shape.bottom()))
            painter.drawPolygon(QPolygonF([QPointF(*at) for at in (*corners, (shape.left(), middle.y()))]))


class SpeakerMarks(QObject):
    """The marks of one recording's words; Tab reaches one of them, the arrow keys the others."""

    turned = Signal(int)
    """The number of the utterance whose mark was pressed."""

    def __init__(self, page: QWidget) -> None:
        """`page` is what the words are drawn on."""
        super().__init__(page)
        self._page = page
        self._marks: list[SpeakerMark] = []
        self._reached = 0

    def show_speakers(self, utterances: Sequence[Utterance], recording: str) -> None:
        """Show a mark for each utterance, none for none."""
        while len(self._marks) < len(utterances):
            self._add()
        for mark in self._marks[len(utterances) :]:
            mark.hide()
            mark.deleteLater()
        del self._marks[len(utterances) :]
        before = None
        for mark, utterance in zip(self._marks, utterances, strict=True):
            mark.show_speaker(utterance, utterance.speaker is not before, recording)
            before = utterance.speaker
        self._let_tab_reach(min(self._reached, len(self._marks) - 1))

    def place(self, left: int, middles: Sequence[float]) -> None:
        """Put each mark beside the first line of its utterance, whose middle is given in pixels from the top."""
        width = width_of_marks(self._page)
        for mark, middle in zip(self._marks, middles, strict=True):
            mark.setGeometry(left, round(middle) - theme.TARGET // 2, width, theme.TARGET)
            mark.show()

    def _add(self) -> None:
        mark, number = SpeakerMark(self._page), len(self._marks)
        mark.clicked.connect(lambda: self._turn(number))
        mark.moved.connect(lambda step: self._move(number + step))
        self._marks.append(mark)

    def _turn(self, number: int) -> None:
        self._let_tab_reach(number)
        self.turned.emit(number)

    def _move(self, number: int) -> None:
        if 0 <= number < len(self._marks):
            self._let_tab_reach(number)
            self._marks[number].setFocus(Qt.FocusReason.OtherFocusReason)

    def _let_tab_reach(self, number: int) -> None:
        self._reached = max(0, number)
        for place, mark in enumerate(self._marks):
            reached = place == self._reached
            mark.setFocusPolicy(Qt.FocusPolicy.StrongFocus if reached else Qt.FocusPolicy.ClickFocus)


def width_of_marks(widget: QWidget) -> int:
    """Return the width of every mark, so that the words do not move when a speaker changes."""
    metrics = QFontMetrics(_small(widget.font()))
    widest = max(metrics.horizontalAdvance(speaker_word(speaker)) for speaker in Speaker)
    return max(theme.TARGET, _GAP + round(_side(widget)) + _GAP + widest + 2 * _GAP)


def _small(font: QFont) -> QFont:
    made = QFont(font)
    made.setPointSizeF(font.pointSizeF() * 0.84)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def _side(widget: QWidget) -> float:
    return widget.fontMetrics().height() * 0.6
