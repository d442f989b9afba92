"""Whatever lies in the place of the key file, it is read or refused with a sentence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.errors import HeaderDamaged, VaultNewer
from desktop.record.vault.crypto import random_key
from desktop.record.vault.header import VERSION, Header, check_authentic, decode, encode
from desktop.record.vault.slots import passphrase_slot, recovery_slot
from tests.fakes.vaults import CHEAP

VAULT = "0123456789abcdef" * 2
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(generation=st.integers(1, 1 << 40), passphrases=st.lists(st.text(max_size=20), max_size=3))
def test_what_is_written_is_read_back_and_authentic(generation: int, passphrases: list[str]) -> None:
    key = random_key()
    slots = [passphrase_slot(VAULT, key, text, CHEAP.start) for text in passphrases]
    header = Header(VERSION, VAULT, generation, (*slots, recovery_slot(VAULT, key, bytes(20))))
    read = decode(encode(header, key), CHEAP)
    check_authentic(read, key)
    assert (read.generation, read.slots) == (generation, header.slots)
    with pytest.raises(HeaderDamaged):
        check_authentic(read, random_key())


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_anything_else_is_damaged(data: bytes) -> None:
    with pytest.raises(HeaderDamaged):
        decode(data, CHEAP)


@given(version=st.integers(VERSION + 1, 1 << 60), rest=st.dictionaries(st.text(max_size=5), json_values, max_size=3))
def test_any_later_version_is_newer(version: int, rest: dict[str, object]) -> None:
    with pytest.raises(VaultNewer):
        decode(json.dumps({**rest, "version": version}).encode(), CHEAP)


@pytest.mark.parametrize("data", [b"[" * 100_000, b" " * 100_000])
def test_a_bomb_is_damaged(data: bytes) -> None:
    with pytest.raises(HeaderDamaged):
        decode(data, CHEAP)
