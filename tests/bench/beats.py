"""How evenly the window's event loop runs: the intervals of a timer that should be equal."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_MS = 16


@dataclass(slots=True)
class Beats:
    """The intervals of a timer, in milliseconds, of which each should be TICK_MS."""

    intervals_ms: list[float] = field(default_factory=list)
    work_ms: list[float] = field(default_factory=list)
    """Processor time of the window's thread between two beats: what it costs whatever else the machine does."""

    def p99_ms(self) -> float:
        """The interval that one beat in a hundred exceeds."""
        return float(np.percentile(self.intervals_ms, 99))

    def work_p99_ms(self) -> float:
        """The work that one beat in a hundred exceeds."""
        return float(np.percentile(self.work_ms, 99))


def beat_until(finished: Callable[[], bool], step: Callable[[], None] | None = None) -> Beats:
    """Run the window until `finished`, looking at each beat, and `step` at each; returns the beats."""
    beats, loop, timer = Beats(), QEventLoop(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    last, worked = [time.perf_counter()], [time.thread_time()]

    def beat() -> None:
        now, work = time.perf_counter(), time.thread_time()
        beats.intervals_ms.append((now - last[0]) * 1000)
        beats.work_ms.append((work - worked[0]) * 1000)
        last[0], worked[0] = now, work
        if step:
            step()
        if finished():
            loop.quit()

    timer.timeout.connect(beat)
    timer.start(TICK_MS)
    loop.exec()
    timer.stop()
    return beats
