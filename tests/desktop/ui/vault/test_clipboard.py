from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QClipboard, QGuiApplication

from desktop.settings import NEVER, Settings
from desktop.ui.vault.clipboard import ClipboardWatch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


class Owner:
    """Whose the clipboard is, as the test says."""

    is_ours = True

    def __call__(self, _mode: QClipboard.Mode) -> bool:
        return self.is_ours


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "settings.json")
    settings.set("clear_clipboard_after", "20")
    return settings


@pytest.fixture
def watch(qapp: object, settings: Settings, owner: Owner) -> Iterator[ClipboardWatch]:  # noqa: ARG001 - Qt must be up
    made = ClipboardWatch(settings, owns=owner)
    yield made
    made.stop()
    QGuiApplication.clipboard().clear()


def _pass_time(watch: ClipboardWatch, qtbot: QtBot) -> None:
    timer = watch._timers[QClipboard.Mode.Clipboard]
    if timer.isActive():
        with qtbot.waitSignal(timer.timeout):
            timer.start(0)


def _text() -> str:
    return QGuiApplication.clipboard().text()


def test_what_bedside_copied_is_emptied_later(qtbot: QtBot, watch: ClipboardWatch) -> None:
    QGuiApplication.clipboard().setText("metformin 500 mg")
    assert watch._timers[QClipboard.Mode.Clipboard].interval() == 20_000
    assert _text() == "metformin 500 mg"
    _pass_time(watch, qtbot)

    assert _text() == ""


def test_what_another_program_copied_is_left_alone(qtbot: QtBot, watch: ClipboardWatch, owner: Owner) -> None:
    QGuiApplication.clipboard().setText("metformin 500 mg")
    owner.is_ours = False
    _pass_time(watch, qtbot)
    assert _text() == "metformin 500 mg"
    QGuiApplication.clipboard().setText("of another program")

    assert not watch._timers[QClipboard.Mode.Clipboard].isActive()


def test_it_can_be_switched_off(watch: ClipboardWatch, settings: Settings) -> None:
    settings.set("clear_clipboard_after", NEVER)
    QGuiApplication.clipboard().setText("metformin 500 mg")

    assert not watch._timers[QClipboard.Mode.Clipboard].isActive()


def test_the_end_of_the_program_does_not_leave_it_there(watch: ClipboardWatch) -> None:
    QGuiApplication.clipboard().setText("metformin 500 mg")
    watch.stop()

    assert _text() == ""
