"""The first page: the note line by line, each with who wrote it, and the draft as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import theme
from desktop.ui.encounter.widgets import FlowingPage, IconButton, PlainText
from desktop.ui.note.line_row import LineRow
from desktop.ui.note.text_field import SentenceField
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.record.note_editing import NoteLine, NotePart


class PartView(Retranslating, QWidget):
    """A section with its lines, and a way to add one at its beginning."""

    added = Signal(str, str)
    """The place before the first line, and the words."""

    def __init__(
        self, part: NotePart, rows: list[LineRow], *, editable: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._part = part
        self._heading = PlainText("section", self)
        self._heading.setContentsMargins(8, 4, 8, 0)
        self._add = IconButton("add-first-line", "plus", self)
        self.field = SentenceField("first-line-field", self)
        self.field.hide()
        self._add.clicked.connect(self.begin_add)
        self.field.kept.connect(self._take)
        self.field.left.connect(self._leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.SPACE)
        column.setSpacing(0)
        column.addWidget(self._heading)
        for row in rows:
            column.addWidget(row)
        column.addWidget(self.field)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignLeft)
        self._has_button = editable and not rows
        self._add.setVisible(self._has_button)
        self.retranslate()

    def begin_add(self) -> None:
        """Let the first line be written."""
        self._add.hide()
        self.field.show()
        self.field.begin("")

    def keep(self) -> None:
        """Take what was typed."""
        if not self.field.isHidden():
            self._take(self.field.words)

    def retranslate(self) -> None:
        """Set every word."""
        self._heading.show_words(self._part.heading)
        self._add.setText(self.tr("Add a line"))
        self._add.setAccessibleName(f"{self._add.text()}: {self._part.heading}")
        self.field.setAccessibleName(self.tr("The new line"))

    def _take(self, words: str) -> None:
        self._leave()
        if words:
            self.added.emit(self._part.id, words)

    def _leave(self) -> None:
        self.field.hide()
        self._add.setVisible(self._has_button)
        self._add.setFocus()


class EditingPage(Retranslating, QScrollArea):
    """All lines of a note; one of them is chosen and shows what can be done with it."""

    changed = Signal(str, str)
    struck = Signal(str)
    added = Signal(str, str)
    play_wanted = Signal(str, float, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("note-lines")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = FlowingPage()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, theme.SPACE, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(page)
        self._views: list[PartView] = []
        self._rows: list[LineRow] = []
        self._chosen = ""
        self._shown: tuple[tuple[NotePart, ...], bool] | None = None
        self.retranslate()

    @property
    def rows(self) -> tuple[LineRow, ...]:
        """The rows of all lines, in order."""
        return tuple(self._rows)

    @property
    def views(self) -> tuple[PartView, ...]:
        """The sections, in order."""
        return tuple(self._views)

    @property
    def is_editing(self) -> bool:
        """Whether words are being typed in a line."""
        return any(row.is_editing for row in self._rows) or any(not view.field.isHidden() for view in self._views)

    def show_parts(self, parts: tuple[NotePart, ...], *, editable: bool = True) -> None:
        """Show the lines as they stand now; the keyboard stays with the line that it was in.

        Where nothing changed nothing is done: a field that is open stays open.
        """
        if self._shown == (parts, editable):
            return
        self._shown = (parts, editable)
        had_focus = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        place = self.verticalScrollBar().value()
        known = {row.line.id for row in self._rows}
        for view in self._views:
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()
        self._views, self._rows = [], []
        for part in parts:
            rows = [self._row(line, editable=editable) for line in part.lines]
            view = PartView(part, rows, editable=editable, parent=self.widget())
            view.added.connect(self.added)
            self._column.insertWidget(self._column.count() - 1, view)
            view.show()
            self._views.append(view)
            self._rows += rows
        new = [row for row in self._rows if known and row.line.id not in known]
        kept = new or [row for row in self._rows if row.line.id == self._chosen]
        if kept:
            self._note_chosen(kept[0].line.id)
        if had_focus and kept:
            kept[0].setFocus()
        self.verticalScrollBar().setValue(place)

    def keep_all(self) -> None:
        """Take what is still being typed."""
        for row in tuple(self._rows):
            row.keep()
        for view in tuple(self._views):
            view.keep()

    def take_keyboard(self) -> None:
        """Begin with the first line."""
        if self._rows:
            self._rows[0].setFocus()
        elif self._views:
            self._views[0].begin_add()

    def step(self, by: int) -> bool:
        """Go to the next or the previous line; returns whether the keyboard is in one."""
        here = next((place for place, row in enumerate(self._rows) if row.hasFocus()), None)
        if here is None:
            return False
        row = self._rows[min(max(here + by, 0), len(self._rows) - 1)]
        row.setFocus()
        self.ensureWidgetVisible(row)
        return True

    def retranslate(self) -> None:
        """Set every word of its own."""
        self.setAccessibleName(self.tr("The lines of the note"))

    def _row(self, line: NoteLine, *, editable: bool) -> LineRow:
        row = LineRow(line, editable=editable)
        row.changed.connect(self.changed)
        row.struck.connect(self.struck)
        row.added.connect(self.added)
        row.play_wanted.connect(self.play_wanted)
        row.chosen.connect(self._note_chosen)
        row.begun.connect(self._show_soon)
        return row

    def _show_soon(self, widget: QWidget) -> None:
        """Scroll to what was just shown, once it has its place."""
        QTimer.singleShot(0, widget, lambda: self.ensureWidgetVisible(widget))

    def _note_chosen(self, line_id: str) -> None:
        self._chosen = line_id
        for row in self._rows:
            row.show_chosen(row.line.id == line_id)
