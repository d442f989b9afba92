from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from lm.errors import TrainingError
from multimodal.fusion import load_projector
from multimodal.training.features import FeatureStore, compute_features
from multimodal.training.picture_questions import PictureQuestion, Split
from multimodal.training.projector import (
    IGNORED,
    BatchMaker,
    ProjectorOptions,
    StepReport,
    accumulate_gradients,
    new_projector,
    train_projector,
)
from multimodal.training.projector_run import ProjectorRun, run_projector
from multimodal.training.projector_scores import Scorer, Shown, Task
from tests.fakes.consultations import D_ENCODER, ConstantVision, roomy_decoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lm.weights import LoadedDecoder
    from multimodal.vision import ImageFeatures

QUESTION = "Is it bright?"


class WatchedVision(ConstantVision):
    """Counts the pictures it encodes."""

    config = "constant vision"
    grid = (16, 16)
    d_model = D_ENCODER

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, pictures: Sequence[Image.Image]) -> ImageFeatures:
        self.encoded += len(pictures)
        return super().encode(pictures)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    return roomy_decoder(tmp_path_factory.mktemp("lm") / "tiny")


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[PictureQuestion]:
    """Bright pictures are bright, dark ones are not; nothing but the picture tells."""
    folder = tmp_path_factory.mktemp("pictures")
    asked = []
    for number in range(16):
        bright = number % 2 == 0
        path = folder / f"{number}.png"
        Image.new("L", (20, 20), 240 - number if bright else 10 + number).save(path)
        asked.append(PictureQuestion(str(path), "test", Split.TRAIN, "bright", QUESTION, "Yes." if bright else "No."))
    return asked


@pytest.fixture
def features(questions: list[PictureQuestion], tmp_path: Path) -> FeatureStore:
    return compute_features(
        tmp_path, [q.path for q in questions], WatchedVision(), tmp_path / "features", lambda _: None
    )


def test_features_are_computed_once_and_grow(questions: list[PictureQuestion], tmp_path: Path) -> None:
    paths, encoder = [question.path for question in questions], WatchedVision()
    compute_features(tmp_path, paths[:10], encoder, tmp_path / "store", lambda _: None)
    compute_features(tmp_path, paths[:10], encoder, tmp_path / "store", lambda _: None)
    assert encoder.encoded == 10
    store = compute_features(tmp_path, paths, encoder, tmp_path / "store", lambda _: None)
    assert store.rows.keys() == set(paths)
    direct = ConstantVision().encode([Image.open(path).convert("RGB") for path in paths])
    torch.testing.assert_close(store.get(paths).cls, direct.cls, atol=1e-3, rtol=0)


def test_a_store_without_its_index_is_computed_again(questions: list[PictureQuestion], tmp_path: Path) -> None:
    paths, encoder = [question.path for question in questions], WatchedVision()
    compute_features(tmp_path, paths, encoder, tmp_path / "store", lambda _: None)
    (tmp_path / "store" / "index.json").unlink()
    compute_features(tmp_path, paths, encoder, tmp_path / "store", lambda _: None)
    assert encoder.encoded == 2 * len(paths)


def test_only_the_answer_is_taught(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion]
) -> None:
    projector = new_projector(decoder, D_ENCODER, ProjectorOptions(d_hidden=12))
    batch = BatchMaker(decoder, features).make(questions[:2], projector)
    for row, question in zip(batch.labels, questions, strict=False):
        taught = [int(label) for label in row if label != IGNORED]
        assert decoder.tokens.decode(taught) == question.answer
        assert taught[-1] == decoder.tokens.end_of_turn_id


def test_micro_batches_add_up_to_the_gradient_of_the_whole(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion]
) -> None:
    batches, gradients, losses = BatchMaker(decoder, features), [], []
    for micro_batch in (8, 3):
        projector = new_projector(decoder, D_ENCODER, ProjectorOptions(d_hidden=12))
        losses.append(accumulate_gradients(decoder, batches, projector, questions[:8], micro_batch))
        gradients.append(torch.cat([p.grad.flatten() for p in projector.parameters() if p.grad is not None]))
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-3, atol=1e-6)


