"""One line of a note: its words with who wrote them, and what can be done with it by finger or keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.record.encounter import CitedKind
from desktop.record.signature import SoundPlace
from desktop.ui import theme
from desktop.ui.encounter.button_row import ButtonRow
from desktop.ui.encounter.widgets import IconButton, PlainText, VerdictMark, button
from desktop.ui.encounter.wording import verdict_word
from desktop.ui.note.text_field import SentenceField
from desktop.ui.note.wording import listen_words, provenance_words
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from desktop.record.note_editing import NoteLine

_EDIT_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)


class LineRow(Retranslating, QWidget):
    """Shows a line; Return changes it, Delete strikes it, Insert adds one below it, L plays its second of sound."""

    changed = Signal(str, str)
    """The line's id and its new words."""
    struck = Signal(str)
    added = Signal(str, str)
    """The line's id and the words of the one below it."""
    play_wanted = Signal(str, float, object)
    chosen = Signal(str)
    begun = Signal(object)
    """What stands lowest of the field that was opened: it is to be in sight."""

    def __init__(self, line: NoteLine, *, editable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editable = editable
        self._shows_buttons = False
        self.setObjectName("note-line")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._line = line
        self._adding = False
        self.mark = VerdictMark(self)
        self.mark.show_verdict(line.sentence.verdict)
        self.words = PlainText("", self)
        self._told = PlainText("caption", self)
        self.field = SentenceField("line-field", self)
        self._keep = button("keep-line", "primary", self)
        self._leave = button("leave-line", "", self)
        self._change = IconButton("change-line", "write", self)
        self._strike = IconButton("strike-line", "minus", self)
        self._restore = IconButton("restore-line", "undo", self)
        self._add = IconButton("add-line", "plus", self)
        self._listen = IconButton("listen-line", "play", self)
        self._lay_out()
        self._connect()
        self._show_editing(False)
        self.retranslate()

    @property
    def line(self) -> NoteLine:
        """The line that it shows."""
        return self._line

    @property
    def is_editing(self) -> bool:
        """Whether words are being typed in it."""
        return not self.field.isHidden()

    def show_chosen(self, chosen: bool) -> None:
        """Show what can be done with it, for the one line that is chosen: forty rows of buttons are no calm page."""
        self._shows_buttons = chosen
        self._show_editing(self.is_editing)

    def begin_change(self) -> None:
        """Let the words be changed; a struck line stands again with them."""
        self._begin(self._line.text, adding=False)

    def begin_add(self) -> None:
        """Let a line be added below."""
        self._begin("", adding=True)

    def keep(self) -> None:
        """Take what was typed."""
        if self.is_editing:
            self._take(self.field.words)

    def leave(self) -> None:
        """Let go of what was typed."""
        self._show_editing(False)
        self.setFocus()

    def retranslate(self) -> None:
        """Set every word."""
        line = self._line
        self.words.show_words(line.text)
        self._told.show_words(provenance_words(line))
        if self._place is not None:
            self._listen.setText(listen_words(self._place))
        named = (
            (self._change, self.tr("Change")),
            (self._strike, self.tr("Strike")),
            (self._restore, self.tr("Restore")),
            (self._add, self.tr("Add below")),
            (self._keep, self.tr("Keep")),
            (self._leave, self.tr("Leave it")),
        )
        for control, words in named:
            control.setText(words)
        for control, words in (*named, (self._listen, self._listen.text())):
            control.setAccessibleName(f"{words}: {line.text}")
            control.setToolTip(words)
        self.field.setAccessibleName(self.tr("The new line") if self._adding else self.tr("The words of the line"))
        state = self.tr("Struck") if line.struck else verdict_word(line.sentence.verdict)
        self.setAccessibleName(f"{state}: {line.text}")
        keys = self.tr("Return changes it, Delete strikes it, Insert adds a line below it")
        self.setAccessibleDescription(keys if self._editable else "")
        self._buttons.fit()

    # --- parts -------------------------------------------------------------------------------------------------

    @property
    def _place(self) -> SoundPlace | None:
        for citation in self._line.sentence.citations:
            if citation.kind is CitedKind.TRANSCRIPT and citation.start_s is not None:
                return SoundPlace(citation.label, citation.start_s, citation.end_s or citation.start_s)
        return None

    def _lay_out(self) -> None:
        font = self.words.font()
        font.setStrikeOut(self._line.struck)
        self.words.setFont(font)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 4)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        column.addLayout(row)
        column.addWidget(self._told)
        column.addWidget(self.field)
        editing = QHBoxLayout()
        editing.addWidget(self._keep)
        editing.addWidget(self._leave)
        editing.addStretch(1)
        column.addLayout(editing)
        controls = (self._change, self._strike, self._restore, self._add, self._listen)
        for control in controls:
            control.setProperty("tight", True)
        self._buttons = ButtonRow(4, controls, self)
        column.addWidget(self._buttons)

    def _connect(self) -> None:
        self._change.clicked.connect(self.begin_change)
        self._restore.clicked.connect(lambda: self.changed.emit(self._line.id, self._line.text))
        self._strike.clicked.connect(lambda: self.struck.emit(self._line.id))
        self._add.clicked.connect(self.begin_add)
        self._listen.clicked.connect(self._play)
        self._keep.clicked.connect(self.keep)
        self._leave.clicked.connect(self.leave)
        self.field.kept.connect(self._take)
        self.field.left.connect(self.leave)
        self.words.clicked.connect(self.setFocus)

    def _begin(self, text: str, *, adding: bool) -> None:
        if not self._editable:
            return
        self._adding = adding
        self._show_editing(True)
        self.field.begin(text)
        self.retranslate()
        self.begun.emit(self._leave)

    def _take(self, words: str) -> None:
        adding = self._adding
        self.leave()
        if adding:
            if words:
                self.added.emit(self._line.id, words)
        elif not words:
            self.struck.emit(self._line.id)
        elif words != self._line.text or self._line.struck:
            self.changed.emit(self._line.id, words)

    def _play(self) -> None:
        if self._place is not None:
            self.play_wanted.emit(self._place.label, self._place.start_s, self._place.end_s)

    def _show_editing(self, editing: bool) -> None:
        for widget in (self.field, self._keep, self._leave):
            widget.setVisible(editing)
        self._buttons.setVisible(self._shows_buttons and not editing)
        self._change.setVisible(self._editable and not self._line.struck)
        self._strike.setVisible(self._editable and not self._line.struck)
        self._restore.setVisible(self._editable and self._line.struck)
        self._add.setVisible(self._editable)
        self._listen.setVisible(self._place is not None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Do by keyboard what the buttons do."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in _EDIT_KEYS:
            self.begin_change()
        elif plain and event.key() == Qt.Key.Key_Delete and self._editable and not self._line.struck:
            self.struck.emit(self._line.id)
        elif plain and event.key() == Qt.Key.Key_Insert:
            self.begin_add()
        elif plain and event.key() == Qt.Key.Key_L:
            self._play()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the keyboard."""
        super().mouseReleaseEvent(event)
        self.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ring."""
        super().focusInEvent(event)
        self.chosen.emit(self._line.id)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ring of the keyboard."""
        if not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.tokens().focus, 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 8, 8)
        painter.end()
