"""A sealed stream opens as it was sealed, and in no other way."""

from __future__ import annotations

import io

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.vault.crypto import TAG_BYTES, NotAuthentic, random_key
from desktop.record.vault.stream import CHUNK_BYTES, opened, sealed

SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES
lengths = st.integers(0, 3 * CHUNK_BYTES) | st.sampled_from([0, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1])


class Trickle(io.BytesIO):
    """Gives at most 1,000 bytes a time, as a pipe may."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 1_000))


def seal(key: bytes, data: bytes) -> bytes:
    return b"".join(sealed(key, io.BytesIO(data)))


def open_all(key: bytes, data: bytes) -> bytes:
    return b"".join(opened(key, io.BytesIO(data)))


@given(length=lengths, seed=st.binary(min_size=1, max_size=9))
def test_any_length_is_opened_as_it_was(length: int, seed: bytes) -> None:
    key, data = random_key(), (seed * (length // len(seed) + 1))[:length]
    whole = seal(key, data)
    assert open_all(key, whole) == data
    assert len(whole) == length + TAG_BYTES * max(1, -(-length // CHUNK_BYTES))
    assert b"".join(sealed(key, Trickle(data))) == whole
    assert b"".join(opened(key, Trickle(whole))) == data


def test_the_chunks_are_those_of_the_construction() -> None:
    key, data = random_key(), bytes(CHUNK_BYTES) + b"the rest"
    whole = seal(key, data)
    cipher = ChaCha20Poly1305(key)
    assert cipher.decrypt(bytes(12), whole[:SEALED_CHUNK], None) == bytes(CHUNK_BYTES)
    assert cipher.decrypt(bytes(10) + b"\x01\x01", whole[SEALED_CHUNK:], None) == b"the rest"


@given(chunks=st.integers(1, 3), rest=st.integers(0, 50), data=st.data())
def test_nothing_but_the_whole_in_its_order_opens(chunks: int, rest: int, data: st.DataObject) -> None:
    key = random_key()
    whole = seal(key, bytes(chunks * CHUNK_BYTES + rest))
    pieces = [whole[start : start + SEALED_CHUNK] for start in range(0, len(whole), SEALED_CHUNK)]
    changed = data.draw(
        st.sampled_from(["flip", "cut", "longer", "missing", "doubled", "order", "empty chunk", "nothing"]), "change"
    )
    place = data.draw(st.integers(0, len(whole) - 1), "place")
    piece = place // SEALED_CHUNK
    forged = {
        "flip": whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :],
        "cut": whole[:place],
        "longer": whole + bytes(1),
        "missing": b"".join(pieces[:piece] + pieces[piece + 1 :]),
        "doubled": b"".join(pieces[: piece + 1] + pieces[piece:]),
        "order": b"".join(reversed(pieces)) if len(pieces) > 1 else b"",
        "empty chunk": whole + ChaCha20Poly1305(key).encrypt(len(pieces).to_bytes(11, "big") + b"\x01", b"", None),
        "nothing": b"",
    }[changed]
    with pytest.raises(NotAuthentic):
        open_all(key, forged)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(NotAuthentic):
        open_all(random_key(), seal(random_key(), b"what the patient said"))
