"""The menu bar that a Mac user looks for, made from the table of actions; other systems have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenuBar

from desktop.ui import actions
from desktop.ui.actions import MENU_TITLES, MENUS, SEPARATOR
from desktop.ui.translation import Retranslating

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QMainWindow

MAC = "darwin"
"""As `sys.platform` calls macOS."""
_ROLES = {"page-settings": QAction.MenuRole.PreferencesRole, "quit": QAction.MenuRole.QuitRole}
"""What macOS shows in the menu with the application's name instead."""


class MenuBar(Retranslating, QMenuBar):
    """Shows the window's own actions, so that keys and words are those of the table."""

    def __init__(self, bound: Mapping[str, QAction], window: QMainWindow) -> None:
        super().__init__(window)
        self.setObjectName("menu-bar")
        self._menus = {menu: self.addMenu("") for menu in MENUS}
        for menu, ids in MENUS.items():
            for action_id in ids:
                if action_id == SEPARATOR:
                    self._menus[menu].addSeparator()
                    continue
                # Otherwise Qt would move actions by words in their texts, another set of them in every language.
                bound[action_id].setMenuRole(_ROLES.get(action_id, QAction.MenuRole.NoRole))
                self._menus[menu].addAction(bound[action_id])
        self.retranslate()

    def retranslate(self) -> None:
        """Set the titles; the actions' words are set where they are bound."""
        for menu, shown in self._menus.items():
            shown.setTitle(actions.words(MENU_TITLES[menu]))


def add_menu_bar(window: QMainWindow, bound: Mapping[str, QAction], platform: str) -> None:
    """Give the window a menu bar where `platform` (a value of `sys.platform`) is a Mac."""
    if platform == MAC:
        window.setMenuBar(MenuBar(bound, window))
