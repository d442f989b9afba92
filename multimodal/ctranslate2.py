"""A reader of CTranslate2's model.bin, binary version 6, that trusts no length it is told."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import torch

from multimodal.errors import ConversionFailed

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

BINARY_VERSION = 6
MAX_VARIABLES = 20_000
MAX_NAME_BYTES = 256
MAX_RANK = 4
_DTYPES = {0: torch.float32, 1: torch.int8, 2: torch.int16, 3: torch.int32, 4: torch.float16, 5: torch.bfloat16}


def read_model(path: Path, specification: str) -> dict[str, Tensor]:
    """Read all variables of a CTranslate2 model as views of the mapped file; nothing is copied.

    Every length is checked against the file before it is used. Format: ctranslate2.specs.model_spec,
    `_serialize`, little-endian. Raises ConversionFailed unless it is a whole `specification`.
    """
    if path.stat().st_size == 0:
        raise ConversionFailed(f"{path.name} is empty.")
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return _Reader(content, path.name).variables(specification)


@dataclass(slots=True)
class _Reader:
    """A cursor over the mapped file that cannot leave it."""

    content: mmap.mmap
    name: str
    offset: int = 0

    def variables(self, specification: str) -> dict[str, Tensor]:
        """Return every variable by name, aliases left out."""
        if self._unpack("<I") != BINARY_VERSION:
            raise self._fault(f"it is not a CTranslate2 model of version {BINARY_VERSION}")
        if self._text() != specification:
            raise self._fault(f"it does not hold a {specification}")
        self._unpack("<I")  # revision of the layout, which the names below prove by themselves
        count = self._unpack("<I")
        if count > MAX_VARIABLES:
            raise self._fault(f"it claims {count} variables")
        return dict(self._variable() for _ in range(count))

    def _variable(self) -> tuple[str, Tensor]:
        name = self._text()
        rank = self._unpack("<B")
        if rank > MAX_RANK:
            raise self._fault(f"{name} claims {rank} dimensions")
        shape = [self._unpack("<I") for _ in range(rank)]
        dtype = _DTYPES.get(self._unpack("<B"))
        length = self._unpack("<I")
        if dtype is None or length != prod(shape) * dtype.itemsize:
            raise self._fault(f"the size of {name} does not fit its shape")
        start = self._advance(length)
        if length == 0:
            return name, torch.empty(shape, dtype=dtype)
        flat = torch.frombuffer(self.content, dtype=torch.uint8, count=length, offset=start)
        # A view needs an address that is a multiple of the item size, which the format does not promise.
        aligned = flat if start % dtype.itemsize == 0 else flat.clone()
        return name, aligned.view(dtype).reshape(shape)

    def _unpack(self, layout: str) -> int:
        start = self._advance(struct.calcsize(layout))
        return int(struct.unpack_from(layout, self.content, start)[0])

    def _text(self) -> str:
        length = self._unpack("<H")
        if not 1 <= length <= MAX_NAME_BYTES:
            raise self._fault(f"a name claims {length} bytes")
        start = self._advance(length)
        raw = self.content[start : start + length]
        if raw[-1] != 0 or not raw[:-1].isascii():
            raise self._fault("a name is not plain text")
        return raw[:-1].decode("ascii")

    def _advance(self, length: int) -> int:
        start = self.offset
        if start + length > len(self.content):
            raise self._fault("it ends too early")
        self.offset = start + length
        return start

    def _fault(self, what: str) -> ConversionFailed:
        return ConversionFailed(f"{self.name} cannot be converted: {what}. Nothing was installed.")
