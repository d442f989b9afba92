from __future__ import annotations

import os
import pickle
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multimodal.errors import ConversionFailed
from multimodal.plain_pickle import read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    assert read(pickle.dumps(value, protocol=4)) == value


def test_values_that_are_shared_and_long_lists_come_back() -> None:
    shared = ["a", 1.5, True]
    value = {"first": shared, "second": shared, "many": [str(n) for n in range(3000)]}
    assert read(pickle.dumps(value, protocol=4)) == value


class Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("harm",))


@pytest.mark.parametrize("value", [Harmful(), {"a": [Harmful()]}, os.path.join, {1, 2}, (1, 2), b"bytes"])
def test_whatever_is_more_than_plain_values_is_refused_and_not_run(value: Any) -> None:
    with pytest.raises(ConversionFailed, match="more than plain values"):
        read(pickle.dumps(value, protocol=4))
    assert not os.path.exists("harm")


@given(st.binary(max_size=200) | VALUES.map(lambda value: pickle.dumps(value, protocol=4)[:-3]))
def test_damaged_data_is_refused_in_one_sentence(data: bytes) -> None:
    with suppress(ConversionFailed):
        read(data)
