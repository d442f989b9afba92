"""The second page: what to check before signing, each line to be ticked or changed, the sound heard a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import FlowingPage, PlainText, button
from desktop.ui.note.check_row import CheckLineRow
from desktop.ui.note.wording import check_summary
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.record.encounter import Writing


class CheckPage(Retranslating, QWidget):
    """The lines of a note's double check, or how far it is."""

    decided = Signal(int, bool)
    changed = Signal(str, str)
    play_wanted = Signal(str, float, object)
    stop_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("note-check")
        self._note: Writing | None = None
        self._share: float | None = None
        self._failure = ""
        self._rows: list[CheckLineRow] = []
        self._state = PlainText("caption", self)
        self._error = PlainText("error", self)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setRange(0, 1000)
        self._stop = button("stop-check", "", self)
        self._again = button("check-again", "", self)
        self._stop.clicked.connect(self.stop_wanted)
        self._again.clicked.connect(self.again_wanted)
        self._area = QScrollArea(self)
        self._lay_out()
        self.retranslate()

    @property
    def rows(self) -> tuple[CheckLineRow, ...]:
        """The lines, in order."""
        return tuple(self._rows)

    def show_note(self, note: Writing, share: float | None, failure: str) -> None:
        """Show the check of a note, how far it is (0 to 1, None where none runs), and why the last one failed."""
        waited = self._stop.hasFocus() or self._again.hasFocus()
        changed = self._note is None or note.check != self._note.check or note.edits != self._note.edits
        self._note, self._share, self._failure = note, share, failure
        if changed:
            self._show_rows(note)
        self.retranslate()
        if waited and self._rows:
            self.take_keyboard()

    def keep_all(self) -> None:
        """Take what is still being typed."""
        for row in tuple(self._rows):
            row.keep()

    def take_keyboard(self) -> None:
        """Begin with the first open line, else with what there is to press."""
        still = [row for row in self._rows if not row.tick.isChecked()]
        if still or self._rows:
            (still or self._rows)[0].tick.setFocus()
        elif not self._stop.isHidden():
            self._stop.setFocus()

    def retranslate(self) -> None:
        """Set every word."""
        self._stop.setText(self.tr("Stop"))
        self._again.setText(self.tr("Check again"))
        self._progress.setAccessibleName(self.tr("Checked so far"))
        self._state.show_words(self._state_words())
        self._error.show_words(self._failure if self._share is None else "")
        runs = self._share is not None
        self._progress.setValue(round(1000 * (self._share or 0.0)))
        self._progress.setVisible(runs)
        self._stop.setVisible(runs)
        self._again.setVisible(not runs and self._note is not None and self._note.check is None)
        self._area.setVisible(bool(self._rows))

    def _state_words(self) -> str:
        if self._share is not None:
            words = self.tr("Looking for what to check, and hearing the sound a second time: {0} %")
            return words.format(round(100 * self._share))
        if self._note is None or self._note.check is None:
            return self.tr("This note was not checked yet, or it was changed since.")
        return check_summary(self._note.check)

    def _lay_out(self) -> None:
        page = FlowingPage()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, theme.SPACE, 0)
        self._column.setSpacing(theme.SPACE)
        self._column.addStretch(1)
        self._area.setWidget(page)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(self._state)
        column.addWidget(self._error)
        running = QHBoxLayout()
        running.addWidget(self._progress, 1)
        running.addWidget(self._stop)
        column.addLayout(running)
        column.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._area, 1)
        column.addStretch(0)

    def _show_rows(self, note: Writing) -> None:
        place = self._area.verticalScrollBar().value()
        had_focus = next((at for at, row in enumerate(self._rows) if row.tick.hasFocus()), None)
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        lines = note.check.lines if note.check else ()
        self._rows = [CheckLineRow(note, line, note.check.at if note.check else "", self) for line in lines]
        for number, row in enumerate(self._rows):
            row.decided.connect(lambda is_right, number=number: self.decided.emit(number, is_right))
            row.changed.connect(self.changed)
            row.play_wanted.connect(self.play_wanted)
            self._column.insertWidget(self._column.count() - 1, row)
        self._area.verticalScrollBar().setValue(place)
        if had_focus is not None and had_focus < len(self._rows):
            self._rows[had_focus].tick.setFocus()
