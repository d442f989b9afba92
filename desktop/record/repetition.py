"""When to ask an item again: SM-2 (Woźniak, Optimization of learning, 1990), small, public and forty years in use.

FSRS forgets less for the same work, but its weights are fitted to reviews, of which a doctor who begins has none.
An item that was known comes back after 1 day, then 6, then each time `ease` times as late; one that was not known
begins again. The state is three numbers: nothing of what was asked is in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_DAYS, SECOND_DAYS = 1, 6
FIRST_EASE, LEAST_EASE = 2.5, 1.3
_KNOWN_FROM = 3


class Recall(IntEnum):
    """How well it was known: the qualities of SM-2 that a person tells apart."""

    NOT = 1
    """Not known, or known when it was seen."""
    HINT = 3
    """Known with effort or with a hint."""
    KNEW = 4
    AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Memory:
    """How an item stands: how often in a row it was known, how fast its intervals grow, and when it is due."""

    repetitions: int = 0
    ease: float = FIRST_EASE
    interval_days: int = 0
    due: date = date.min

    def is_due(self, today: date) -> bool:
        """Whether it should be asked today."""
        return self.due <= today


def after(memory: Memory, recall: Recall, today: date) -> Memory:
    """Return how an item stands after it was asked."""
    ease = max(LEAST_EASE, memory.ease + 0.1 - (5 - recall) * (0.08 + (5 - recall) * 0.02))
    if recall < _KNOWN_FROM:
        return replace(memory, repetitions=0, ease=ease, interval_days=FIRST_DAYS, due=today + timedelta(FIRST_DAYS))
    days = _interval(memory, ease)
    return Memory(memory.repetitions + 1, ease, days, today + timedelta(days))


def due_and_later(progress: Mapping[str, Memory], today: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which items are due, the longest due first, and which come later."""
    items = sorted(progress, key=lambda item: (progress[item].due, item))
    due = [item for item in items if progress[item].is_due(today)]
    return tuple(due), tuple(items[len(due) :])


def _interval(memory: Memory, ease: float) -> int:
    if memory.repetitions == 0:
        return FIRST_DAYS
    return SECOND_DAYS if memory.repetitions == 1 else round(memory.interval_days * ease)
