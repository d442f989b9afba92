"""Words in the pixels of DICOM objects: found by the real child, blacked out in the copy alone."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import numpy as np
import pydicom
import pytest
from pydicom.pixels import pixel_array

from desktop.burned_in.asking import copy_without, find_words
from desktop.burned_in.blackening import black_out_dicom
from desktop.burned_in.marks import WORDS, Ask, Done, Looked, Mark, Task
from desktop.record.deidentify.errors import NotDeidentifiable
from desktop.record.deidentify.words_in_pixels import PixelWords
from tests.desktop.confined.liars import liar
from tests.fakes.named_pictures import named_dataset, named_pixels

if TYPE_CHECKING:
    from pathlib import Path

KEY = "00" * 32
NAME_PLACE = Mark(8, 8, 400, 56)


def copied(file: Path, marks: tuple[Mark, ...], words: PixelWords = PixelWords.BLACKED_OUT) -> pydicom.Dataset:
    copy = copy_without(Task(Ask.COPY, str(file), None, marks, words, KEY))
    assert copy.suffix == "dcm"
    return pydicom.dcmread(io.BytesIO(copy.content))


def test_the_name_is_found_and_black_in_every_frame_and_the_original_stays(tmp_path: Path) -> None:
    file = tmp_path / "scan.dcm"
    named_dataset(frames=3).save_as(file, enforce_file_format=True)
    before = file.read_bytes()
    found = find_words(file)
    assert (found.looked.width, found.looked.height, found.looked.frames, found.looked.looked_at) == (480, 360, 3, 3)
    assert any("OKAFOR" in mark.words for mark in found.marks)
    assert any(mark.is_position for mark in found.marks)
    dataset = copied(file, tuple(mark for mark in found.marks if not mark.is_position))
    after, original = pixel_array(dataset), pixel_array(file)
    assert after[:, :56, :400].max() <= original[:, :56, :400].min() + 16
    np.testing.assert_array_equal(after[:, 200:], original[:, 200:])
    assert after[0, 100:160, 400:].max() == original[0, 100:160, 400:].max()
    assert file.read_bytes() == before


def test_the_copy_says_what_was_done_to_its_pixels(tmp_path: Path) -> None:
    file = tmp_path / "scan.dcm"
    named_dataset().save_as(file, enforce_file_format=True)
    for words, says, codes in (
        (PixelWords.BLACKED_OUT, "NO", ["113100", "113101"]),
        (PixelWords.SOME_LEFT, "YES", ["113100"]),
        (PixelWords.NOT_LOOKED_FOR, None, ["113100"]),
    ):
        dataset = copied(file, (NAME_PLACE,), words)
        assert dataset.get("BurnedInAnnotation") == says
        assert [code.CodeValue for code in dataset.DeidentificationMethodCodeSequence] == codes
        assert dataset.ImageType == ["DERIVED", "PRIMARY"]
        assert (dataset.BitsStored, dataset.PatientName) == (12, "")


@pytest.mark.parametrize("interpretation", ["MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL"])
def test_black_is_black_however_the_pixels_are_kept(interpretation: str) -> None:
    dataset = named_dataset(interpretation)
    assert black_out_dicom(dataset, (NAME_PLACE,))
    shown = pixel_array(dataset)
    black = shown[8:56, 8:400]
    assert (black == (shown.max() if interpretation == "MONOCHROME1" else 0)).all()
    rest = shown[200:, :, 0] if shown.ndim == 3 else shown[200:]
    assert len(np.unique(rest)) > 20


def test_what_is_hidden_in_spare_bits_goes_too() -> None:
    dataset = named_dataset()
    drawn = np.frombuffer(dataset.PixelData, "<u2") | 0x8000
    dataset.PixelData = drawn.tobytes()
    assert black_out_dicom(dataset, ())
    assert np.frombuffer(dataset.PixelData, "<u2").max() < 0x1000
    dataset = named_dataset(bits=16)
    assert not black_out_dicom(dataset, ())


def test_pixels_of_an_unknown_depth_are_refused(tmp_path: Path) -> None:
    dataset = named_dataset()
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 32, 32, 31
    dataset.PixelData = bytes(4 * 480 * 360)
    file = tmp_path / "deep.dcm"
    dataset.save_as(file, enforce_file_format=True)
    with pytest.raises(NotDeidentifiable, match=r"deep\.dcm keeps its pixels in a way"):
        copied(file, (NAME_PLACE,))


@pytest.mark.parametrize(
    "said",
    [
        (Mark(0, 0, 5, 5), Looked(4, 4, 1, 1)),
        (Mark(3, 0, 3, 5), Looked(9, 9, 1, 1)),
        (Looked(9, 9, 1, 2),),
        (Done("png"),),
        (b"no picture", Done("png")),
        (b"#!/bin/sh", Done("sh")),
        (),
    ],
)
def test_a_child_that_was_taken_over_is_not_believed(
    said: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", liar(tmp_path, WORDS, *said))
    with pytest.raises(NotDeidentifiable, match="made its reader stop"):
        find_words(tmp_path / "a.dcm")
    with pytest.raises(NotDeidentifiable, match="made its reader stop"):
        copy_without(Task(Ask.COPY, str(tmp_path / "a.dcm")))


def test_the_key_is_in_no_argument(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "listener"
    script.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"open({str(tmp_path / 'heard')!r}, 'w').write(json.dumps([sys.argv, sys.stdin.read()]))\n"
    )
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    with pytest.raises(NotDeidentifiable):
        copy_without(Task(Ask.COPY, str(tmp_path / "a.dcm"), key_hex="5ec2e7"))
    arguments, said = json.loads((tmp_path / "heard").read_text())
    assert "5ec2e7" in said
    assert not [argument for argument in arguments if "5ec2e7" in argument]


def test_the_picture_itself_is_what_it_is_taken_for() -> None:
    assert named_pixels().max() > 240
