"""Whole files as sealed chunks: the STREAM construction with ChaCha20-Poly1305 (Hoang, Reyhanitabar, Rogaway, Vizár).

Every 64 KiB are sealed on their own; the nonce is an 11-byte counter and a byte that is 1 in the last chunk alone. A
chunk that is missing, doubled, out of order, or of another file does not open. A key serves one file and never another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from desktop.record.vault.crypto import TAG_BYTES, NotAuthentic, open_sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_BYTES = 64 << 10


def nonce(counter: int, last: bool) -> bytes:
    """Return the 12 bytes that no other piece under the same key has."""
    return counter.to_bytes(11, "big") + bytes([last])


def sealed(key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """Yield the sealed chunks of what `source` still holds; an empty source is one empty chunk."""
    cipher = ChaCha20Poly1305(key)
    for counter, chunk, last in _pieces(source, CHUNK_BYTES):
        yield cipher.encrypt(nonce(counter, last), chunk, None)


def opened(key: bytes, source: BinaryIO) -> Iterator[bytes]:
    """Yield what was sealed, each chunk once it is proven; the whole is proven only when this ends.

    Raises NotAuthentic.
    """
    cipher = ChaCha20Poly1305(key)
    for counter, chunk, last in _pieces(source, CHUNK_BYTES + TAG_BYTES):
        if len(chunk) <= TAG_BYTES and counter > 0:
            raise NotAuthentic  # nothing is sealed that way: one file has one sealed form
        yield open_sealed(cipher, nonce(counter, last), chunk, b"")


def _pieces(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Yield place, piece, and whether it is the last one; at least one."""
    counter, piece = 0, _read(source, size)
    while True:
        following = _read(source, size)
        yield counter, piece, not following
        if not following:
            return
        counter, piece = counter + 1, following


def _read(source: BinaryIO, size: int) -> bytes:
    """Read `size` bytes, fewer only at the end, also from a source that gives less at a time."""
    parts = []
    while size > 0 and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
