"""The menu bar: on a Mac every action that works everywhere, on other systems none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenuBar

from desktop.settings import Settings
from desktop.ui import actions
from desktop.ui.actions import MENU_TITLES, MENUS, SEPARATOR, Menu, Reach
from desktop.ui.looks import Looks
from desktop.ui.menu_bar import MAC, MenuBar
from desktop.ui.window import MainWindow
from tests.fakes.screens import FakeEncounterScreen, fake_screens, fake_services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.fixture
def make(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., MainWindow]]:
    looks: list[Looks] = []

    def window(platform: str, language: str = "en") -> MainWindow:
        settings = Settings(tmp_path / "settings.json")
        settings.set("language", language)
        looks.append(Looks(qapp, settings))
        made = MainWindow(fake_services(settings), fake_screens(), platform)
        qtbot.addWidget(made)
        return made

    yield window
    for one in looks:
        one.stop()


def _bar(window: MainWindow) -> MenuBar:
    found = window.findChild(MenuBar)
    assert isinstance(found, MenuBar)
    return found


def _named(window: MainWindow, action_id: str) -> QAction:
    return next(action for action in window.actions() if action.objectName() == action_id)


def test_every_action_of_the_window_is_in_one_menu() -> None:
    shown = [action_id for ids in MENUS.values() for action_id in ids if action_id != SEPARATOR]
    assert sorted(shown) == sorted(action.id for action in actions.actions_of(Reach.WINDOW))
    assert set(MENUS) == set(MENU_TITLES) == set(Menu)


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_other_systems_have_no_menu_bar(make: Callable[..., MainWindow], platform: str) -> None:
    assert make(platform).findChild(QMenuBar) is None


def test_a_mac_has_every_menu_in_the_language_that_is_shown(make: Callable[..., MainWindow]) -> None:
    window = make(MAC)
    assert [action.text() for action in _bar(window).actions()] == ["File", "Edit", "Write", "View", "Help"]
    chinese = make(MAC, "zh_CN")
    assert [action.text() for action in _bar(chinese).actions()] == ["文件", "编辑", "书写", "视图", "帮助"]


def test_a_menu_does_what_its_key_does_and_shows_it(make: Callable[..., MainWindow]) -> None:
    window = make(MAC)
    file = _bar(window).actions()[0].menu()
    new = file.actions()[0]
    assert new is _named(window, "new-encounter")
    assert (new.text(), new.shortcut().toString()) == ("New encounter", "Ctrl+N")
    new.trigger()
    screen = window.findChild(FakeEncounterScreen)
    assert isinstance(screen, FakeEncounterScreen)
    assert screen.handled == ["new-encounter"]


def test_settings_and_quitting_stand_where_a_mac_has_them_and_nothing_else_moves(
    make: Callable[..., MainWindow],
) -> None:
    window = make(MAC)
    roles = {action.objectName(): action.menuRole() for action in window.actions()}
    assert roles.pop("page-settings") is QAction.MenuRole.PreferencesRole
    assert roles.pop("quit") is QAction.MenuRole.QuitRole
    assert set(roles.values()) == {QAction.MenuRole.NoRole}
