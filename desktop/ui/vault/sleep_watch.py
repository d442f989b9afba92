"""Notices that the machine slept: one of its clocks went on meanwhile and another stood still."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_MS = 5_000
SLEPT_S = 2.0
"""More than two clocks can drift apart between two looks."""


def seconds_also_asleep() -> float:
    """Return a clock that nobody can set and that goes on while the machine sleeps, where the system has one.

    On macOS the monotonic clock of clock_gettime(3) does, and that of Python (mach_absolute_time) does not.
    """
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class SleepWatch(QObject):
    """Tells after the machine woke up; where the system told of the sleep before, this comes second."""

    woke = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        clock: Callable[[], float] = seconds_also_asleep,
        awake: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` goes on while the machine sleeps, `awake` does not."""
        super().__init__(parent)
        self._clock, self._awake = clock, awake
        self._asleep_s = 0.0
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """Watch from now on."""
        self._asleep_s = self._clock() - self._awake()
        self._timer.start()

    def end(self) -> None:
        """Watch no longer."""
        self._timer.stop()

    def look(self) -> None:
        """Tell that the machine slept since the last look."""
        asleep_s = self._clock() - self._awake()
        slept_s, self._asleep_s = asleep_s - self._asleep_s, asleep_s
        if slept_s > SLEPT_S:
            self.woke.emit()
