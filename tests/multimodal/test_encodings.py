from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import pytest
from PIL import Image

from multimodal.encodings import Encodings, View
from multimodal.errors import InvalidFile
from multimodal.picture import NoSuchRegion, Region, crop
from tests.fakes.consultations import ConstantVision
from tests.fakes.files_read_here import FilesReadHere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from multimodal.vision import ImageEncoder, ImageFeatures


class CountingVision(ConstantVision):
    """Counts the pictures that it encodes, and keeps their sizes."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def encode(self, pictures: Sequence[Image.Image], cancelled: Callable[[], bool] = bool) -> ImageFeatures:
        self.sizes += [picture.size for picture in pictures]
        return super().encode(pictures, cancelled)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    picture = Image.new("RGB", (1_200, 900), "black")
    picture.paste("white", (0, 0, 600, 900))
    picture.save(file)
    return file


def brightness(encodings: Encodings, vision: CountingVision, view: View) -> float:
    features = encodings.features(view, encodings.picture(view), cast("ImageEncoder", vision))
    return float(features.cls[0, 0])


def test_a_picture_is_opened_and_encoded_once(photo: Path) -> None:
    encodings, vision = Encodings(FilesReadHere()), CountingVision()
    first = brightness(encodings, vision, View(photo))
    assert brightness(encodings, vision, View(photo)) == first == pytest.approx(0.5, abs=0.01)
    assert vision.sizes == [(1_200, 900)]
    assert max(encodings.picture(View(photo)).pixels.size) < 600


def test_a_file_that_has_changed_is_read_anew(photo: Path) -> None:
    encodings, vision = Encodings(FilesReadHere()), CountingVision()
    before = brightness(encodings, vision, View(photo))
    Image.new("RGB", (100, 100), "white").save(photo)
    os.utime(photo, ns=(1, 1))
    assert brightness(encodings, vision, View(photo)) > before
    photo.unlink()
    with pytest.raises(InvalidFile):
        encodings.picture(View(photo))


def test_a_region_is_another_view_and_is_cut_before_encoding(photo: Path) -> None:
    encodings, vision = Encodings(FilesReadHere()), CountingVision()
    left = View(photo, region=Region(0.0, 0.0, 0.5, 1.0))
    right = View(photo, region=Region(0.5, 0.0, 1.0, 1.0))
    assert brightness(encodings, vision, left) == 1.0
    assert brightness(encodings, vision, right) == 0.0
    assert vision.sizes == [(600, 900), (600, 900)]
    assert encodings.picture(left).description.endswith("0 to 50 % from the left and 0 to 100 % from the top")


def test_a_picture_that_was_seen_without_an_encoder_is_encoded_whole(photo: Path) -> None:
    encodings, vision = Encodings(FilesReadHere()), CountingVision()
    encodings.picture(View(photo))
    brightness(encodings, vision, View(photo))
    assert vision.sizes == [(1_200, 900)]


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    encodings = Encodings(FilesReadHere())
    for number in range(80):
        file = tmp_path / f"{number}.png"
        Image.new("RGB", (8, 8)).save(file)
        encodings.picture(View(file))
    assert len(encodings._kept) == 64


@pytest.mark.parametrize("sides", [(0.5, 0, 0.5, 1), (0.6, 0, 0.4, 1), (-0.1, 0, 1, 1), (0, 0, 1, 1.1), (0, 1, 1, 0)])
def test_a_region_outside_of_the_picture_is_refused(photo: Path, sides: tuple[float, float, float, float]) -> None:
    with pytest.raises(NoSuchRegion):
        Encodings(FilesReadHere()).picture(View(photo, region=Region(*sides)))


def test_the_smallest_region_holds_a_pixel(photo: Path) -> None:
    cut = crop(Encodings(FilesReadHere()).picture(View(photo)), Region(0.99999, 0.99999, 1.0, 1.0))
    assert (cut.width_px, cut.height_px) == cut.pixels.size == (1, 1)
