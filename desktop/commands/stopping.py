"""Ctrl-C and a polite kill, as a question that a long run asks between its steps."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STOPPED = 130
"""The exit code of a run that was stopped and can be resumed."""


@contextmanager
def stop_requested() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C and a polite kill end the run after the step under way; a second one ends it at once."""
    requests: list[int] = []

    def request(number: int, _frame: object) -> None:
        if requests:
            raise KeyboardInterrupt
        requests.append(number)

    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(requests)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
