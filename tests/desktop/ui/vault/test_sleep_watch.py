"""That the machine slept is noticed by its clocks, and a busy machine is not taken for one that slept."""

from __future__ import annotations

import sys
import time

import pytest

from desktop.ui.vault.sleep_watch import SleepWatch, seconds_also_asleep


class Clocks:
    def __init__(self) -> None:
        self.awake_s = self.asleep_s = 0.0

    def watch(self) -> tuple[SleepWatch, list[bool]]:
        watch, told = SleepWatch(None, lambda: self.awake_s + self.asleep_s, lambda: self.awake_s), []
        watch.woke.connect(lambda: told.append(True))
        watch.begin()
        return watch, told


@pytest.mark.usefixtures("qapp")
def test_a_sleep_is_told_once() -> None:
    clocks = Clocks()
    watch, told = clocks.watch()
    clocks.awake_s += 3_600  # somebody works on
    watch.look()
    assert told == []
    clocks.asleep_s += 60
    watch.look()
    watch.look()
    assert told == [True]
    clocks.asleep_s += 0.5  # clocks that drift apart
    watch.look()
    assert told == [True]
    watch.end()


@pytest.mark.usefixtures("qapp")
def test_a_sleep_before_somebody_came_back_is_not_told() -> None:
    clocks = Clocks()
    watch, told = clocks.watch()
    clocks.asleep_s += 60
    watch.begin()  # somebody unlocked the record
    watch.look()
    assert told == []
    watch.end()


def test_the_clock_goes_on() -> None:
    first = seconds_also_asleep()
    assert seconds_also_asleep() >= first
    if sys.platform == "linux":
        assert first >= time.monotonic() - 1
