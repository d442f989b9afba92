from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage

from desktop.pictures.planes import LoadedPicture, PlaneKind
from desktop.ui.viewer import composing
from desktop.ui.viewer.geometry import LARGEST_SCALE, Placement, length_of, pixel_aspect, region_shares
from desktop.ui.viewer.orientation import Orientation
from tests.fakes.viewed_pictures import grey_picture, ramp_picture

GREEN = QColor(0, 255, 0)
_SHARES = st.floats(-0.2, 1.2)
_PLACEMENTS = st.builds(
    Placement,
    st.integers(1, 2000),
    st.integers(1, 2000),
    st.floats(50, 2000),
    st.floats(50, 2000),
    st.tuples(st.floats(1, 4), st.floats(1, 4)),
    st.builds(Orientation, st.integers(0, 3), st.booleans()),
    st.floats(0.5, 8),
    st.tuples(_SHARES, _SHARES),
)
_POINTS = st.tuples(st.floats(-500, 2500), st.floats(-500, 2500))


@given(_PLACEMENTS, _POINTS)
def test_a_point_of_the_view_comes_back_from_the_plane(placement: Placement, point: tuple[float, float]) -> None:
    assert placement.to_view(placement.to_plane(point)) == pytest.approx(point, abs=1e-3)


@given(st.builds(Orientation, st.integers(0, 3), st.booleans()), st.floats(0.6, 2), st.floats(100, 400))
def test_zooming_keeps_the_point_under_the_finger(orientation: Orientation, factor: float, x: float) -> None:
    placement = Placement(300, 200, 500, 500, orientation=orientation)
    pixel = placement.to_plane((x, 222))
    assert placement.zoomed(factor, (x, 222)).to_view(pixel) == pytest.approx((x, 222))


@given(_PLACEMENTS, st.floats(-5000, 5000), st.floats(-5000, 5000))
def test_a_picture_cannot_be_lost(placement: Placement, right: float, down: float) -> None:
    moved = placement.fitted().moved(right, down)
    left, top = moved.origin
    width, height = (side * moved.scale for side in moved.seen_size)
    assert left < moved.view_width
    assert left + width > 0
    assert top < moved.view_height
    assert top + height > 0


@given(_PLACEMENTS)
def test_the_whole_picture_fits(placement: Placement) -> None:
    fitted = placement.fitted()
    for corner in ((0, 0), (fitted.columns, fitted.rows)):
        x, y = fitted.to_view(corner)
        assert -1e-3 <= x <= fitted.view_width + 1e-3
        assert -1e-3 <= y <= fitted.view_height + 1e-3


def test_zooming_has_an_end() -> None:
    placement = Placement(100, 100, 500, 500)
    for _ in range(50):
        placement = placement.zoomed(2)
    assert placement.scale == pytest.approx(LARGEST_SCALE)


def test_pixel_by_pixel_is_one_point_for_each() -> None:
    assert Placement(100, 80, 500, 500).at_scale(1.0).scale == pytest.approx(1)


def test_pixels_that_are_not_square_are_shown_as_they_lie_in_the_patient() -> None:
    assert pixel_aspect((2.0, 1.0)) == (1.0, 2.0)
    assert pixel_aspect((0.5, 1.0)) == (2.0, 1.0)
    assert pixel_aspect(None) == (1.0, 1.0)


def test_lengths_are_in_mm_where_the_spacing_is_known() -> None:
    header = ramp_picture(spacing_mm=(0.5, 0.25)).header
    assert length_of((0, 0), (12, 8), header) == (5.0, True)  # 3 mm across, 4 mm down


def test_lengths_without_a_spacing_are_pixels_of_the_file() -> None:
    header = ramp_picture(file_rows=120, file_columns=160).header
    assert length_of((0, 0), (3, 4), header) == (10.0, False)


@given(_POINTS, _POINTS)
def test_shares_of_a_region_are_ordered_and_inside(first: tuple[float, float], second: tuple[float, float]) -> None:
    placement = Placement(80, 60, 100, 100)
    corners = placement.clamped(first), placement.clamped(second)
    left, top, right, bottom = region_shares(*corners, 80, 60)
    assert 0 <= left <= right <= 1
    assert 0 <= top <= bottom <= 1


def test_a_region_keeps_its_place_however_the_picture_is_turned() -> None:
    for orientation in (Orientation(turns, flipped) for turns in range(4) for flipped in (False, True)):
        placement = Placement(80, 60, 300, 200, orientation=orientation)
        corners = [placement.to_plane(placement.to_view(corner)) for corner in ((20, 15), (60, 45))]
        assert region_shares(corners[0], corners[1], 80, 60) == pytest.approx((0.25, 0.25, 0.75, 0.75))


def test_only_what_is_in_sight_is_resampled(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []
    original = composing.to_screen_image

    def noting(samples: np.ndarray, table: np.ndarray) -> QImage:
        asked.append(samples.shape)
        return original(samples, table)

    monkeypatch.setattr(composing, "to_screen_image", noting)
    picture = grey_picture(np.zeros((1000, 1000), np.uint16))
    table = np.zeros(65_536, np.uint8)
    composing.compose(picture, Placement(1000, 1000, 200, 200).zoomed(20), table, GREEN)
    assert max(asked[0]) < 60


def test_beside_the_picture_is_background() -> None:
    picture = grey_picture(np.zeros((10, 10), np.uint16))
    canvas = composing.compose(picture, Placement(10, 10, 200, 100), np.zeros(65_536, np.uint8), GREEN)
    assert (canvas.width(), canvas.height()) == (200, 100)
    assert canvas.pixelColor(5, 50) == GREEN
    assert canvas.pixelColor(100, 50).value() == 0


@pytest.mark.parametrize("view", [(80, 80), (300, 333)])
def test_what_is_composed_is_what_lies_there(view: tuple[int, int]) -> None:
    samples = np.zeros((4, 4), np.uint16)
    samples[1, 3] = 1
    table = np.zeros(65_536, np.uint8)
    table[1] = 255
    for orientation in (Orientation(turns, flipped) for turns in range(4) for flipped in (False, True)):
        placement = Placement(4, 4, *view, orientation=orientation)
        canvas = composing.compose(grey_picture(samples), placement, table, GREEN)
        x, y = placement.to_view((3.5, 1.5))
        # Blended with its dark neighbours, but by far the brightest.
        assert canvas.pixelColor(int(x), int(y)).value() > 200
        x, y = placement.to_view((0.5, 1.5))
        assert canvas.pixelColor(int(x), int(y)).value() == 0


def test_bands_leave_no_seam() -> None:
    ramp = np.broadcast_to(np.arange(64, dtype=np.uint16)[:, None], (64, 64))
    table = np.minimum(np.arange(65_536) * 4, 255).astype(np.uint8)
    canvas = composing.compose(grey_picture(np.ascontiguousarray(ramp)), Placement(64, 64, 500, 500), table, GREEN)
    column = [canvas.pixelColor(250, row).value() for row in range(500)]
    steps = np.diff(column)
    assert steps.min() >= 0
    assert steps.max() <= 1


def test_a_colour_picture_keeps_its_colours() -> None:
    samples = np.zeros((8, 8, 3), np.uint8)
    samples[...] = (10, 120, 250)
    header = replace(grey_picture(np.zeros((8, 8), np.uint16)).header, kind=PlaneKind.COLOUR)
    picture = LoadedPicture(header, (samples,))
    canvas = composing.compose(picture, Placement(8, 8, 50, 50), np.arange(256, dtype=np.uint8), GREEN)
    assert canvas.pixelColor(25, 25).getRgb()[:3] == (10, 120, 250)
