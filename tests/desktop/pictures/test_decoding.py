from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut

from desktop.pictures import dicom_header
from desktop.pictures.decoding import read_plane
from desktop.pictures.planes import PlaneKind, WindowSource
from desktop.pictures.samples import as_samples, levels_of, reduced
from desktop.pictures.series import arrange
from multimodal.errors import InvalidFile, MissingFile, NotAnImage
from multimodal.image import load_image
from tests.fakes.films import write_film
from tests.fakes.viewed_pictures import ct_dataset, write_dicom


def _values(picture: Any) -> np.ndarray:
    return picture.levels[0] * picture.header.slope + picture.header.intercept


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "MR_small_bigendian.dcm", "MR_small_RLE.dcm"])
def test_grey_values_are_those_of_pydicom(name: str) -> None:
    path = Path(str(get_testdata_file(name)))
    dataset = pydicom.dcmread(path)
    expected = apply_modality_lut(dataset.pixel_array, dataset)
    np.testing.assert_array_equal(_values(read_plane(path)), expected)


def test_what_is_known_comes_with_it_and_names_nobody() -> None:
    header = read_plane(Path(str(get_testdata_file("CT_small.dcm")))).header
    assert header.unit == "HU"
    assert header.spacing_mm == pytest.approx((0.661468, 0.661468))
    assert header.directions == (1, 0, 0, 0, 1, 0)
    assert "CompressedSamples" not in repr(header)


def test_a_photo_is_shown_as_the_models_see_it(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (30, 40, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    picture = read_plane(tmp_path / "a.png")
    assert picture.header.kind is PlaneKind.COLOUR
    np.testing.assert_array_equal(picture.levels[0], np.asarray(load_image(tmp_path / "a.png").pixels))


def test_a_grey_photo_can_be_windowed(tmp_path: Path) -> None:
    Image.fromarray(np.arange(256, dtype=np.uint8).reshape(16, 16)).save(tmp_path / "film.png")
    picture = read_plane(tmp_path / "film.png")
    assert picture.header.kind is PlaneKind.GREY
    assert picture.header.windows[0].source is WindowSource.FULL


def test_padding_does_not_widen_the_window_by_content(tmp_path: Path) -> None:
    values = np.full((32, 32), 50)
    values[:8] = -2000
    values[20:] = 90
    dataset = ct_dataset(values, 1)
    del dataset.WindowCenter, dataset.WindowWidth
    dataset.add_new(0x00280120, "SS", -2000)
    window = read_plane(write_dicom(tmp_path / "a.dcm", dataset)).window
    assert (window.center - 0.5, window.width - 1) == (70, 40)


def test_only_coded_words_name_a_window(tmp_path: Path) -> None:
    dataset = ct_dataset(np.zeros((4, 4)), 1, WindowCenter=[40, -600], WindowWidth=[400, 1500])
    dataset.WindowCenterWidthExplanation = ["LUNG", "MRS SECRET"]
    names = [window.name for window in read_plane(write_dicom(tmp_path / "a.dcm", dataset)).header.windows]
    assert names[:2] == ["lung", ""]


def test_what_a_frame_says_of_itself_goes_before_what_the_file_says() -> None:
    def spaced(spacing: float) -> Dataset:
        group, measures = Dataset(), Dataset()
        measures.PixelSpacing = [spacing, spacing]
        group.PixelMeasuresSequence = [measures]
        return group

    dataset = Dataset()
    dataset.PixelSpacing = [9, 9]
    assert dicom_header.spacing_mm(dataset, 0) == (9, 9)
    dataset.SharedFunctionalGroupsSequence = [spaced(5)]
    assert dicom_header.spacing_mm(dataset, 0) == (5, 5)
    dataset.PerFrameFunctionalGroupsSequence = [spaced(1), spaced(2)]
    assert dicom_header.spacing_mm(dataset, 1) == (2, 2)


def test_a_large_picture_has_smaller_sizes_and_is_reduced_with_its_spacing(tmp_path: Path) -> None:
    dataset = ct_dataset(np.arange(1500 * 1200).reshape(1500, 1200) % 3000, 1)
    path = write_dicom(tmp_path / "large.dcm", dataset)
    assert [level.shape for level in read_plane(path).levels] == [(1500, 1200), (750, 600), (375, 300), (187, 150)]
    small = read_plane(path, max_side=150)
    assert (small.header.rows, small.header.columns) == (150, 120)
    assert small.header.spacing_mm == pytest.approx((5.0, 5.0))


@given(arrays.arrays(np.int32, (3, 5), elements=st.integers(-(2**31), 2**31 - 1)))
def test_samples_lead_back_to_the_values(values: np.ndarray) -> None:
    samples, slope, intercept = as_samples(values)
    assert samples.dtype == np.uint16
    span = float(values.max()) - float(values.min())
    tolerance = 0 if span <= 65_535 else span / 65_535
    np.testing.assert_allclose(samples * slope + intercept, values.astype(float), atol=tolerance, rtol=0)


@given(st.integers(1, 3000), st.integers(1, 3000), st.none() | st.integers(1, 500))
def test_reducing_keeps_to_its_limits(rows: int, columns: int, side: int | None) -> None:
    smaller = reduced(np.zeros((rows, columns), np.uint16), side)
    assert max(smaller.shape) <= (side or 3000)
    levels = levels_of(smaller)
    for level, half in itertools.pairwise(levels):
        assert half.shape == (level.shape[0] // 2, level.shape[1] // 2)


def test_a_still_of_a_film_is_in_colour_and_knows_its_time(tmp_path: Path) -> None:
    path = write_film(tmp_path / "clip.mp4", 40)
    header = read_plane(path, 0).header
    assert (header.kind, header.frame, header.frames) == (PlaneKind.COLOUR, 0, 16)
    assert header.time_s == pytest.approx(0.1)
    assert header.frames_per_s == pytest.approx(16 / 3.9)
    arranged = arrange([path], lambda _done, _total: True)
    assert arranged.is_clip
    assert [member.frame for member in arranged.members] == list(range(16))


def test_a_report_is_no_picture() -> None:
    with pytest.raises(NotAnImage):
        read_plane(Path(str(get_testdata_file("test-SR.dcm"))))


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"\0" * 128 + b"DICM"])
def test_broken_files_are_told_apart_from_faults(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.dcm"
    path.write_bytes(content)
    with pytest.raises(InvalidFile):
        read_plane(path)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        read_plane(tmp_path / "nothing.png")


@pytest.mark.parametrize("cut", [140, 400, 2000, 30_000])
def test_a_cut_dicom_file_is_told_apart_from_a_fault(tmp_path: Path, cut: int) -> None:
    whole = Path(str(get_testdata_file("CT_small.dcm"))).read_bytes()
    path = tmp_path / "cut.dcm"
    path.write_bytes(whole[:cut])
    with pytest.raises(InvalidFile):
        read_plane(path)
