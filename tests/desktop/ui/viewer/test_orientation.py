from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.ui.viewer.orientation import UNTURNED, EdgeLetters, Orientation, edge_letters

_ORIENTATIONS = st.builds(Orientation, st.integers(0, 3), st.booleans())


@pytest.mark.parametrize(
    ("directions", "letters"),
    [
        ((1, 0, 0, 0, 1, 0), EdgeLetters("R", "L", "A", "P")),  # axial
        ((1, 0, 0, 0, 0, -1), EdgeLetters("R", "L", "H", "F")),  # coronal
        ((0, 1, 0, 0, 0, -1), EdgeLetters("A", "P", "H", "F")),  # sagittal
        ((0.8, 0.6, 0, 0, 0, -1), EdgeLetters("RA", "LP", "H", "F")),  # oblique
        ((0.99, 0.1, 0, -0.1, 0.99, 0), EdgeLetters("R", "L", "A", "P")),  # tilted by a few degrees
        (None, EdgeLetters()),
    ],
)
def test_edges_show_the_sides_of_the_patient(directions: tuple[float, ...] | None, letters: EdgeLetters) -> None:
    assert edge_letters(directions, UNTURNED) == letters


def test_letters_turn_and_mirror_with_the_picture() -> None:
    axial = (1, 0, 0, 0, 1, 0)
    assert edge_letters(axial, UNTURNED.turned()) == EdgeLetters("P", "A", "R", "L")
    assert edge_letters(axial, UNTURNED.mirrored()) == EdgeLetters("L", "R", "A", "P")
    assert edge_letters(axial, UNTURNED.turned().mirrored()) == EdgeLetters("A", "P", "R", "L")


@given(_ORIENTATIONS)
def test_turning_and_mirroring_are_what_is_seen(orientation: Orientation) -> None:
    samples = np.arange(6).reshape(2, 3)
    seen = orientation.apply(samples)
    np.testing.assert_array_equal(orientation.turned().apply(samples), np.rot90(seen, -1))
    np.testing.assert_array_equal(orientation.mirrored().apply(samples), seen[:, ::-1])
    np.testing.assert_array_equal(orientation.mirrored().mirrored().apply(samples), seen)
