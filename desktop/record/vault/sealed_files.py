"""Attachments as sealed files: a neutral random name each, and a key that is kept elsewhere.

A file is 4 bytes of format, its 16-byte id, and the chunks of `stream.py`. Without its key it is noise, so that
removing the key removes the file for good, wherever copies of it lie.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from desktop.record.vault import stream
from desktop.record.vault.crypto import NotAuthentic, derive, random_key, unwrap, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desktop.record.disk import Disk

_FORMAT = b"BVF1"
_ID_BYTES = 16
_ID = re.compile(r"[0-9a-f]{32}")
_BESIDE = ".new"


@dataclass(frozen=True, slots=True)
class FileKey:
    """The name of a sealed file and the key that was made for it alone."""

    id: str
    """32 hexadecimal digits."""
    secret: bytes

    def head(self, kind: bytes) -> bytes:
        """Return what a file of this key begins with: 4 bytes of format and the id."""
        return kind + bytes.fromhex(self.id)

    def key_for(self, purpose: str) -> bytes:
        """Return the key of the content: bound to the id, so that no file opens in the place of another."""
        return derive(self.secret, bytes.fromhex(self.id), purpose)

    def wrapped(self, key: bytes) -> bytes:
        """Return the secret sealed under a key of the vault."""
        return wrap(key, self.secret, bytes.fromhex(self.id))


def new_file_key() -> FileKey:
    """Return a key that no file has yet."""
    return FileKey(secrets.token_hex(_ID_BYTES), random_key())


def unwrapped(key: bytes, file_id: str, wrapped: bytes) -> FileKey:
    """Return what `FileKey.wrapped` sealed. Raises NotAuthentic."""
    return FileKey(file_id, unwrap(key, wrapped, bytes.fromhex(file_id)))


class SealedFiles:
    """A folder of sealed files. Methods raise OSError where the disk refuses."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder
        self._disk = disk

    def path(self, file_id: str) -> Path:
        """Return where a sealed file lies."""
        return self._folder / file_id

    def seal(self, source: BinaryIO) -> FileKey:
        """Seal what `source` still holds into a new file, and flush it to the disk."""
        key = new_file_key()
        path = self.path(key.id)
        beside = path.with_name(path.name + _BESIDE)
        try:
            self._disk.write_pieces(beside, _file(key, source))
            self._disk.replace(beside, path)
        except OSError:
            self.remove(f"{key.id}{_BESIDE}")
            raise
        self._disk.sync_folder(self._folder)
        return key

    def sync(self) -> None:
        """Make the names of the files durable."""
        self._disk.sync_folder(self._folder)

    def opened(self, key: FileKey) -> Iterator[bytes]:
        """Yield what was sealed; it is proven whole when this ends. Raises NotAuthentic."""
        with self.path(key.id).open("rb") as file:
            if file.read(len(_FORMAT) + _ID_BYTES) != key.head(_FORMAT):
                raise NotAuthentic
            yield from stream.opened(key.key_for("sealed file"), file)

    def remove(self, file_id: str) -> None:
        """Remove a sealed file; where the disk refuses it stays, as noise once its key is gone."""
        with contextlib.suppress(OSError):
            self._disk.remove(self.path(file_id))

    def remove_all_but(self, file_ids: set[str]) -> None:
        """Remove what a crash left behind: files that no key opens."""
        for path in self._folder.iterdir():
            if _ID.fullmatch(path.name.removesuffix(_BESIDE)) and path.name not in file_ids:
                self.remove(path.name)


def _file(key: FileKey, source: BinaryIO) -> Iterator[bytes]:
    yield key.head(_FORMAT)
    yield from stream.sealed(key.key_for("sealed file"), source)
