"""The window's end of the model worker: starts it, speaks to it, and keeps going when it dies (no torch).

What was sent before the models are loaded waits. Every job gets exactly one end, also when the process dies: then
its jobs fail with a sentence, the process is started again, and three deaths within ten minutes stop that.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.worker.ending import CrashLog, Ending
from desktop.worker.errors import ProtocolError
from desktop.worker.mining_messages import MineValues
from desktop.worker.oom_kills import oom_kills
from desktop.worker.process import Patience, WorkerProcess, WorkerProgram
from desktop.worker.protocol import (
    Ask,
    Cancel,
    Check,
    Dictate,
    Done,
    Embed,
    Explain,
    Failed,
    FailureKind,
    FinishDictation,
    Loading,
    Measure,
    Measured,
    Pong,
    Prepare,
    Ready,
    Started,
    Stopped,
    Teach,
    Transcribe,
    Write,
)
from desktop.worker.speaker_messages import TellSpeakers
from desktop.worker.status import Cause, WorkerState, WorkerStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.worker.protocol import Command, Event

DEFAULT_DECODER = "smollm2-135m-instruct"

_JOBS = Transcribe | Dictate | TellSpeakers | Ask | Explain | Write | Check | Teach | Embed | MineValues | Measure
_ENDS = Done | Stopped | Failed | Measured
_CANCEL_CHECK_MS = 100


@dataclass(slots=True)
class _Job:
    """A job that the worker was given and has not ended."""

    cancelled_at: float | None = None
    terminated: bool = False


class WorkerHost(QObject):
    """Owns the worker's process. `prepare` says which models are loaded first; `send(Prepare(...))` changes that."""

    state_changed = Signal(object)
    """A `WorkerStatus`."""
    event_received = Signal(object)
    """An `Event` of the protocol; Started, Loading and Pong are digested into the status."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        prepare: Prepare | None = None,
        program: WorkerProgram | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
        count_oom_kills: Callable[[], int | None] = oom_kills,
    ) -> None:
        super().__init__(parent)
        self._prepare = prepare or Prepare(DEFAULT_DECODER)
        self._program = program or WorkerProgram.of_this_installation()
        self._patience, self._clock = patience or Patience(), clock
        self._count_oom_kills = count_oom_kills
        self._status = WorkerStatus()
        self._ready: Ready | None = None
        self._process: WorkerProcess | None = None
        self._last_words: tuple[str, ...] = ()
        self._open = False
        self._queue: list[Command] = []
        self._jobs: dict[str, _Job] = {}
        self._crashes = CrashLog(clock)
        self._start_again = _timer(self, int(1000 * self._patience.restart_s), self._launch, once=True)
        self._deadlines = _timer(self, _CANCEL_CHECK_MS, self._press_cancelled)

    @property
    def status(self) -> WorkerStatus:
        """How the worker stands now."""
        return self._status

    @property
    def ready(self) -> Ready | None:
        """What is loaded; None while nothing is."""
        return self._ready

    @property
    def last_words(self) -> tuple[str, ...]:
        """The last lines that the process, or the one before it, wrote about faults."""
        return tuple(self._process.last_words) if self._process else self._last_words

    def start(self) -> None:
        """Start the process where none runs; after too many crashes only `restart` does."""
        if self._process is None and not self._start_again.isActive() and not self._disabled:
            self._set(WorkerStatus(WorkerState.STARTING))
            self._launch()

    def send(self, command: Command) -> None:
        """Give the worker a command, at once or when its models are loaded; starts the process when needed."""
        if isinstance(command, Cancel):
            self.cancel(command.job)
        elif isinstance(command, Prepare):
            self._change_models(command)
        elif self._disabled:
            self._refuse(command, self._sentence(Ending(self._status.cause)))
        elif not (isinstance(command, FinishDictation) and not self._knows(command.job)):
            self._queue.append(command)
            self.start()
            self._flush()

    def cancel(self, job: str) -> None:
        """Stop `job`: it ends with `Stopped`, at the latest when its process is ended for not heeding."""
        waiting = [command for command in self._queue if _job_of(command) == job]
        if waiting:
            self._queue = [command for command in self._queue if command not in waiting]
            self.event_received.emit(Stopped(job))
        elif job in self._jobs and self._process and self._jobs[job].cancelled_at is None:
            self._jobs[job].cancelled_at = self._clock()
            self._process.send(Cancel(job))
            self._deadlines.start()
            self._show()

    def restart(self) -> None:
        """Start anew, whatever the state: the button after too many crashes."""
        queue = self._queue
        self._queue = []
        self.stop()
        self._queue = queue
        self._crashes.clear()
        self.start()

    def stop(self) -> None:
        """End the process and wait until nothing of it is left; jobs that it had fail and can be sent again."""
        self._start_again.stop()
        process = self._release()
        if process is not None:
            process.close()
        reason = self.tr("The models were stopped before this was finished. Nothing is lost; try it again.")
        self._end_jobs(Ending(Cause.NONE), reason)
        self._refuse_queue(reason)
        self._set(WorkerStatus())

    @property
    def _disabled(self) -> bool:
        return self._status.state is WorkerState.DISABLED

    def _knows(self, job: str) -> bool:
        return job in self._jobs or any(_job_of(command) == job for command in self._queue)

    def _launch(self) -> None:
        self._process = WorkerProcess(
            self._program, self._patience, self._clock, self, count_oom_kills=self._count_oom_kills
        )
        self._process.said.connect(self._hear)
        self._process.ended.connect(self._bury)
        self._process.start()
        self._process.send(self._prepare)

    def _release(self) -> WorkerProcess | None:
        """Part with the process: nothing that it may still say is heard."""
        process, self._process, self._open, self._ready = self._process, None, False, None
        self._deadlines.stop()
        if process is not None:
            self._last_words = tuple(process.last_words)
            process.said.disconnect(self._hear)
            process.ended.disconnect(self._bury)
            process.deleteLater()
        return process

    def _change_models(self, prepare: Prepare) -> None:
        self._prepare = prepare
        if self._process is None:
            self.start()
        else:
            self._process.send(prepare)
            self._set(replace(self._status, what="", share=0.0))

    def _flush(self) -> None:
        while self._open and self._queue and self._process:
            command = self._queue.pop(0)
            try:
                self._process.send(command)
            except ProtocolError:
                sentence = self.tr("This is too much for one question. Nothing was cut off; attach less and ask again.")
                self._refuse(command, sentence, FailureKind.INPUT)
            else:
                if isinstance(command, _JOBS):
                    self._jobs[command.job] = _Job()
        self._show()

    def _hear(self, event: Event) -> None:
        if isinstance(event, Started | Pong):
            return
        if isinstance(event, Loading):
            self._note_loading(event)
        elif isinstance(event, Ready) or (isinstance(event, Failed) and not event.job):
            self._note_loaded(event)
        elif event.job in self._jobs:  # an end that was told for a job already is its last word
            self._note_work()
            if isinstance(event, _ENDS):
                del self._jobs[event.job]
            self.event_received.emit(event)
            self._show()

    def _note_loading(self, event: Loading) -> None:
        if self._process:
            self._process.loading = True
        state = self._status.state
        if state is WorkerState.READY:
            state = WorkerState.STARTING
        self._set(replace(self._status, state=state, what=event.what, share=event.share))

    def _note_work(self) -> None:
        """A job got on: what it had to load is loaded, or it failed to."""
        if self._process and self._process.loading:
            self._process.loading = False
            self._set(replace(self._status, what="", share=0.0))

    def _note_loaded(self, event: Ready | Failed) -> None:
        if self._process:
            self._process.loading = False
        self._open = True
        reason = event.sentence if isinstance(event, Failed) else ""
        self._ready = event if isinstance(event, Ready) else self._ready
        self._show(WorkerStatus(reason=reason))
        self.event_received.emit(event)
        self._flush()

    def _show(self, status: WorkerStatus | None = None) -> None:
        """Derive the state from the jobs, where the models are loaded; the rest stays, or is that of `status`."""
        if not self._open:
            return
        cancelling = [job for job, kept in self._jobs.items() if kept.cancelled_at is not None]
        if cancelling:
            state, job = WorkerState.CANCELLING, cancelling[-1]
        elif self._jobs:
            state, job = WorkerState.BUSY, list(self._jobs)[-1]
        elif self._process and self._process.loading:
            state, job = WorkerState.STARTING, ""
        else:
            state, job = WorkerState.READY, ""
        self._set(replace(status or self._status, state=state, job=job))

    def _press_cancelled(self) -> None:
        """End the process where a cancelled job does not end by itself."""
        cancelled = [job for job in self._jobs.values() if job.cancelled_at is not None]
        if not cancelled or self._process is None:
            self._deadlines.stop()
            return
        job = min(cancelled, key=lambda job: job.cancelled_at or 0.0)
        waited = self._clock() - (job.cancelled_at or 0.0)
        if waited > self._patience.kill_s:
            self._process.force(Cause.STUCK_JOB)
        elif waited > self._patience.terminate_s and not job.terminated:
            job.terminated = True
            self._process.force(Cause.STUCK_JOB, kill=False)

    def _bury(self, ending: Ending) -> None:
        """Tell everyone that the process is dead and start the next one."""
        self._release()
        reason = self._sentence(ending)
        if ending.cause is not Cause.STUCK_JOB:
            self._crashes.add()
            self._set(WorkerStatus(WorkerState.CRASHED, reason, cause=ending.cause))
        if self._crashes.too_many:
            reason += " " + self.tr(
                "They stopped three times in a short while and stay off until you start them again."
            )
            self._set(WorkerStatus(WorkerState.DISABLED, reason, cause=ending.cause))
            self._end_jobs(ending, reason)
            self._refuse_queue(reason)
            return
        self._set(WorkerStatus(WorkerState.RESTARTING, reason, cause=ending.cause))
        self._start_again.start()
        self._end_jobs(ending, reason)

    def _end_jobs(self, ending: Ending, reason: str) -> None:
        jobs, self._jobs = self._jobs, {}
        kind = FailureKind.MEMORY if ending.cause is Cause.MEMORY else FailureKind.FAULT
        for job, kept in jobs.items():
            self.event_received.emit(Stopped(job) if kept.cancelled_at is not None else Failed(job, kind, reason))

    def _refuse_queue(self, reason: str) -> None:
        queue, self._queue = self._queue, []
        for command in queue:
            self._refuse(command, reason)

    def _refuse(self, command: Command, reason: str, kind: FailureKind = FailureKind.FAULT) -> None:
        if isinstance(command, _JOBS):
            failed = Failed(command.job, kind, reason)
            # Later, so that nobody hears of the end of a job before `send` has returned.
            QTimer.singleShot(0, self, lambda: self.event_received.emit(failed))

    def _set(self, status: WorkerStatus) -> None:
        if status != self._status:
            self._status = status
            self.state_changed.emit(status)

    def _sentence(self, ending: Ending) -> str:
        sentences = {
            Cause.MEMORY: self.tr(
                "The models ran out of memory and were stopped. Nothing you did is lost; close other programs or "
                "choose a smaller model, then try again."
            ),
            Cause.CRASH: self.tr("The models stopped unexpectedly ({0}). Nothing you did is lost; try again."),
            Cause.KILLED: self.tr(
                "The models were ended from outside Bedside ({0}). Nothing you did is lost; try again."
            ),
            Cause.HANG: self.tr("The models no longer responded and were stopped. Nothing you did is lost; try again."),
            Cause.PROTOCOL: self.tr(
                "The models sent something that cannot be understood and were stopped. Nothing you did is lost; try "
                "again, and reinstall Bedside if it happens again."
            ),
            Cause.NO_START: self.tr(
                "The models cannot be started. Nothing you did is lost; start Bedside again, and reinstall it if it "
                "happens again."
            ),
            Cause.STUCK_JOB: self.tr(
                "The models were started anew to stop a job that did not end. Nothing you did is lost; try again."
            ),
        }
        return sentences.get(ending.cause, "").format(ending.detail)


def _timer(parent: QObject, interval_ms: int, slot: Callable[[], None], *, once: bool = False) -> QTimer:
    timer = QTimer(parent)
    timer.setInterval(interval_ms)
    timer.setSingleShot(once)
    timer.timeout.connect(slot)
    return timer


def _job_of(command: Command) -> str:
    return command.job if isinstance(command, _JOBS | FinishDictation) else ""
