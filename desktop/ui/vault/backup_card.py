"""How the backups stand, on the settings page: the last one that was proven whole, and where they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.files import BACKUPS
from desktop.ui import theme
from desktop.ui.encounter.widgets import PlainText, button
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from desktop.settings import Settings
    from desktop.ui.vault.keeping import Keeping


class BackupRows(Retranslating, QWidget):
    """Two rows of the settings page."""

    def __init__(self, keeping: Keeping, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("backup-rows")
        self._keeping, self._settings = keeping, settings
        # A line that scrolls: a path has no place to wrap at, and can be copied from here.
        self._path = QLineEdit(self)
        self._path.setObjectName("backup-folder")
        self._path.setReadOnly(True)
        self._explained = PlainText("caption", self)
        self._choose = button("choose-backup-folder", "", self)
        self._choose.clicked.connect(self._ask_for_folder)
        self._standing = PlainText("", self)
        self._standing.setObjectName("backup-standing")
        self._now = button("back-up-now", "", self)
        self._now.clicked.connect(keeping.back_up_now)
        self._lay_out()
        leave = settings.subscribe(lambda key, _value: self.retranslate() if key == "backup_folder" else None)
        self.destroyed.connect(leave)
        keeping.changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self._path.setText(self._settings.text("backup_folder") or str(self._settings.file.parent / BACKUPS))
        self._path.setAccessibleName(self.tr("Where backups are kept"))
        self._explained.setText(
            self.tr("Where backups are kept: best on another disk. A backup opens with the passphrase of its day.")
        )
        self._choose.setText(self.tr("Choose a folder…"))
        self._standing.setText(self._keeping.sentence())
        self._now.setText(self.tr("Back up now"))
        self._now.setEnabled(not self._keeping.runs)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * theme.SPACE)
        where = QVBoxLayout()
        where.setSpacing(theme.SPACE)
        where.addWidget(self._path)
        where.addWidget(self._explained)
        for words, control in ((where, self._choose), (self._standing, self._now)):
            row = QHBoxLayout()
            row.setSpacing(3 * theme.SPACE)
            if isinstance(words, QWidget):
                row.addWidget(words, 1)
            else:
                row.addLayout(words, 1)
            row.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)
            column.addLayout(row)

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Where backups are kept"), self._path.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take_folder)
        dialog.open()

    def take_folder(self, folder: str) -> None:
        """Keep backups in another folder from now on, and make one there at once."""
        self._settings.set("backup_folder", folder)
        self._keeping.back_up_now()
