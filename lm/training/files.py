"""Files that survive a power cut: whole in their place, or not there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, flush it to the disk and put it in the place of `path`."""
    partial = path.with_name(f"{path.name}.partial")
    write(partial)
    flush_file(partial)
    partial.replace(path)
    flush_folder(path.parent)


def set_aside(folder: Path, names: Sequence[str]) -> Path | None:
    """Move what `folder` has of `names` into a new folder in it, `earlier-1` or the next; None where it has nothing."""
    there = [name for name in names if (folder / name).exists()]
    if not there:
        return None
    taken = (int(path.name.removeprefix("earlier-")) for path in folder.glob("earlier-*") if path.name[8:].isdecimal())
    aside = folder / f"earlier-{1 + max(taken, default=0)}"
    aside.mkdir()
    for name in there:
        (folder / name).replace(aside / name)
    flush_folder(folder)
    return aside


def flush_file(file: Path) -> None:
    """Wait until the disk holds the content of `file`."""
    with file.open("r+b") as opened:  # a handle that can only read cannot be flushed on Windows
        os.fsync(opened.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the disk holds the names in `folder`."""
    if os.name != "posix":
        return  # other systems give no handle to a folder; the rename alone must do there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
