"""A run that begins where another one stands: with the projectors that its first lessons led to.

What a lesson leads to follows from the configuration, the data and the seed, so what was given already need not be
given again. The last checkpoint of the other run says what it was, and is held to it.
"""

from __future__ import annotations

import json
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from torch import nn

from lm.errors import TrainingError
from lm.training.checkpoint import Checkpoints

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lm.training.lessons import CourseOptions, LessonPlan

_SAME = ("decoder", "vision", "speech", "image_hidden", "audio_hidden", "clips", "seed")
_STOPS = "stop_after"
"""A lesson that was stopped is the same lesson: what counts is how many of its steps were taken."""


def take_over(folder: Path, options: CourseOptions, plans: Sequence[LessonPlan], projectors: nn.ModuleDict) -> int:
    """Put the projectors that the run in `folder` ended with into `projectors`; return how many steps it took.

    Raises TrainingError where these are not the first lessons of `options.described`, or the decoder learned in them.
    """
    checkpoints = Checkpoints(folder)
    state = checkpoints.read_state()
    described: dict[str, Any] = json.loads(json.dumps(options.described))
    ends = list(accumulate(plan.steps for plan in plans))
    given = ends.index(state.progress.step) + 1 if state.progress.step in ends[:-1] else 0
    changed = [name for name in _SAME if state.options.get(name) != described[name]]
    if state.data_sha256 != options.data_sha256:
        changed.append("data")
    first = _lessons(described, given)
    if changed or not first or _lessons(state.options, given) != first:
        told = f" ({', '.join(changed)} differ)" if changed else ""
        raise TrainingError(
            f"The run in {folder} did not end after the first lessons of this configuration{told}. Nothing was started."
        )
    if any(lesson["teaches"] == "label prompts" or lesson.get("decoder_pace") for lesson in first):
        raise TrainingError("A run goes on from projectors alone, not from label prompts or a decoder that learned.")
    checkpoints.restore(nn.ModuleDict({"projectors": projectors}), None)
    return state.progress.step


def _lessons(described: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    lessons = described.get("lessons", [])[:count]
    return [{name: value for name, value in lesson.items() if name != _STOPS} for lesson in lessons]
