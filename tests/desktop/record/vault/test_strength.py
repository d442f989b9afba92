"""The estimate is on the cautious side: what people choose is weak, what nobody would guess is not."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.vault.strength import Strength, estimated_bits, strength_of


@pytest.mark.parametrize(
    "passphrase",
    [
        "",
        "password1234",
        "aaaaaaaaaaaa",
        "123456789012",
        "qwertyuiop12",
        "Summer2024!!",
        "correct horse battery",
        "bedside bedside bedside",
        "passwordpassword",
    ],
)
def test_what_is_tried_first_is_weak(passphrase: str) -> None:
    assert strength_of(passphrase) is Strength.WEAK


@pytest.mark.parametrize(
    ("passphrase", "strength"),
    [
        ("seven green kettles", Strength.FAIR),
        ("xK9#qLm2$vR7", Strength.GOOD),
        ("blaue Kuh tanzt leise im Regen", Strength.GOOD),
        ("我家门前有两棵枣树还有一只猫", Strength.STRONG),
        ("seven green kettles hum over the frozen harbour", Strength.STRONG),
    ],
)
def test_what_takes_more_guesses_is_stronger(passphrase: str, strength: Strength) -> None:
    assert strength_of(passphrase) is strength


@given(st.text(max_size=40))
def test_every_text_has_an_estimate(text: str) -> None:
    assert 0.0 <= estimated_bits(text) <= 8.0 * len(text)


@given(st.text(string.ascii_lowercase, min_size=4, max_size=20))
def test_saying_the_same_again_adds_next_to_nothing(word: str) -> None:
    assert estimated_bits(f"{word} {word} {word}") <= estimated_bits(word) + 1.0
