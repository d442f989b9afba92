"""Checkpoints are whole or absent, and what cannot be read says what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from lm.errors import TrainingError
from lm.training.checkpoint import Checkpoints, Progress, RunState, moments_of, weights_of

if TYPE_CHECKING:
    from pathlib import Path


class TiedModel(nn.Module):
    """Two matrices, one of them used twice, as embedding and head are."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embedding.weight
        self.norm = nn.LayerNorm(3)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.norm(self.embedding(ids)))
        return logits


def _trained(steps: int) -> tuple[TiedModel, torch.optim.AdamW]:
    torch.manual_seed(4)
    model = TiedModel()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    for _ in range(steps):
        _step(model, optimizer)
    return model, optimizer


def _step(model: TiedModel, optimizer: torch.optim.AdamW) -> None:
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(torch.arange(5)), torch.arange(5)).backward()
    optimizer.step()


def _state(step: int) -> RunState:
    return RunState(Progress(step, 6.0, 5.0, step), {"out": "运行"}, "ab/cd")


def test_a_restored_optimizer_takes_the_same_next_step(tmp_path: Path) -> None:
    model, optimizer = _trained(3)
    Checkpoints(tmp_path).save(_state(3), model, optimizer)
    fresh, fresh_optimizer = _trained(0)
    Checkpoints(tmp_path).restore(fresh, fresh_optimizer)
    _step(model, optimizer)
    _step(fresh, fresh_optimizer)
    moments = moments_of(model, optimizer), moments_of(fresh, fresh_optimizer)
    for mine, theirs in ((weights_of(model), weights_of(fresh)), moments):
        assert mine
        assert mine.keys() == theirs.keys()
        assert all(torch.equal(mine[name], theirs[name]) for name in mine)
    assert Checkpoints(tmp_path).read_state() == _state(3)


def test_the_last_two_are_kept_and_nothing_else_remains(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    model, optimizer = _trained(1)
    for step in (0, 5, 10, 100):
        checkpoints.save(_state(step), model, optimizer)
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["step-00000010", "step-00000100"]
    assert checkpoints.read_state().progress.step == 100


def test_one_that_was_being_written_when_the_run_died_does_not_count(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    model, optimizer = _trained(1)
    checkpoints.save(_state(5), model, optimizer)
    partial = tmp_path / "checkpoints" / "partial"
    partial.mkdir()
    (partial / "weights.safetensors").write_bytes(b"half")
    assert checkpoints.read_state().progress.step == 5
    checkpoints.save(_state(6), model, optimizer)
    assert not partial.exists()


def test_without_a_checkpoint_there_is_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no checkpoint to resume from"):
        Checkpoints(tmp_path).read_state()


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 2}', json.dumps({"format": 1, "progress": {"stepp": 1}})])
def test_a_damaged_state_names_the_folder_to_remove(tmp_path: Path, content: str) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(_state(5), *_trained(1))
    (tmp_path / "checkpoints" / "step-00000005" / "state.json").write_text(content, encoding="utf-8")
    with pytest.raises(TrainingError, match=r"step-00000005 cannot be read .*remove .*step-00000005 to resume"):
        checkpoints.read_state()


@pytest.mark.parametrize("name", ["weights.safetensors", "optimizer.safetensors"])
def test_damaged_tensors_are_found_before_anything_is_changed(tmp_path: Path, name: str) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(_state(5), *_trained(1))
    file = tmp_path / "checkpoints" / "step-00000005" / name
    file.write_bytes(file.read_bytes()[:-8])
    model, optimizer = _trained(0)
    before = {name: tensor.clone() for name, tensor in weights_of(model).items()}
    with pytest.raises(TrainingError, match="cannot be read"):
        checkpoints.restore(model, optimizer)
    assert all(torch.equal(before[name], tensor) for name, tensor in weights_of(model).items())
