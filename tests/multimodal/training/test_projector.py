from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
import torch
from PIL import Image

from lm.errors import TrainingError
from lm.sequence import SourceKind
from lm.training.parallel import Processes
from multimodal.fusion import ImageProjector, load_projector
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs
from multimodal.reference_pictures import load_references
from multimodal.training.conversation_lesson import ConversationLesson, PictureTeaching
from multimodal.training.conversations import Conversation, shown_conversation
from multimodal.training.features import FeatureStore, compute_features
from multimodal.training.fusion_config import FusionConfig
from multimodal.training.fusion_run import Encoders, FusionRun, train_adapters
from multimodal.training.laying_out import IGNORED, Layout, Packed, Shown
from multimodal.training.lesson_options import ConversationOptions, LabelPromptsOptions, PictureWordsOptions
from multimodal.training.new_projectors import new_projector
from multimodal.training.picture_questions import PictureConversation, PictureQuestion
from multimodal.training.picture_tasks import Task
from multimodal.training.pictures import LabelledPicture, Split
from multimodal.training.projected_pictures import ProjectedPictures
from multimodal.training.projector_run import calibrate_projector, score_projector
from multimodal.training.projector_scores import Scorer
from multimodal.training.projector_scores import Shown as ScoredWith
from multimodal.training.word_alignment import LabelWords, alignment_losses
from tests.fakes.consultations import D_ENCODER, ConstantVision, WatchedVision, roomy_decoder
from tests.fakes.lessons import teach_alone
from tests.fakes.open_pictures import write_open_pictures

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


def conversations(questions: Sequence[PictureQuestion]) -> list[Conversation]:
    """Ask each question alone."""
    return [shown_conversation(PictureConversation(question.path, (question,))) for question in questions]


def image_projector(decoder: LoadedDecoder) -> ImageProjector:
    return new_projector(ImageProjector, decoder, D_ENCODER, 12, seed=0)


def laid_out(
    decoder: LoadedDecoder, asked: Sequence[Conversation], projector: ImageProjector, features: FeatureStore
) -> Packed:
    """Show the pictures and lay out the questions and answers about each."""
    tokens = ProjectedPictures(projector, features)([one.picture for one in asked])
    return Layout(decoder).pack([Shown(one.turns, picture) for one, picture in zip(asked, tokens, strict=True)])


def lesson(
    decoder: LoadedDecoder,
    asked: list[Conversation],
    questions: Sequence[PictureQuestion],
    shown: tuple[ImageProjector, FeatureStore],
    options: ConversationOptions,
) -> ConversationLesson:
    projector, features = shown
    teaching = PictureTeaching(
        ProjectedPictures(projector, features), lambda: list(projector.parameters()), words(decoder, questions)
    )
    return ConversationLesson(decoder, asked, options, teaching)


def words(decoder: LoadedDecoder, questions: Sequence[PictureQuestion]) -> LabelWords:
    """Label the bright pictures as healthy films, the dark ones as ill ones."""
    labels = {"Yes.": "normal", "No.": "pneumonia"}
    pictures = [LabelledPicture(q.path, "kermany-cxr", Split.TRAIN, labels[q.answer], "") for q in questions]
    return LabelWords(decoder, pictures, other_words=10)


def test_every_answer_is_taught_and_nothing_else(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion]
) -> None:
    path = questions[0].path
    second = PictureQuestion(path, "test", Split.TRAIN, "kind", "What is it?", "A grey square.")
    projector = image_projector(decoder)
    asked = [PictureConversation(path, (questions[0], second)), PictureConversation(path, (second,))]
    packed = laid_out(decoder, [shown_conversation(one) for one in asked], projector, features)
    for row, conversation in zip(torch.split(packed.labels[0], packed.lengths), asked, strict=True):
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
    projector = image_projector(decoder)
    batch = laid_out(decoder, conversations(questions[:1]), projector, features)
    states = features.get([questions[0].path])
    tokens = projector(states.patches, states.cls)[0]
    picture = FusedAttachment(SourceKind.IMAGE, "Image 1", tokens)
    prompt = PromptBuilder(decoder.tokens).build(PromptInputs(QUESTION, (picture,)))
    asked = prompt.embed(decoder.model.embed_tokens)[0]
    first_taught = int((batch.labels[0] != IGNORED).nonzero()[0])
    assert first_taught == len(asked)
    torch.testing.assert_close(batch.embeddings[0, :first_taught], asked)


def test_a_new_projector_speaks_where_words_lie(decoder: LoadedDecoder, features: FeatureStore) -> None:
    projector = image_projector(decoder)
    table = decoder.model.embed_tokens(torch.arange(decoder.model.vocab_size))
    common = table.mean(dim=0)
    states = features.get(list(features.rows))
    with torch.inference_mode():
        tokens = projector(states.patches, states.cls)
    torch.testing.assert_close(projector.modality.detach(), common)
    spread = (tokens - common).pow(2).mean().sqrt() / (table - common).pow(2).mean().sqrt()
    assert spread == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("pack_tokens", [1, 260, 4000])
