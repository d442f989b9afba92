"""What conversations are drawn: their shares, and that withheld and mismatched pictures get no other answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from multimodal.training.clips import Clip
from multimodal.training.conversations import (
    NO_PICTURE,
    NO_RECORDING,
    NOT_SHOWN,
    TextPart,
    draw_mixture,
    text_conversations,
)
from multimodal.training.lesson_options import ConversationOptions
from multimodal.training.picture_questions import training_pictures
from multimodal.training.pictures import Split, read_pictures
from multimodal.training.spoken_sentences import Part
from tests.fakes.fusion_runs import write_open_data

if TYPE_CHECKING:
    from pathlib import Path

CLIPS = [
    Clip(text, Part.TRAIN, "test")
    for text in (
        "The bleeding stopped yesterday evening.",
        "Every morning breathing becomes difficult outside.",
        "Walking upstairs needs several longer pauses.",
    )
]
ASKED_OF = {"pneumonia": "kermany-cxr", "film": "kermany-cxr", "lesion": "busi", "blood cells": "bccd"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open") / "data"
    write_open_data(folder)
    return folder


def test_the_shares_are_those_that_were_asked_for(data: Path) -> None:
    options = ConversationOptions(pictures=0.5, sounds=0.3, texts=0.2)
    drawn = draw_mixture(data, CLIPS, options, 200, seed=0)
    kinds = [
        sum(bool(one.picture) for one in drawn),
        sum(one.clip is not None for one in drawn),
        sum(one.taught_by_teacher and one.clip is None for one in drawn),
    ]
    assert kinds == [100, 60, 40]
    assert drawn == draw_mixture(data, CLIPS, options, 200, seed=0)
    assert drawn != draw_mixture(data, CLIPS, options, 200, seed=1)


def test_no_picture_that_is_held_back_is_ever_shown(data: Path) -> None:
    held = {picture.path for picture in read_pictures(data) if picture.split is Split.DEV}
    options = ConversationOptions(mismatched=0.5)
    assert held
    assert not held & {one.picture for one in draw_mixture(data, [], options, 400, seed=3)}


def test_no_picture_is_shown_that_is_not_encoded_for_the_training(data: Path, tmp_path: Path) -> None:
    rows = (data / "images.jsonl").read_text().splitlines()
    normal = [row for row in rows if '"normal"' in row]
    (tmp_path / "images.jsonl").write_text("\n".join(row for row in rows if row not in normal[:-8]))
    known = {picture.path for picture in training_pictures(tmp_path, 3)}
    every = {picture.path for picture in read_pictures(tmp_path) if picture.split is Split.TRAIN}
    assert every - known  # films with pneumonia beyond as many as there are normal ones
    drawn = draw_mixture(tmp_path, [], ConversationOptions(mismatched=0.6), 400, seed=3)
    assert {one.picture for one in drawn} <= known


def test_a_picture_of_another_kind_does_not_show_what_is_asked(data: Path) -> None:
    pictures = {picture.path: picture for picture in read_pictures(data)}
    drawn = draw_mixture(data, [], ConversationOptions(mismatched=0.6), 300, seed=0)
    mismatched = [one for one in drawn if one.turns[0].answer == NOT_SHOWN]
    assert len(mismatched) > 60
    for one in mismatched:
        (turn,) = one.turns
        for word, source in ASKED_OF.items():
            if word in turn.question.lower():
                assert pictures[one.picture].source != source


def test_what_is_withheld_is_not_shown_and_the_answer_says_so(data: Path) -> None:
    options = ConversationOptions(sounds=0.5, pictures=0.5, withheld=0.5, with_words=0.0)
    drawn = draw_mixture(data, CLIPS, options, 200, seed=0)
    silent = [one for one in drawn if not one.picture and one.clip is None]
    assert {one.turns[0].answer for one in silent} == {NO_PICTURE, NO_RECORDING}
    assert 60 < len(silent) < 140
    assert all(one.turns[0].answer not in {NO_PICTURE, NO_RECORDING} for one in drawn if one not in silent)


def test_a_disease_is_read_in_training_or_measured_on(data: Path) -> None:
    parts = [
        {one.turns[0].question for one in text_conversations(data, 24, 0, part)}
        for part in (TextPart.TRAIN, TextPart.HELD_OUT)
    ]
    assert all(parts)
    assert not parts[0] & parts[1]
    assert len(parts[0] | parts[1]) == 24
