"""The sealed file between reader and window: equal slots, each a JSON header and raw little-endian samples.

A slot is 8 bytes (magic, length of the header), the header, zeros up to SLOT_HEADER_BYTES, the samples of all sizes,
then the lookup table where there is one. The window reads a slot only after the reader said that it is whole, by its
offset and never as a mapping: mapped pages would count as the window's memory. Where the system allows it, the window
takes the file's name away as soon as it holds it open, so that nothing is left behind whichever process dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
from typing import TYPE_CHECKING, Any

from desktop.pictures.errors import MessageDamaged, PlaneDamaged
from desktop.pictures.fields import from_fields, to_fields
from desktop.pictures.planes import TABLE_ENTRIES, LoadedPicture, PlaneHeader, PlaneKind

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

SLOT_HEADER_BYTES = 8192
_PREFIX = struct.Struct("<4sI")
_MAGIC = b"BPL1"


def plane_path(folder: Path, token: int) -> Path:
    """Where the planes of a token lie."""
    return folder / f"{token}.planes"


def slot_bytes(header: PlaneHeader) -> int:
    """The size of a slot for planes like this one; room for a table is always kept (an unwritten one takes none)."""
    return SLOT_HEADER_BYTES + header.sample_bytes + TABLE_ENTRIES


class PlaneWriter:
    """The reader's side: writes slots into a new file that only this user can read."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600)

    def write(self, index: int, slot: int, picture: LoadedPicture) -> None:
        """Write a picture into slot `index`, of `slot` bytes each."""
        import numpy as np  # here: the window starts without it

        head = json.dumps(to_fields(picture.header), separators=(",", ":")).encode()
        if len(head) > SLOT_HEADER_BYTES - _PREFIX.size:
            raise PlaneDamaged("the header of a plane is too long")
        blocks = [(_PREFIX.pack(_MAGIC, len(head)) + head).ljust(SLOT_HEADER_BYTES, b"\0")]
        blocks += [np.ascontiguousarray(level, _sample_type(picture.header)).tobytes() for level in picture.levels]
        if picture.table is not None:
            blocks.append(picture.table.astype(np.uint8).tobytes())
        os.lseek(self._descriptor, index * slot, os.SEEK_SET)
        for block in blocks:
            _write_all(self._descriptor, block)

    def close(self) -> None:
        """Close the file; it stays where it is."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class PlaneFile:
    """The window's side: reads single slots and believes no header that does not fit its slot."""

    def __init__(self, path: Path, slot: int = 0) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))
        self._slot = slot
        self._path: Path | None = path
        self._forget_name()

    def read(self, index: int = 0) -> LoadedPicture:
        """Return the picture in slot `index`; raises PlaneDamaged."""
        import numpy as np  # here: the window starts without it

        start = index * self._slot
        header = _header(self._read(start, SLOT_HEADER_BYTES))
        if self._slot and slot_bytes(header) > self._slot:
            raise PlaneDamaged("a plane is larger than its slot")
        samples = self._read(start + SLOT_HEADER_BYTES, header.sample_bytes)
        table = None
        if header.has_table:
            content = self._read(start + SLOT_HEADER_BYTES + header.sample_bytes, TABLE_ENTRIES)
            table = np.frombuffer(content, np.uint8)
        return LoadedPicture(header, _levels(header, samples), table)

    def prefetch(self, first: int, last: int) -> None:
        """Ask the system to have these slots at hand; it does so in the background, in its own memory."""
        if hasattr(os, "posix_fadvise"):
            start, length = max(first, 0) * self._slot, (last - max(first, 0) + 1) * self._slot
            os.posix_fadvise(self._descriptor, start, max(length, 0), os.POSIX_FADV_WILLNEED)

    def close(self) -> None:
        """Close the file and remove it where it still has a name."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self._forget_name()

    def _forget_name(self) -> None:
        if self._path is not None:
            with contextlib.suppress(OSError):  # Windows removes no file that is open; then close() does it
                self._path.unlink()
                self._path = None

    def _read(self, start: int, length: int) -> bytes:
        os.lseek(self._descriptor, start, os.SEEK_SET)
        content = os.read(self._descriptor, length)
        while 0 < len(content) < length and (more := os.read(self._descriptor, length - len(content))):
            content += more
        if len(content) != length:
            raise PlaneDamaged("a sealed file is shorter than its header says")
        return content


def _header(content: bytes) -> PlaneHeader:
    magic, length = _PREFIX.unpack_from(content)
    if magic != _MAGIC or length > SLOT_HEADER_BYTES - _PREFIX.size:
        raise PlaneDamaged("a sealed file does not begin as one")
    try:
        values = json.loads(content[_PREFIX.size : _PREFIX.size + length])
        return from_fields(PlaneHeader, values).check()
    except (ValueError, RecursionError, MessageDamaged) as error:
        raise PlaneDamaged("the header of a plane cannot be read") from error


def _levels(header: PlaneHeader, samples: bytes) -> tuple[NDArray[Any], ...]:
    import numpy as np  # here: the window starts without it

    kind = _sample_type(header)
    levels, start = [], 0
    for shape in header.shapes:
        count = int(np.prod(shape))
        levels.append(np.frombuffer(samples, kind, count, start).reshape(shape))
        start += count * kind.itemsize
    return tuple(levels)


def _sample_type(header: PlaneHeader) -> np.dtype[Any]:
    import numpy as np  # here: the window starts without it

    return np.dtype(np.uint8 if header.kind is PlaneKind.COLOUR else "<u2")


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
