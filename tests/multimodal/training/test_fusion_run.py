"""A whole run: what it writes, that it goes on exactly where it was killed, and what it leaves of the decoder."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from lm.errors import TrainingError
from lm.lora import find_lora
from lm.training.lessons import LessonStep
from multimodal.fusion import find_projectors
from multimodal.training.clips import Clip
from multimodal.training.fusion_config import FusionConfig
from multimodal.training.fusion_run import Encoders, FusionProgress, FusionRun, train_adapters
from multimodal.training.fusion_scores import adapted_decoder, describe_run
from multimodal.training.lesson_options import LabelPromptsOptions, PictureWordsOptions
from tests.fakes.consultations import WatchedVision, roomy_decoder
from tests.fakes.fusion_runs import EVERYTHING, encoders, everything, write_open_data
from tests.fakes.spoken_clips import clip_samples

if TYPE_CHECKING:
    from pathlib import Path

    from lm.weights import LoadedDecoder

STEPS = 3 + 3 + 4 + 4
PROMPTS = LabelPromptsOptions(conversations=8, batch=4, distillation_steps=4, distillation_batch=8, pack_tokens=400)


class Killed(BaseException):
    """What ends a process without asking it."""


@pytest.fixture(autouse=True)
def _no_synthesizer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clip, "samples", clip_samples())


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    return roomy_decoder(tmp_path_factory.mktemp("lm") / "tiny")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open") / "data"
    write_open_data(folder)
    return folder


def _logits(decoder: LoadedDecoder) -> torch.Tensor:
    with torch.inference_mode():
        return decoder.model.forward(decoder.model.embed_tokens(torch.arange(40).unsqueeze(0)))


def _losses(folder: Path) -> list[tuple[int, dict[str, float]]]:
    lines = (folder / "run" / "loss.jsonl").read_text().splitlines()
    return [(record["step"], record["figures"]) for record in map(json.loads, lines)]


def test_a_run_teaches_everything_and_gives_the_decoder_back(
    decoder: LoadedDecoder, data: Path, tmp_path: Path
) -> None:
    before = _logits(decoder)
    run = everything(data, tmp_path, decoder.name)
    assert train_adapters(run, decoder, encoders(), lambda _: None)
    assert torch.equal(_logits(decoder), before)
    assert [step for step, _ in _losses(tmp_path)] == list(range(1, STEPS + 1))
    # The projectors were taught together with the decoder's adapters, and are for no other decoder.
    adapters = run.adapter_folder.parent
    assert find_projectors(adapters, decoder.fingerprint) == {}
    assert find_lora(adapters, decoder.fingerprint) is not None
    card = describe_run(run, decoder.name).read_text()
    assert "| 4 conversations | 4 |" in card
    assert "decoder-lora.safetensors" in card
    merged = adapted_decoder(run, decoder)
    assert find_projectors(adapters, merged.fingerprint).keys() == {"image", "audio"}
    assert not torch.equal(_logits(merged), before)


@pytest.mark.parametrize("killed_after", [3, 5, 9, 13])
def test_a_killed_run_goes_on_exactly(
    data: Path, tmp_path: Path, killed_after: int, whole_run: list[tuple[int, dict[str, float]]]
) -> None:
    def kill(progress: FusionProgress) -> None:
        if isinstance(progress, LessonStep) and progress.step == killed_after:
            raise Killed

    # As after a real kill, nothing of the process is left: the decoder is loaded anew. Step 5 ends before any
    # checkpoint of its lesson, the others in the middle of theirs.
    run = everything(data, tmp_path, "tiny", checkpoint_every=2)
    with pytest.raises(Killed):
        train_adapters(run, roomy_decoder(tmp_path / "tiny"), encoders(), kill)
    again = roomy_decoder(tmp_path / "tiny-again" / "tiny")
    assert train_adapters(replace(run, resume=True), again, encoders(), lambda _: None)
    assert _losses(tmp_path) == whole_run


@pytest.fixture(scope="module")
def whole_run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, dict[str, float]]]:
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clip, "samples", clip_samples())
        assert train_adapters(
            everything(data, folder, "tiny"), roomy_decoder(folder / "tiny"), encoders(), lambda _: None
        )
    return _losses(folder)


def test_a_stopped_run_goes_on_only_as_it_was_started(decoder: LoadedDecoder, data: Path, tmp_path: Path) -> None:
    run = everything(data, tmp_path, decoder.name)
    answers = iter([False, False, True])
    assert not train_adapters(run, decoder, encoders(), lambda _: None, cancelled=lambda: next(answers))
    assert [step for step, _ in _losses(tmp_path)] == [1, 2]
    other = replace(run, resume=True, config=replace(run.config, lessons=EVERYTHING[:3]))
    with pytest.raises(TrainingError, match="configuration"):
        train_adapters(other, decoder, encoders(), lambda _: None)
    assert train_adapters(replace(run, resume=True), decoder, encoders(), lambda _: None)
    assert len(_losses(tmp_path)) == STEPS


@pytest.mark.parametrize("killed_after", [3, 5, 7])
def test_label_prompts_are_still_there_when_a_run_goes_on(data: Path, tmp_path: Path, killed_after: int) -> None:
    def kill(progress: FusionProgress) -> None:
        if isinstance(progress, LessonStep) and progress.step == killed_after:
            raise Killed

    def run(name: str, *, resume: bool = False) -> FusionRun:
        lessons = (PictureWordsOptions(steps=2, batch=8), PROMPTS)
        config = FusionConfig(lessons, "tiny", vision="dinov2-small", image_hidden=12, checkpoint_every=2)
        return FusionRun(data, tmp_path / name / "run", tmp_path / name / "adapters", config, resume=resume)

    sees = Encoders(WatchedVision())
    assert train_adapters(run("whole"), roomy_decoder(tmp_path / "a" / "tiny"), sees, lambda _: None)
    # Step 3 is the first of the prompts, step 5 the first of their distillation: both end before a checkpoint of
    # their own lesson.
    with pytest.raises(Killed):
        train_adapters(run("killed"), roomy_decoder(tmp_path / "b" / "tiny"), sees, kill)
    assert train_adapters(run("killed", resume=True), roomy_decoder(tmp_path / "c" / "tiny"), sees, lambda _: None)
    assert _losses(tmp_path / "killed") == _losses(tmp_path / "whole")


def test_another_run_in_the_same_folder_loses_nothing_of_the_first(
    decoder: LoadedDecoder, data: Path, tmp_path: Path
) -> None:
    run = everything(data, tmp_path, decoder.name)
    assert train_adapters(run, decoder, encoders(), lambda _: None)
    before = _losses(tmp_path)
    answers = iter([False, False, True])
    assert not train_adapters(run, decoder, encoders(), lambda _: None, cancelled=lambda: next(answers))
    earlier = run.run_folder / "earlier-1"
    assert [json.loads(line)["step"] for line in (earlier / "loss.jsonl").read_text().splitlines()] == [
        step for step, _ in before
    ]
    assert any((earlier / "checkpoints").iterdir())
    # The new run's own checkpoint is the last one, not that of the run before.
    told: list[int] = []
    resumed = replace(run, resume=True)
    assert train_adapters(
        resumed, decoder, encoders(), lambda said: told.append(said.step) if isinstance(said, LessonStep) else None
    )
    assert told == list(range(3, STEPS + 1))
    assert _losses(tmp_path) == before


def test_a_log_of_an_earlier_version_is_set_aside(decoder: LoadedDecoder, data: Path, tmp_path: Path) -> None:
    run = everything(data, tmp_path, decoder.name)
    run.run_folder.mkdir()
    (run.run_folder / "loss.jsonl").write_text('{"loss": 3.1, "conversations": 16}\n')
    with pytest.raises(TrainingError, match="move it elsewhere"):
        describe_run(run, decoder.name)
    assert train_adapters(run, decoder, encoders(), lambda _: None)
    assert (run.run_folder / "earlier-1" / "loss.jsonl").read_text() == '{"loss": 3.1, "conversations": 16}\n'
    assert len(_losses(tmp_path)) == STEPS


def test_without_a_clip_nothing_is_started(decoder: LoadedDecoder, data: Path, tmp_path: Path) -> None:
    run = everything(data, tmp_path, decoder.name)
    with pytest.raises(TrainingError, match="no clip to train on"):
        train_adapters(replace(run, config=replace(run.config, clips=0)), decoder, encoders(), lambda _: None)


def test_there_is_nothing_to_go_on_from_where_nothing_was_started(
    decoder: LoadedDecoder, data: Path, tmp_path: Path
) -> None:
    run = everything(data, tmp_path, decoder.name, resume=True)
    with pytest.raises(TrainingError, match="no checkpoint"):
        train_adapters(run, decoder, encoders(), lambda _: None)
