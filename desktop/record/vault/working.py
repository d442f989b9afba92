"""Readable copies of the files that are in use: other processes take paths, and know no keys.

They lie in the system's memory where it has a private place for that, and are removed when the vault is opened and when
it is closed. Elsewhere, and where memory is swapped out, they are on the disk meanwhile: THREAT_MODEL.md says so.
"""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.disk import FOLDER_MODE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.record.disk import Disk

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there is checked to be ours alone


def working_place(vault_id: str, fallback: Path) -> Path:
    """Return where the readable copies of one vault go: in memory that is this user's alone, else `fallback`."""
    for base in _memory():
        folder = base / f"bedside-{vault_id}"
        if _is_ours(folder):
            return folder
    return fallback


class WorkingFolder:
    """The readable copies of one vault. Methods raise OSError where the disk refuses."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def begin(self) -> None:
        """Make the folder private and remove what a crash left in it; it stays: nobody else makes one there."""
        self._disk.make_folder(self._folder)
        for left in self._folder.iterdir():
            shutil.rmtree(left, ignore_errors=True)

    def path(self, encounter_id: str, name: str) -> Path:
        """Return where the copy of a file is or would be."""
        return self._folder / encounter_id / name

    def make(self, encounter_id: str, name: str) -> Path:
        """Make an empty file to be written by somebody else."""
        path = self.path(encounter_id, name)
        self._disk.make_folder(path.parent)
        self._disk.remove(path)
        self._disk.reserve(path)
        return path

    def put(self, encounter_id: str, name: str, pieces: Iterable[bytes]) -> None:
        """Write a copy; it gets its name only once it is whole."""
        path = self.path(encounter_id, name)
        beside = path.with_name(f"{name}.new")
        self._disk.make_folder(path.parent)
        try:
            self._disk.write_pieces(beside, pieces)
            self._disk.replace(beside, path)
        except BaseException:
            self._disk.remove(beside)
            raise

    def forget(self, encounter_id: str) -> None:
        """Remove the copies of one encounter, as far as the system lets them go."""
        shutil.rmtree(self._folder / encounter_id, ignore_errors=True)

    def wipe(self) -> None:
        """Remove every copy; what another program holds open goes when the vault is opened the next time."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _memory() -> tuple[Path, ...]:
    if not hasattr(os, "getuid"):
        return ()
    named = os.environ.get("XDG_RUNTIME_DIR")
    return tuple(base for base in (Path(named) if named else _SHARED_MEMORY, _SHARED_MEMORY) if base.is_dir())


def _is_ours(folder: Path) -> bool:
    """Make the folder, or prove that the one that is there is this user's and closed to others."""
    try:
        folder.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        pass
    except OSError:
        return False
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
    return private and found.st_uid == os.getuid()
