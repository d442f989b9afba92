"""A marked picture as DICOM files: for whom, why, of whom it is, and all that is in them before they leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from math import ceil
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QTimer
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.burned_in.marks import Mark
from desktop.record.dicom.marked import Subject
from desktop.record.editing import attachment_labelled, file_of_frame
from desktop.record.export.choices import CONTEXT, WORDS, Choices, Format, Level, Purpose, Recipient
from desktop.record.export.picture import PictureFiles, save_picture
from desktop.record.fhir.times import times_of
from desktop.ui import theme
from desktop.ui.encounter.widgets import CheckRow, PlainText, scrolling
from desktop.ui.export.leaving_picture import LeavingPicture
from desktop.ui.export.wizard import choice_list
from desktop.ui.translation import translated
from desktop.ui.viewer.capturing import blacked_out, image_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.burned_in.asking import FoundWords
    from desktop.record.dicom.marked import MarkedPicture
    from desktop.record.encounter import Encounter
    from desktop.ui.vault.session import VaultSession

_SIZE = 900, 920
_QUIET_MS = 150
"""After the last change: the files are made anew to be looked at, and a name is typed letter by letter."""


class PictureSheet(LeavingPicture):
    """One page: the picture with what becomes black, what is asked, and every attribute as it would leave."""

    def __init__(
        self, session: VaultSession, encounter: Encounter, picture: MarkedPicture, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, encounter.id, parent)
        self.setObjectName("picture-sheet")
        self._picture = picture
        self._now = datetime.now(UTC)
        self._key = session.vault.keys.key_for("date shift")
        self._could_not_look, self._why_not = False, ""
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._quiet.timeout.connect(self._preview)
        self._make_fields()
        self._lay_out(_SIZE, scrolling(self._page()))
        self._image = image_of(picture)
        self.retranslate()
        self._preview()
        self._look_into(encounter)

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("Save a marked picture as DICOM"))
        self._line.setText(
            self.tr("Not for primary diagnosis. The files leave the encrypted record and are not encrypted themselves.")
        )
        for list_, label, name in (
            (self._recipient, self._recipient_label, self.tr("For")),
            (self._purpose, self._purpose_label, self.tr("Why")),
        ):
            label.setText(name)
            list_.setAccessibleName(name)
            for place in range(list_.count()):
                list_.setItemText(place, translated(CONTEXT, WORDS[list_.itemData(place)]))
        for field, label, name in (
            (self._name, self._name_label, self.tr("Patient's name, only if the files shall carry it")),
            (self._number, self._number_label, self.tr("Patient's number, only if the files shall carry it")),
        ):
            label.setText(name)
            field.setAccessibleName(name)
        self._nameless.setText(self.tr("Nothing in the picture itself tells who it is: no name, no number, no face"))
        self._attributes.setAccessibleName(self.tr("Everything that is in the files"))
        self._looked.setText(self.tr("I have looked at the picture and the text as they leave this record"))
        self._save.setText(self.tr("Save the files…"))
        super().retranslate()

    @property
    def suffix(self) -> str:
        """Both files are DICOM objects."""
        return Format.DICOM.value

    @property
    def is_ready(self) -> bool:
        """Whether words were looked for as far as that can be, and the attributes are those that would leave."""
        return (self._found is not None or self._could_not_look) and not self._quiet.isActive()

    @property
    def choices(self) -> Choices:
        """What is chosen now."""
        level = Level.NAMED if self._subject.is_named else Level.YEARS
        recipient, purpose = Recipient(self._recipient.currentData()), Purpose(self._purpose.currentData())
        return Choices(frozenset(), Format.DICOM, recipient, purpose, level)

    def sentence(self) -> str:
        """Return whether it can be told of whom it is."""
        if self._could_not_look:
            told = self.tr("It was not searched for words. Look at it yourself, and drag to black out a part of it.")
            return f"{self._why_not} {told}".strip()
        if self._found is None:
            return self.tr("Looking for words in the picture…")
        found = "" if self._found.marks else self.tr("No words were found in the picture.")
        if self._subject.is_named:
            risk = self.tr("The files can tell who it is.")
        else:
            risk = self.tr("The files tell nothing of who it is, if the picture itself does not: look at it.")
        return f"{found} {risk}".strip()

    def leave(self, file: Path) -> Callable[[], tuple[str, ...]]:
        """Return what tells of the files and writes them."""
        files, how, store, encounter_id = self._files(), self.choices.how, self._session.store, self._encounter_id
        return lambda: save_picture(files, how, encounter_id, store, file)

    # --- what is done ------------------------------------------------------------------------------------------

    @property
    def _subject(self) -> Subject:
        return Subject(self._name.text().strip(), self._number.text().strip(), not self._nameless.isChecked())

    def _look_into(self, encounter: Encounter) -> None:
        """Look for words in the file that the picture is of: in it stand no marks yet."""
        store, encounter_id = self._session.store, self._encounter_id
        attachment = attachment_labelled(encounter, self._picture.label)
        if attachment is None:
            self._could_not_seek("")
            return
        name, frame = file_of_frame(attachment, self._picture.frame or attachment.frame)
        self._run(
            lambda: store.path(encounter_id, name), lambda path: self._seek(path, frame), fail=self._could_not_seek
        )

    def _take_words(self, found: FoundWords) -> None:
        """Take marks of the file over to the picture that is shown, which may be smaller; no pixel less is covered."""
        scale = self._picture.columns / found.looked.width
        super()._take_words(replace(found, marks=tuple(_scaled(mark, scale) for mark in found.marks)))

    def _could_not_seek(self, sentence: str) -> None:
        """Leave it to the eyes of whoever looks: the picture is on the screen, and parts of it can be blacked out."""
        self._could_not_look, self._why_not = True, sentence
        self._show_standing()

    def _change(self) -> None:
        self._quiet.start()
        super()._change()

    def _preview(self) -> None:
        """Show every attribute as it would leave."""
        self._attributes.setPlainText(self._files().preview())
        self._show_standing()

    def _files(self) -> PictureFiles:
        times = times_of(self.choices.level, self._key, self._encounter_id, lambda: self._now)
        boxes = (QRect(mark.left, mark.top, mark.right - mark.left, mark.bottom - mark.top) for mark in self._black())
        picture = blacked_out(self._picture, boxes)
        now = times.moment(times.now)
        return PictureFiles(picture, self._encounter_id, self._key, now, version("bedside"), self._subject)

    # --- how it looks ------------------------------------------------------------------------------------------

    def _make_fields(self) -> None:
        self._recipient, self._recipient_label = choice_list(self, "recipient", Recipient, Recipient.COLLEAGUE)
        self._purpose, self._purpose_label = choice_list(self, "purpose", Purpose, Purpose.TREATMENT)
        self._name, self._name_label = self._field("picture-name")
        self._number, self._number_label = self._field("picture-number")
        self._nameless = CheckRow(self)
        self._nameless.setObjectName("picture-nameless")
        self._nameless.toggled.connect(lambda _on: self._change())
        self._attributes = QPlainTextEdit(self)
        self._attributes.setObjectName("picture-attributes")
        self._attributes.setReadOnly(True)
        self._attributes.setTabChangesFocus(True)

    def _field(self, name: str) -> tuple[QLineEdit, QLabel]:
        field = QLineEdit(self)
        field.setObjectName(name)
        field.setMaxLength(64)
        field.textChanged.connect(lambda _text: self._change())
        label = PlainText("", self)
        label.setBuddy(field)
        return field, label

    def _page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self._recipient_label, self._recipient)
        form.addRow(self._purpose_label, self._purpose)
        for widget in (self._name_label, self._name, self._number_label, self._number, self._nameless):
            form.addRow(widget)
        self._canvas.setMinimumHeight(32 * theme.SPACE)
        column.addLayout(self._side_by_side(), 1)
        column.addLayout(form)
        self._attributes.setMinimumHeight(24 * theme.SPACE)
        column.addWidget(self._attributes, 1)
        return page


def _scaled(mark: Mark, scale: float) -> Mark:
    left, top = int(mark.left * scale), int(mark.top * scale)
    return Mark(left, top, ceil(mark.right * scale), ceil(mark.bottom * scale), mark.words)
