"""The worker's standard output, kept for the protocol alone (no Qt, no torch)."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING

from desktop.worker.codec import encode

if TYPE_CHECKING:
    from desktop.worker.protocol import Event


class Outlet:
    """Writes whole lines from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    @classmethod
    def instead_of_standard_output(cls) -> Outlet:
        """Take standard output over: what libraries print goes to standard error from now on."""
        sys.stdout.flush()
        own = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        return cls(own)

    def say(self, event: Event) -> None:
        """Send `event`. Raises BrokenPipeError when the window is gone."""
        rest = memoryview(encode(event))
        with self._lock:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
