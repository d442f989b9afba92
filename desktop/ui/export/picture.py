"""A copy of one picture for somebody else: its words are found, shown and blacked out; the original stays as it is."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from desktop.burned_in.asking import Copy, FoundWords, copy_without, find_words
from desktop.burned_in.marks import Ask, Mark, Task
from desktop.confined.errors import Stopped
from desktop.pictures.rendering import picture_image
from desktop.record.deidentify.words_in_pixels import PixelWords
from desktop.record.encounter import Attachment
from desktop.record.errors import RecordError
from desktop.record.new_file import write_over
from desktop.ui import theme
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.widgets import CheckRow, PlainText, button
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.export.picture_canvas import MarkedPicture
from desktop.ui.translation import Retranslating
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.pictures.loader import PictureLoader
    from desktop.pictures.planes import LoadedPicture
    from desktop.record.encounter import Encounter
    from desktop.ui.vault.session import VaultSession

T = TypeVar("T")
FILE_NAME = "picture"
"""Of the file that is suggested: a name that tells nothing of whose it is."""


class PictureCopy(Retranslating, QDialog):
    """The pictures of an encounter, one at a time, with what becomes black. Esc goes without anything being written."""

    def __init__(
        self, session: VaultSession, pictures: PictureLoader, encounter: Encounter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("picture-copy")
        self._session, self._pictures, self._encounter = session, pictures, encounter
        self._shown = [
            (f"{entry.label} ({number})" if len(entry.files) > 1 else entry.label, name, entry.frame)
            for entry in encounter.entries
            if isinstance(entry, Attachment)
            for number, name in enumerate(entry.files, 1)
        ]
        self._image, self._token = QImage(), -1
        self._found: FoundWords | None = None
        self._problem = self._saved = ""
        self._left = threading.Event()
        self._background = Background(self)
        pictures.loaded.connect(self._take_picture)
        pictures.failed.connect(self._take_fault)
        self._make()
        self._lay_out()
        self.retranslate()
        self._open()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("Copy a picture for somebody else"))
        self._title.setText(self.windowTitle())
        self._line.setText(
            self.tr(
                "Words in the picture are blacked out in the copy; the original stays. Click a box to keep its words, "
                "drag to black out more. Faces are never taken out."
            )
        )
        self._choice.setAccessibleName(self.tr("Picture"))
        self._canvas.setAccessibleName(self.tr("The picture with what becomes black"))
        self._list.setAccessibleName(self.tr("What becomes black"))
        self._looked.setText(self.tr("I have looked at the whole picture"))
        self._close.setText(self.tr("Close"))
        self._save.setText(self.tr("Save the copy…"))
        self._show()

    def done(self, code: int) -> None:
        """Stop looking for words, then close."""
        self._left.set()
        self._background.finish()
        super().done(code)

    def save_to(self, file: str) -> None:
        """Make the copy, tell the audit trail, and write it; the sentence at the bottom says what came of it."""
        if self._session.state is not VaultState.OPEN:
            return
        self._problem = self._saved = ""
        marks, key = self._marks(), self._session.vault.keys.key_for("picture identifiers")
        words = PixelWords.SOME_LEFT if self._keeps_words(marks) else PixelWords.BLACKED_OUT
        black = tuple(mark for mark, is_black in marks if is_black)
        task = Task(Ask.COPY, str(self._path), self._frame, black, words, key.hex())
        self._background.run(
            lambda: self._unless_left(lambda: copy_without(task, self._left.is_set)),
            lambda copy: self._write(copy, Path(file)),
            self._fail,
        )

    # --- what is done ------------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Show the picture that is chosen, and look for words in it."""
        self._image, self._found, self._problem, self._saved = QImage(), None, "", ""
        self._list.clear()
        self._looked.setChecked(False)
        if not self._shown:
            return
        try:
            path, frame = self._path, self._frame
        except RecordError as error:
            self._fail(sentence_of(error))
            return
        self._token = self._pictures.request(path, frame)
        name = self._choice.currentData()
        self._background.run(
            lambda: self._unless_left(lambda: find_words(path, frame, self._left.is_set)),
            lambda found: self._take_words(name, found),
            self._fail,
        )
        self._show()

    @staticmethod
    def _unless_left(work: Callable[[], T]) -> T | None:
        """Return what `work` does, None where the dialog was closed meanwhile."""
        try:
            return work()
        except Stopped:
            return None

    def _take_picture(self, token: int, picture: LoadedPicture) -> None:
        if token == self._token:
            self._image = picture_image(picture)
            self._show()

    def _take_fault(self, token: int, sentence: str) -> None:
        if token == self._token:
            self._fail(sentence)

    def _take_words(self, name: str, found: FoundWords | None) -> None:
        if found is not None and name == self._choice.currentData():
            self._found = found
            for mark in found.marks:
                self._add(mark, not mark.is_position)
            self._show()

    def _add(self, mark: Mark, is_black: bool = True) -> None:
        self._list.blockSignals(True)
        item = QListWidgetItem(mark.words or self.tr("A box of your own"), self._list)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if is_black else Qt.CheckState.Unchecked)
        item.setData(Qt.ItemDataRole.UserRole, mark)
        self._list.blockSignals(False)
        self._change()

    def _turn(self, place: int) -> None:
        item = self._list.item(place)
        is_black = item.checkState() is Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if is_black else Qt.CheckState.Checked)

    def _change(self) -> None:
        """Whatever changes the copy has to be looked at again."""
        self._looked.setChecked(False)
        self._show()

    def _write(self, copy: Copy | None, file: Path) -> None:
        if copy is None or self._session.state is not VaultState.OPEN:
            return
        try:
            self._session.store.note_export(self._encounter.id, f"picture/{copy.suffix}", copy.content)
            write_over(file.with_suffix(f".{copy.suffix}"), copy.content)
        except RecordError as error:
            self._fail(sentence_of(error))
        else:
            self._saved = file.with_suffix(f".{copy.suffix}").name
            self._show()

    def _fail(self, sentence: str) -> None:
        self._problem = sentence
        self._show()

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the copy"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(FILE_NAME)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    # --- what is known -----------------------------------------------------------------------------------------

    @property
    def _path(self) -> Path:
        return self._session.store.path(self._encounter.id, self._choice.currentData())

    @property
    def _frame(self) -> int | None:
        return self._shown[self._choice.currentIndex()][2]

    def _marks(self) -> list[tuple[Mark, bool]]:
        items = (self._list.item(row) for row in range(self._list.count()))
        return [(item.data(Qt.ItemDataRole.UserRole), item.checkState() is Qt.CheckState.Checked) for item in items]

    @staticmethod
    def _keeps_words(marks: list[tuple[Mark, bool]]) -> bool:
        return any(mark.words and not is_black and not mark.is_position for mark, is_black in marks)

    # --- how it looks ------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self._canvas.show_picture(self._image, self._marks())
        is_there = self._found is not None and not self._image.isNull()
        self._looked.setEnabled(is_there)
        self._save.setEnabled(is_there and self._looked.isChecked())
        self._standing.setProperty("role", "error" if self._problem else "caption")
        self._standing.style().polish(self._standing)
        self._standing.show_words(self._sentence())

    def _sentence(self) -> str:
        if self._problem:
            return self._problem
        if self._saved:
            return self.tr("Saved: {file}. It is not encrypted.").format(file=self._saved)
        if not self._shown:
            return self.tr("There is no picture in this encounter.")
        if self._found is None:
            return self.tr("Looking for words in the picture…")
        looked = self._found.looked
        if looked.frames > looked.looked_at:
            return self.tr("Looked at {some} of {all} frames; what was found is blacked out in all of them.").format(
                some=looked.looked_at, all=looked.frames
            )
        return self.tr("Words can be missed. A copy of a film is this one still, without its sound.")

    def _make(self) -> None:
        self._title, self._line = PlainText("title", self), PlainText("caption", self)
        self._choice = QComboBox(self)
        self._choice.setObjectName("picture-choice")
        self._choice.setItemDelegate(QStyledItemDelegate(self._choice))
        for label, name, _frame in self._shown:
            self._choice.addItem(label, name)
        self._choice.currentIndexChanged.connect(lambda _index: self._open())
        self._canvas = MarkedPicture(self)
        self._canvas.setObjectName("picture-canvas")
        self._canvas.toggled.connect(self._turn)
        self._canvas.drawn.connect(self._add)
        self._list = QListWidget(self)
        self._list.setObjectName("picture-words")
        self._list.itemChanged.connect(lambda _item: self._change())
        self._looked = CheckRow(self)
        self._looked.setObjectName("picture-looked")
        self._looked.toggled.connect(lambda _on: self._show())
        self._standing = PlainText("caption", self)
        self._standing.setObjectName("picture-standing")
        self._close = button("picture-close", "", self)
        self._close.clicked.connect(self.reject)
        self._save = button("picture-save", "primary", self)
        self._save.clicked.connect(self._ask_where)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(2 * theme.SPACE)
        for widget in (self._title, self._line, self._choice):
            column.addWidget(widget)
        middle = QHBoxLayout()
        middle.setSpacing(2 * theme.SPACE)
        middle.addWidget(self._canvas, 3)
        middle.addWidget(self._list, 1)
        column.addLayout(middle, 1)
        column.addWidget(self._looked)
        column.addWidget(self._standing)
        buttons = QHBoxLayout()
        buttons.addWidget(self._close)
        buttons.addStretch()
        buttons.addWidget(self._save)
        column.addLayout(buttons)
        self.resize(900, 720)
