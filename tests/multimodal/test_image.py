from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from multimodal.dicom import linear_window
from multimodal.errors import InvalidFile, MissingFile, NotAnImage, UnreadableFile
from multimodal.image import load_image

CANARY = "CANARY7391"


def wheel_file(name: str) -> Path:
    return Path(str(get_testdata_file(name, download=False)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(orientation: int, tmp_path: Path) -> None:
    upright = np.zeros((8, 12), np.uint8)
    upright[:4, :6] = 255
    # How a camera that writes this orientation stores the picture (TIFF 6.0, tag 274).
    stored = {
        1: upright,
        2: np.fliplr(upright),
        3: np.rot90(upright, 2),
        4: np.flipud(upright),
        5: upright.T,
        6: np.rot90(upright, 1),
        7: np.rot90(upright, 2).T,
        8: np.rot90(upright, -1),
    }[orientation]
    image = Image.fromarray(stored)
    exif = image.getexif()
    exif[274] = orientation
    file = tmp_path / "photo.png"
    image.save(file, exif=exif)
    assert np.array_equal(np.asarray(load_image(file).pixels)[..., 0], upright)


def test_deep_greys_are_scaled_not_clipped(tmp_path: Path) -> None:
    file = tmp_path / "deep.png"
    Image.fromarray(np.array([[1000, 2000], [3000, 5000]], np.uint16)).save(file)
    assert np.asarray(load_image(file).pixels)[..., 0].tolist() == [[0, 64], [128, 255]]


def test_transparency_is_white(tmp_path: Path) -> None:
    file = tmp_path / "clear.png"
    Image.new("RGBA", (2, 2), (0, 0, 0, 0)).save(file)
    assert load_image(file).pixels.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    "other",
    ["MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm", "MR_small_bigendian.dcm"],
)
def test_every_lossless_syntax_shows_the_same_picture(other: str) -> None:
    reference = load_image(wheel_file("MR_small.dcm"))
    assert np.array_equal(np.asarray(load_image(wheel_file(other)).pixels), np.asarray(reference.pixels))


def test_the_window_follows_the_standard() -> None:
    # PS3.3 C.11.2.1.2.1: centre 2048, width 4096 maps 0..4095 linearly.
    values = np.array([-1.0, 0.0, 2047.5, 4095.0, 5000.0])
    assert linear_window(values, 2048, 4096).tolist() == pytest.approx([0, 0, 0.5, 1, 1])


def dicom_file(path: Path, photometric: str = "MONOCHROME2", **fields: object) -> Path:
    dataset = pydicom.Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset.SOPClassUID, dataset.SOPInstanceUID = SecondaryCaptureImageStorage, "1.2.3"
    dataset.Rows = dataset.Columns = 4
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = 7, 0, 1
    dataset.PhotometricInterpretation = photometric
    dataset.WindowCenter, dataset.WindowWidth = 128, 256
    dataset.PixelData = bytes(range(0, 256, 16))
    for name, value in fields.items():
        setattr(dataset, name, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


def test_monochrome1_is_inverted(tmp_path: Path) -> None:
    bright = np.asarray(load_image(dicom_file(tmp_path / "two.dcm")).pixels).astype(int)
    dark = np.asarray(load_image(dicom_file(tmp_path / "one.dcm", "MONOCHROME1")).pixels).astype(int)
    assert np.abs(bright + dark - 255).max() <= 1
    assert bright[0, 0, 0] < bright[-1, -1, 0]


def test_the_description_names_nobody(tmp_path: Path) -> None:
    text = [
        "PatientName",
        "PatientID",
        "InstitutionName",
        "StudyDescription",
        "SeriesDescription",
        "ImageComments",
        "ReferringPhysicianName",
        "BodyPartExamined",
        "Modality",
        "OperatorsName",
        "AccessionNumber",
    ]
    picture = load_image(dicom_file(tmp_path / "named.dcm", **dict.fromkeys(text, CANARY)))
    assert CANARY not in picture.description
    assert CANARY not in str(picture.modality) + str(picture.body_part)


def test_the_middle_frame_is_shown_and_named(tmp_path: Path) -> None:
    frames = bytes(16) + bytes([128] * 16) + bytes([255] * 16)
    picture = load_image(dicom_file(tmp_path / "cine.dcm", NumberOfFrames=3, PixelData=frames))
    assert (picture.frame, picture.frames) == (1, 3)
    assert "frame 2 of 3" in picture.description
    assert picture.pixels.getpixel((0, 0)) == (128, 128, 128)


@pytest.mark.parametrize("name", ["rtplan.dcm", "reportsi.dcm", "waveform_ecg.dcm"])
def test_an_object_without_pixels_is_named(name: str) -> None:
    with pytest.raises(NotAnImage):
        load_image(wheel_file(name))


def test_a_missing_an_empty_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for path in (tmp_path / "missing", tmp_path / "empty", tmp_path):
        with pytest.raises(MissingFile):
            load_image(path)


def test_a_truncated_photo_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    Image.effect_noise((200, 200), 80).save(file)
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(UnreadableFile):
        load_image(file)


def deflated_bomb(path: Path) -> Path:
    """300 KB that inflate to 300 MB: one element of zeros in the deflated transfer syntax."""
    dicom_file(path)
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(path, enforce_file_format=True)
    content = path.read_bytes()
    start = 144 + struct.unpack("<I", content[140:144])[0]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    size = 300 << 20
    body = packer.compress(struct.pack("<HH2sHI", 0x0009, 0x1010, b"OB", 0, size))
    body += b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    path.write_bytes(content[:start] + body)
    return path


def test_a_deflated_bomb_is_refused_within_bounded_memory(tmp_path: Path) -> None:
    bomb = deflated_bomb(tmp_path / "bomb.dcm")
    assert bomb.stat().st_size < 400_000
    script = (
        "import resource, sys; from pathlib import Path; from multimodal.image import load_image\n"
        "from multimodal.errors import FileTooLarge\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: load_image(Path(sys.argv[1]))\n"
        "except FileTooLarge: grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "sys.stdout.write(str(grown))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(bomb)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 700 * 1024


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("originals")
    for name in ("a.png", "a.jpg"):
        Image.effect_noise((16, 16), 60).save(folder / name)
    dicom_file(folder / "a.dcm")
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@settings(max_examples=150)
@given(st.sampled_from(["a.dcm", "a.jpg", "a.png"]), st.integers(0, 5000), st.binary(min_size=1, max_size=4))
def test_mutated_files_are_read_or_refused(
    originals: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, name: str, place: int, change: bytes
) -> None:
    content = bytearray(originals[name])
    place %= len(content)
    content[place : place + len(change)] = change
    file = tmp_path_factory.mktemp("mutated") / name
    file.write_bytes(content)
    try:
        picture = load_image(file)
    except InvalidFile:
        return
    assert picture.pixels.mode == "RGB"


@pytest.mark.shared_data
def test_every_open_and_hostile_file_is_read_or_refused_in_a_sentence(open_data: Path) -> None:
    files = [
        file
        for folder in ("hostile/images", "files/dicom")
        for file in sorted((open_data / folder).rglob("*"))
        if file.is_file()
    ]
    assert len(files) > 50
    read, sentences = 0, []
    for file in files:
        try:
            read += load_image(file).pixels.mode == "RGB"
        except InvalidFile as error:
            sentences.append(str(error))
    assert read > 25
    assert sentences
    assert all(len(sentence) < 300 and sentence.endswith(".") for sentence in sentences)
