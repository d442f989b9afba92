"""Flushing a growing file to the disk from a thread of its own: a slow disk must not stop who speaks or the window."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import BinaryIO


class Syncer:
    """Flushes one open file, one flush at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._synced_at = time.monotonic()
        self._sync: Future[None] | None = None
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recording-sync")

    @property
    def waited_s(self) -> float:
        """How long ago the last flush began."""
        return time.monotonic() - self._synced_at

    def begin(self) -> None:
        """Begin to flush what is written, unless that is under way. Raises OSError where the last one failed."""
        if self._sync is None or self._sync.done():
            self.raise_failed()
            self._synced_at = time.monotonic()
            self._sync = self._pool.submit(self._fsync)

    def wait(self) -> None:
        """Wait until the flush that is under way has ended."""
        if self._sync is not None:
            self._sync.exception()

    def raise_failed(self) -> None:
        """Raise the OSError of the last flush, once."""
        if self._sync is not None and self._sync.done() and (error := self._sync.exception()) is not None:
            self._sync = None
            raise error

    def finish(self) -> None:
        """Flush everything and end the thread; the file is still open. Raises OSError."""
        self._pool.shutdown(wait=True)
        self.raise_failed()
        self._fsync()

    def _fsync(self) -> None:
        os.fsync(self._file.fileno())
