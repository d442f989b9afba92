"""Reading a pickled table without unpickling: only what builds plain values is understood, everything else is refused.

Python's own `pickle` would run whatever a file asks it to run. Here the file is a list of instructions, each looked at
by name; there is none among those below that could name a class, call a function or import a module.
"""

from __future__ import annotations

import pickletools
from typing import TYPE_CHECKING, Any

from multimodal.errors import ConversionFailed

if TYPE_CHECKING:
    from collections.abc import Callable

_VALUES = frozenset("SHORT_BINUNICODE BINUNICODE BINUNICODE8 BINFLOAT BININT BININT1 BININT2 LONG1".split())
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
}
_NOTHING = frozenset({"PROTO", "FRAME"})
_MARK = object()


def read(data: bytes) -> Any:
    """Return the dictionaries, lists, texts, numbers and flags of a pickle of protocol 4.

    Raises ConversionFailed for one that holds anything else, or is damaged.
    """
    reader = _Reader()
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name == "STOP":
                (value,) = reader.stack
                return value
            reader.take(opcode.name, argument)
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise ConversionFailed(f"The table is damaged ({type(error).__name__}). Nothing was installed.") from error
    raise ConversionFailed("The table ends too early. Nothing was installed.")


class _Reader:
    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._memo: list[Any] = []

    def take(self, name: str, argument: Any) -> None:
        """Follow one instruction."""
        if name in _VALUES:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name]())
        elif name == "MARK":
            self.stack.append(_MARK)
        elif name == "MEMOIZE":
            self._memo.append(self.stack[-1])
        elif name in {"BINGET", "LONG_BINGET"}:
            self.stack.append(self._memo[argument])
        elif name in {"APPEND", "SETITEM"}:
            self._put([self.stack.pop() for _ in range(1 if name == "APPEND" else 2)][::-1])
        elif name in {"APPENDS", "SETITEMS"}:
            self._put(self._since_mark())
        elif name not in _NOTHING:
            raise ConversionFailed(f"The table holds more than plain values ({name}). Nothing was installed.")

    def _since_mark(self) -> list[Any]:
        items = []
        while (item := self.stack.pop()) is not _MARK:
            items.append(item)
        return items[::-1]

    def _put(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(items)
        else:
            target.update(zip(items[::2], items[1::2], strict=True))
