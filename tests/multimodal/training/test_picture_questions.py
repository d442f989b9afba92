from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from multimodal.training.picture_questions import (
    TOPIC_SHARES,
    LabelledPicture,
    Split,
    draw_training_set,
    read_pictures,
    read_vqa_rad,
    template_questions,
)

FILM = LabelledPicture("person7_bacteria_1.jpeg", "kermany-cxr", Split.TRAIN, "pneumonia", "bacteria")


def test_the_shares_of_the_mixture_are_a_whole() -> None:
    assert sum(TOPIC_SHARES.values()) == pytest.approx(1.0)


def test_templates_ask_only_what_the_labels_answer() -> None:
    questions = {question.topic: question for question in template_questions(FILM, random.Random(0))}
    assert set(questions) == {"kind", "is-it", "pneumonia", "pneumonia-cause"}
    assert questions["kind"].answer == "A chest X-ray."
    assert questions["pneumonia-cause"].answer == "It looks bacterial."


def test_yes_and_no_follow_the_label_whichever_way_the_question_is_put() -> None:
    for seed in range(20):
        question = next(q for q in template_questions(FILM, random.Random(seed)) if q.topic == "pneumonia")
        asks_for_health = "normal" in question.question or "clear" in question.question
        assert question.answer == ("No." if asks_for_health else "Yes.")


@pytest.mark.shared_data
def test_no_held_back_picture_is_in_the_training_set(open_data: Path) -> None:
    def digest(path: str) -> str:
        return hashlib.sha256((open_data / path).read_bytes()).hexdigest()

    trained = {question.path for question in draw_training_set(open_data, 6144, seed=0)}
    held = {picture.path for picture in read_pictures(open_data) if picture.split is Split.DEV}
    held |= {question.path for question in read_vqa_rad(open_data) if question.split is Split.DEV}
    assert len(held) > 500
    assert not trained & held
    assert not {digest(path) for path in trained} & {digest(path) for path in held}


@pytest.mark.shared_data
def test_films_of_one_patient_stay_on_one_side(open_data: Path) -> None:
    sides: dict[str, set[Split]] = {}
    for picture in read_pictures(open_data):
        name = Path(picture.path).name
        if name.startswith("person"):
            sides.setdefault(name.split("_")[0], set()).add(picture.split)
    assert sides
    assert all(len(splits) == 1 for splits in sides.values())
