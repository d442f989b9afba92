from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels import apply_windowing

from desktop.pictures.decoding import read_plane
from desktop.pictures.planes import DisplayWindow, WindowFunction, WindowSource
from desktop.pictures.rendering import brightness_table, picture_image, window_share
from tests.fakes.viewed_pictures import ct_dataset, grey_picture, write_dicom

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = {
    "LINEAR": WindowFunction.LINEAR,
    "LINEAR_EXACT": WindowFunction.LINEAR_EXACT,
    "SIGMOID": WindowFunction.SIGMOID,
}


@pytest.mark.parametrize("function", sorted(_NAMES))
@pytest.mark.parametrize(("center", "width"), [(40, 400), (-600, 1500), (0, 2), (300.5, 77.25)])
def test_windows_equal_pydicoms(function: str, center: float, width: float) -> None:
    values = np.arange(-1024, 3072, dtype=np.float64)
    dataset = Dataset()
    dataset.PhotometricInterpretation, dataset.BitsStored, dataset.PixelRepresentation = "MONOCHROME2", 8, 0
    dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = center, width, function
    with np.errstate(over="ignore"):
        expected = apply_windowing(values, dataset) / 255
    share = window_share(values, DisplayWindow(center, width, WindowSource.FILE, _NAMES[function]))
    np.testing.assert_allclose(share, expected, atol=1e-6)


def test_a_window_of_one_value_is_black_up_to_it_and_white_above() -> None:
    assert window_share(np.array([39.0, 40.0]), DisplayWindow(40, 1)).tolist() == [0, 1]


def test_an_image_shows_the_windowed_values() -> None:
    samples = np.array([[0, 1024, 1064, 1264, 4000]], np.uint16)
    image = picture_image(grey_picture(samples))
    # HU -1024, 0, 40, 240, 2976 in a window of 400 around 40.
    shown = [image.pixelColor(column, 0).value() for column in range(5)]
    assert shown == [0, 102, 128, 255, 255]


def test_inverting_exchanges_bright_and_dark() -> None:
    picture = grey_picture(np.zeros((2, 2), np.uint16))
    plain, inverted = (brightness_table(picture, picture.window, inverted) for inverted in (False, True))
    assert np.array_equal(plain, 255 - inverted)


def test_low_values_of_monochrome1_are_bright_and_keep_their_units(tmp_path: Path) -> None:
    values = np.array([[0, 100], [200, 300]])
    dataset = ct_dataset(values, 1, PhotometricInterpretation="MONOCHROME1", WindowCenter=150, WindowWidth=301)
    picture = read_plane(write_dicom(tmp_path / "a.dcm", dataset))
    assert picture.header.bright_is_low
    image = picture_image(picture)
    assert image.pixelColor(0, 0).value() == 255
    assert image.pixelColor(1, 1).value() == 0
    header = picture.header
    assert (picture.levels[0] * header.slope + header.intercept).tolist() == values.tolist()
