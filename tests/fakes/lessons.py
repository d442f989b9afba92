"""One lesson alone, taught by the loop that teaches whole runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from lm.lora import decoder_module
from lm.training.lessons import Course, CourseOptions, Group, LessonPlan, LessonStep, Taught

if TYPE_CHECKING:
    from pathlib import Path

    from lm.training.lessons import Lesson
    from lm.weights import LoadedDecoder


def teach_alone(
    lesson: Lesson, steps: int, decoder: LoadedDecoder, modules: dict[str, nn.Module], folder: Path
) -> list[LessonStep]:
    """Teach `modules` in place."""
    projectors = nn.ModuleDict(modules)
    taken: list[LessonStep] = []
    course = Course(
        [LessonPlan("alone", steps, lambda: lesson)],
        Taught(projectors, decoder_module(decoder.model)),
        projectors,
        CourseOptions(folder, {}, "", seed=0, checkpoint_every=steps + 1),
        Group(),
    )
    assert course.teach(taken.append, lambda: False)
    return taken
