"""A printed recovery key is read back however it is typed, and a slip of the finger is noticed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.errors import RecoveryKeyMistyped
from desktop.record.vault.recovery import SECRET_BYTES, new_secret, printed, typed

secrets = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)


@given(secrets)
def test_what_is_printed_is_read_back(secret: bytes) -> None:
    text = printed(secret)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}", text)
    assert typed(text) == typed(f" {text.lower()}\n") == typed(text.replace("-", " ")) == secret


@given(secrets)
def test_letters_that_look_alike_are_understood(secret: bytes) -> None:
    assert typed(printed(secret).replace("0", "o").replace("1", "l")) == secret


@given(secrets, st.data())
def test_a_wrong_character_or_two_exchanged_ones_are_noticed(secret: bytes, data: st.DataObject) -> None:
    characters = list(printed(secret).replace("-", ""))
    place = data.draw(st.integers(0, len(characters) - 2))
    if data.draw(st.booleans()):
        characters[place : place + 2] = reversed(characters[place : place + 2])
    else:
        characters[place] = data.draw(st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
    slip = "".join(characters)
    if slip == printed(secret).replace("-", ""):
        return
    with pytest.raises(RecoveryKeyMistyped, match="group by group"):
        typed(slip)


@given(st.text(max_size=60))
def test_anything_else_is_mistyped(text: str) -> None:
    with pytest.raises(RecoveryKeyMistyped):
        typed(text)


def test_each_is_another_one() -> None:
    assert new_secret() != new_secret()
