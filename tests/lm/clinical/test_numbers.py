from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.numbers import normalised, quantities_in


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("five hundred milligrams", "500 mg"),
        ("one sixty over ninety", "160, 90"),
        ("a hundred and one point four", "101.4"),
        ("one oh five", "105"),
        ("two thousand and seven", "2007"),
        ("nineteen ninety eight", "1998"),
        ("twenty-five micrograms", "25 mcg"),
        ("one and a half tablets", "1.5 tablets"),
        ("1,200 units", "1200 units"),
        ("80mg", "80 mg"),
        ("one M G", "1 mg"),
        ("ninety eight . two", "98.2"),
        ("98.6 °F", "98.6 °F"),
        ("nothing", "nothing"),
        ("½", "½"),
    ],
)
def test_a_said_number_in_digits(said: str, written: str) -> None:
    assert normalised(said) == written


@given(st.integers(0, 999_999))
def test_a_written_number_is_itself(number: int) -> None:
    assert [quantity.value for quantity in quantities_in(str(number))] == [number]


@given(st.text())
def test_places_are_in_order_and_never_overlap(text: str) -> None:
    end = 0
    for quantity in quantities_in(text):
        assert end <= quantity.start < quantity.end <= len(text)
        end = quantity.end


def test_a_number_may_begin_with_its_point() -> None:
    assert [str(quantity) for quantity in quantities_in("creatinine was .7 and he takes .5 mg, no.5 beds")] == [
        "0.7",
        "0.5 mg",
        "5",
    ]
