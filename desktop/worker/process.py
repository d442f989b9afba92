"""One life of the model worker's process: its lines become events, and its end gets a cause (no torch)."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop.worker.codec import decode, encode
from desktop.worker.ending import Ending, explain
from desktop.worker.errors import LineTooLong, ProtocolError
from desktop.worker.oom_kills import has_risen, oom_kills
from desktop.worker.protocol import EVENTS, MAX_LINE_BYTES, Ping, Pong, Shutdown
from desktop.worker.status import Cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.worker.protocol import Command

_LAST_WORDS = 50
_CLEARED_AWAY_MS = 30_000
"""A process that was killed is over; a machine that has much else to do may take its time to clear it away."""
_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait for work sleep instead of spinning: the window needs the processor too.
    "OMP_WAIT_POLICY": "PASSIVE",
    "PYTHONUTF8": "1",
}


@dataclass(frozen=True, slots=True)
class WorkerProgram:
    """What is run as the worker."""

    program: str
    arguments: tuple[str, ...]

    @classmethod
    def of_this_installation(cls) -> WorkerProgram:
        """Return the interpreter that runs now with the worker's module, without the working directory on its path."""
        return cls(sys.executable, ("-P", "-X", "faulthandler", "-m", "desktop.worker"))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the window waits for the worker before it acts, in seconds."""

    ping_s: float = 5.0
    """From one sign of life to the next that is asked for."""
    silent_s: float = 20.0
    """Without a sign of life it counts as hung."""
    silent_loading_s: float = 120.0
    """The same while models are loaded, which can hold the interpreter for long on a slow disk."""
    terminate_s: float = 2.0
    """From the wish to cancel a job to asking the process to end."""
    kill_s: float = 5.0
    """From the wish to cancel a job to ending the process."""
    stop_s: float = 1.5
    """For each of the steps of closing: shutdown, terminate, kill."""
    restart_s: float = 0.5
    """From the end of a process to the next."""


class WorkerProcess(QObject):
    """Runs the program once. After `ended` it says nothing more; a new start needs a new object."""

    said = Signal(object)
    """An event of the protocol, `Pong` left out."""
    ended = Signal(object)
    """An `Ending`, once."""

    def __init__(
        self,
        program: WorkerProgram,
        patience: Patience,
        clock: Callable[[], float],
        parent: QObject | None = None,
        *,
        count_oom_kills: Callable[[], int | None] = oom_kills,
    ) -> None:
        super().__init__(parent)
        self._count_oom_kills = count_oom_kills
        self._oom_kills: int | None = None
        self._patience, self._clock = patience, clock
        self.last_words: deque[str] = deque(maxlen=_LAST_WORDS)
        """The last lines of standard error."""
        self.loading = True
        """Whether to be generous with its silence."""
        self._buffer = bytearray()
        self._forced: Cause | None = None
        self._over = False
        self._pid = 0
        self._pings, self._suspected = 0, False
        self._asked_at: float | None = None
        self._pulse = QTimer(self)
        self._pulse.setInterval(int(1000 * min(patience.ping_s, patience.silent_s) / 4))
        self._pulse.timeout.connect(self._check_pulse)
        self._process = self._prepared(program)

    def _prepared(self, program: WorkerProgram) -> QProcess:
        process = QProcess(self)
        process.setProgram(program.program)
        process.setArguments(list(program.arguments))
        process.setProcessEnvironment(_environment())
        process.started.connect(self._note_start)
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail)
        return process

    def start(self) -> None:
        """Run the program; `ended` tells when that fails."""
        self._oom_kills = self._count_oom_kills()
        self._process.start()
        self._pulse.start()

    def send(self, command: Command) -> None:
        """Write `command` to the program. Raises ProtocolError for one that cannot be written."""
        self._process.write(encode(command))

    def force(self, cause: Cause, *, kill: bool = True) -> None:
        """End the program because of `cause`, at once or, without `kill`, by asking it to."""
        self._forced = self._forced or cause
        if kill:
            self._kill_group()
            self._process.kill()
        else:
            self._process.terminate()

    def close(self) -> None:
        """End the program and wait until nothing of it is left; `ended` is not emitted."""
        self._over = True
        self._pulse.stop()
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            with contextlib.suppress(ProtocolError):
                self.send(Shutdown())
            self._process.closeWriteChannel()
            wait_ms = int(1000 * self._patience.stop_s)
            steps = (None, wait_ms), (self._process.terminate, wait_ms), (self._process.kill, _CLEARED_AWAY_MS)
            for step, patience_ms in steps:
                if step is not None:
                    step()
                if self._process.waitForFinished(patience_ms):
                    break
        self._kill_group()

    def _note_start(self) -> None:
        self._pid = self._process.processId()

    def _read(self) -> None:
        self._buffer += self._process.readAllStandardOutput().data()
        *lines, rest = bytes(self._buffer).split(b"\n")
        self._buffer[:] = rest
        try:
            for line in lines:
                self._take(line)
            if len(rest) >= MAX_LINE_BYTES:
                raise LineTooLong(f"a line of more than {MAX_LINE_BYTES} bytes")
        except ProtocolError as error:
            self.last_words.append(f"The line was closed: {error}.")
            self._buffer.clear()
            self.force(Cause.PROTOCOL)

    def _take(self, line: bytes) -> None:
        if self._over or self._forced in {Cause.PROTOCOL, Cause.HANG}:
            return  # what comes after it was given up is not to be trusted
        event = decode(line, EVENTS)
        if isinstance(event, Pong):
            self._asked_at = None if event.number == self._pings else self._asked_at
            return
        self.said.emit(event)

    def _read_errors(self) -> None:
        text = bytes(self._process.readAllStandardError().data()).decode("utf-8", errors="replace")
        self.last_words.extend(line for line in text.splitlines() if line.strip())

    def _check_pulse(self) -> None:
        now = self._clock()
        limit = self._patience.silent_loading_s if self.loading else self._patience.silent_s
        if self._asked_at is None:
            self._pings, self._asked_at, self._suspected = self._pings + 1, now, False
            self.send(Ping(self._pings))
        elif now - self._asked_at > limit:
            # Asked twice: where the window itself was held up, the answer may wait in the pipe.
            if self._suspected:
                self.force(Cause.HANG)
            self._suspected = True

    def _finish(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_errors()
        if self._over:
            return
        crashed = status is QProcess.ExitStatus.CrashExit
        oom_killed = has_risen(self._oom_kills, self._count_oom_kills())
        self._end(explain(code, crashed=crashed, last_words=list(self.last_words), oom_killed=oom_killed))

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and not self._over:
            self._end(Ending(Cause.NO_START, self._process.errorString()))

    def _end(self, ending: Ending) -> None:
        self._over = True
        self._pulse.stop()
        self._kill_group()
        self.ended.emit(Ending(self._forced, ending.detail) if self._forced else ending)

    def _kill_group(self) -> None:
        """End what the program started: it made itself the leader of a group of its own."""
        if self._pid and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._pid, signal.SIGKILL)


def _environment() -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    for name, value in _ENVIRONMENT.items():
        environment.insert(name, value)
    # The child imports the same installation, also when the app runs from a checkout.
    here = str(Path(__file__).resolve().parents[2])
    others = environment.value("PYTHONPATH")
    environment.insert("PYTHONPATH", os.pathsep.join(filter(None, (here, others))))
    return environment
