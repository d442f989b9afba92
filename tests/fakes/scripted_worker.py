"""A worker process without models that does what its first argument says when it is asked a question.

Started as a program: `python scripted_worker.py BEHAVIOUR [FOLDER]`. Whatever the behaviour, it loads at once, gives
signs of life, and streams two pieces of an answer before it misbehaves.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

from desktop.worker.codec import decode, encode
from desktop.worker.ending import EXIT_MEMORY
from desktop.worker.protocol import (
    COMMANDS,
    MAX_LINE_BYTES,
    AnswerPiece,
    AnswerWhole,
    Ask,
    Cancel,
    Command,
    Done,
    Event,
    Failed,
    FailureKind,
    Loading,
    Ping,
    Pong,
    Prepare,
    Ready,
    Shutdown,
    Started,
    Stopped,
)


def say(event: Event) -> None:
    write(encode(event))


def write(line: bytes) -> None:
    # A window that has closed the line is no fault of a worker.
    with contextlib.suppress(BrokenPipeError):
        while line:
            line = line[os.write(1, line) :]


class Script:
    """Reads commands and answers them."""

    def __init__(self, behaviour: str, folder: Path | None) -> None:
        self._behaviour, self._folder = behaviour, folder

    def run(self) -> None:
        os.setsid()
        say(Started(os.getpid()))
        for line in sys.stdin.buffer:
            self.obey(decode(line, COMMANDS))

    def obey(self, command: Command) -> None:
        if isinstance(command, Ping):
            say(Pong(command.number))
        elif isinstance(command, Prepare):
            self.load(command)
        elif isinstance(command, Ask):
            self.answer(command.job)
        elif isinstance(command, Cancel) and self._behaviour not in {"deaf", "stubborn"}:
            say(Stopped(command.job))
        elif isinstance(command, Shutdown) and self._behaviour != "stubborn":
            sys.exit(0)

    def load(self, command: Prepare) -> None:
        if self._behaviour == "dies while loading":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self._behaviour == "missing":
            say(Failed("", FailureKind.MISSING, "SmolLM2 is not on this machine yet."))
            return
        say(Loading("the decoder", 0.5))
        say(Ready(command.decoder, "cpu", "float32", sees=False, hears=False))

    def answer(self, job: str) -> None:
        say(AnswerPiece(job, "It is"))
        say(AnswerPiece(job, " late"))
        act = getattr(self, self._behaviour.replace(" ", "_"), None)
        if act is not None:
            act()
        if self._behaviour in {"deaf", "stubborn", "cancellable"}:
            return
        say(AnswerWhole(job, "It is late.", (), "scripted", (), "end"))
        say(Done(job))
        say(Done(job))  # once too often: the host must not pass it on

    def loads_in_vain(self) -> None:
        say(Loading("decoder", 0.0))

    def sigkill(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def out_of_kernel_memory(self) -> None:
        """Die as the OOM killer's victim does: its counter rises, and the signal is a SIGKILL."""
        assert self._folder is not None
        (self._folder / "oom-kill").touch()
        self.sigkill()

    def sigsegv(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def sigabrt(self) -> None:
        os.abort()

    def exits(self) -> None:
        sys.exit(3)

    def memory_limit(self) -> None:
        used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20),) * 2)
        try:
            bytearray(1 << 30)
        except MemoryError:
            os._exit(EXIT_MEMORY)

    def allocator(self) -> None:
        sys.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n")
        os.abort()

    def hang(self) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)

    def garbage(self) -> None:
        write(b"\x00\xffnot a message\n")

    def long_line(self) -> None:
        write(b"x" * (10 << 20) + b"\n")

    def endless_line(self) -> None:
        while True:
            write(b"x" * MAX_LINE_BYTES)

    def wrong_version(self) -> None:
        write(b'{"v":2,"kind":"Pong","fields":{"number":1}}\n')

    def stubborn(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def grandchild(self) -> None:
        sleeper = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
        assert self._folder is not None
        (self._folder / "grandchild.pid").write_text(str(sleeper.pid), encoding="ascii")
        time.sleep(0.05)


if __name__ == "__main__":
    Script(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None).run()
