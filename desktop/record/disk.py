"""The few things that the record does to the disk, private and durable; tests put a failing disk in its place."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600
_CHUNK_BYTES = 1 << 20


class Disk:
    """Each method is one step that can fail; every file is the user's alone."""

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, private; one that is there is made private."""
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        folder.chmod(FOLDER_MODE)

    def write(self, path: Path, data: bytes) -> None:
        """Write a whole file and flush it to the disk."""
        with _create(path, os.O_TRUNC) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def reserve(self, path: Path) -> None:
        """Make a new empty file. Raises FileExistsError."""
        _create(path, os.O_EXCL).close()

    def copy(self, source: BinaryIO, path: Path) -> None:
        """Write what `source` still holds into `path` and flush it to the disk."""
        self.write_pieces(path, iter(lambda: source.read(_CHUNK_BYTES), b""))

    def write_pieces(self, path: Path, pieces: Iterable[bytes]) -> None:
        """Write a whole file piece by piece and flush it to the disk."""
        with _create(path, os.O_TRUNC) as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def replace(self, source: Path, target: Path) -> None:
        """Put `source` in the place of `target`, in one step."""
        source.replace(target)

    def sync_file(self, path: Path) -> None:
        """Flush to the disk what another library wrote into a file."""
        with path.open("r+b") as file:
            os.fsync(file.fileno())

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        if os.name != "posix":
            return  # other systems give no handle to a folder; the rename alone must do there
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def remove(self, path: Path) -> None:
        """Remove a file that may be there."""
        path.unlink(missing_ok=True)

    def remove_folder(self, folder: Path) -> None:
        """Remove a folder with all that is in it."""
        shutil.rmtree(folder)


def _create(path: Path, flag: int) -> BinaryIO:
    # The mode is given when the file is made: no moment in which others could open it.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flag | getattr(os, "O_BINARY", 0), FILE_MODE)
    return cast("BinaryIO", os.fdopen(descriptor, "wb"))
