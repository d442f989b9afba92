"""The one loop behind every training of adapters: lessons one after another, each a few optimizer steps.

A lesson says what learns, what a step is made of and what it costs; everything else is here: learning rates, gradient
accumulation, clipping, several processes, checkpoints. What a step is made of follows from its number, and the random
numbers of dropout are seeded by it, so that a run that was stopped goes on exactly.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import nn

from lm.errors import OutOfMemory, TrainingError
from lm.prefix import is_out_of_memory
from lm.training.checkpoint import Checkpoints, Progress, RunState
from lm.training.parallel import Processes, adding_gradients, whole, wrapped
from lm.training.schedule import LearningRates, generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_BETAS = (0.9, 0.95)


@dataclass(frozen=True, slots=True)
class StepOptions:
    """AdamW (Loshchilov and Hutter 2019) with a warm-up, a cosine and clipped gradients."""

    learning_rate: float
    warmup: float = 0.03
    """The share of the steps in which the learning rate rises."""
    final_share: float = 0.1
    """The learning rate at the end as a share of the highest."""
    clip: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Learning:
    """Weights that learn together; `pace` multiplies the lesson's learning rate."""

    parameters: Sequence[nn.Parameter]
    pace: float = 1.0
    weight_decay: float = 0.0


class Lesson(Protocol):
    """What is taught, step by step."""

    @property
    def options(self) -> StepOptions:
        """How fast it is taught."""

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures that `loss` reports, the loss that a curve shows first."""

    def learning(self) -> Sequence[Learning]:
        """Return what learns."""

    def parts(self, step: int, processes: Processes) -> Sequence[Any]:
        """Return this process's parts of step `step`, counted from 1, at least one and as many in every process."""

    def loss(self, part: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the part's share of the step's loss, and its share of the `figures` `(figures,)` without gradient."""


@dataclass(frozen=True, slots=True)
class LessonPlan:
    """A lesson that comes: it is built when those before it are over."""

    name: str
    steps: int
    build: Callable[[], Lesson]
    full_steps: int = 0
    """What the learning rate is laid out for, where the lesson ends before; 0 where it does not."""


@dataclass(frozen=True, slots=True)
class LessonStep:
    """One optimizer step; `step` counts over all lessons, `of_lesson` within `lesson`. Losses are in nats."""

    lesson: str
    step: int
    of_lesson: int
    steps: int
    """Of the lesson."""
    figures: dict[str, float]
    learning_rate: float
    elapsed_s: float

    @property
    def loss(self) -> float:
        """The first figure."""
        return next(iter(self.figures.values()))


class Taught(nn.Module):
    """All that a lesson computes with, behind one forward, which is what DDP and FSDP2 wrap."""

    def __init__(self, projectors: nn.ModuleDict, decoder: nn.Module) -> None:
        super().__init__()
        self.projectors = projectors
        self.decoder = decoder

    def forward(self, compute: Callable[[Any], tuple[torch.Tensor, torch.Tensor]], part: Any) -> Any:
        """Return what `compute` makes of a part."""
        loss, figures = compute(part)
        # A part without sound leaves the audio projector out, and the other processes wait for its gradient.
        learning = [p for p in self.projectors.parameters() if p.requires_grad]
        return loss + 0.0 * sum(p.sum() for p in learning), figures


class LessonTrainer:
    """Takes the optimizer steps of one lesson."""

    def __init__(self, taught: Taught, lesson: Lesson, plan: LessonPlan, options: CourseOptions, group: Group) -> None:
        self._lesson, self._seed, self._processes = lesson, options.seed, group.processes
        self._purpose = f"dropout of {plan.name} in process {group.processes.rank}"
        pace = lesson.options
        steps = plan.full_steps or plan.steps
        self._rates = LearningRates(pace.learning_rate, steps, pace.warmup, pace.final_share)
        chosen = {id(parameter) for part in lesson.learning() for parameter in part.parameters}
        for parameter in taught.parameters():
            parameter.requires_grad_(id(parameter) in chosen)
        self._model = wrapped(taught, group.blocks, group.processes)
        # Only now: sharding puts other tensors in the place of the weights.
        learning = lesson.learning()
        self._learning = [parameter for part in learning for parameter in part.parameters]
        self.optimizer = torch.optim.AdamW(
            [{"params": list(p.parameters), "weight_decay": p.weight_decay, "pace": p.pace} for p in learning],
            lr=pace.learning_rate,
            betas=_BETAS,
        )

    def step(self, number: int) -> tuple[dict[str, float], float]:
        """Take step `number`, counted from 1; return the figures and the learning rate.

        Raises TrainingError when the loss is no longer a number, OutOfMemory with what to lower.
        """
        rate = self._rates.at(number)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["pace"]
        torch.manual_seed(generator(self._seed, self._purpose, number).initial_seed())
        self.optimizer.zero_grad(set_to_none=True)
        try:
            figures = self._accumulate(number)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            raise OutOfMemory(
                "Memory ran out in a training step; the checkpoints are safe. Start again with fewer tokens in a pack."
            ) from error
        named = dict(zip(self._lesson.figures, figures.tolist(), strict=True))
        # A loss can be a number whose gradient is none; such a step would end in the next checkpoint.
        length = float(whole(torch.nn.utils.clip_grad_norm_(self._learning, self._lesson.options.clip)))
        if not all(map(math.isfinite, (*named.values(), length))):
            raise TrainingError(
                f"The loss is no longer a number at step {number} of a lesson; the checkpoints before it are safe. "
                "Start another run with a lower learning-rate."
            )
        self.optimizer.step()
        return named, rate

    def _accumulate(self, number: int) -> torch.Tensor:
        parts = self._lesson.parts(number, self._processes)
        total = torch.zeros(len(self._lesson.figures))
        for place, part in enumerate(parts, 1):
            with adding_gradients(self._model, last=place == len(parts)):
                loss, figures = self._model(self._lesson.loss, part)
                (loss * self._processes.world).backward()
            total += figures.detach().cpu().float()
        return self._processes.added_up(total)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The processes, and the blocks of the decoder that FSDP2 gathers one at a time."""

    processes: Processes = field(default_factory=Processes)
    blocks: Sequence[nn.Module] = ()


@dataclass(frozen=True, slots=True)
class CourseOptions:
    """Where a course keeps its checkpoints, and what belongs to them."""

    folder: Path
    described: Mapping[str, Any]
    """The configuration: a run goes on only with the one it was started with."""
    data_sha256: str
    seed: int
    checkpoint_every: int = 50


class Course:
    """Lessons one after another, from the start or from the last checkpoint.

    `kept` holds the weights that a checkpoint keeps: all that any lesson teaches.
    """

    def __init__(
        self, plans: Sequence[LessonPlan], taught: Taught, kept: nn.Module, options: CourseOptions, group: Group
    ) -> None:
        self._plans, self._taught, self._kept, self._options, self._group = plans, taught, kept, options, group
        self._checkpoints = Checkpoints(options.folder)
        self._done = 0
        self._resumed_at: int | None = None
        described = json.loads(json.dumps(options.described))
        self._state = RunState(Progress(0), described, options.data_sha256)

    @property
    def step(self) -> int:
        """How many steps were taken, over all lessons."""
        return self._done

    def resume(self) -> None:
        """Start from the last checkpoint. Raises TrainingError when it is another run's, or there is none."""
        state = self._checkpoints.read_state()
        changed = [
            name
            for name, same in (
                ("data", state.data_sha256 == self._state.data_sha256),
                ("configuration", state.options == self._state.options),
            )
            if not same
        ]
        if changed:
            raise TrainingError(
                f"This is not the {changed[0]} that the run was started with. Nothing was touched: put it back, or "
                "start another run in another folder."
            )
        self._done = self._resumed_at = state.progress.step
        self._checkpoints.restore(self._kept, None)

    def begin_after(self, steps: int) -> None:
        """Count the first `steps` as taken: what they lead to is in the weights already."""
        self._done = steps

    def teach(self, on_step: Callable[[LessonStep], None], cancelled: Callable[[], bool]) -> bool:
        """Take the steps that are left; return whether all were taken. Stopped, it leaves a checkpoint."""
        started, before = time.monotonic(), 0
        for plan in self._plans:
            for number, figures, rate in self._steps(plan, before, cancelled):
                self._done = before + number
                elapsed = time.monotonic() - started
                on_step(LessonStep(plan.name, self._done, number, plan.steps, figures, rate, elapsed))
            before += plan.steps
            if self._done < before:
                return False
        return True

    def _steps(
        self, plan: LessonPlan, before: int, cancelled: Callable[[], bool]
    ) -> Iterator[tuple[int, dict[str, float], float]]:
        """Take the steps of a lesson that are left, each with its figures and learning rate."""
        done = self._done - before
        if done >= plan.steps:
            return
        lesson = plan.build()
        trainer = LessonTrainer(self._taught, lesson, plan, self._options, self._group)
        if self._done == self._resumed_at:
            # Again, since building the lesson may have brought weights that `resume` could not know.
            self._checkpoints.restore(self._kept, trainer.optimizer if done else None)
        self._kept.train()
        for number in range(done + 1, plan.steps + 1):
            if self._stopped(cancelled):
                self._save(trainer)
                break
            yield number, *trainer.step(number)
            if number == plan.steps or number % self._options.checkpoint_every == 0:
                self._save(trainer)
        self._kept.eval()

    def _stopped(self, cancelled: Callable[[], bool]) -> bool:
        """Ask all processes, so that they stop after the same step."""
        return bool(self._group.processes.added_up(torch.tensor(float(cancelled()))))

    def _save(self, trainer: LessonTrainer) -> None:
        state = replace(self._state, progress=Progress(self._done))
        self._checkpoints.save(state, self._kept, trainer.optimizer, writes=self._group.processes.first)
