from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from multimodal.explain import Method
from multimodal.explain_pictures import AGAINST, FOR, STRONGEST, overlay, shown_rows, spread

SQUARE = 224
TOKEN = SQUARE // 8


def one_token(row: int, column: int, value: float = 1.0) -> list[list[float]]:
    rows = [[0.0] * 8 for _ in range(8)]
    rows[row][column] = value
    return rows


@pytest.mark.parametrize(
    ("size", "row", "column", "expected"),
    [
        # The encoder's square and the picture are one.
        ((224, 224), 2, 5, (2 * TOKEN + 14, 5 * TOKEN + 14)),
        # Half as high: the picture lies in rows 56 to 168 of the square.
        ((224, 112), 3, 1, (3 * TOKEN + 14 - 56, 1 * TOKEN + 14)),
        # A quarter as wide, twice as large: columns 84 to 140 of the square, 168 to 280 of 448.
        ((112, 448), 6, 4, (2 * (6 * TOKEN + 14), 2 * (4 * TOKEN + 14) - 168)),
    ],
)
def test_a_token_lies_where_the_encoder_saw_it(
    size: tuple[int, int], row: int, column: int, expected: tuple[int, int]
) -> None:
    scores = spread(one_token(row, column), *size)
    assert scores.shape == (size[1], size[0])
    brightest = np.argwhere(scores > 0.99 * scores.max()).mean(axis=0)
    assert brightest == pytest.approx(expected, abs=0.6 * size[1] / 100 + 2)


def test_what_lies_in_the_padding_is_not_shown() -> None:
    assert not spread(one_token(0, 3), 224, 112).any()


def test_orange_speaks_for_and_blue_against() -> None:
    black = Image.new("L", (224, 224))
    at = (5 * TOKEN + 14, 2 * TOKEN + 14)
    for value, colour in ((0.3, FOR), (-0.3, AGAINST)):
        shown = overlay(black, one_token(2, 5, value))
        assert shown.mode == "RGB"
        assert shown.getpixel(at) == pytest.approx([part * STRONGEST for part in colour], abs=7)
        assert shown.getpixel((2, 220)) == (0, 0, 0)


def test_signs_are_shown_where_they_can_be_believed() -> None:
    rows = [[-1.0, 2.0]]
    assert shown_rows(Method.OCCLUSION, rows) == ((-1.0, 2.0),)
    assert shown_rows(Method.GRADIENT, rows) == ((1.0, 2.0),)


def test_scores_of_nothing_leave_the_picture_as_it_is() -> None:
    grey = Image.new("RGB", (30, 20), (90, 90, 90))
    assert np.array_equal(np.asarray(overlay(grey, [[0.0] * 8] * 8)), np.asarray(grey))


@given(st.integers(1, 300), st.integers(1, 300))
def test_every_picture_keeps_its_size(width: int, height: int) -> None:
    assert overlay(Image.new("RGB", (width, height)), one_token(4, 4)).size == (width, height)
