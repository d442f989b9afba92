"""A marked picture as DICOM files: for whom, why, of whom it is, and all that is in them before they leave."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.record.dicom.marked import Subject
from desktop.record.export.choices import CONTEXT, WORDS, Choices, Format, Level, Purpose, Recipient
from desktop.record.export.picture import PictureFiles, save_picture
from desktop.record.fhir.times import times_of
from desktop.ui import theme
from desktop.ui.encounter.background import Background
from desktop.ui.encounter.widgets import CheckRow, PlainText, button, scrolling
from desktop.ui.export.wizard import choice_list, size_on_screen
from desktop.ui.translation import Retranslating, translated
from desktop.ui.vault.session import VaultState

if TYPE_CHECKING:
    from desktop.record.dicom.marked import MarkedPicture
    from desktop.ui.vault.session import VaultSession

FILE_NAME = "picture"
_SIZE = 820, 920
_PREVIEW_PX = 300


class PictureSheet(Retranslating, QDialog):
    """One page: the picture, what is asked, and every attribute as it would leave."""

    def __init__(
        self, session: VaultSession, encounter_id: str, picture: MarkedPicture, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("picture-sheet")
        self._session, self._encounter_id, self._picture = session, encounter_id, picture
        self._now = datetime.now(UTC)
        self._key = session.vault.keys.key_for("date shift")
        self._background = Background(self)
        self._told, self._failed = "", ""
        self._make_fields()
        self._make_preview()
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("Save a marked picture as DICOM"))
        self._title.setText(self.windowTitle())
        self._line.setText(
            self.tr("Not for primary diagnosis. The files leave the encrypted record and are not encrypted themselves.")
        )
        self._shown.setAccessibleName(self.tr("The picture as it leaves"))
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
        self._close.setText(self.tr("Close"))
        self._save.setText(self.tr("Save the files…"))
        self._show()

    @property
    def choices(self) -> Choices:
        """What is chosen now."""
        level = Level.NAMED if self._subject.is_named else Level.YEARS
        recipient, purpose = Recipient(self._recipient.currentData()), Purpose(self._purpose.currentData())
        return Choices(frozenset(), Format.DICOM, recipient, purpose, level)

    def save_to(self, file: str) -> None:
        """Tell the audit trail, then write the files; the sentence at the bottom says what came of it."""
        if self._session.state is not VaultState.OPEN:
            return
        self._told, self._failed = "", ""
        self._save.setEnabled(False)
        files, how, store, place = self._files(), self.choices.how, self._session.store, Path(file)
        self._background.run(
            lambda: save_picture(files, how, self._encounter_id, store, place), self._tell_saved, self._tell_failed
        )

    # --- what is done ------------------------------------------------------------------------------------------

    @property
    def _subject(self) -> Subject:
        return Subject(self._name.text().strip(), self._number.text().strip(), not self._nameless.isChecked())

    def _files(self) -> PictureFiles:
        level = self.choices.level
        times = times_of(level, self._key, self._encounter_id, lambda: self._now)
        now = times.moment(times.now)
        return PictureFiles(self._picture, self._encounter_id, self._key, now, version("bedside"), self._subject)

    def _tell_saved(self, names: tuple[str, ...]) -> None:
        self._told = self.tr("Saved: {files}. Not encrypted.").format(files=", ".join(names))
        self._show_standing()

    def _tell_failed(self, sentence: str) -> None:
        self._failed = sentence
        self._show_standing()

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self.tr("Save the files"), "", "DICOM (*.dcm)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("dcm")
        dialog.selectFile(f"{FILE_NAME}.dcm")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def _change(self) -> None:
        """Whatever changes the files has to be looked at again."""
        self._looked.setChecked(False)
        self._show()

    # --- how it looks ------------------------------------------------------------------------------------------

    def _show(self) -> None:
        self._attributes.setPlainText(self._files().preview())
        self._show_standing()

    def _show_standing(self) -> None:
        self._save.setEnabled(self._looked.isChecked())
        self._standing.setProperty("role", "error" if self._failed else "caption")
        self._standing.style().polish(self._standing)
        risk = self.tr("The files tell nothing of who it is, if the picture itself does not: look at it.")
        named = self.tr("The files can tell who it is.")
        self._standing.show_words(self._failed or self._told or (named if self._subject.is_named else risk))

    def _make_fields(self) -> None:
        self._title, self._line = PlainText("title", self), PlainText("caption", self)
        self._recipient, self._recipient_label = choice_list(self, "recipient", Recipient, Recipient.COLLEAGUE)
        self._purpose, self._purpose_label = choice_list(self, "purpose", Purpose, Purpose.TREATMENT)
        self._name, self._name_label = self._field("picture-name")
        self._number, self._number_label = self._field("picture-number")
        self._nameless = CheckRow(self)
        self._nameless.setObjectName("picture-nameless")
        self._nameless.toggled.connect(lambda _on: self._change())

    def _field(self, name: str) -> tuple[QLineEdit, QLabel]:
        field = QLineEdit(self)
        field.setObjectName(name)
        field.setMaxLength(64)
        field.textChanged.connect(lambda _text: self._change())
        label = PlainText("", self)
        label.setBuddy(field)
        return field, label

    def _make_preview(self) -> None:
        self._shown = QLabel(self)
        self._shown.setObjectName("picture-shown")
        self._shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        picture = self._picture
        image = QImage(picture.pixels, picture.columns, picture.rows, 3 * picture.columns, QImage.Format.Format_RGB888)
        fitting = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        self._shown.setPixmap(QPixmap.fromImage(image.scaled(_PREVIEW_PX, _PREVIEW_PX, *fitting)))
        self._attributes = QPlainTextEdit(self)
        self._attributes.setObjectName("picture-attributes")
        self._attributes.setReadOnly(True)
        self._attributes.setTabChangesFocus(True)
        self._looked = CheckRow(self)
        self._looked.setObjectName("picture-looked")
        self._looked.toggled.connect(lambda _on: self._show_standing())
        self._standing = PlainText("caption", self)
        self._standing.setObjectName("picture-standing")
        self._close = button("picture-close", "", self)
        self._close.clicked.connect(self.reject)
        self._save = button("picture-save", "primary", self)
        self._save.clicked.connect(self._ask_where)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(theme.SPACE)
        column.addWidget(self._title)
        column.addWidget(self._line)
        column.addWidget(scrolling(self._page()), 1)
        column.addWidget(self._looked)
        column.addWidget(self._standing)
        buttons = QHBoxLayout()
        buttons.addWidget(self._close)
        buttons.addStretch()
        buttons.addWidget(self._save)
        column.addLayout(buttons)
        self.resize(size_on_screen(self, QSize(*_SIZE)))

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
        column.addWidget(self._shown)
        column.addLayout(form)
        self._attributes.setMinimumHeight(24 * theme.SPACE)
        column.addWidget(self._attributes, 1)
        return page
