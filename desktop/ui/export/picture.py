"""A copy of one picture for somebody else: its words are found, shown and blacked out; the original stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QWidget

from desktop.burned_in.marks import Ask, Task
from desktop.pictures.rendering import picture_image
from desktop.record.deidentify.words_in_pixels import PixelWords
from desktop.record.encounter import Attachment
from desktop.record.export.picture_copy import save_copy
from desktop.ui.export.leaving_picture import LeavingPicture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.pictures.loader import PictureLoader
    from desktop.pictures.planes import LoadedPicture
    from desktop.record.encounter import Encounter
    from desktop.record.export.choices import Choices
    from desktop.ui.vault.session import VaultSession

_SIZE = 900, 720


class PictureCopy(LeavingPicture):
    """The pictures of an encounter, one at a time."""

    def __init__(
        self,
        session: VaultSession,
        pictures: PictureLoader,
        encounter: Encounter,
        choices: Choices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(session, encounter.id, parent)
        self.setObjectName("picture-copy")
        self._pictures, self._choices = pictures, choices
        self._listed = [
            (f"{entry.label} ({number})" if len(entry.files) > 1 else entry.label, name, entry.frame)
            for entry in encounter.entries
            if isinstance(entry, Attachment)
            for number, name in enumerate(entry.files, 1)
        ]
        self._token = -1
        pictures.loaded.connect(self._take_picture)
        pictures.failed.connect(self._take_fault)
        self._make_choice()
        self._lay_out(_SIZE, self._choice, self._side_by_side())
        self.retranslate()
        self._open()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("Copy a picture for somebody else"))
        self._line.setText(
            self.tr(
                "Words in the picture are blacked out in the copy; the original stays. Click a box to keep its words, "
                "drag to black out more. Faces are never taken out."
            )
        )
        self._choice.setAccessibleName(self.tr("Picture"))
        self._looked.setText(self.tr("I have looked at the whole picture"))
        self._save.setText(self.tr("Save the copy…"))
        super().retranslate()

    @property
    def suffix(self) -> str:
        """A copy of a DICOM object is one, that of every other picture a PNG."""
        return "dcm" if self._chosen[1].endswith(".dcm") else "png"

    def sentence(self) -> str:
        """Return how far words were looked for."""
        if not self._listed:
            return self.tr("There is no picture in this encounter.")
        if self._found is None:
            return self.tr("Looking for words in the picture…")
        looked = self._found.looked
        if looked.frames > looked.looked_at:
            return self.tr("Looked at {some} of {all} frames; what was found is blacked out in all of them.").format(
                some=looked.looked_at, all=looked.frames
            )
        return self.tr("Words can be missed. A copy of a film is this one still, without its sound.")

    def leave(self, file: Path) -> Callable[[], tuple[str, ...]]:
        """Return what makes the copy, tells of it and writes it."""
        store, encounter_id, (_label, name, frame) = self._session.store, self._encounter_id, self._chosen
        words = PixelWords.SOME_LEFT if self._keeps_words() else PixelWords.BLACKED_OUT
        black, key = self._black(), self._session.vault.keys.key_for("picture identifiers").hex()

        def work() -> tuple[str, ...]:
            task = Task(Ask.COPY, str(store.path(encounter_id, name)), frame, black, words, key)
            return save_copy(task, self._choices, encounter_id, store, file, self._left.is_set)

        return work

    # --- what is done ------------------------------------------------------------------------------------------

    @property
    def _chosen(self) -> tuple[str, str, int | None]:
        return self._listed[self._choice.currentIndex()]

    def _open(self) -> None:
        """Decrypt the picture that is chosen, show it, and look for words in it."""
        self._start_over()
        if not self._listed:
            return
        store, encounter_id, (_label, name, frame) = self._session.store, self._encounter_id, self._chosen
        sought = self._sought

        def show(path: Path) -> None:
            if sought == self._sought:
                self._token = self._pictures.request(path, frame)
                self._seek(path, frame)

        self._run(lambda: store.path(encounter_id, name), show)

    def _take_picture(self, token: int, picture: LoadedPicture) -> None:
        if token == self._token:
            self._image = picture_image(picture)
            self._show()

    def _take_fault(self, token: int, sentence: str) -> None:
        if token == self._token:
            self._fail(sentence)

    def _make_choice(self) -> None:
        self._choice = QComboBox(self)
        self._choice.setObjectName("picture-choice")
        self._choice.setItemDelegate(QStyledItemDelegate(self._choice))
        self._choice.addItems([label for label, _name, _frame in self._listed])
        self._choice.currentIndexChanged.connect(lambda _index: self._open())
