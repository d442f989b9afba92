from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.ui import actions
from desktop.ui.actions import ACTIONS, GROUP_TITLES, Group, Reach

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def _sequences() -> list[str]:
    return [QKeySequence(keys).toString() for action in ACTIONS for keys in action.shortcuts]


def test_no_key_means_two_things() -> None:
    assert [keys for keys, count in Counter(_sequences()).items() if count > 1] == []


def test_every_shortcut_is_one_that_qt_knows() -> None:
    assert "" not in _sequences()
    assert all(QKeySequence(keys)[0].key() != Qt.Key.Key_unknown for keys in _sequences())


def test_every_action_can_be_reached_by_the_keyboard_and_has_words() -> None:
    assert [action.id for action in ACTIONS if not (action.shortcuts and action.text)] == []
    assert set(GROUP_TITLES) == set(Group)


def test_bare_letters_work_only_where_nobody_types() -> None:
    bare = [a.id for a in ACTIONS if a.reach is Reach.WINDOW for keys in a.shortcuts if len(keys) == 1]

    assert bare == []


@pytest.mark.parametrize("reach", list(Reach))
def test_each_key_calls_its_action(qtbot: QtBot, reach: Reach) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    called: list[str] = []
    bound = actions.bind(widget, reach, called.append)
    actions.retranslate(bound)
    widget.show()
    widget.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    expected = []
    for action in actions.actions_of(reach):
        for keys in action.shortcuts:
            QTest.keySequence(widget, QKeySequence(keys))
            expected.append(action.id)

    assert called == expected
    assert all(bound[action_id].text() for action_id in bound)
