"""Training of the decoder on next tokens: `train_lm` starts a run, `resume_lm` goes on with one.

The output folder is a Hugging Face checkpoint at any time: `model.safetensors` is replaced, whole, whenever
the validation loss is lower than before. Beside it lie the checkpoints to resume from, the loss log and its curve.
"""

from __future__ import annotations

import math
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors.torch import save_file

from lm.errors import TrainingError
from lm.hardware import choose_device
from lm.layout import disassemble
from lm.sampling import GenerationOptions
from lm.training.chart import draw_loss_curve
from lm.training.checkpoint import Checkpoints, Progress, RunState, weights_of
from lm.training.events import LmTrainingResult, Prepared, Sampled, Stepped, TrainingEvent, Validated
from lm.training.files import replace_file
from lm.training.losslog import LossLog
from lm.training.options import resumed_options
from lm.training.prepare import prepare_new, prepare_resumed
from lm.training.sample import continue_text
from lm.training.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lm.training.options import LmTrainingOptions
    from lm.training.prepare import Preparation

    Listener = Callable[[TrainingEvent], None]


def ignore(_event: TrainingEvent) -> None:
    """Hear nothing: the default of `on_event`."""


def never() -> bool:
    """Return False: the default of `cancelled`."""
    return False


def train_lm(
    options: LmTrainingOptions, on_event: Listener = ignore, cancelled: Callable[[], bool] = never
) -> LmTrainingResult:
    """Train into `options.out`, which must be empty or new. `cancelled` is asked between steps.

    Raises TrainingError, before anything is written, when the run cannot start as it was asked for.
    """
    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        raise TrainingError(
            f"{options.out} is not empty, and nothing in it was touched: choose another folder, or go on with "
            "a stopped run by --resume."
        )
    device = choose_device(options.device)
    with tempfile.TemporaryDirectory() as workshop:
        preparation = prepare_new(options, Path(workshop))
        options.out.mkdir(parents=True, exist_ok=True)
        for file in Path(workshop).iterdir():
            shutil.copyfile(file, options.out / file.name)
    run = _Run(options, preparation, Trainer(preparation, options, device), on_event)
    run.begin()
    return run.go_on(cancelled)


def resume_lm(
    out: Path,
    given: Mapping[str, Any],
    on_event: Listener = ignore,
    cancelled: Callable[[], bool] = never,
) -> LmTrainingResult:
    """Go on with the run in `out` from its last checkpoint; its losses are those of a run never stopped.

    `given` are options by command-line name. Raises TrainingError when they or the text have changed.
    """
    state = Checkpoints(out).read_state()
    options = resumed_options(state.options, {**given, "out": out})
    preparation = prepare_resumed(options)
    if preparation.fingerprint() != state.data_sha256:
        raise TrainingError(
            "The text files have changed since the run was started. Nothing was touched: "
            "put them back, or train into another folder."
        )
    trainer = Trainer(preparation, options, choose_device(options.device))
    run = _Run(options, preparation, trainer, on_event, state.progress)
    run.restore()
    return run.go_on(cancelled)


class _Run:
    """One run on its way: steps, validations, checkpoints, and what they leave in the output folder."""

    def __init__(
        self,
        options: LmTrainingOptions,
        preparation: Preparation,
        trainer: Trainer,
        on_event: Listener,
        progress: Progress | None = None,
    ) -> None:
        self._options = options
        self._preparation = preparation
        self._trainer = trainer
        self._tell = on_event
        self._progress = progress or Progress(step=0)
        self._checkpoints = Checkpoints(options.out)
        self._log = LossLog(options.out / "loss.jsonl")
        self._data_sha256 = preparation.fingerprint()
        self._recent: list[Stepped] = []
        self._started_s = self._validated_s = time.perf_counter()

    def begin(self) -> None:
        """Measure the untrained decoder and write the checkpoint of step 0."""
        self._tell(self._prepared())
        self._validate()
        self._save()

    def restore(self) -> None:
        """Go back to the last checkpoint."""
        self._checkpoints.restore(self._preparation.decoder, self._trainer.optimizer)
        self._log.forget_after(self._progress.step)
        self._tell(self._prepared())

    def go_on(self, cancelled: Callable[[], bool]) -> LmTrainingResult:
        """Take the steps that are left; stopped by `cancelled`, save where the run stands."""
        last = self._options.steps
        self._validated_s = time.perf_counter()
        while self._progress.step < last and not cancelled():
            self._step(self._progress.step + 1)
        self._save()
        finished = self._progress.step == last
        if finished:
            self._sample()
        return self._result(finished)

    def _step(self, step: int) -> None:
        event = self._trainer.step(step)
        self._progress = replace(self._progress, step=step)
        self._log.stepped(event)
        self._recent.append(event)
        self._tell(event)
        at_end = step == self._options.steps
        if at_end or step % self._options.validate_every == 0:
            self._validate()
        if step % self._options.checkpoint_every == 0:
            self._save()

    def _validate(self) -> None:
        elapsed_s = time.perf_counter() - self._validated_s
        loss = self._trainer.validation_loss()
        best = self._progress.best_validation_loss
        event = Validated(
            step=self._progress.step,
            steps=self._options.steps,
            validation_loss=loss,
            training_loss=_mean_loss(self._recent),
            tokens_per_s=sum(one.tokens for one in self._recent) / elapsed_s if self._recent else None,
            best=best is None or loss < best,
        )
        self._recent.clear()
        self._log.validated(event)
        if event.best:
            self._write_weights()
            self._progress = replace(self._progress, best_validation_loss=loss, best_step=event.step)
        if self._progress.first_validation_loss is None:
            self._progress = replace(self._progress, first_validation_loss=loss)
        self._tell(event)
        self._validated_s = time.perf_counter()

    def _write_weights(self) -> None:
        decoder = self._preparation.decoder
        tensors = disassemble(decoder.config, weights_of(decoder))
        replace_file(
            self._options.out / "model.safetensors", lambda partial: save_file(tensors, partial, {"format": "pt"})
        )

    def _save(self) -> None:
        state = RunState(self._progress, self._options.to_json(), self._data_sha256)
        self._checkpoints.save(state, self._preparation.decoder, self._trainer.optimizer)
        draw_loss_curve(self._log.records(), self._options.out / "loss.png")

    def _sample(self) -> None:
        options = self._options
        if options.sample_prompt is None:
            return
        generation = GenerationOptions(
            max_new_tokens=options.sample_tokens, temperature=options.sample_temperature, seed=options.seed
        )
        text = continue_text(options.out, options.sample_prompt, generation, str(self._trainer.device))
        self._tell(Sampled(options.sample_prompt, text))

    def _prepared(self) -> Prepared:
        return Prepared(
            parameters=sum(one.numel() for one in self._preparation.decoder.parameters()),
            vocabulary=self._preparation.vocabulary,
            context_tokens=self._preparation.context,
            training_tokens=self._preparation.training.targets,
            validation_tokens=self._preparation.validation.targets,
            device=str(self._trainer.device),
            step=self._progress.step,
        )

    def _result(self, finished: bool) -> LmTrainingResult:
        progress = self._progress
        return LmTrainingResult(
            folder=self._options.out,
            step=progress.step,
            finished=finished,
            first_validation_loss=_known(progress.first_validation_loss),
            best_validation_loss=_known(progress.best_validation_loss),
            best_step=progress.best_step,
            elapsed_s=time.perf_counter() - self._started_s,
        )


def _mean_loss(steps: list[Stepped]) -> float | None:
    return sum(one.loss for one in steps) / len(steps) if steps else None


def _known(loss: float | None) -> float:
    return math.nan if loss is None else loss
