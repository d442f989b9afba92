from __future__ import annotations

import hashlib
import random
from typing import TYPE_CHECKING

import pytest

from multimodal.training.picture_questions import (
    MOST_QUESTIONS,
    SOURCE_SHARES,
    draw_conversations,
    read_vqa_rad,
    template_questions,
    training_pictures,
)
from multimodal.training.pictures import LabelledPicture, Split, read_pictures

if TYPE_CHECKING:
    from pathlib import Path

FILM = LabelledPicture("person7_bacteria_1.jpeg", "kermany-cxr", Split.TRAIN, "pneumonia", "bacteria")


def test_the_shares_of_the_mixture_are_a_whole() -> None:
    assert sum(SOURCE_SHARES.values()) == pytest.approx(1.0)


def test_templates_ask_only_what_the_labels_answer() -> None:
    questions = {question.topic: question for question in template_questions(FILM, random.Random(0))}
    assert set(questions) == {"kind", "is-it", "pneumonia", "film-finding", "pneumonia-cause"}
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

    trained = {picture.path for picture in training_pictures(open_data, seed=0)}
    asked = {conversation.path for conversation in draw_conversations(open_data, 1536, seed=0)}
    held = {picture.path for picture in read_pictures(open_data) if picture.split is Split.DEV}
    held |= {question.path for question in read_vqa_rad(open_data) if question.split is Split.DEV}
    assert len(held) > 500
    assert asked <= trained
    assert not trained & held
    assert not {digest(path) for path in trained} & {digest(path) for path in held}


@pytest.mark.shared_data
def test_labels_of_a_source_are_shown_equally_often(open_data: Path) -> None:
    labels = {picture.path: (picture.source, picture.label) for picture in read_pictures(open_data)}
    drawn = draw_conversations(open_data, 200, seed=1)
    shown = [labels[conversation.path] for conversation in drawn]
    counts = {label: shown.count(("kermany-cxr", label)) for label in ("normal", "pneumonia")}
    assert counts == {"normal": 50, "pneumonia": 50}
    assert all(1 <= len(conversation.questions) <= MOST_QUESTIONS for conversation in drawn)
    first_topics = {conversation.questions[0].topic for conversation in drawn}
    assert {"kind", "is-it", "pneumonia", "lesion-malignant", "vqa-yes-no"} <= first_topics
