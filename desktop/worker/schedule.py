"""Whose turn it is: the jobs of the worker on its one model thread (no Qt, no torch).

A job is an iterator of events; each `next` is one step. Three rules decide who takes the next step:

1. A job that was cancelled goes first, so that it ends.
2. Questions, and all else that is done one at a time, go in their order and before recordings that are recognised
   from files: such a recording gives up its step when a question arrives and takes it up again afterwards.
3. A dictation goes on while a question is answered: each rests for as long as the other took.

Commands arrive on the reading thread, and what ends a job before its first step is said from there.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

from desktop.worker.errors import ProtocolError
from desktop.worker.protocol import Dictate, Done, Failed, Measured, Stopped, TellSpeakers, Transcribe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desktop.worker.protocol import Command, Event


@dataclass(frozen=True, slots=True)
class Pause:
    """A step that found nothing to do: the job wants to be asked again after `seconds`."""

    seconds: float


Step: TypeAlias = "Event | Pause | tuple[Event, ...]"
"""What one step brings; several events of one step are told together."""


class OutOfMemory(BaseException):
    """No job can be run any more: the process must end, which frees everything."""


class Rank(IntEnum):
    """How a job stands to others."""

    QUESTION = 0
    """Everything that is done one at a time: answers, loading, measuring, forgetting."""
    DICTATION = 1
    FILE = 2


@dataclass(slots=True, eq=False)
class Work:
    """One job with what it is told from outside while it runs."""

    command: Command
    rank: Rank
    schedule: Schedule
    steps: Iterator[Step] | None = None
    """None until its first step."""
    cancel_flag: threading.Event = field(default_factory=threading.Event)
    finish_flag: threading.Event = field(default_factory=threading.Event)
    resume_at_s: float = 0.0
    measured: bool = False
    """Its last event was its end."""

    @property
    def job(self) -> str:
        """The job's name; empty for commands that have none."""
        return getattr(self.command, "job", "")

    def cancelled(self) -> bool:
        """Whether the window wants no more of it."""
        return self.cancel_flag.is_set()

    def finished(self) -> bool:
        """Whether a dictation's recording is whole."""
        return self.finish_flag.is_set()

    def must_give_way(self) -> bool:
        """Whether to give up the current step: it is cancelled, or another job cannot wait for the step's end."""
        return self.cancelled() or self.schedule.wants_the_thread(self)


class Schedule:
    """Takes commands from the reading thread and runs them on the thread that calls `run`."""

    def __init__(
        self,
        begin: Callable[[Work], Iterator[Step]],
        say: Callable[[Event], None],
        explain: Callable[[Exception], Failed],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`begin` makes a job's steps, `say` sends an event, `explain` turns an error into a `Failed` without job."""
        self._begin, self._say, self._explain, self._clock = begin, say, explain, clock
        self._changed = threading.Condition()
        self._works: list[Work] = []
        self._closed = False
        self._dictation_from_s = 0.0
        """Until then a dictation leaves the thread to the others."""

    def submit(self, command: Command) -> None:
        """Add a job; called by the reading thread, like `cancel`, `finish` and `close`."""
        ranks = {Dictate: Rank.DICTATION, Transcribe: Rank.FILE, TellSpeakers: Rank.FILE}
        with self._changed:
            self._works.append(Work(command, ranks.get(type(command), Rank.QUESTION), self))
            self._changed.notify()

    def cancel(self, job: str) -> None:
        """Stop `job`; one that has not begun is over at once."""
        with self._changed:
            for work in [work for work in self._works if work.job == job]:
                work.cancel_flag.set()
                if work.steps is None:
                    self._works.remove(work)
                    self._say(Stopped(job))
            self._changed.notify()

    def finish(self, job: str) -> None:
        """Tell the dictation `job` that its recording is whole."""
        with self._changed:
            for work in self._works:
                if work.job == job:
                    work.finish_flag.set()
                    work.resume_at_s = 0.0
            self._changed.notify()

    def close(self) -> None:
        """Let `run` return after its current step."""
        with self._changed:
            self._closed = True
            for work in self._works:
                work.cancel_flag.set()
            self._changed.notify()

    def wants_the_thread(self, work: Work) -> bool:
        """Tell whether another job cannot wait until `work` has done its step."""
        with self._changed:
            others = [other for other in self._works if other is not work]
            if any(other.cancelled() for other in others):
                return True
            return work.rank is Rank.FILE and any(other.rank is Rank.QUESTION for other in others)

    def run(self) -> None:
        """Run jobs until `close`."""
        while True:
            with self._changed:
                work = self._next()
                while work is None and not self._closed:
                    self._changed.wait(self._idle_s())
                    work = self._next()
                if self._closed or work is None:
                    return
                if work.steps is None:
                    work.steps = self._begin(work)
            self._step(work, work.steps)

    def _next(self) -> Work | None:
        now = self._clock()
        begun = [work for work in self._works if work.cancelled()]
        if begun:
            return begun[0]
        due = [work for work in self._works if work.resume_at_s <= now]
        dictations = [work for work in due if work.rank is Rank.DICTATION]
        others = sorted((work for work in due if work.rank is not Rank.DICTATION), key=lambda work: work.rank)
        if dictations and (not others or now >= self._dictation_from_s):
            return min(dictations, key=lambda work: work.resume_at_s)
        return others[0] if others else None

    def _idle_s(self) -> float | None:
        if not self._works:
            return None
        return max(0.0, min(work.resume_at_s for work in self._works) - self._clock())

    def _step(self, work: Work, steps: Iterator[Step]) -> None:
        started = self._clock()
        try:
            step = next(steps)
        except StopIteration:
            self._end(work, Stopped(work.job) if work.cancelled() else Done(work.job))
        except Exception as error:  # noqa: BLE001 - the worker's loop: a job that fails must not end the others
            self._end(work, self._failure(work, error))
        else:
            try:
                self._take(work, step)
            except ProtocolError as error:  # too much for a line: that job fails, and the worker goes on
                self._end(work, self._failure(work, error))
        if work.rank is Rank.DICTATION:
            now = self._clock()
            work.resume_at_s = max(work.resume_at_s, now)  # several dictations take turns
            self._dictation_from_s = now + (now - started)

    def _failure(self, work: Work, error: Exception) -> Event:
        failed = self._explain(error)
        return Stopped(work.job) if work.cancelled() else Failed(work.job, failed.kind, failed.sentence)

    def _take(self, work: Work, step: Step) -> None:
        if isinstance(step, Pause):
            work.resume_at_s = self._clock() + step.seconds
            return
        for event in step if isinstance(step, tuple) else (step,):
            work.measured = isinstance(event, Measured)
            self._say(event)

    def _end(self, work: Work, end: Event) -> None:
        with self._changed:
            self._works.remove(work)
        has_end = work.job and not (work.measured and isinstance(end, Done))
        if has_end or (isinstance(end, Failed) and not work.job):
            self._say(end)
