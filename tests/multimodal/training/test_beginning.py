"""A run that begins where another one ended is held to what that one was."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import load_file

from lm.errors import TrainingError
from lm.lora import LORA_FILE, LoraOptions, find_lora, with_lora
from lm.low_rank import LoraPositions
from lm.packing import computed_weights
from multimodal.fusion import find_projectors
from multimodal.training.fusion_config import FusionConfig
from multimodal.training.fusion_run import Encoders, FusionRun, train_adapters
from multimodal.training.fusion_scores import adapted_decoder, describe_run, write_merged
from multimodal.training.lesson_options import ConversationOptions, PictureWordsOptions
from tests.fakes.consultations import WatchedVision, roomy_decoder
from tests.fakes.open_pictures import write_open_pictures

if TYPE_CHECKING:
    from pathlib import Path

    from lm.weights import LoadedDecoder

WORDS = PictureWordsOptions(steps=2, batch=8)
ALONE = ConversationOptions(conversations=16, batch=4, pack_tokens=400)
CUT = replace(ALONE, stop_after=2)
TOGETHER = ConversationOptions(conversations=12, batch=4, pack_tokens=400, decoder_pace=0.5)
LORA = LoraOptions(rank=4, alpha=8.0, dropout=0.0, positions=LoraPositions.PICTURES)
FIRST = FusionConfig((WORDS, ALONE), "tiny", vision="dinov2-small", image_hidden=12)
WHOLE = replace(FIRST, lessons=(WORDS, CUT, TOGETHER), lora=LORA)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    return roomy_decoder(tmp_path_factory.mktemp("lm") / "tiny")


@pytest.fixture(scope="module")
def before(decoder: LoadedDecoder, tmp_path_factory: pytest.TempPathFactory) -> FusionRun:
    """Train the projector alone; the run is stopped in its second lesson."""
    folder = tmp_path_factory.mktemp("first")
    write_open_pictures(folder / "data")
    run = FusionRun(folder / "data", folder / "run", folder / "adapters" / "tiny", FIRST)
    answers = iter([False] * 4 + [True])
    assert not train_adapters(run, decoder, Encoders(WatchedVision()), lambda _: None, cancelled=answers.__next__)
    return run


def _losses(folder: Path) -> list[tuple[int, dict[str, float]]]:
    lines = (folder / "loss.jsonl").read_text().splitlines()
    return [(record["step"], record["figures"]) for record in map(json.loads, lines)]


def test_lessons_that_were_given_are_not_given_again(decoder: LoadedDecoder, before: FusionRun, tmp_path: Path) -> None:
    run = FusionRun(before.data, tmp_path / "run", tmp_path / "adapters" / "tiny", WHOLE, after=before.run_folder)
    assert train_adapters(run, decoder, Encoders(WatchedVision()), lambda _: None)
    whole = replace(run, run_folder=tmp_path / "whole", adapter_folder=tmp_path / "whole", after=None)
    assert train_adapters(whole, decoder, Encoders(WatchedVision()), lambda _: None)
    taken, every = _losses(run.run_folder), _losses(whole.run_folder)
    assert [step for step, _ in taken] == [5, 6, 7]
    for (_, mine), (_, theirs) in zip(taken, every[4:], strict=True):
        assert mine == theirs
    for name in (LORA_FILE, "image-projector.safetensors"):
        stored, expected = load_file(run.adapter_folder / name), load_file(whole.adapter_folder / name)
        assert all(torch.equal(stored[key], expected[key]) for key in expected)


def test_the_projector_goes_with_its_adapters_and_the_decoder_keeps_its_weights(
    before: FusionRun, tmp_path: Path
) -> None:
    decoder = roomy_decoder(tmp_path / "tiny")
    run = FusionRun(before.data, tmp_path / "run", tmp_path / "adapters" / "tiny", WHOLE, after=before.run_folder)
    assert train_adapters(run, decoder, Encoders(WatchedVision()), lambda _: None)
    adapters = run.adapter_folder.parent
    assert find_projectors(adapters, decoder.fingerprint) == {}
    file = find_lora(adapters, decoder.fingerprint)
    assert file is not None
    assert any(tensor.any() for name, tensor in load_file(file).items() if name.endswith(".up"))
    weights, ids = computed_weights(decoder.model), torch.arange(40).unsqueeze(0)
    with torch.inference_mode():
        text = decoder.model.forward(decoder.model.embed_tokens(ids))
        seeing = adapted_decoder(run, decoder)
        assert torch.equal(seeing.model.forward(seeing.model.embed_tokens(ids)), text)
    assert computed_weights(seeing.model) == weights
    assert find_projectors(adapters, seeing.fingerprint).keys() == {"image"}
    card = describe_run(run, decoder.name).read_text()
    assert "at the tokens of pictures alone" in card
    with pytest.raises(TrainingError, match="cannot be merged"):
        write_merged(run, seeing, tmp_path / "tiny", tmp_path / "merged")
    assert with_lora(roomy_decoder(tmp_path / "again"), file).fingerprint == seeing.fingerprint


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (replace(WHOLE, seed=3), "seed differ"),
        (replace(WHOLE, lessons=(WORDS, ALONE, TOGETHER)), "first lessons"),  # it took but two steps of its second
        (replace(WHOLE, lessons=(WORDS, replace(CUT, learning_rate=1e-4), TOGETHER)), "first lessons"),
        (replace(WHOLE, lessons=(WORDS, CUT)), "first lessons"),  # nothing is left
        (replace(WHOLE, lessons=(WORDS, replace(CUT, decoder_pace=0.5), TOGETHER)), "first lessons"),
    ],
)
def test_a_run_of_other_lessons_is_refused(
    decoder: LoadedDecoder, before: FusionRun, tmp_path: Path, asked: FusionConfig, told: str
) -> None:
    run = FusionRun(before.data, tmp_path / "run", tmp_path / "adapters", asked, after=before.run_folder)
    with pytest.raises(TrainingError, match=told):
        train_adapters(run, decoder, Encoders(WatchedVision()), lambda _: None)


def test_only_projectors_are_taken_over(decoder: LoadedDecoder, before: FusionRun, tmp_path: Path) -> None:
    learned = replace(WHOLE, lessons=(replace(TOGETHER, stop_after=1), TOGETHER))
    first = FusionRun(before.data, tmp_path / "first", tmp_path / "adapters", learned)
    answers = iter([False, True])
    assert not train_adapters(first, decoder, Encoders(WatchedVision()), lambda _: None, cancelled=answers.__next__)
    with pytest.raises(TrainingError, match="projectors alone"):
        train_adapters(
            replace(first, run_folder=tmp_path / "second", after=first.run_folder),
            decoder,
            Encoders(WatchedVision()),
            lambda _: None,
        )
