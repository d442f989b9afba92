"""What the encounter screen asks or says in a box of its own; none of them holds up the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


def tell(parent: QWidget, sentence: str) -> None:
    """Say a sentence where there is no page to say it on."""
    _box(parent, sentence).open()


def ask_to_delete(parent: QWidget, delete: Callable[[], object]) -> None:
    """Ask whether an encounter is to be removed for good, and call `delete` if so; keeping it is what Return does."""
    box = _box(
        parent, QCoreApplication.translate("EncounterBoxes", "Delete this encounter with its recordings and pictures?")
    )
    box.setInformativeText(QCoreApplication.translate("EncounterBoxes", "They cannot be brought back."))
    yes = box.addButton(QCoreApplication.translate("EncounterBoxes", "Delete"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(
        box.addButton(QCoreApplication.translate("EncounterBoxes", "Keep"), QMessageBox.ButtonRole.RejectRole)
    )
    yes.clicked.connect(delete)
    box.open()


def ask_to_delete_recordings(parent: QWidget, delete: Callable[[], object]) -> None:
    """Ask whether what was recorded here is to be removed for good, and call `delete` if so; Return keeps it."""
    box = _box(
        parent,
        QCoreApplication.translate(
            "EncounterBoxes", "Delete what was recorded in this encounter, its sound and its words?"
        ),
    )
    box.setInformativeText(
        QCoreApplication.translate(
            "EncounterBoxes",
            "It cannot be brought back here. Answers and drafts that quote it stay: delete these too where they must "
            "go. Backups from before hold it until they are thinned out.",
        )
    )
    yes = box.addButton(QCoreApplication.translate("EncounterBoxes", "Delete"), QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(
        box.addButton(QCoreApplication.translate("EncounterBoxes", "Keep"), QMessageBox.ButtonRole.RejectRole)
    )
    yes.clicked.connect(delete)
    box.open()


def choose_files(parent: QWidget, attach: Callable[[list[Path]], object]) -> None:
    """Let files be chosen, and call `attach` with them."""
    dialog = QFileDialog(parent, QCoreApplication.translate("EncounterBoxes", "Attach pictures or recordings"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: attach([Path(name) for name in names]))
    dialog.open()


def choose_folder(parent: QWidget, attach: Callable[[list[Path]], object]) -> None:
    """Let a folder be chosen, and call `attach` with it."""
    dialog = QFileDialog(parent, QCoreApplication.translate("EncounterBoxes", "Attach a folder of pictures"))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: attach([Path(name) for name in names]))
    dialog.open()


def _box(parent: QWidget, sentence: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(QCoreApplication.translate("EncounterBoxes", "Bedside"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(sentence)
    return box
