from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.settings import NEVER, Settings
from desktop.ui.vault.idle import IdleWatch, seconds_also_asleep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


class Clock:
    """A clock that the test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def watch(qapp: object, settings: Settings, clock: Clock) -> Iterator[IdleWatch]:  # noqa: ARG001 - Qt must be up
    made = IdleWatch(settings, clock=clock)
    yield made
    made.stop()


def _told(watch: IdleWatch) -> list[bool]:
    told: list[bool] = []
    watch.idle.connect(lambda: told.append(True))
    return told


def test_five_minutes_without_a_touch_are_told_once(watch: IdleWatch, clock: Clock) -> None:
    told = _told(watch)
    watch.begin()
    clock.now += 299
    watch.look()
    assert told == []
    clock.now += 1
    watch.look()
    watch.look()
    assert told == [True]


def test_a_key_or_a_pointer_begins_the_time_anew(qtbot: QtBot, watch: IdleWatch, clock: Clock) -> None:
    told = _told(watch)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    watch.begin()
    for touch in (
        lambda: QTest.keyClick(window.windowHandle(), Qt.Key.Key_A),
        lambda: QTest.mouseMove(window.windowHandle()),
    ):
        clock.now += 299
        touch()
        qtbot.wait(1)
        watch.look()
    assert told == []
    clock.now += 300
    watch.look()
    assert told == [True]


def test_a_machine_that_slept_is_idle_when_it_wakes(qtbot: QtBot, watch: IdleWatch, clock: Clock) -> None:
    told = _told(watch)
    watch.begin()
    clock.now += 8 * 3_600
    watch._look_again.start(0)  # the timer that woke up with the machine
    qtbot.waitUntil(lambda: bool(told))


def test_never_is_never_and_a_change_takes_effect_at_once(watch: IdleWatch, settings: Settings, clock: Clock) -> None:
    told = _told(watch)
    settings.set("lock_after", NEVER)
    watch.begin()
    clock.now += 1e6
    watch.look()
    assert told == []
    settings.set("lock_after", "1")
    clock.now += 60
    watch.look()
    assert told == [True]


def test_what_is_locked_is_not_watched(watch: IdleWatch, clock: Clock) -> None:
    told = _told(watch)
    watch.begin()
    watch.end()
    clock.now += 1e6
    watch.look()
    assert told == []


def test_the_clock_cannot_be_set_back() -> None:
    assert seconds_also_asleep() <= seconds_also_asleep()
