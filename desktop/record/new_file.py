"""Writing a result into a file that only this user can open, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.disk import Disk
from desktop.record.errors import TARGET_EXISTS, TargetExists, disk_errors

if TYPE_CHECKING:
    from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """Write a new file, whole or not at all. Raises TargetExists, or what the disk refuses."""
    disk = Disk()
    with disk_errors():
        try:
            disk.reserve(path)
        except FileExistsError:
            raise TargetExists(TARGET_EXISTS, path.name) from None
        try:
            disk.write(path, content)
        except BaseException:
            disk.remove(path)
            raise


def write_over(path: Path, content: bytes) -> None:
    """Write a file in the place of the one that may be there, which stays as it is where this fails.

    Raises what the disk refuses.
    """
    disk = Disk()
    beside = path.with_name(f"{path.name}.new")
    with disk_errors():
        try:
            disk.write(beside, content)
            disk.replace(beside, path)
        except BaseException:
            disk.remove(beside)
            raise
