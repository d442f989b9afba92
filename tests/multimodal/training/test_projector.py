from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from lm.errors import TrainingError
from lm.sequence import SourceKind
from multimodal.fusion import load_projector
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs
from multimodal.reference_pictures import load_references
from multimodal.training.features import FeatureStore, compute_features
from multimodal.training.label_prompts import PromptOptions
from multimodal.training.picture_questions import PictureConversation, PictureQuestion
from multimodal.training.pictures import LabelledPicture, Split
from multimodal.training.projected_pictures import ProjectedPictures
from multimodal.training.projector import (
    IGNORED,
    BatchMaker,
    Lesson,
    ProjectorOptions,
    StepReport,
    new_projector,
    train_through_decoder,
)
from multimodal.training.projector_run import ProjectorRun, calibrate_projector, run_projector
from multimodal.training.projector_scores import Scorer, Shown, Task
from multimodal.training.word_alignment import AlignmentOptions, LabelWords
from tests.fakes.consultations import D_ENCODER, ConstantVision, WatchedVision, roomy_decoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lm.weights import LoadedDecoder

QUESTION = "Is it bright?"


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


def conversations(questions: Sequence[PictureQuestion]) -> list[PictureConversation]:
    """Ask each question alone."""
    return [PictureConversation(question.path, (question,)) for question in questions]


def words(decoder: LoadedDecoder, questions: Sequence[PictureQuestion]) -> LabelWords:
    """Label the bright pictures as healthy films, the dark ones as ill ones."""
    labels = {"Yes.": "normal", "No.": "pneumonia"}
    pictures = [LabelledPicture(q.path, "kermany-cxr", Split.TRAIN, labels[q.answer], "") for q in questions]
    return LabelWords(decoder, pictures, AlignmentOptions(other_words=10))


def test_every_answer_is_taught_and_nothing_else(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion]
) -> None:
    path = questions[0].path
    second = PictureQuestion(path, "test", Split.TRAIN, "kind", "What is it?", "A grey square.")
    projector = new_projector(decoder, D_ENCODER, ProjectorOptions(d_hidden=12))
    asked = [PictureConversation(path, (questions[0], second)), PictureConversation(path, (second,))]
    batch = BatchMaker(decoder).make(asked, ProjectedPictures(projector, features))
    for row, conversation in zip(batch.labels, asked, strict=True):
        taught = [int(label) for label in row if label != IGNORED]
        ends = [place for place, token in enumerate(taught) if token == decoder.tokens.end_of_turn_id]
        assert ends[-1] == len(taught) - 1
        starts = [0, *(end + 1 for end in ends[:-1])]
        answers = [decoder.tokens.decode(taught[start:end]) for start, end in zip(starts, ends, strict=True)]
        assert answers == [question.answer for question in conversation.questions]


def test_the_first_question_is_laid_out_as_a_doctor_asks_it(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion]
) -> None:
    """What training shows before the first answer is, position by position, what the product shows."""
    projector = new_projector(decoder, D_ENCODER, ProjectorOptions(d_hidden=12))
    batch = BatchMaker(decoder).make(conversations(questions[:1]), ProjectedPictures(projector, features))
    states = features.get([questions[0].path])
    tokens = projector(states.patches, states.cls)[0]
    picture = FusedAttachment(SourceKind.IMAGE, "Image 1", tokens)
    prompt = PromptBuilder(decoder.tokens).build(PromptInputs(QUESTION, (picture,)))
    asked = prompt.embed(decoder.model.embed_tokens)[0]
    first_taught = int((batch.labels[0] != IGNORED).nonzero()[0])
    assert first_taught == len(asked)
    torch.testing.assert_close(batch.embeddings[0, :first_taught], asked)


def test_a_new_projector_speaks_where_words_lie(decoder: LoadedDecoder, features: FeatureStore) -> None:
    projector = new_projector(decoder, D_ENCODER, ProjectorOptions(d_hidden=12))
    table = decoder.model.embed_tokens(torch.arange(decoder.model.vocab_size))
    common = table.mean(dim=0)
    states = features.get(list(features.rows))
    with torch.inference_mode():
        tokens = projector(states.patches, states.cls)
    torch.testing.assert_close(projector.modality.detach(), common)
    spread = (tokens - common).pow(2).mean().sqrt() / (table - common).pow(2).mean().sqrt()
    assert spread == pytest.approx(1.0, abs=0.05)


def test_micro_batches_add_up_to_the_gradient_of_the_whole(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion]
) -> None:
    batches, gradients, losses = BatchMaker(decoder), [], []
    for micro_batch in (8, 3):
        projector = new_projector(decoder, D_ENCODER, ProjectorOptions(d_hidden=12))
        lesson = Lesson(
            "conversations", decoder, batches, words(decoder, questions), ProjectorOptions(micro_batch=micro_batch)
        )
        shown = ProjectedPictures(projector, features)
        losses.append(lesson.accumulate_gradients(shown, conversations(questions[:8])))
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
    asked = conversations(questions) * 80
    lesson = Lesson("conversations", decoder, BatchMaker(decoder), words(decoder, questions), options)
    train_through_decoder(lesson, ProjectedPictures(projector, features), asked, steps.append)
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
    options = ProjectorOptions(
        conversations=20,
        batch=5,
        d_hidden=12,
        alignment=AlignmentOptions(steps=3, batch=8),
        prompts=PromptOptions(conversations=10, distillation_steps=3, distillation_batch=4),
    )
    run = ProjectorRun(data, tmp_path / "run", tmp_path / "adapter", options=options)
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
    references, _ = load_references(run.adapter_folder)
    assert references.calibrated
    assert references.other is not None
    calibrated = json.loads((run.adapter_folder / "dependence.json").read_text())
    assert calibrated["thresholds"] == asdict(references.thresholds)
    assert sum(topic["n"] for topic in calibrated["topics"]) > 20
    assert f"{references.thresholds.weak:.3f} nats" in card
    (run.adapter_folder / "image-reference.safetensors").unlink()
    again = calibrate_projector(run, decoder, WatchedVision(), lambda _: None)
    assert again.thresholds == references.thresholds == load_references(run.adapter_folder)[0].thresholds
    # Ten conversations in the shares of the sources are nine.
    assert len((run.run_folder / "loss.jsonl").read_text().splitlines()) == 3 + 20 // 5 + 1 + 3


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
