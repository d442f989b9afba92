"""The walk itself must see each fault, or it proves nothing about the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QRadioButton, QVBoxLayout, QWidget

from desktop.ui import theme
from tests.desktop.ui.accessibility import clipped_texts, faults_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot


@pytest.fixture
def page(qtbot: QtBot, qapp: QApplication) -> QWidget:
    theme.apply(qapp, "light", 100)
    page = QWidget()
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    for name in ("Speak", "Ask"):
        layout.addWidget(QPushButton(name))
    field = QLineEdit()
    field.setAccessibleName("Question")
    layout.addWidget(field)
    for name in ("Light", "Dark"):
        layout.addWidget(QRadioButton(name))
    return page


def test_a_sound_page_has_no_faults(page: QWidget) -> None:
    assert faults_of(page) == []


def _unname(page: QWidget) -> None:
    page.findChildren(QLineEdit)[0].setAccessibleName("")


def _name_alike(page: QWidget) -> None:
    page.findChildren(QPushButton)[0].setText("Ask")


def _shrink(page: QWidget) -> None:
    page.findChildren(QPushButton)[0].setFixedHeight(30)


def _trap(page: QWidget) -> None:
    page.findChildren(QLineEdit)[0].setFocusPolicy(Qt.FocusPolicy.TabFocus)
    page.findChildren(QPushButton)[1].installEventFilter(_Trap(page))


class _Trap(QWidget):
    def eventFilter(self, _watched: object, event: object) -> bool:  # noqa: N802 - Qt's name
        from PySide6.QtCore import QEvent

        return isinstance(event, QEvent) and event.type() == QEvent.Type.KeyPress


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_unname, "has no accessible name"),
        (_name_alike, "are named 'Ask'"),
        (_shrink, "is 30 px high"),
        (_trap, "Tab never reaches QLineEdit Question"),
    ],
)
def test_each_fault_is_found(page: QWidget, spoil: Callable[[QWidget], None], said: str) -> None:
    spoil(page)

    assert any(said in fault for fault in faults_of(page))


def test_clipped_words_are_found(page: QWidget) -> None:
    label = QLabel("A sentence that needs far more room than it is given", page)
    label.setGeometry(0, 0, 40, 20)

    assert any("far more room" in fault for fault in clipped_texts(page))
