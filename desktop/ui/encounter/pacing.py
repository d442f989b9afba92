"""Text that arrives in bursts, shown at a steady rate (no Qt)."""

from __future__ import annotations

import math
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TICK_S = 0.04
"""How often `take` is called: 25 times a second reads as flowing, and leaves the window time for everything else."""
LONGEST_WAIT_S = 0.24
"""With one tick more than this, no character is shown later than 0.3 s after it came."""
_SPREAD_S = 0.16


class SteadyText:
    """Gives out what was added part by part: more where much waits, so that it neither stutters nor falls behind."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pieces: deque[tuple[float, str]] = deque()

    @property
    def waiting(self) -> int:
        """How many characters wait."""
        return sum(len(text) for _, text in self._pieces)

    def add(self, text: str) -> None:
        """Take a piece that has just come."""
        if text:
            self._pieces.append((self._clock(), text))

    def take(self) -> str:
        """Return what is shown in this tick."""
        latest = self._clock() - LONGEST_WAIT_S
        overdue = sum(len(text) for came, text in self._pieces if came <= latest)
        return self._cut(max(overdue, math.ceil(self.waiting * TICK_S / _SPREAD_S)))

    def flush(self) -> str:
        """Return all that waits."""
        return self._cut(self.waiting)

    def _cut(self, count: int) -> str:
        shown = []
        while count > 0:
            came, text = self._pieces.popleft()
            shown.append(text[:count])
            if len(text) > count:
                self._pieces.appendleft((came, text[count:]))
            count -= len(text)
        return "".join(shown)
