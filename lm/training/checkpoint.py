"""Checkpoints that are whole or absent, and from which a run goes on exactly.

    OUT/checkpoints/step-00000200/weights.safetensors     the decoder, by our own tensor names
                                  optimizer.safetensors   AdamW's moments and step counts
                                  state.json              step, best validation loss, options, sha256 of the text

A folder is written under another name, flushed to the disk and renamed, so one named step-N is complete even
after a power cut. Nothing is pickled. Data order, mask and learning rate follow from step and seed
(`lm.training.schedule`), so there is no random state to store.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from lm.errors import TrainingError
from lm.training.files import flush_file, flush_folder
from lm.training.parallel import like, whole

if TYPE_CHECKING:
    from pathlib import Path

    import torch

CHECKPOINTS = "checkpoints"
_FORMAT = 1
_KEPT = 2
"""The last one, and the one before it in case its disk blocks go bad."""
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. Losses are nats per token."""

    step: int
    first_validation_loss: float | None = None
    best_validation_loss: float | None = None
    best_step: int = 0


@dataclass(frozen=True, slots=True)
class RunState:
    """What belongs to a checkpoint besides tensors."""

    progress: Progress
    options: dict[str, Any]
    data_sha256: str


class Checkpoints:
    """The checkpoints of one run, in its output folder."""

    def __init__(self, out: Path) -> None:
        self._folder = out / CHECKPOINTS

    def latest(self) -> Path | None:
        """Return the folder of the last complete checkpoint."""
        complete = sorted(self._folder.glob("step-*"))
        return complete[-1] if complete else None

    def save(
        self, state: RunState, model: torch.nn.Module, optimizer: torch.optim.Optimizer, *, writes: bool = True
    ) -> None:
        """Write the checkpoint of `state`'s step, then remove those before the last two.

        Of several processes all must call it, since each holds a part where weights are sharded; one of them `writes`.
        """
        weights, moments = weights_of(model), moments_of(model, optimizer)
        folder = self._folder / f"step-{state.progress.step:08d}"
        if folder.exists() or not writes:
            return  # the same step of the same run has the same content
        partial = self._folder / "partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        save_file(weights, partial / "weights.safetensors")
        save_file(moments, partial / "optimizer.safetensors")
        content = json.dumps({"format": _FORMAT} | asdict(state), indent=2)
        (partial / "state.json").write_text(content, encoding="utf-8")
        for file in partial.iterdir():
            flush_file(file)
        partial.rename(folder)
        flush_folder(self._folder)
        for older in sorted(self._folder.glob("step-*"))[:-_KEPT]:
            shutil.rmtree(older)

    def read_state(self) -> RunState:
        """Return the state of the last checkpoint. Raises TrainingError when there is none to go on from."""
        folder = self.latest()
        if folder is None:
            raise TrainingError(f"{self._folder.parent} holds no checkpoint to resume from: start without --resume.")
        try:
            raw = json.loads((folder / "state.json").read_text(encoding="utf-8"))
            if raw["format"] != _FORMAT:
                raise ValueError(f"format {raw['format']} instead of {_FORMAT}")
            return RunState(Progress(**raw["progress"]), dict(raw["options"]), str(raw["data_sha256"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(folder, error) from error

    def restore(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer | None) -> None:
        """Put the last checkpoint's weights and moments into `model` and `optimizer`, weights alone without one.

        Without an optimizer nothing learns yet: what joined `model` after the checkpoint stays as it is.
        """
        folder = self.latest()
        if folder is None:
            raise TrainingError(f"{self._folder.parent} holds no checkpoint to resume from: start without --resume.")
        try:
            weights = load_file(folder / "weights.safetensors")
            moments = load_file(folder / "optimizer.safetensors")
            _load_weights(model, weights, all_known=optimizer is not None)
            if optimizer is not None:
                _load_moments(model, optimizer, moments)
        except (OSError, SafetensorError, KeyError, RuntimeError) as error:
            raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> TrainingError:
    return TrainingError(
        f"The checkpoint {folder.name} cannot be read ({error}). Nothing was changed; "
        f"remove {folder} to resume from the one before it."
    )


def weights_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return each weight once, on the CPU: a tied head is the embedding table and is not stored again."""
    return {name: whole(parameter) for name, parameter in model.named_parameters()}


def moments_of(model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """Return AdamW's state as `kind:parameter`; empty before the first step."""
    return {
        f"{kind}:{name}": whole(optimizer.state[parameter][kind])
        for name, parameter in model.named_parameters()
        if parameter in optimizer.state
        for kind in _MOMENTS
    }


def _load_weights(model: torch.nn.Module, weights: dict[str, torch.Tensor], *, all_known: bool) -> None:
    for name, parameter in model.named_parameters():
        if name not in weights and not all_known:
            continue
        parameter.data.copy_(like(weights[name], parameter.data))


def _load_moments(model: torch.nn.Module, optimizer: torch.optim.Optimizer, moments: dict[str, torch.Tensor]) -> None:
    if not moments:
        return
    groups = {id(one): group for group in optimizer.param_groups for one in group["params"]}
    for name, parameter in model.named_parameters():
        if id(parameter) not in groups:
            continue  # frozen while this optimizer is at work
        state = {kind: moments[f"{kind}:{name}"] for kind in _MOMENTS}
        # AdamW counts its steps on the CPU, unless it is fused with the kernels of the device.
        fused = groups[id(parameter)].get("fused", False)
        optimizer.state[parameter] = {
            kind: like(value, parameter) if kind != "step" else value.to(parameter.device if fused else "cpu")
            for kind, value in state.items()
        }
