"""What is asked about held-back pictures: right answers among the choices, and none about a picture of the training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from multimodal.training.picture_questions import read_vqa_rad
from multimodal.training.picture_tasks import cause_task, count_task, kind_task, open_task, yes_no_tasks
from multimodal.training.pictures import Split, read_pictures
from tests.fakes.open_pictures import write_open_pictures

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open") / "data"
    write_open_pictures(folder)
    return folder


def test_every_right_answer_is_a_choice_and_every_picture_is_held_back(data: Path) -> None:
    pictures, vqa = read_pictures(data), read_vqa_rad(data)
    held = {picture.path for picture in pictures if picture.split is Split.DEV}
    tasks = [*yes_no_tasks(pictures, vqa), cause_task(pictures), count_task(pictures), kind_task(pictures)]
    assert all(task.questions for task in tasks)
    for task in tasks:
        for question in task.questions:
            assert question.answer in task.choices
            assert question.path in held
    assert {question.answer for question in open_task(vqa).questions} == {"Left."}
    assert {question.answer for question in cause_task(pictures).questions} == set(cause_task(pictures).choices)


def test_a_task_can_be_cut_to_a_few_questions(data: Path) -> None:
    task = kind_task(read_pictures(data))
    assert len(task.first(3).questions) == 3
    assert task.first(3) == task.first(3)
    assert task.first(None) is task.first(10_000) is task
