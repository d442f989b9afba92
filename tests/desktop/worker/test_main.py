"""The worker's own process, without any model: its line, its signs of life and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from desktop.priority import NICENESS
from desktop.worker.codec import decode, encode
from desktop.worker.main import EXIT_PROTOCOL
from desktop.worker.protocol import (
    EVENTS,
    MAX_LINE_BYTES,
    Dictate,
    Event,
    Failed,
    Loading,
    Ping,
    Pong,
    Shutdown,
    Started,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-P", "-m", "desktop.worker"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY)}


class Worker:
    """The process with its line in the test's hands."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT
        )

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def read(self) -> Event:
        assert self.process.stdout is not None
        return decode(self.process.stdout.readline(), EVENTS)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker()
    yield worker
    worker.end()


def test_it_says_who_it_is_and_gives_signs_of_life(worker: Worker) -> None:
    assert worker.read() == Started(worker.process.pid)
    for number in (1, 2):
        worker.write(encode(Ping(number)))
        assert worker.read() == Pong(number)


@pytest.mark.skipif(sys.platform == "win32", reason="niceness is of Unix; Windows has classes of priority")
def test_the_window_goes_before_it(worker: Worker) -> None:
    assert worker.read() == Started(worker.process.pid)
    assert psutil.Process(worker.process.pid).nice() == min(psutil.Process().nice() + NICENESS, 19)


def test_it_ends_when_it_is_told_to(worker: Worker) -> None:
    worker.write(encode(Shutdown()))
    assert worker.process.wait(30) == 0


@pytest.mark.parametrize("line", [b"hello\n", b"\xff\n", b"x" * (MAX_LINE_BYTES + 10)], ids=["text", "bytes", "long"])
def test_it_ends_at_a_line_that_it_cannot_understand(worker: Worker, line: bytes) -> None:
    worker.write(line)
    assert worker.process.wait(30) == EXIT_PROTOCOL


def test_it_ends_with_its_standard_input_in_the_middle_of_a_job(worker: Worker) -> None:
    worker.read()
    worker.write(encode(Dictate("1", "/no/such/file.wav")))
    assert isinstance(worker.read(), Loading)
    assert worker.process.stdin is not None
    worker.process.stdin.close()
    assert worker.process.wait(30) == 0


def test_it_gives_signs_of_life_while_it_loads_and_says_what_is_wrong(worker: Worker, tmp_path: Path) -> None:
    worker.read()
    worker.write(encode(Dictate("1", str(tmp_path / "missing.wav"))))
    events: list[Event] = []
    number = 0
    while not any(isinstance(event, Failed) for event in events):
        number += 1
        worker.write(encode(Ping(number)))
        while Pong(number) not in events:
            events.append(worker.read())
        time.sleep(0.1)
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert failed.job == "1"
    assert "missing.wav" in failed.sentence
    assert number > 2


def test_it_dies_with_a_window_that_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    window = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys, time; "
            f"child = subprocess.Popen({COMMAND!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE); "
            f"child.stdout.readline(); open({str(note)!r}, 'w').write(str(child.pid)); time.sleep(600)",
        ],
        env=ENVIRONMENT,
    )
    try:
        while not (note.exists() and note.read_text(encoding="ascii")):
            time.sleep(0.05)
        child = psutil.Process(int(note.read_text(encoding="ascii")))
        assert child.is_running()
    finally:
        window.send_signal(signal.SIGKILL)
        window.wait()
    gone, _ = psutil.wait_procs([child], timeout=30)
    assert gone or child.status() == psutil.STATUS_ZOMBIE
