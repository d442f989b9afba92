"""Writing the file that a command makes: a new one, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO


def write_new(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a new file; one that could not be written whole is removed. Raises TargetRefused where it "
    "is there already."""
    from desktop.record.deidentify.errors import TARGET_EXISTS, TargetRefused
    from desktop.record.errors import disk_errors

    with disk_errors():
        try:
            file = path.open("xb")
        except FileExistsError:
            raise TargetRefused(TARGET_EXISTS, path.name) from None
        try:
            with file:
                write(file)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
