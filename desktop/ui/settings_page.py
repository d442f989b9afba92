"""The settings page, made from the table in `desktop.settings`: every change takes effect at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.settings import CONTEXT, SETTINGS, Group
from desktop.translatable import QT_TRANSLATE_NOOP
from desktop.ui import theme
from desktop.ui.settings_controls import control_for
from desktop.ui.translation import Retranslating, translated
from desktop.ui.vault.backup_card import BackupRows
from desktop.ui.vault.keyring_row import KeyringRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.settings import Setting
    from desktop.ui.services import Services

GROUP_TITLES = {
    Group.LOOKS: QT_TRANSLATE_NOOP("Settings", "Language and looks"),
    Group.ANSWERS: QT_TRANSLATE_NOOP("Settings", "Speech and answers"),
    Group.PRIVACY: QT_TRANSLATE_NOOP("Settings", "Locking and privacy"),
    Group.BACKUP: QT_TRANSLATE_NOOP("Settings", "Backups"),
}


class SettingsPage(Retranslating, QWidget):
    """One card for each group, one row for each setting, and where everything is kept."""

    passphrase_wanted = Signal()
    trail_wanted = Signal()
    """The doctor would like to see what was done with the record."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings-page")
        self._settings = services.settings
        self._keeping, self._session = services.keeping, services.session
        self._words: list[tuple[QLabel, Callable[[], str]]] = []
        self._open_folder = QPushButton(self)
        self._open_folder.setObjectName("open-data-folder")
        self._open_folder.clicked.connect(self._show_folder)
        self._change_passphrase = QPushButton(self)
        self._change_passphrase.setObjectName("change-passphrase")
        self._change_passphrase.clicked.connect(self.passphrase_wanted)
        self._show_trail = QPushButton(self)
        self._show_trail.setObjectName("show-trail")
        self._show_trail.clicked.connect(self.trail_wanted)
        # A line that scrolls: a path has no place to wrap at, and can be copied from here.
        self._path = QLineEdit(str(self._settings.file.parent), self)
        self._path.setObjectName("data-folder")
        self._path.setReadOnly(True)
        self._trouble = self._label("error", lambda: translated(CONTEXT, self._settings.trouble))
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._page())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._scroll)
        self._leave = self._settings.subscribe(lambda _key, _value: self._show_trouble())
        self.destroyed.connect(self._leave)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self._open_folder.setText(self.tr("Open the folder"))
        self._change_passphrase.setText(self.tr("Change the passphrase…"))
        self._show_trail.setText(self.tr("What was done with the record…"))
        self._path.setAccessibleName(self.tr("Where everything is kept"))
        for label, words in self._words:
            label.setText(words())
        self._show_trouble()

    def _show_trouble(self) -> None:
        self._trouble.setText(translated(CONTEXT, self._settings.trouble))
        self._trouble.setVisible(bool(self._settings.trouble))

    def _page(self) -> QWidget:
        page = QWidget()
        page.setProperty("role", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(*[3 * theme.SPACE] * 4)
        column.setSpacing(2 * theme.SPACE)
        column.addWidget(self._label("title", lambda: self.tr("Settings")))
        column.addWidget(self._trouble)
        for group in GROUP_TITLES:
            column.addWidget(self._card(group))
        column.addWidget(self._folder_card())
        column.addStretch()
        return page

    def _card(self, group: Group) -> QFrame:
        card, grid = _card_with_grid()
        grid.addWidget(self._label("heading", lambda: translated(CONTEXT, GROUP_TITLES[group])), 0, 0, 1, 2)
        rows = [setting for setting in SETTINGS if setting.group is group]
        for number, setting in enumerate(rows, 1):
            self._add_row(grid, number, setting)
        if group is Group.PRIVACY:
            grid.addWidget(self._change_passphrase, len(rows) + 1, 0, 1, 2, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(self._show_trail, len(rows) + 2, 0, 1, 2, Qt.AlignmentFlag.AlignRight)
            if self._session is not None and self._session.keyring is not None:
                grid.addWidget(KeyringRow(self._session), len(rows) + 3, 0, 1, 2)
        if group is Group.BACKUP and self._keeping is not None:
            grid.addWidget(BackupRows(self._keeping, self._settings), len(rows) + 1, 0, 1, 2)
        return card

    def _add_row(self, grid: QGridLayout, number: int, setting: Setting) -> None:
        name = self._label("", lambda: translated(CONTEXT, setting.label))
        explanation = self._label("caption", lambda: translated(CONTEXT, setting.help))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch()
        words.addWidget(name)
        words.addWidget(explanation)
        words.addStretch()
        control = control_for(setting, self._settings)
        name.setBuddy(control)
        grid.addLayout(words, number, 0)
        grid.addWidget(control, number, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _folder_card(self) -> QFrame:
        card, grid = _card_with_grid()
        grid.addWidget(self._label("heading", lambda: self.tr("Where everything is kept")), 0, 0, 1, 2)
        words = QVBoxLayout()
        words.setSpacing(theme.SPACE)
        words.addWidget(self._path)
        words.addWidget(self._label("caption", lambda: self.tr("On this machine alone: encounters, models, settings.")))
        grid.addLayout(words, 1, 0)
        grid.addWidget(self._open_folder, 1, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return card

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._settings.file.parent)))

    def _label(self, role: str, words: Callable[[], str]) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        if role:
            label.setProperty("role", role)
        self._words.append((label, words))
        return label


def _card_with_grid() -> tuple[QFrame, QGridLayout]:
    card = QFrame()
    card.setProperty("role", "card")
    grid = QGridLayout(card)
    grid.setContentsMargins(*[3 * theme.SPACE] * 4)
    grid.setHorizontalSpacing(3 * theme.SPACE)
    grid.setVerticalSpacing(2 * theme.SPACE)
    grid.setColumnStretch(0, 1)
    return card, grid
