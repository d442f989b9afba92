"""One confined child and the parent that waits for it (standard library only)."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from typing import TYPE_CHECKING, cast

from desktop.confined.errors import OutputDamaged, Stopped, TookTooLong
from desktop.confined.starting import command, environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Self

_LOOK_S = 0.05
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""Windows would open a console for it."""


def _never() -> bool:
    return False


class ConfinedChild:
    """Runs a module that reads one file, and ends it when its time is over or nobody waits any more.

    `said` is what it finds on its standard input. As a context: whatever happens inside, it leaves no process and no
    thread behind.
    """

    def __init__(
        self,
        module: str,
        arguments: tuple[str, ...],
        time_s: float,
        cancelled: Callable[[], bool] = _never,
        said: bytes = b"",
    ) -> None:
        self._command = command(module, *arguments)
        self._time_s = time_s
        self._cancelled = cancelled
        self._said = said
        self._over = threading.Event()
        self._reason: type[TookTooLong | Stopped] | None = None

    def __enter__(self) -> Self:
        """Start it. Whatever interrupts that, nothing of it is left."""
        self._process = subprocess.Popen(
            self._command,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries print about a file may hold its values
            creationflags=_NO_WINDOW,
        )
        self._pipe = cast("IO[bytes]", self._process.stdout)
        self._watch = threading.Thread(target=self._watch_over, name="confined child")
        self._watch.start()
        try:
            self._tell()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: object) -> None:
        """End it, if it has not ended."""
        self._over.set()
        self._watch.join()
        self._process.kill()
        self._process.wait()
        self._pipe.close()
        with contextlib.suppress(OSError):
            cast("IO[bytes]", self._process.stdin).close()

    def _tell(self) -> None:
        """Write its standard input to the end."""
        told = cast("IO[bytes]", self._process.stdin)
        # It died: its silence says so. Windows has no error of its own for that.
        with contextlib.suppress(OSError):
            told.write(self._said)
        with contextlib.suppress(OSError):
            told.close()

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes of its output, fewer at its end.

        Raises TookTooLong or Stopped where it was ended.
        """
        content: bytes = self._pipe.read(size)
        if len(content) < size and self._reason is not None:
            raise self._reason
        return content

    def read_all(self, most: int) -> bytes:
        """Return all of its output. Raises OutputDamaged beyond `most` bytes; see `read`."""
        content = self.read(most + 1)
        if len(content) > most:
            raise OutputDamaged("a confined child wrote more than it may")
        return content

    def _watch_over(self) -> None:
        deadline = time.monotonic() + self._time_s
        while not self._over.wait(_LOOK_S):
            if time.monotonic() > deadline:
                self._reason = TookTooLong
            elif self._cancelled():
                self._reason = Stopped
            if self._reason is not None:
                self._process.kill()
                return
