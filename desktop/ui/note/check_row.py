"""One line of the double check: what stands in the note, what was said, what was heard twice; ticked or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.record.note_checking import words_now
from desktop.record.note_editing import line_of
from desktop.record.signature import Decision, Hearing
from desktop.ui import theme
from desktop.ui.encounter.widgets import CheckRow, IconButton, PlainText, button
from desktop.ui.encounter.wording import printable
from desktop.ui.note.text_field import SentenceField
from desktop.ui.note.wording import about_words, decision_words, hearing_words, listen_words
from desktop.ui.translation import Retranslating
from desktop.ui.viewer.flow_layout import FlowLayout

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from desktop.record.encounter import Writing
    from desktop.record.signature import CheckLine, SoundPlace, TwoReadings

_TO_LISTEN_TO = frozenset({Hearing.DIFFERS, Hearing.UNSURE})
_READING_CHARACTERS = 24
"""Of an average letter, the least width of one reading that stands beside the other."""


class ReadingsView(Retranslating, QFrame):
    """Two readings of the same seconds, side by side, with the second of sound to play."""

    play_wanted = Signal(str, float, object)

    def __init__(self, readings: TwoReadings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("two-readings")
        self._readings = readings
        self._differs = PlainText("caption", self)
        self._names = PlainText("caption", self), PlainText("caption", self)
        self._words = PlainText("", self), PlainText("", self)
        self._listen = IconButton("listen-twice", "play", self)
        place = readings.place
        self._listen.clicked.connect(lambda: self.play_wanted.emit(place.label, place.start_s, place.end_s))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(2)
        column.addWidget(self._differs)
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(theme.SPACE)
        for name, words in zip(self._names, self._words, strict=True):
            one = QVBoxLayout()
            one.setSpacing(2)
            one.addWidget(name)
            one.addWidget(words)
            one.addStretch(1)
            self._beside.addLayout(one, 1)
        column.addLayout(self._beside)
        column.addWidget(self._listen, 0, Qt.AlignmentFlag.AlignLeft)
        self.retranslate()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as one reading above the other."""
        return QSize(20 * theme.SPACE, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put one reading above the other where their lines would be too short beside each other."""
        super().resizeEvent(event)
        beside = self.width() >= 2 * _READING_CHARACTERS * self.fontMetrics().averageCharWidth()
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if direction != self._beside.direction():
            self._beside.setDirection(direction)
            self.updateGeometry()

    def retranslate(self) -> None:
        """Set every word."""
        differs = self.tr("They differ in {0}").format(about_words(self._readings.about))
        self._differs.show_words(differs)
        for label, name in zip(self._names, (self.tr("First reading"), self.tr("Second reading")), strict=True):
            label.show_words(name)
        for label, words in zip(self._words, (self._readings.first, self._readings.second), strict=True):
            label.show_words(f"“{words}”" if words else self.tr("Nothing was heard."))
        self._listen.setText(listen_words(self._readings.place))
        self._listen.setAccessibleName(f"{self._listen.text()}: {printable(self._readings.first)}")


class CheckLineRow(Retranslating, QFrame):
    """A line that is decided here and nowhere else."""

    decided = Signal(bool)
    changed = Signal(str, str)
    """The id of a line of the note, and its new words; empty ones strike it."""
    play_wanted = Signal(str, float, object)

    def __init__(self, note: Writing, line: CheckLine, since: str, parent: QWidget | None = None) -> None:
        """`since` is when the line was written: what was edited after it is shown as it stands now."""
        super().__init__(parent)
        self.setObjectName("check-line")
        self.setProperty("role", "card")
        self._note, self.line, self._since = note, line, since
        self._about = PlainText("caption", self)
        self._text = PlainText("", self)
        self._now = PlainText("", self)
        self._quotes = PlainText("caption", self)
        self._hearing = PlainText("error" if self.line.hearing in _TO_LISTEN_TO else "caption", self)
        self._readings = [ReadingsView(readings, self) for readings in self.line.readings]
        self.tick = CheckRow(self)
        self.tick.setObjectName("tick-line")
        self.tick.setMinimumHeight(theme.TARGET)
        self._change = IconButton("change-checked", "write", self)
        self._listen = IconButton("listen-checked", "play", self)
        self.fields = [SentenceField("checked-field", self) for _ in self.line.lines]
        self._keep = button("keep-checked", "primary", self)
        self._leave = button("leave-checked", "", self)
        self._lay_out()
        self._connect()
        self._show_editing(False)
        self.retranslate()

    @property
    def is_editing(self) -> bool:
        """Whether words are being typed in it."""
        return bool(self.fields) and not self.fields[0].isHidden()

    def begin_change(self) -> None:
        """Let the sentences that it is about be changed."""
        self._show_editing(True)
        for line_id, field in reversed(list(zip(self.line.lines, self.fields, strict=True))):
            found = line_of(self._note, line_id)
            field.begin("" if found is None or found.struck else found.text)

    def keep(self) -> None:
        """Take what was typed; words that are the same change nothing."""
        if not self.is_editing:
            return
        self._show_editing(False)
        for line_id, field in zip(self.line.lines, self.fields, strict=True):
            found = line_of(self._note, line_id)
            if found is not None and field.words != ("" if found.struck else found.text):
                self.changed.emit(line_id, field.words)

    def leave(self) -> None:
        """Let go of what was typed."""
        self._show_editing(False)
        self.tick.setFocus()

    def retranslate(self) -> None:
        """Set every word."""
        line = self.line
        self._about.show_words(" · ".join(filter(None, (about_words(line.about), decision_words(line)))))
        self._text.show_words("" if self._is_stale else line.text)
        self._now.show_words(self._now_words() if self._is_stale else "")
        said = " … ".join(f"“{quote}”" for quote in line.quotes)
        self._quotes.show_words(self.tr("Source: {0}").format(said) if said else "")
        self._hearing.show_words(hearing_words(line))
        self.tick.setText(self.tr("Checked, it is right"))
        self._change.setText(self.tr("Change"))
        self._keep.setText(self.tr("Keep"))
        self._leave.setText(self.tr("Leave it"))
        if self._place is not None:
            self._listen.setText(listen_words(self._place))
        for control in (self.tick, self._change, self._keep, self._leave, self._listen):
            control.setAccessibleName(f"{control.text()}: {about_words(line.about)} {printable(line.text)}")
        for field in self.fields:
            field.setAccessibleName(self.tr("The words of the line"))

    # --- parts -------------------------------------------------------------------------------------------------

    @property
    def _is_stale(self) -> bool:
        """Whether a sentence that it is about was changed since it was written."""
        found = (line_of(self._note, line_id) for line_id in self.line.lines)
        return any(edit.at >= self._since for one in found if one is not None for edit in one.history)

    def _now_words(self) -> str:
        words = " ".join(words_now(self._note, self.line))
        return self.tr("Now in the note: {0}").format(words) if words else self.tr("Struck from the note.")

    @property
    def _place(self) -> SoundPlace | None:
        return self.line.places[0] if self.line.places and not self.line.readings else None

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 12, 8)
        column.setSpacing(4)
        for label in (self._about, self._text, self._now, self._quotes, self._hearing):
            column.addWidget(label)
        for view in self._readings:
            column.addWidget(view)
        for field in self.fields:
            column.addWidget(field)
        editing = QHBoxLayout()
        for control in (self._keep, self._leave):
            editing.addWidget(control)
        editing.addStretch(1)
        column.addLayout(editing)
        deciding = QWidget(self)
        row = FlowLayout(deciding, 4)
        row.setContentsMargins(0, 0, 0, 0)
        for part in (self.tick, self._change, self._listen):
            row.addWidget(part)
        column.addWidget(deciding)

    def _connect(self) -> None:
        self.tick.setChecked(self.line.decision is not Decision.OPEN)
        self.tick.setEnabled(self.line.decision is not Decision.CHANGED)
        self.tick.clicked.connect(self.decided)
        self._change.clicked.connect(self.begin_change)
        self._listen.clicked.connect(self._play)
        self._keep.clicked.connect(self.keep)
        self._leave.clicked.connect(self.leave)
        for field in self.fields:
            field.kept.connect(lambda _words: self.keep())
            field.left.connect(self.leave)
        for view in self._readings:
            view.play_wanted.connect(self.play_wanted)

    def _play(self) -> None:
        if self._place is not None:
            self.play_wanted.emit(self._place.label, self._place.start_s, self._place.end_s)

    def _show_editing(self, editing: bool) -> None:
        for widget in (*self.fields, self._keep, self._leave):
            widget.setVisible(editing)
        self.tick.setVisible(not editing)
        self._change.setVisible(not editing and bool(self.line.lines))
        self._listen.setVisible(self._place is not None)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
