"""What no test may leave behind or do unnoticed: warnings logged, threads, child processes, files outside tmp."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_GRACE_S = 2.0
_ALLOWED_FOLDERS = (Path(tempfile.gettempdir()).resolve(), Path("/dev"), Path("/proc"))


class WrittenFiles:
    """Collects files that are opened for writing outside the temporary folder, through Python's audit events."""

    def __init__(self) -> None:
        self.paths: set[str] = set()

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        """Look at one audit event; only `open` with a path and writing flags is of interest."""
        if event != "open" or not isinstance(args[0], str) or not isinstance(args[2], int):
            return
        if args[2] & _WRITING and not _is_allowed(args[0]):
            self.paths.add(args[0])


def _is_allowed(path: str) -> bool:
    # os.path and no resolve(): a hook that opens files itself would call itself.
    absolute = Path(os.path.abspath(path))
    in_allowed_folder = any(absolute.is_relative_to(folder) for folder in _ALLOWED_FOLDERS)
    return in_allowed_folder or "__pycache__" in absolute.parts


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.getMessage()}")


_written = WrittenFiles()
sys.addaudithook(_written)


@pytest.fixture(autouse=True)
def _leaves_nothing_behind() -> Iterator[None]:
    threads = set(threading.enumerate())
    children = {child.pid for child in psutil.Process().children()}
    records = _Records()
    logging.getLogger().addHandler(records)
    _written.paths.clear()
    yield
    logging.getLogger().removeHandler(records)
    faults = [f"it logged {message}" for message in records.messages]
    faults += [f"it wrote {path}" for path in sorted(_written.paths)]
    faults += [f"it left the thread {name}" for name in _still_running(threads)]
    new_children = [child for child in psutil.Process().children() if child.pid not in children]
    faults += [f"it left the process {child.pid}" for child in psutil.wait_procs(new_children, _GRACE_S)[1]]
    if faults:
        pytest.fail("; ".join(faults))


def _still_running(before: set[threading.Thread]) -> list[str]:
    deadline = time.monotonic() + _GRACE_S
    while True:
        left = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)