def test_the_decoder_learns_to_see_and_its_weights_stay(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion]
) -> None:
    before = decoder.model.embed_tokens(torch.arange(50)).clone()
    options = ProjectorOptions(batch=8, micro_batch=8, d_hidden=12, learning_rate=2e-2)
    projector = new_projector(decoder, D_ENCODER, options)
    steps: list[StepReport] = []
    train_projector(decoder, BatchMaker(decoder, features), projector, questions * 80, options, steps.append)
    assert steps[-1].loss < steps[0].loss
    assert torch.equal(before, decoder.model.embed_tokens(torch.arange(50)))
    score = Scorer(decoder, projector, features).yes_no(Task("bright", "Bright", tuple(questions)), lambda _: None)
    areas = score.metrics["AUROC"]
    assert areas[Shown.TRUE].value == 1.0
    # One question for all: without the picture there is nothing to tell the answers apart.
    assert areas[Shown.BLANK].value == areas[Shown.NONE].value == 0.5
    assert areas[Shown.SHUFFLED].value < 0.9
    assert score.p_value < 0.1


def test_a_run_writes_projector_scores_and_card(decoder: LoadedDecoder, tmp_path: Path) -> None:
    data = tmp_path / "data"
    _write_open_data(data)
    run = ProjectorRun(
        data, tmp_path / "run", tmp_path / "adapter", options=ProjectorOptions(samples=16, batch=4, d_hidden=12)
    )
    scores = run_projector(run, decoder, WatchedVision(), lambda _: None)
    assert [score.task for score in scores] == ["kind", "pneumonia", "malignant", "vqa-rad"]
    projector, binding = load_projector(run.adapter_folder / "image-projector.safetensors", decoder.fingerprint)
    assert projector.kind == "image"
    assert binding.encoder == "dinov2-small"
    written = json.loads((run.adapter_folder / "scores.json").read_text())
    card = (run.adapter_folder / "README.md").read_text()
    for score in written["scores"]:
        shown = next(iter(score["metrics"].values()))[Shown.TRUE]
        assert f"{shown['value']:.3f} ({shown['low']:.3f}-{shown['high']:.3f})" in card
    assert len((run.run_folder / "loss.jsonl").read_text().splitlines()) == 16 // 4


def test_without_the_open_data_a_run_says_what_is_missing(decoder: LoadedDecoder, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"images\.jsonl"):
        run_projector(ProjectorRun(tmp_path, tmp_path, tmp_path), decoder, WatchedVision(), lambda _: None)


def _write_open_data(data: Path) -> None:
    """Write a few pictures of each set, in both splits, with the manifest's columns."""
    data.mkdir()
    rng = np.random.default_rng(0)
    rows: list[dict[str, object]] = []
    for number in range(60):
        rows += [
            {
                "source": "kermany-cxr",
                "split": "train",
                "path": f"person{number}_bacteria_1.png",
                "label": "pneumonia",
                "sublabel": "bacteria",
            },
            {
                "source": "kermany-cxr",
                "split": "train",
                "path": f"IM-{number:04}-0001.png",
                "label": "normal",
                "sublabel": "normal",
            },
            {"source": "busi", "split": "train", "path": f"benign{number}.png", "label": "benign"},
            {"source": "busi", "split": "train", "path": f"malignant{number}.png", "label": "malignant"},
        ]
    for number in range(4):
        split = "train" if number < 2 else "test"
        rows.append({"source": "bccd", "split": split, "path": f"smear{number}.png", "counts": {"RBC": 9, "WBC": 1}})
        for organ in ("HEAD", "CHEST", "ABD"):
            rows += [
                {
                    "source": "vqa-rad",
                    "split": "train" if number < 2 else "dev",
                    "path": f"{organ}{number}.png",
                    "organ": organ,
                    "question": question,
                    "answer": answer,
                }
                for question, answer in (("Is it normal?", ("Yes", "No")[number % 2]), ("Where is it?", "left"))
            ]
    for row in rows:
        Image.fromarray(rng.integers(0, 255, (16, 16), dtype=np.uint8)).save(data / str(row["path"]))
    (data / "images.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
