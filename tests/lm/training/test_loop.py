"""A run learns, stops and goes on exactly, and leaves a folder that every other engine reads."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM
from transformers.utils import logging

from lm.errors import LanguageModelError, TrainingError
from lm.layout import disassemble
from lm.training.architecture import new_decoder
from lm.training.events import Prepared, Sampled, Stepped, TrainingEvent, Validated
from lm.training.loop import resume_lm, train_lm
from lm.training.options import options_from
from lm.weights import load_decoder, read_json

# Its bars would leave a thread running after the first test that loads a model.
logging.disable_progress_bar()

REPOSITORY = Path(__file__).resolve().parents[3]
CHINESE = REPOSITORY / "tests" / "golden" / "public_domain_text.zh.txt"
ENGLISH = REPOSITORY / "tests" / "golden" / "public_domain_text.en.txt"
TINY: dict[str, Any] = {
    "text": [str(CHINESE)],
    "vocabulary": 300,
    "layers": 1,
    "heads": 2,
    "width": 32,
    "context": 32,
    "batch": 4,
    "steps": 24,
    "learning-rate": 3e-3,
    "mask-probability": 0.1,
    "validate-every": 8,
    "checkpoint-every": 8,
    "device": "cpu",
}


def _losses(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "loss.jsonl").read_text(encoding="utf-8").splitlines()]


def _tensors(folder: Path) -> dict[str, torch.Tensor]:
    tensors: dict[str, torch.Tensor] = load_file(folder / "model.safetensors")
    return tensors


def _same_outcome(mine: Path, theirs: Path) -> bool:
    ours, others = _tensors(mine), _tensors(theirs)
    same_weights = ours.keys() == others.keys() and all(torch.equal(ours[name], others[name]) for name in ours)
    return same_weights and _losses(mine) == _losses(theirs)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "uninterrupted"
    train_lm(options_from(TINY | {"out": folder}))
    return folder


def test_a_run_tells_what_it_does_and_its_losses_fall(tmp_path: Path) -> None:
    events: list[TrainingEvent] = []
    options = options_from(TINY | {"out": tmp_path / "run", "sample-prompt": "子曰", "sample-tokens": 500})
    result = train_lm(options, events.append)
    assert [type(event) for event in events if not isinstance(event, Stepped)] == [Prepared, *[Validated] * 4, Sampled]
    validated = [event for event in events if isinstance(event, Validated)]
    assert [event.step for event in validated] == [0, 8, 16, 24]
    assert validated[0].validation_loss == pytest.approx(math.log(300), abs=0.1)
    assert result.finished
    assert result.first_validation_loss == validated[0].validation_loss
    assert result.best_validation_loss == min(event.validation_loss for event in validated)
    assert result.best_validation_loss < result.first_validation_loss - 0.5
    assert isinstance(events[-1], Sampled)
    assert events[-1].text


def test_the_log_holds_every_step_and_validation(uninterrupted: Path) -> None:
    records = _losses(uninterrupted)
    assert [record["step"] for record in records if "loss" in record] == list(range(1, 25))
    assert [record["step"] for record in records if "validation_loss" in record] == [0, 8, 16, 24]
    assert {record["tokens"] for record in records if "tokens" in record} <= set(range(1, 4 * 32 + 1))
    assert (uninterrupted / "loss.png").is_file()


def test_the_same_seed_trains_the_same_decoder_and_another_does_not(uninterrupted: Path, tmp_path: Path) -> None:
    train_lm(options_from(TINY | {"out": tmp_path / "again"}))
    train_lm(options_from(TINY | {"out": tmp_path / "other", "seed": 1}))
    assert _same_outcome(uninterrupted, tmp_path / "again")
    assert _losses(uninterrupted) != _losses(tmp_path / "other")


@pytest.mark.parametrize("stop_after", [8, 13])
def test_a_stopped_run_goes_on_as_if_it_never_stopped(uninterrupted: Path, tmp_path: Path, stop_after: int) -> None:
    steps: list[int] = []
    options = options_from(TINY | {"out": tmp_path / "run"})
    stopped = train_lm(
        options,
        lambda event: steps.append(event.step) if isinstance(event, Stepped) else None,
        lambda: bool(steps) and steps[-1] == stop_after,
    )
    assert (stopped.finished, stopped.step) == (False, stop_after)
    assert resume_lm(tmp_path / "run", {}).finished
    assert _same_outcome(uninterrupted, tmp_path / "run")


def test_a_killed_run_goes_on_as_if_it_never_died(uninterrupted: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    typed = [f"--{key}={value}" for key, value in (TINY | {"text": CHINESE, "out": folder}).items()]
    command = [sys.executable, "-m", "desktop.cli", "train", "lm", *typed, "--json"]
    # As many threads as here: another split of a sum rounds differently.
    environment = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads()), "OMP_WAIT_POLICY": "PASSIVE"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment) as run:
        assert run.stdout is not None
        for line in run.stdout:
            event = json.loads(line)
            if event["event"] == "stepped" and event["step"] == 11:
                run.kill()
                break
    # The pipe holds little, so the run cannot have got far beyond the step that was read.
    assert run.returncode < 0
    assert resume_lm(folder, {}).finished
    assert _same_outcome(uninterrupted, folder)


def test_resuming_a_finished_run_changes_nothing(uninterrupted: Path) -> None:
    before = _tensors(uninterrupted), _losses(uninterrupted)
    events: list[TrainingEvent] = []
    result = resume_lm(uninterrupted, {"sample-prompt": "子曰"}, events.append)
    assert (result.finished, result.step) == (True, 24)
    assert isinstance(events[-1], Sampled)
    assert all(torch.equal(tensor, before[0][name]) for name, tensor in _tensors(uninterrupted).items())
    assert _losses(uninterrupted) == before[1]


def test_a_changed_text_is_not_resumed(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(CHINESE.read_text(encoding="utf-8"), encoding="utf-8")
    train_lm(options_from(TINY | {"text": text, "out": tmp_path / "run", "steps": 1}))
    text.write_text("前" + CHINESE.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(TrainingError, match="text files have changed"):
        resume_lm(tmp_path / "run", {})


def test_a_folder_with_something_in_it_is_not_overwritten(uninterrupted: Path, tmp_path: Path) -> None:
    before = sorted(uninterrupted.iterdir())
    with pytest.raises(TrainingError, match="is not empty"):
        train_lm(options_from(TINY | {"out": uninterrupted}))
    assert sorted(uninterrupted.iterdir()) == before
    file = tmp_path / "file"
    file.write_text("kept")
    with pytest.raises(TrainingError, match="is not empty"):
        train_lm(options_from(TINY | {"out": file}))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"context": 1_000_000}, "The text is too little"),
        ({"batch": 2, "validation-fraction": 0.001, "document-separator": "\n"}, "The text is too little"),
        ({"sample-prompt": "子曰" * 100}, "--sample-prompt is"),
        ({"text": ["absent.txt"]}, "cannot be read"),
        ({"device": "cuda", "text": ["absent.txt"]}, "absent.txt cannot be read|cuda was asked for"),
    ],
)
def test_what_cannot_be_trained_is_told_before_anything_is_written(
    tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    with pytest.raises(LanguageModelError, match=told):
        train_lm(options_from(TINY | {"out": tmp_path / "run"} | changed))
    assert not (tmp_path / "run").exists()


def test_the_folder_keeps_the_weights_of_the_lowest_validation_loss(tmp_path: Path) -> None:
    out = tmp_path / "run"
    result = train_lm(options_from(TINY | {"out": out, "learning-rate": 10.0, "steps": 8}))
    assert _validation_losses(out)[1] > _validation_losses(out)[0]
    assert (result.best_step, result.best_validation_loss) == (0, result.first_validation_loss)
    untrained = new_decoder(read_json(out / "config.json"), seed=0)
    expected = disassemble(untrained.config, untrained.state_dict())
    assert all(torch.equal(tensor, expected[name]) for name, tensor in _tensors(out).items())


def test_training_goes_on_from_weights_with_their_tokenizer(uninterrupted: Path, tmp_path: Path) -> None:
    shape = {"vocabulary", "layers", "heads", "width", "context"}
    given = {key: value for key, value in TINY.items() if key not in shape}
    result = train_lm(options_from(given | {"out": tmp_path / "run", "from": uninterrupted}))
    assert result.first_validation_loss == pytest.approx(min(_validation_losses(uninterrupted)), abs=1e-4)
    assert result.best_validation_loss < result.first_validation_loss
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (tmp_path / "run" / name).read_bytes() == (uninterrupted / name).read_bytes()
    with pytest.raises(TrainingError, match="reads 32 tokens at most"):
        train_lm(options_from(given | {"out": tmp_path / "longer", "from": uninterrupted, "context": 64}))


def _validation_losses(folder: Path) -> list[float]:
    return [record["validation_loss"] for record in _losses(folder) if "validation_loss" in record]


def test_a_file_is_no_decoder_to_go_on_from(tmp_path: Path) -> None:
    given = {"text": [str(CHINESE)], "out": tmp_path / "run", "from": CHINESE}
    with pytest.raises(TrainingError, match="no Hugging Face folder"):
        train_lm(options_from(given))


def test_a_llama_is_trained_and_read_by_transformers_too(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    result = train_lm(options_from(TINY | {"out": folder, "architecture": "llama", "text": [str(ENGLISH)]}))
    assert result.best_validation_loss < result.first_validation_loss - 0.5
    theirs = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True).eval()
    ours = load_decoder(folder).model
    ids = torch.arange(2, 30)[None]
    with torch.inference_mode():
        torch.testing.assert_close(ours.forward(ours.embed_tokens(ids)), theirs(ids).logits, rtol=1e-4, atol=1e-4)
