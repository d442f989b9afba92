from __future__ import annotations

from pathlib import Path

import pytest

from multimodal.training.pictures import LabelledPicture, Split, read_pictures


def test_labels_become_words_and_a_kind() -> None:
    film = LabelledPicture("person7_virus_1.jpeg", "kermany-cxr", Split.TRAIN, "pneumonia", "virus")
    assert film.words() == "chest X-ray pneumonia viral"
    assert film.kind() == "A chest X-ray."
    assert LabelledPicture("a.png", "vqa-rad", Split.TRAIN, "HEAD", "").words() == "head CT MRI scan"


@pytest.mark.shared_data
def test_every_open_picture_has_words_and_a_kind(open_data: Path) -> None:
    assert all(picture.words() and picture.kind() for picture in read_pictures(open_data))


@pytest.mark.shared_data
def test_films_of_one_patient_stay_on_one_side(open_data: Path) -> None:
    sides: dict[str, set[Split]] = {}
    for picture in read_pictures(open_data):
        name = Path(picture.path).name
        if name.startswith("person"):
            sides.setdefault(name.split("_")[0], set()).add(picture.split)
    assert sides
    assert all(len(splits) == 1 for splits in sides.values())
