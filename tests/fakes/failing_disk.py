"""A disk that fails at a chosen step, half-way through it, as a full or a pulled-out disk does."""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING

from desktop.record.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


injected = 0
"""How many steps were made to fail since this was imported; `make fault` prints it."""


class PowerCut(BaseException):  # not an Exception: no clean-up may depend on catching it
    """The machine went off at this step."""


class FailAt(Disk):
    """Does `steps` steps, then fails every further one; with `power_cut` nothing after it is run at all."""

    def __init__(self, steps: int | None, code: int = errno.ENOSPC, *, power_cut: bool = False) -> None:
        self.left = steps
        """How many more steps succeed; None for all."""
        self.done = 0
        self._code = code
        self._power_cut = power_cut

    def _step(self) -> bool:
        """Return whether this step fails."""
        self.done += 1
        if self.left is None:
            return False
        self.left -= 1
        return self.left < 0

    def _fail(self) -> None:
        global injected  # noqa: PLW0603  # one figure of the whole run
        injected += 1
        if self._power_cut:
            raise PowerCut
        raise OSError(self._code, "injected")

    def make_folder(self, folder: Path) -> None:
        if self._step():
            self._fail()
        super().make_folder(folder)

    def write(self, path: Path, data: bytes) -> None:
        if self._step():
            super().write(path, data[: len(data) // 2])
            self._fail()
        super().write(path, data)

    def reserve(self, path: Path) -> None:
        if self._step():
            self._fail()
        super().reserve(path)

    def write_pieces(self, path: Path, pieces: Iterable[bytes]) -> None:
        if self._step():
            super().write_pieces(path, (next(iter(pieces))[:1],))
            self._fail()
        super().write_pieces(path, pieces)

    def replace(self, source: Path, target: Path) -> None:
        if self._step():
            self._fail()
        super().replace(source, target)

    def sync_file(self, path: Path) -> None:
        if self._step():
            self._fail()
        super().sync_file(path)

    def sync_folder(self, folder: Path) -> None:
        if self._step():
            self._fail()
        super().sync_folder(folder)

    def remove(self, path: Path) -> None:
        if self._step():
            self._fail()
        super().remove(path)

    def remove_folder(self, folder: Path) -> None:
        if self._step():
            self._fail()
        super().remove_folder(folder)


class FillingDisk(io.FileIO):
    """A file on a disk with room for `room` bytes; writing inside what is there always works."""

    def __init__(self, path: Path, room: int, code: int = errno.ENOSPC) -> None:
        super().__init__(path, "xb")
        self._room, self._code = room, code

    def write(self, content: bytes) -> int:  # type: ignore[override]
        fitting = content[: self._room - self.tell()]
        if content and not fitting:
            raise OSError(self._code, os.strerror(self._code))
        return super().write(fitting)
