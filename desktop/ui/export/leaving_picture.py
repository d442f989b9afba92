"""What the sheets of a picture that leaves share: its words are found and blacked out, and it is looked at first."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.burned_in.asking import FoundWords, find_words
from desktop.confined.errors import Stopped
from desktop.ui import theme
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.widgets import CheckRow, PlainText, button, size_on_screen
from desktop.ui.export.picture_canvas import PictureCanvas
from desktop.ui.translation import Retranslating
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.burned_in.marks import Mark
    from desktop.ui.vault.session import VaultSession

FILE_NAME = "picture"
"""Of the file that is suggested: a name that tells nothing of whose it is."""


class LeavingPicture(Retranslating, QDialog):
    """A picture with what becomes black in it. Esc goes without anything being written.

    A subclass says `suffix`, `sentence` and `leave`, shows its image, and calls `_seek` for the words in it.
    """

    def __init__(self, session: VaultSession, encounter_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._encounter_id = session, encounter_id
        self._background = Background(self)
        self._left = threading.Event()
        self._image = QImage()
        self._found: FoundWords | None = None
        self._sought = 0
        """How often words were sought: an answer to an earlier search is not this picture's."""
        self._told = self._failed = ""
        self._make()

    # --- what a subclass gives ---------------------------------------------------------------------------------

    @property
    def suffix(self) -> str:
        """Of the file that is written, without a dot."""
        raise NotImplementedError

    @property
    def is_ready(self) -> bool:
        """Whether all that leaves can be looked at."""
        return self._found is not None and not self._image.isNull()

    def sentence(self) -> str:
        """Return what is to be known before it leaves."""
        raise NotImplementedError

    def leave(self, file: Path) -> Callable[[], tuple[str, ...]]:
        """Return what tells the audit trail and writes, away from the window; it returns the names of the files."""
        raise NotImplementedError

    # --- what is done ------------------------------------------------------------------------------------------

    def save_to(self, file: str) -> None:
        """Tell the audit trail, then write; the sentence at the bottom says what came of it."""
        if self._session.state is not VaultState.OPEN:
            return
        place = Path(file)
        if place.suffix.lower() != f".{self.suffix}":
            place = place.with_name(f"{place.name}.{self.suffix}")
        self._told = self._failed = ""
        self._save.setEnabled(False)
        self._run(self.leave(place), self._tell_saved)

    def done(self, code: int) -> None:
        """Stop what still runs, then close: nothing goes on behind a lock."""
        self._left.set()
        self._background.finish()
        super().done(code)

    def _seek(self, path: Path, frame: int | None) -> None:
        """Look for words in the file that the picture comes from."""
        self._sought += 1
        sought = self._sought

        def take(found: FoundWords) -> None:
            if sought == self._sought:
                self._take_words(found)

        self._run(lambda: find_words(path, frame, self._left.is_set), take, self._could_not_seek)

    def _could_not_seek(self, sentence: str) -> None:
        """Say why words could not be looked for: nothing can be saved."""
        self._fail(sentence)

    def _take_words(self, found: FoundWords) -> None:
        self._found = found
        for mark in found.marks:
            self._add(mark, not mark.is_position)
        self._show()

    def _start_over(self) -> None:
        """Forget one picture for the next."""
        self._sought += 1
        self._image, self._found = QImage(), None
        self._list.clear()
        self._change()

    def _run(
        self, work: Callable[[], object], take: Callable[..., None], fail: Callable[[str], None] | None = None
    ) -> None:
        """Do `work` away from the window; nothing comes of it where the sheet was closed meanwhile."""

        def unless_left() -> object:
            try:
                return work()
            except Stopped:
                return None

        self._background.run(unless_left, lambda made: None if made is None else take(made), fail or self._fail)

    def _tell_saved(self, names: tuple[str, ...]) -> None:
        self._told = self.tr("Saved: {files}. Not encrypted.").format(files=", ".join(names))
        self._show_standing()

    def _fail(self, sentence: str) -> None:
        self._failed = sentence
        self._show_standing()

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self._save.text(), "", f"{self.suffix.upper()} (*.{self.suffix})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(self.suffix)
        dialog.selectFile(f"{FILE_NAME}.{self.suffix}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    # --- what becomes black ------------------------------------------------------------------------------------

    def _marks(self) -> list[tuple[Mark, bool]]:
        items = (self._list.item(row) for row in range(self._list.count()))
        return [(item.data(Qt.ItemDataRole.UserRole), item.checkState() is Qt.CheckState.Checked) for item in items]

    def _black(self) -> tuple[Mark, ...]:
        return tuple(mark for mark, is_black in self._marks() if is_black)

    def _keeps_words(self) -> bool:
        return any(mark.words and not is_black and not mark.is_position for mark, is_black in self._marks())

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
        """Whatever changes what leaves has to be looked at again."""
        self._told = self._failed = ""
        self._looked.setChecked(False)
        self._show()

    # --- how it looks ------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set the words that both sheets have."""
        self._title.setText(self.windowTitle())
        self._canvas.setAccessibleName(self.tr("The picture with what becomes black"))
        self._list.setAccessibleName(self.tr("What becomes black"))
        self._close.setText(self.tr("Close"))
        self._show()

    def _show(self) -> None:
        self._canvas.show_picture(self._image, self._marks())
        self._show_standing()

    def _show_standing(self) -> None:
        self._looked.setEnabled(self.is_ready)
        self._save.setEnabled(self.is_ready and self._looked.isChecked())
        self._standing.setProperty("role", "error" if self._failed else "caption")
        self._standing.style().polish(self._standing)
        self._standing.show_words(self._failed or self._told or self.sentence())

    def _make(self) -> None:
        self._title, self._line = PlainText("title", self), PlainText("caption", self)
        self._canvas = PictureCanvas(self)
        self._canvas.setObjectName("picture-canvas")
        self._canvas.toggled.connect(self._turn)
        self._canvas.drawn.connect(self._add)
        self._list = QListWidget(self)
        self._list.setObjectName("picture-words")
        self._list.itemChanged.connect(lambda _item: self._change())
        self._looked = CheckRow(self)
        self._looked.setObjectName("picture-looked")
        self._looked.toggled.connect(lambda _on: self._show_standing())
        self._standing = PlainText("caption", self)
        self._standing.setObjectName("picture-standing")
        self._close = button("picture-close", "", self)
        self._close.clicked.connect(self.reject)
        self._save = button("picture-save", "primary", self)
        self._save.clicked.connect(self._ask_where)

    def _side_by_side(self) -> QLayout:
        """Return the picture with the list of what becomes black."""
        made = QHBoxLayout()
        made.setSpacing(2 * theme.SPACE)
        made.addWidget(self._canvas, 3)
        made.addWidget(self._list, 1)
        return made

    def _lay_out(self, size: tuple[int, int], *middle: QWidget | QLayout) -> None:
        """Lay the sheet out; the last part of the middle takes the room."""
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        for part in (self._title, self._line, *middle):
            if isinstance(part, QLayout):
                column.addLayout(part, part is middle[-1])
            else:
                column.addWidget(part, part is middle[-1])
        column.addWidget(self._looked)
        column.addWidget(self._standing)
        buttons = QHBoxLayout()
        buttons.addWidget(self._close)
        buttons.addStretch()
        buttons.addWidget(self._save)
        column.addLayout(buttons)
        self.resize(size_on_screen(self, QSize(*size)))
