from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file

from desktop.pictures.errors import NothingToShow
from desktop.pictures.series import arrange, sort_into_series
from multimodal.errors import InvalidFile
from tests.fakes.viewed_pictures import ct_dataset, write_ct_series, write_dicom


def _always(_done: int, _total: int) -> bool:
    return True


def _numbers(members: tuple) -> list[int]:
    return [member.instance for member in members]


def test_slices_lie_along_the_normal_whatever_the_files_are_called(tmp_path: Path) -> None:
    files = write_ct_series(tmp_path, 12)
    arranged = arrange(files, _always)
    # The normal points to the head and slice 12 lies lowest.
    assert _numbers(arranged.members) == list(range(12, 0, -1))
    assert not arranged.is_clip


def test_a_folder_is_its_files(tmp_path: Path) -> None:
    write_ct_series(tmp_path, 5)
    assert len(arrange([tmp_path], _always).members) == 5


def test_without_positions_the_numbers_count(tmp_path: Path) -> None:
    files = []
    for name, number in (("a", 3), ("b", 1), ("c", 2)):
        dataset = ct_dataset(np.zeros((4, 4)), number)
        del dataset.ImagePositionPatient
        files.append(write_dicom(tmp_path / name, dataset))
    arranged = arrange(files, _always)
    assert _numbers(arranged.members) == [1, 2, 3]
    assert [member.file_index for member in arranged.members] == [1, 2, 0]


def test_other_series_sizes_and_directions_are_put_aside_and_counted(tmp_path: Path) -> None:
    files = write_ct_series(tmp_path / "whole", 6)
    for name, dataset in (
        ("small", ct_dataset(np.zeros((4, 4)), 1)),
        ("other", ct_dataset(np.zeros((16, 16)), 1, series="9.9")),
        ("upright", ct_dataset(np.zeros((16, 16)), 1, ImageOrientationPatient=[1, 0, 0, 0, 0, -1])),
    ):
        files.append(write_dicom(tmp_path / name, dataset))
    arranged = arrange(files, _always)
    assert (len(arranged.members), arranged.other_series, arranged.other_pictures) == (6, 3, 3)


def test_directions_that_are_rounded_differently_are_one_stack(tmp_path: Path) -> None:
    files = [
        write_dicom(
            tmp_path / f"{n}", ct_dataset(np.zeros((4, 4)), n, ImageOrientationPatient=[1, n * 1e-4, 0, 0, 1, 0])
        )
        for n in (1, 2)
    ]
    assert len(arrange(files, _always).members) == 2


def test_files_without_a_picture_are_left_out(tmp_path: Path) -> None:
    files = write_ct_series(tmp_path, 3)
    (tmp_path / "notes.txt").write_text("no picture")
    report = Path(str(get_testdata_file("test-SR.dcm")))
    assert arrange([*files, tmp_path / "notes.txt", report], _always).left_out == 2


def test_nothing_to_show_is_said(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("no picture")
    with pytest.raises(NothingToShow):
        arrange([tmp_path], _always)
    with pytest.raises(InvalidFile):
        arrange([tmp_path / "a.txt"], _always)


def test_photos_keep_the_order_of_their_names(tmp_path: Path) -> None:
    for number in (10, 9, 1):
        Image.new("RGB", (8, 8), (number, 0, 0)).save(tmp_path / f"slice {number}.png")
    names = [member.path.name for member in arrange([tmp_path], _always).members]
    assert names == ["slice 1.png", "slice 9.png", "slice 10.png"]


def test_the_frames_of_a_film_are_a_clip(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), (number * 20, 0, 0)) for number in range(5)]
    frames[0].save(tmp_path / "film.gif", save_all=True, append_images=frames[1:], duration=40)
    arranged = arrange([tmp_path / "film.gif"], _always)
    assert arranged.is_clip
    assert [member.frame for member in arranged.members] == [0, 1, 2, 3, 4]
    assert arranged.start == 0


def test_arranging_can_be_stopped(tmp_path: Path) -> None:
    files = write_ct_series(tmp_path, 4)
    assert len(arrange(files, lambda done, _total: done < 2).members) == 2


def test_files_are_sorted_into_their_series_by_their_headers(tmp_path: Path) -> None:
    first = write_ct_series(tmp_path / "first", 3)
    other = write_dicom(tmp_path / "other", ct_dataset(np.zeros((16, 16)), 1, series="9.9"))
    upright = write_dicom(
        tmp_path / "upright", ct_dataset(np.zeros((16, 16)), 1, ImageOrientationPatient=[1, 0, 0, 0, 0, -1])
    )
    broken = [tmp_path / "broken-1", tmp_path / "broken-2"]
    for file in broken:
        file.write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 40)
    files = [first[0], other, first[1], upright, *broken, first[2]]
    assert sort_into_series(files, _always) == [0, 1, 0, 2, 3, 4, 0]
    assert sort_into_series(files, lambda done, _total: done < 2) == [0, 1]
