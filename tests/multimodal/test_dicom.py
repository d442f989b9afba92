"""DICOM pictures against pydicom and GDCM: values, windows, palettes, frames and every compressed syntax we read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import gdcm
import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, apply_windowing, pixel_array
from pydicom.uid import AllTransferSyntaxes, ExplicitVRLittleEndian, RLELossless, SecondaryCaptureImageStorage

from multimodal.dicom import load_dicom
from multimodal.errors import FileTooLarge, UnreadableFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMPRESSED_GREY = [
    "MR_small_RLE.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "JPEG2000.dcm",
    "693_J2KI.dcm",
]


def wheel_file(name: str) -> Path:
    return Path(str(get_testdata_file(name, download=False)))


def grey(file: Path, frame: int | None = None) -> NDArray[np.int64]:
    """Return what we show of a grey picture, `(rows, columns)`."""
    return np.asarray(load_dicom(file, frame).pixels).astype(np.int64)[..., 0]


def written(file: Path, values: NDArray[Any], **fields: Any) -> Path:
    """Write a secondary capture that holds `values` `([frames,] rows, columns)`."""
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3"
    dataset.Rows, dataset.Columns = values.shape[-2:]
    bits = 8 * values.dtype.itemsize
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.SamplesPerPixel = bits - 1, 1
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    dataset.PhotometricInterpretation = "MONOCHROME2"
    if values.ndim == 3:
        dataset.NumberOfFrames = len(values)
    dataset.PixelData = values.tobytes()
    for name, value in fields.items():
        setattr(dataset, name, value)
    dataset.save_as(file, enforce_file_format=True)
    return file


def read_by_gdcm(file: Path) -> NDArray[Any]:
    """Return the stored values of the first frame as GDCM decodes them."""
    reader = gdcm.ImageReader()
    reader.SetFileName(str(file))
    assert reader.Read()
    image = reader.GetImage()
    kind = {
        gdcm.PixelFormat.UINT8: np.uint8,
        gdcm.PixelFormat.INT8: np.int8,
        gdcm.PixelFormat.UINT16: np.uint16,
        gdcm.PixelFormat.INT16: np.int16,
    }[image.GetPixelFormat().GetScalarType()]
    columns, rows = image.GetDimension(0), image.GetDimension(1)
    content = image.GetBuffer().encode("utf-8", errors="surrogateescape")
    return np.frombuffer(content, kind)[: rows * columns].reshape(rows, columns)


RAMP = np.arange(-1024, 1024, 2, dtype=np.int16).reshape(32, 32)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_rescale_and_window_equal_pydicoms(photometric: str, tmp_path: Path) -> None:
    fields: dict[str, Any] = {"RescaleSlope": 2.0, "RescaleIntercept": -100.0, "WindowCenter": 40, "WindowWidth": 400}
    file = written(tmp_path / "ct.dcm", RAMP, PhotometricInterpretation=photometric, **fields)
    dataset = pydicom.dcmread(file)
    shown = apply_windowing(apply_modality_lut(RAMP, dataset), dataset)
    low, high = shown.min(), shown.max()
    expected = np.round((shown - low) / (high - low) * 255)
    expected = 255 - expected if photometric == "MONOCHROME1" else expected
    assert np.abs(grey(file) - expected).max() <= 1
    window = load_dicom(file).window
    assert window is not None
    assert (window.center, window.width, window.source) == (40, 400, "file")


def test_the_first_of_several_windows_is_used(tmp_path: Path) -> None:
    one = written(tmp_path / "one.dcm", RAMP, WindowCenter=40, WindowWidth=400)
    two = written(tmp_path / "two.dcm", RAMP, WindowCenter=[40, 500], WindowWidth=[400, 2000])
    assert np.array_equal(grey(one), grey(two))


def test_without_a_window_the_percentiles_are_shown_and_named(tmp_path: Path) -> None:
    values = RAMP.copy()
    values[0, 0] = 32_000  # one hot pixel must not darken the rest
    picture = load_dicom(written(tmp_path / "plain.dcm", values))
    shown = np.asarray(picture.pixels)[..., 0]
    assert shown.std() > 60
    assert "percentiles" in picture.description


def test_a_lookup_table_for_display_equals_pydicoms(tmp_path: Path) -> None:
    item = pydicom.Dataset()
    item.LUTDescriptor, item.LUTExplanation = [256, 0, 16], ""
    item.LUTData = (np.sqrt(np.arange(256) / 255) * 65_535).astype(np.uint16).tobytes()
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    file = written(tmp_path / "lut.dcm", values, VOILUTSequence=[item])
    expected = apply_voi_lut(values, pydicom.dcmread(file)).astype(float)
    assert np.abs(grey(file) - np.round(expected / expected.max() * 255)).max() <= 1


def test_palette_colours_equal_pydicoms() -> None:
    file = wheel_file("examples_palette.dcm")
    dataset = pydicom.dcmread(file)
    assert dataset.PhotometricInterpretation == "PALETTE COLOR"
    expected = apply_color_lut(dataset.pixel_array, dataset)
    expected = (expected >> 8 if expected.dtype.itemsize > 1 else expected).astype(int)
    assert np.abs(np.asarray(load_dicom(file).pixels).astype(int) - expected[..., :3]).max() <= 1


@pytest.mark.parametrize("name", ["SC_rgb_rle.dcm", "SC_rgb_small_odd.dcm", "examples_rgb_color.dcm"])
def test_colours_equal_pydicoms(name: str) -> None:
    file = wheel_file(name)
    expected = pixel_array(pydicom.dcmread(file))
    assert np.array_equal(np.asarray(load_dicom(file).pixels), expected[..., :3])


def test_each_frame_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    frames = np.stack([np.full((4, 4), value, np.uint8) for value in (10, 120, 250)])
    file = written(tmp_path / "cine.dcm", frames, WindowCenter=128, WindowWidth=256)
    assert [int(grey(file, frame)[0, 0]) for frame in (0, 1, 2)] == [10, 120, 250]
    # A wish outside the file is its nearest frame; no wish is the middle one.
    assert [load_dicom(file, frame).frame for frame in (-3, 99, None)] == [0, 2, 1]


@pytest.mark.parametrize("name", COMPRESSED_GREY)
def test_compressed_values_equal_gdcms(name: str) -> None:
    file = wheel_file(name)
    dataset = pydicom.dcmread(file)
    theirs = read_by_gdcm(file)
    ours = np.asarray(pixel_array(file, index=0))
    lossy = dataset.file_meta.TransferSyntaxUID.name.lower()
    tolerance = 0 if "lossless" in lossy or "RLE" in dataset.file_meta.TransferSyntaxUID.name else 1
    assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= tolerance
    # And the picture we show is those values through pydicom's own window.
    shown = load_dicom(file, 0)
    assert (shown.height_px, shown.width_px) == theirs.shape


@pytest.mark.parametrize("name", ["MR_small.dcm", "CT_small.dcm"])
def test_a_picture_is_the_same_whichever_way_it_is_packed(name: str, tmp_path: Path) -> None:
    dataset = pydicom.dcmread(wheel_file(name))
    plain = grey(wheel_file(name))
    dataset.compress(RLELossless)
    dataset.save_as(tmp_path / "packed.dcm")
    assert np.array_equal(grey(tmp_path / "packed.dcm"), plain)


def test_sizes_are_checked_before_any_pixel_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / "huge.dcm", RAMP, Rows=60_000, Columns=60_000)

    def decoded(*_arguments: object, **_named: object) -> None:
        raise AssertionError("pixels were decoded")

    monkeypatch.setattr("multimodal.dicom.pixel_array", decoded)
    with pytest.raises(FileTooLarge, match=r"huge.dcm has frames of 6866 MB; nothing was decoded"):
        load_dicom(file)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.99])
def test_a_cut_file_is_refused_in_a_sentence(keep: float, tmp_path: Path) -> None:
    content = wheel_file("CT_small.dcm").read_bytes()
    file = tmp_path / "cut.dcm"
    file.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(UnreadableFile, match=r"cut.dcm is damaged"):
        load_dicom(file)


@pytest.mark.shared_data
def test_the_open_compressed_files_equal_gdcm(open_data: Path) -> None:
    compared = 0
    for file in sorted((open_data / "files" / "dicom").glob("*.dcm")):
        dataset = pydicom.dcmread(file, force=True)
        syntax = dataset.file_meta.TransferSyntaxUID
        grey_picture = str(dataset.get("PhotometricInterpretation", "")).startswith("MONOCHROME")
        known = syntax in AllTransferSyntaxes and syntax.is_compressed and not syntax.is_deflated
        if not (grey_picture and known and "PixelData" in dataset):
            continue
        difference = np.asarray(pixel_array(file, index=0)).astype(int) - read_by_gdcm(file).astype(int)
        assert np.abs(difference).max() <= 1, file.name
        load_dicom(file, 0)
        compared += 1
    assert compared >= 3
