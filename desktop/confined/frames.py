"""What a confined child writes: frames of raw bytes, and notes that are dataclasses in JSON; read with limits."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, Union

from desktop.confined.errors import OutputDamaged
from desktop.strict_json import DoesNotFit, Limits, StrictJson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from desktop.confined.child import ConfinedChild

MAX_BLOCK_BYTES = 1 << 20
MAX_NOTE_BYTES = 64 << 10
_MAX_TEXT = 4096
_MAX_INTEGER = 1 << 53
_HEAD = struct.Struct("<cI")
_BLOCK, _NOTE = b"B", b"N"


class Frames:
    """Writes and reads frames; `notes` names the dataclasses, two or more, that may come as a note."""

    def __init__(self, notes: Mapping[str, type]) -> None:
        limits = Limits(largest_int=_MAX_INTEGER, most_characters=_MAX_TEXT, printable=True, every_field=True)
        self._json = StrictJson(limits, notes)
        self._any_note: Any = Union[tuple(notes.values())]  # noqa: UP007  # made of a table at run time

    def write_note(self, output: BinaryIO, note: object) -> None:
        """Write a note."""
        content = json.dumps(self._json.plain(note), allow_nan=False).encode()
        output.write(_HEAD.pack(_NOTE, len(content)) + content)

    @staticmethod
    def write_bytes(output: BinaryIO, content: bytes | memoryview) -> None:
        """Write bytes as blocks."""
        view = memoryview(content).cast("B")
        for start in range(0, len(view), MAX_BLOCK_BYTES):
            block = view[start : start + MAX_BLOCK_BYTES]
            output.write(_HEAD.pack(_BLOCK, len(block)))
            output.write(block)

    def read(self, child: ConfinedChild) -> bytes | object:
        """Return the next block, or the next note. Raises OutputDamaged, and what `child.read` raises."""
        head = child.read(_HEAD.size)
        if len(head) < _HEAD.size:
            raise OutputDamaged("a confined child ended before it had said everything")
        kind, length = _HEAD.unpack(head)
        if length > {_BLOCK: MAX_BLOCK_BYTES, _NOTE: MAX_NOTE_BYTES}.get(kind, -1):
            raise OutputDamaged("a confined child wrote no frame")
        content = child.read(length)
        if len(content) < length:
            raise OutputDamaged("a confined child ended within a frame")
        return content if kind == _BLOCK else self._note(content)

    def _note(self, content: bytes) -> object:
        try:
            return self._json.read(self._any_note, json.loads(content))
        except (ValueError, RecursionError, DoesNotFit) as error:
            raise OutputDamaged("a confined child wrote a note that is none") from error