def test_packs_add_up_to_the_gradient_of_conversations_alone(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion], pack_tokens: int
) -> None:
    projector = image_projector(decoder)
    asked = conversations(questions[:8])
    options = ConversationOptions(batch=8, pack_tokens=pack_tokens, picture_words=0.3)
    taught = lesson(decoder, asked, questions, (projector, features), options)
    parts = taught.parts(1, Processes())
    assert len(parts) == {1: 8, 4000: 1}.get(pack_tokens, len(parts))
    figures = []
    for part in parts:
        loss, of_part = taught.loss(part)
        loss.backward()
        figures.append(of_part)
    gradient = torch.cat([p.grad.flatten() for p in projector.parameters() if p.grad is not None])
    expected_loss, expected = _alone(decoder, asked, questions, projector, features)
    assert torch.stack(figures).sum(0)[0].item() == pytest.approx(expected_loss, rel=1e-5)
    torch.testing.assert_close(gradient, expected, rtol=1e-3, atol=1e-6)


def _alone(
    decoder: LoadedDecoder,
    asked: Sequence[Conversation],
    questions: Sequence[PictureQuestion],
    projector: ImageProjector,
    features: FeatureStore,
) -> tuple[float, torch.Tensor]:
    """Return the mean cross-entropy and the gradient, written down plainly: one conversation at a time."""
    projector.zero_grad()
    shown = ProjectedPictures(projector, features)
    entropies, near = [], []
    for one in asked:
        tokens = shown([one.picture])
        packed = Layout(decoder).pack([Shown(one.turns, tokens[0])])
        logits = decoder.model.forward(packed.embeddings)[0, :-1]
        wanted = packed.labels[0, 1:]
        entropies.append(torch.nn.functional.cross_entropy(logits, wanted, ignore_index=IGNORED, reduction="sum"))
        near.append(sum(alignment_losses(tokens, [one.picture], words(decoder, questions), 0.07)))
    taught = sum(int((laid_out(decoder, [one], projector, features).labels != IGNORED).sum()) for one in asked)
    entropy = torch.stack(entropies).sum() / taught
    (entropy + 0.3 * torch.stack(near).mean()).backward()
    gradient = torch.cat([p.grad.flatten() for p in projector.parameters() if p.grad is not None])
    return entropy.item(), gradient


def test_the_decoder_learns_to_see_and_its_weights_stay(
    decoder: LoadedDecoder, features: FeatureStore, questions: list[PictureQuestion], tmp_path: Path
) -> None:
    before = decoder.model.embed_tokens(torch.arange(50)).clone()
    projector, asked = image_projector(decoder), conversations(questions) * 80
    options = ConversationOptions(batch=8, learning_rate=2e-2)
    taught = lesson(decoder, asked, questions, (projector, features), options)
    steps = teach_alone(taught, len(asked) // options.batch, decoder, {"image": projector}, tmp_path)
    assert steps[-1].loss < steps[0].loss
    assert torch.equal(before, decoder.model.embed_tokens(torch.arange(50)))
    score = Scorer(decoder, projector, features).yes_no(Task("bright", "Bright", tuple(questions)), lambda _: None)
    areas = score.metrics["AUROC"]
    assert areas[ScoredWith.TRUE].value == 1.0
    # One question for all: without the picture there is nothing to tell the answers apart.
    assert areas[ScoredWith.BLANK].value == areas[ScoredWith.NONE].value == 0.5
    assert areas[ScoredWith.SHUFFLED].value < 0.9
    assert score.p_value < 0.1


def test_a_run_writes_projector_scores_and_card(decoder: LoadedDecoder, tmp_path: Path) -> None:
    data = tmp_path / "data"
    write_open_pictures(data)
    lessons = (
        PictureWordsOptions(steps=3, batch=8),
        LabelPromptsOptions(conversations=10, batch=5, distillation_steps=3, distillation_batch=4),
        ConversationOptions(conversations=20, batch=5),
    )
    config = FusionConfig(lessons, decoder.name, vision="dinov2-small", image_hidden=12)
    run = FusionRun(data, tmp_path / "run", tmp_path / "adapter", config)
    assert train_adapters(run, decoder, Encoders(WatchedVision()), lambda _: None)
    scores = score_projector(run, decoder, WatchedVision(), lambda _: None)
    assert [score.task for score in scores] == ["kind", "pneumonia", "malignant", "vqa-rad", "cause"]
    projector, binding = load_projector(run.adapter_folder / "image-projector.safetensors", decoder.fingerprint)
    assert projector.kind == "image"
    assert binding.encoder == "dinov2-small"
    written = json.loads((run.adapter_folder / "scores.json").read_text())
    card = (run.adapter_folder / "README.md").read_text()
    for score in written["scores"]:
        shown = next(iter(score["metrics"].values()))[ScoredWith.TRUE]
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
    with Image.open(run.run_folder / "loss.png") as curves:
        assert curves.size[1] > 4 * 500


def test_without_the_open_data_a_run_says_what_is_missing(decoder: LoadedDecoder, tmp_path: Path) -> None:
    config = FusionConfig((ConversationOptions(),), decoder.name, vision="dinov2-small")
    run = FusionRun(tmp_path, tmp_path, tmp_path, config)
    with pytest.raises(TrainingError, match=r"images\.jsonl"):
        train_adapters(run, decoder, Encoders(WatchedVision()), lambda _: None)
