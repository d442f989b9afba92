"""A confined child that behaves as if a file had taken it over: it tries what it was told to and says how it went."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.confined.confinement import confine
from desktop.confined.limits import Allowance

if TYPE_CHECKING:
    from collections.abc import Callable

PR_GET_DUMPABLE = 3
"""linux/prctl.h: whether others of the same user may attach to a process, and whether its core can be dumped."""
ALLOWANCE = Allowance(memory_bytes=1 << 30, file_bytes=1 << 20, cpu_s=2)


def spin(_where: str) -> None:
    """Never come back, and use the processor."""
    while True:
        pass


def connect_by_the_c_library(port: int, kind: int) -> int:
    """Do it as foreign machine code would, past everything that Python could refuse."""
    libc = ctypes.CDLL(None, use_errno=True)
    endpoint = libc.socket(socket.AF_INET, kind, 0)
    address = socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
    if endpoint < 0 or libc.connect(endpoint, address, len(address)):
        raise OSError(os.strerror(ctypes.get_errno()))
    return int(endpoint)


ATTEMPTS: dict[str, Callable[[str], object]] = {
    "say": str,
    "read": lambda where: Path(where).read_bytes(),
    "write": lambda where: Path(where).write_bytes(b"x"),
    "write much": lambda where: Path(where).write_bytes(bytes(2 << 20)),
    "memory": lambda _: len(bytearray(2 << 30)),
    "connect": lambda where: socket.create_connection(("127.0.0.1", int(where)), 2),
    "connect without Python": lambda where: connect_by_the_c_library(int(where), socket.SOCK_STREAM),
    "send without Python": lambda where: connect_by_the_c_library(int(where), socket.SOCK_DGRAM),
    "signal": lambda where: os.kill(int(where), signal.SIGCONT),
    "start": lambda _: subprocess.run(["/bin/true"], check=True),
    "spin": spin,
    "sleep": lambda _: time.sleep(60),
    "trace": lambda _: bool(ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)),
    "environment": lambda _: sorted(os.environ),
}


def main() -> None:
    """Run as the child process."""
    what, where, readable, writable = sys.argv[1:]
    allowed = [Path(readable)] if readable else None
    with confine(ALLOWANCE, allowed, [Path(writable)] if writable else ()) as output:
        try:
            answer = f"did {ATTEMPTS[what](where)!r}"
        except Exception as error:  # noqa: BLE001 - it tells whatever stopped it
            answer = f"stopped {error!r}"
        sys.stdout.write("what a library prints\n")
        output.write(answer.encode())


if __name__ == "__main__":
    main()
