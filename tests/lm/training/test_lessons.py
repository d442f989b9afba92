"""The loop behind every lesson ends before numbers that are none reach a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from lm.errors import TrainingError
from lm.training.lessons import Course, CourseOptions, Group, Learning, LessonPlan, LessonStep, StepOptions, Taught

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lm.training.parallel import Processes


class Root:
    """A lesson whose loss is the square root of one weight, which has no slope at 0."""

    figures = ("loss",)
    options = StepOptions(learning_rate=0.1)

    def __init__(self, weight: nn.Parameter) -> None:
        self._weight = weight

    def learning(self) -> Sequence[Learning]:
        return [Learning([self._weight])]

    def parts(self, step: int, _processes: Processes) -> Sequence[int]:
        return [step]

    def loss(self, _part: int) -> tuple[torch.Tensor, torch.Tensor]:
        loss = self._weight.sqrt().sum()
        return loss, loss.detach().unsqueeze(0)


def _course(folder: Path, start: float) -> tuple[nn.Linear, Course]:
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, start)
    modules = nn.ModuleDict({"layer": layer})
    plan = LessonPlan("root", 3, lambda: Root(layer.weight))
    options = CourseOptions(folder, {}, "", seed=0, checkpoint_every=1)
    return layer, Course([plan], Taught(modules, nn.Identity()), modules, options, Group())


def test_a_gradient_that_is_no_number_ends_the_run_before_a_checkpoint(tmp_path: Path) -> None:
    layer, course = _course(tmp_path, 0.0)
    with pytest.raises(TrainingError, match="no longer a number at step 1"):
        course.teach(lambda _: None, lambda: False)
    assert layer.weight.item() == 0.0
    assert not (tmp_path / "checkpoints").exists()


def test_every_step_is_told_with_its_figures(tmp_path: Path) -> None:
    taken: list[LessonStep] = []
    _, course = _course(tmp_path, 4.0)
    assert course.teach(taken.append, lambda: False)
    assert [step.step for step in taken] == [1, 2, 3]
    assert taken[0].loss == 2.0
    assert taken[2].loss < taken[1].loss
