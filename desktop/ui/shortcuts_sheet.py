"""The sheet of shortcuts: every row of the table of actions, as the system writes its keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.ui import actions, theme
from desktop.ui.actions import ACTIONS, GROUP_TITLES, Action, Group
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Callable


class ShortcutsSheet(Retranslating, QDialog):
    """Opened by `?`, F1 and the rail; Esc closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts-sheet")
        self._words: list[tuple[QLabel, Callable[[], str]]] = []
        self._title = self._label("title", lambda: self.tr("Shortcuts"))
        self._close = QPushButton(self)
        self._close.setObjectName("sheet-close")
        self._close.setProperty("role", "primary")
        self._close.clicked.connect(self.accept)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._page())
        self._lay_out()
        self.retranslate()

    def retranslate(self) -> None:
        """Set every word."""
        self.setWindowTitle(self.tr("Shortcuts"))
        self._scroll.setAccessibleName(self.tr("List of shortcuts"))
        self._close.setText(self.tr("Close"))
        for label, words in self._words:
            label.setText(words())

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[3 * theme.SPACE] * 4)
        layout.setSpacing(2 * theme.SPACE)
        layout.addWidget(self._title)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(720, 640)

    def _page(self) -> QWidget:
        page = QWidget()
        page.setProperty("role", "page")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, theme.SPACE, 0)
        column.setSpacing(2 * theme.SPACE)
        for group in Group:
            column.addWidget(self._card(group))
        column.addStretch()
        return page

    def _card(self, group: Group) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        grid = QGridLayout(card)
        grid.setContentsMargins(*[2 * theme.SPACE] * 4)
        grid.setHorizontalSpacing(3 * theme.SPACE)
        grid.setVerticalSpacing(theme.SPACE)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self._label("heading", lambda: actions.words(GROUP_TITLES[group])), 0, 0, 1, 2)
        rows = [action for action in ACTIONS if action.group is group]
        for number, action in enumerate(rows, 1):
            grid.addWidget(self._label("", partial(_sentence, action)), number, 0)
            keys = self._label("caption", partial(_all_keys, action))
            keys.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(keys, number, 1, Qt.AlignmentFlag.AlignRight)
        return card

    def _label(self, role: str, words: Callable[[], str]) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(role != "caption")
        if role:
            label.setProperty("role", role)
        self._words.append((label, words))
        return label


def _sentence(action: Action) -> str:
    return " · ".join(filter(None, (actions.words(action.text), actions.words(action.help))))


def _all_keys(action: Action) -> str:
    return "\n".join(actions.native(shortcut) for shortcut in action.shortcuts)
