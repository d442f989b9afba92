"""The sheet on which a draft becomes a signed note, in three steps: read and edit, check, sign.

It can be closed at any time: every edit is kept at once, and a check goes on and is found when it is opened again.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.record.note_editing import parts_of, standing
from desktop.ui import theme
from desktop.ui.encounter.widgets import IconButton, PlainText, button, scrolling, size_on_screen
from desktop.ui.note.check_page import CheckPage
from desktop.ui.note.editing_page import EditingPage
from desktop.ui.note.sign_page import SignPage
from desktop.ui.note.wording import hash_words, signature_words
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.record.encounter import Writing
    from desktop.ui.encounter.signing import Signing

EDIT, CHECK, SIGN = range(3)
SIZE = QSize(880, 700)


class NoteSheet(Retranslating, QDialog):
    """One note of one encounter."""

    play_wanted = Signal(str, float, object)

    def __init__(self, signing: Signing, place: tuple[str, str], parent: QWidget | None = None) -> None:
        """`place` is the encounter's id and the note's."""
        super().__init__(parent)
        self.setObjectName("note-sheet")
        self._signing = signing
        self._encounter_id, self._note_id = place
        self._title = PlainText("title", self)
        self._step = PlainText("caption", self)
        self.editing, self.checking, self.signing_page = EditingPage(self), CheckPage(self), SignPage(self)
        self._pages = QStackedWidget(self)
        self._signing_area = scrolling(self.signing_page)
        for page in (self.editing, self.checking, self._signing_area):
            self._pages.addWidget(page)
        # What does not fit is scrolled to: the buttons below keep their height.
        self._pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._close = button("note-close", "", self)
        self._undo = IconButton("note-undo", "undo", self)
        self._back = button("note-back", "", self)
        self._next = button("note-next", "primary", self)
        self._sign = button("note-sign-now", "primary", self)
        self._lay_out()
        self._connect()
        signing.progressed.connect(self._follow)
        self._fit()
        self._go_to(EDIT)

    # --- what is shown -----------------------------------------------------------------------------------------

    @property
    def note_id(self) -> str:
        """Which note it shows."""
        return self._note_id

    @property
    def note(self) -> Writing | None:
        """The note as it stands now; None where it is gone."""
        return self._signing.note(self._encounter_id, self._note_id)

    @property
    def page(self) -> int:
        """EDIT, CHECK or SIGN."""
        return self._pages.currentIndex()

    def keep_all(self) -> None:
        """Take what is still being typed, before the record is locked or the sheet is closed."""
        self.editing.keep_all()
        self.checking.keep_all()

    def done(self, result: int) -> None:
        """Close; nothing that was typed is lost."""
        self.keep_all()
        super().done(result)

    def retranslate(self) -> None:
        """Set every word."""
        note = self.note
        self.setWindowTitle(self.tr("Signed note") if self._is_signed else self.tr("Edit and sign"))
        self._title.show_words(note.title if note is not None and note.title else self.windowTitle())
        self._step.show_words(self._step_words())
        self._close.setText(self.tr("Close"))
        self._undo.setText(self.tr("Undo"))
        self._undo.setAccessibleName(self.tr("Undo the last edit"))
        self._undo.setToolTip(self.tr("Undo the last edit"))
        self._back.setText(self.tr("Back"))
        self._next.setText(self.tr("Check before signing") if self.page == EDIT else self.tr("Go on to sign"))
        self._sign.setText(self.tr("Sign"))
        self._show_controls()

    def _step_words(self) -> str:
        note = self.note
        if note is not None and note.signature is not None:
            return f"{signature_words(note)}, {hash_words(note.signature)}" if self.page == EDIT else ""
        steps = (
            self.tr("1 of 3: Read it, and change what is not right. Every edit is kept."),
            self.tr("2 of 3: Tick each line, or change it."),
            self.tr("3 of 3: Sign it. Nothing is signed by itself."),
        )
        return steps[self.page]

    @property
    def _is_signed(self) -> bool:
        return self.note is not None and self.note.is_signed

    # --- steps -------------------------------------------------------------------------------------------------

    def _go_to(self, page: int) -> None:
        self.keep_all()
        self._pages.setCurrentIndex(page)
        note = self.note
        if note is None:
            return
        if page == SIGN and not note.is_signed:
            self.signing_page.begin(self._signing.name)
        if page == CHECK and note.check is None and self._signing.progress_of(note.id) is None:
            self._signing.check(self._encounter_id, note.id)
        self._show(note)
        (self.editing, self.checking, self.signing_page)[page].take_keyboard()

    def _follow(self, note_id: str) -> None:
        """A method, which ends with the sheet, and asks for the note itself: whoever changed it tells of it here."""
        note = self.note
        if note_id == self._note_id and note is not None:
            self._show(note)

    def _show(self, note: Writing) -> None:
        if self.page == EDIT:
            self.editing.show_parts(parts_of(note), editable=not note.is_signed)
        self.checking.show_note(note, self._signing.progress_of(note.id), self._signing.failure_of(note.id))
        self.signing_page.show_note(note)
        self.retranslate()

    def _show_controls(self) -> None:
        note, page = self.note, self.page
        is_open = note is not None and not note.is_signed
        settled = note is not None and note.check is not None and note.check.is_settled
        self._undo.setVisible(is_open and page == EDIT)
        # A hidden button still takes its key: on the other pages nobody sees what it would take back.
        self._undo.setEnabled(is_open and page == EDIT and note is not None and bool(standing(note.edits)))
        self._back.setVisible(is_open and page != EDIT)
        self._next.setVisible(is_open and page != SIGN)
        has_words = note is not None and any(section.sentences for section in note.sections)
        self._next.setEnabled(settled if page == CHECK else has_words)
        self._sign.setVisible(is_open and page == SIGN)
        self._sign.setEnabled(self.signing_page.is_ready)

    def _sign_now(self) -> None:
        self.signing_page.show_error(
            self._signing.sign(self._encounter_id, self._note_id, self.signing_page.name.text())
        )
        if self._is_signed:
            self._signing_area.verticalScrollBar().setValue(0)
            self._close.setFocus()

    def _do(self, act: Callable[[], object]) -> None:
        """Take what is being typed elsewhere first: what is done shows every line anew."""
        self.keep_all()
        act()

    # --- building ----------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        for widget in (self._title, self._step):
            column.addWidget(widget)
        column.addWidget(self._pages, 1)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        row.addWidget(self._close)
        row.addWidget(self._undo)
        row.addStretch(1)
        for control in (self._back, self._next, self._sign):
            row.addWidget(control)
        column.addLayout(row)

    def _connect(self) -> None:
        signing, place = self._signing, (self._encounter_id, self._note_id)
        for happened, act in (
            (self.editing.changed, signing.change),
            (self.editing.struck, signing.strike),
            (self.editing.added, signing.add),
            (self.checking.changed, signing.change_in_check),
            (self.checking.decided, signing.confirm),
        ):
            happened.connect(lambda *what, act=act: self._do(partial(act, *place, *what)))
        self.checking.stop_wanted.connect(lambda: signing.stop(self._note_id))
        self.checking.again_wanted.connect(lambda: signing.check(*place))
        self.signing_page.changed.connect(self._show_controls)
        for page in (self.editing, self.checking):
            page.play_wanted.connect(self.play_wanted)
        self._close.clicked.connect(self.reject)
        self._undo.clicked.connect(lambda: self._do(partial(signing.undo, *place)))
        self._back.clicked.connect(lambda: self._go_to(self.page - 1))
        self._next.clicked.connect(lambda: self._go_to(self.page + 1))
        self._sign.clicked.connect(self._sign_now)
        keys = (
            (QKeySequence(QKeySequence.StandardKey.Undo), self._undo.click),
            (QKeySequence("Alt+Down"), lambda: self.editing.step(1)),
            (QKeySequence("Alt+Up"), lambda: self.editing.step(-1)),
        )
        for sequence, press in keys:
            QShortcut(sequence, self).activated.connect(press)

    def _fit(self) -> None:
        """Be no larger than the screen, with what the system keeps of it."""
        self.resize(size_on_screen(self, SIZE))
        self.setWindowModality(Qt.WindowModality.WindowModal)
