"""The worker's process: the main thread reads commands and gives signs of life, a second thread runs the models.

It ends with the window, whatever it is doing: at the end of its standard input, and on Linux also by a signal of the
kernel. Nothing is on its disk that would have to be finished.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import traceback
from typing import TYPE_CHECKING, NoReturn

from desktop.hardening import keep_memory_private
from desktop.priority import give_way
from desktop.worker.codec import decode
from desktop.worker.ending import EXIT_MEMORY
from desktop.worker.errors import ProtocolError
from desktop.worker.outlet import Outlet
from desktop.worker.protocol import (
    COMMANDS,
    MAX_LINE_BYTES,
    Cancel,
    Failed,
    FailureKind,
    FinishDictation,
    Loading,
    Ping,
    Pong,
    Shutdown,
    Started,
)
from desktop.worker.schedule import OutOfMemory, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from desktop.worker.protocol import Command, Event
    from desktop.worker.schedule import Step, Work
    from desktop.worker.workshop import Workshop

_PR_SET_PDEATHSIG = 1
EXIT_PROTOCOL = 78
EXIT_FAULT = 70


def main() -> NoReturn:
    """Serve the window until it is gone."""
    outlet = Outlet.instead_of_standard_output()
    _end_with_the_window()
    give_way()
    keep_memory_private()
    outlet.say(Started(os.getpid()))
    models = ModelThread(outlet.say)
    code = EXIT_PROTOCOL
    with contextlib.suppress(BrokenPipeError):
        code = serve(sys.stdin.buffer, models.schedule, outlet.say)
    _leave(code)


class ModelThread:
    """The thread that runs the models; it imports their libraries itself, so that signs of life come meanwhile."""

    def __init__(self, say: Callable[[Event], None]) -> None:
        self.schedule = Schedule(self._begin, say, self._explain)
        """What its jobs are given to."""
        self._workshop: Workshop | None = None
        threading.Thread(target=self._run, name="models", daemon=True).start()

    def _begin(self, work: Work) -> Iterator[Step]:
        if self._workshop is None:
            yield Loading("libraries", 0.0)
            from desktop.worker.workshop import Workshop

            self._workshop = Workshop()
        yield from self._workshop.steps(work)

    def _explain(self, error: Exception) -> Failed:
        write_fault(error)
        if self._workshop is not None:
            return self._workshop.explain(error)
        sentence = "A library of the models cannot be loaded. Nothing you did is lost; reinstall Bedside."
        return Failed("", FailureKind.FAULT, sentence)

    def _run(self) -> None:
        try:
            self.schedule.run()
        except OutOfMemory:
            _leave(EXIT_MEMORY)
        except BrokenPipeError:
            _leave(0)
        except BaseException as error:  # noqa: BLE001 - the worker's outermost loop: no process lives on without it
            write_fault(error)
            _leave(EXIT_FAULT)


def serve(commands: BinaryIO, schedule: Schedule, say: Callable[[Event], None]) -> int:
    """Read commands to their end; returns the exit code."""
    while line := commands.readline(MAX_LINE_BYTES + 1):
        try:
            command = decode(line, COMMANDS)
        except ProtocolError as error:
            sys.stderr.write(f"The window sent {error}.\n")
            return EXIT_PROTOCOL
        if isinstance(command, Shutdown):
            break
        obey(command, schedule, say)
    return 0


def obey(command: Command, schedule: Schedule, say: Callable[[Event], None]) -> None:
    """Answer a command at once or hand it to the models' thread."""
    if isinstance(command, Ping):
        say(Pong(command.number))
    elif isinstance(command, Cancel):
        schedule.cancel(command.job)
    elif isinstance(command, FinishDictation):
        schedule.finish(command.job)
    else:
        schedule.submit(command)


def write_fault(error: BaseException) -> None:
    """Write where an error happened to standard error. Its own text may be a patient's and stays out."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    sys.stderr.write(f"{frames}{type(error).__name__}\n")
    sys.stderr.flush()


def _end_with_the_window() -> None:
    if hasattr(os, "setsid"):
        # A group of its own: the window can end all of it, and Ctrl-C in a terminal is the window's alone.
        with contextlib.suppress(OSError):
            os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _leave(code: int) -> NoReturn:
    """End the process at once, without waiting for the models."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)
