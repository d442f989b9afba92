"""Why the model worker's process ended, from what the operating system and its last words tell (no Qt, no torch)."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.worker.status import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXIT_MEMORY = 77
"""The exit code by which the worker says that it ran out of memory."""
_KILLED = {(9, True), (137, False)}
"""SIGKILL, itself or as a shell reports it."""
_MEMORY_WORDS = re.compile(r"std::bad_alloc|MemoryError|OutOfMemoryError|DefaultCPUAllocator|Cannot allocate memory")
_WINDOWS_CRASHES = {0xC0000005: "access violation", 0xC00000FD: "stack overflow", 0xC0000409: "stack corruption"}


@dataclass(frozen=True, slots=True)
class Ending:
    """How one process ended; `detail` is a signal's name or an exit code."""

    cause: Cause
    detail: str = ""


def explain(code: int, *, crashed: bool, last_words: Sequence[str], oom_killed: bool) -> Ending:
    """Tell the cause of an end that nobody asked for.

    `code` is the exit code, or the number of the signal where `crashed`; `last_words` are lines of standard error;
    `oom_killed` says that the kernel ended a process for lack of memory meanwhile.
    """
    if code == EXIT_MEMORY and not crashed:
        return Ending(Cause.MEMORY)
    if any(_MEMORY_WORDS.search(line) for line in last_words):
        return Ending(Cause.MEMORY)
    if (code, crashed) in _KILLED:
        return Ending(Cause.MEMORY if oom_killed else Cause.KILLED, "SIGKILL")
    return Ending(Cause.CRASH, _signal_name(code) if crashed else f"exit code {code}")


def _signal_name(code: int) -> str:
    known = _WINDOWS_CRASHES.get(code & 0xFFFFFFFF)
    if known:
        return known
    try:
        return signal.Signals(code).name
    except ValueError:
        return f"code {code}"


class CrashLog:
    """Counts crashes, to stop a loop of them."""

    def __init__(self, clock: Callable[[], float], most: int = 3, within_s: float = 600.0) -> None:
        self._clock, self._most, self._within_s = clock, most, within_s
        self._times: list[float] = []

    def add(self) -> None:
        """Note a crash now."""
        self._times = [time for time in self._times if self._clock() - time <= self._within_s]
        self._times.append(self._clock())

    @property
    def too_many(self) -> bool:
        """Whether the last crashes came too close together."""
        return len(self._times) >= self._most

    def clear(self) -> None:
        """Start counting anew."""
        self._times.clear()
