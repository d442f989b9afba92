"""Adapters of pictures act in training, in scores and in answers alike, and come with the decoder they are for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import torch

from lm import packing
from lm.engine import LocalEngine
from lm.lora import LORA_FILE, LoraOptions, add_lora, save_lora
from lm.low_rank import LoraPositions
from lm.model import Decoder
from lm.packing import in_groups
from lm.sequence import SourceKind
from lm.weights import load_decoder, save_decoder
from multimodal.fusion import AdapterBinding, AudioProjector, ImageProjector, ProjectorShape, save_projector
from multimodal.models import Models
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs, Turn
from multimodal.training.laying_out import IGNORED, Layout, Shown
from multimodal.training.picture_questions import PictureQuestion
from multimodal.training.picture_tasks import Task
from multimodal.training.pictures import Split
from multimodal.training.projector_scores import Scorer
from multimodal.training.projector_scores import Shown as ScoredWith
from multimodal.vision import ImageFeatures
from tests.fakes.checkpoints import round_to_groups
from tests.fakes.consultations import D_ENCODER, D_MODEL, roomy_decoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lm.lora import Lora
    from lm.sequence import FusionSequence
    from lm.weights import LoadedDecoder

QUESTION = "Is it bright?"
SHAPE = ProjectorShape(D_ENCODER, 12, D_MODEL, gain=1.0)
AT_PICTURES = LoraOptions(rank=4, alpha=8.0, dropout=0.0, positions=LoraPositions.PICTURES)


class DrawnStates:
    """Pictures whose states are drawn by their number."""

    def get(self, paths: Sequence[str]) -> ImageFeatures:
        seeds = [torch.Generator().manual_seed(int(path)) for path in paths]
        return ImageFeatures(
            torch.stack([torch.randn(256, D_ENCODER, generator=seed) for seed in seeds]),
            torch.stack([torch.randn(D_ENCODER, generator=seed) for seed in seeds]),
        )

    def mean_picture(self) -> ImageFeatures:
        return ImageFeatures(torch.zeros(1, 256, D_ENCODER), torch.zeros(1, D_ENCODER))


def adapt(decoder: LoadedDecoder, options: LoraOptions = AT_PICTURES) -> Lora:
    lora = add_lora(decoder.model, options)
    for number, parameter in enumerate(lora.parameters()):
        torch.nn.init.normal_(parameter, std=0.2, generator=torch.Generator().manual_seed(number))
    return lora.requires_grad_(False)


@pytest.fixture
def projector() -> ImageProjector:
    torch.manual_seed(4)
    return ImageProjector(SHAPE).eval().requires_grad_(False)


def asked(decoder: LoadedDecoder, tokens: torch.Tensor, turns: tuple[Turn, ...] = ()) -> FusionSequence:
    shown = FusedAttachment(SourceKind.IMAGE, "Image 1", tokens)
    return PromptBuilder(decoder.tokens).build(PromptInputs(QUESTION, (shown,), turns=turns))


def test_training_teaches_what_answers_are_computed_with(tmp_path: Path, projector: ImageProjector) -> None:
    decoder = roomy_decoder(tmp_path / "tiny")
    tokens = projector.project(DrawnStates().get(["1", "2"]))
    turn = (Turn(QUESTION, "Yes."),)
    packed = Layout(decoder).pack([Shown(turn, tokens[0]), Shown(turn), Shown(turn, tokens[1])])
    plain = packed.logits(decoder)
    adapt(decoder)
    taught = torch.split(packed.logits(decoder).log_softmax(-1), list(packed.taught))
    for rows, picture in ((taught[0], tokens[0]), (taught[2], tokens[1])):
        first = int(packed.targets[0])
        (expected,) = LocalEngine(decoder).next_token_logprobs(asked(decoder, picture), [first])
        assert float(rows[0, first]) == pytest.approx(expected, abs=1e-4)
    torch.testing.assert_close(taught[1], torch.split(plain.log_softmax(-1), list(packed.taught))[1])
    assert (taught[0] - torch.split(plain.log_softmax(-1), list(packed.taught))[0]).abs().max() > 1e-3
    assert int((packed.labels[packed.pictures] != IGNORED).sum()) == 0


@pytest.mark.parametrize("choices", [("Yes.", "No."), ("It is bright.", "It is dark.")])
def test_scores_are_of_what_answers_are_computed_with(
    tmp_path: Path, projector: ImageProjector, choices: tuple[str, str]
) -> None:
    decoder, states = roomy_decoder(tmp_path / "tiny"), DrawnStates()
    adapt(decoder)
    questions = tuple(
        PictureQuestion(str(n), "test", Split.DEV, "bright", QUESTION + " Look." * n, choices[0]) for n in range(3)
    )
    scorer = Scorer(decoder, projector, states)
    task = Task("bright", "Bright", questions, choices)
    for question, right in zip(questions, scorer.right_log_probabilities(task, ScoredWith.TRUE), strict=True):
        shown = FusedAttachment(SourceKind.IMAGE, "Image 1", projector.project(states.get([question.path]))[0])
        prompt = PromptBuilder(decoder.tokens).build(PromptInputs(question.question, (shown,)))
        engine, ids = LocalEngine(decoder), [PromptBuilder(decoder.tokens).answer_ids(one) for one in choices]
        rows = [engine.answer_logprobs([prompt], one) for one in ids]
        sums = [sum(row[0]) for row in rows if row is not None]
        assert right == pytest.approx(sums[0] - math.log(sum(map(math.exp, sums))), abs=1e-3)


def test_yes_and_no_of_prompts_of_several_lengths(tmp_path: Path, projector: ImageProjector) -> None:
    decoder, states = roomy_decoder(tmp_path / "tiny"), DrawnStates()
    adapt(decoder)
    words = [QUESTION + " Look." * n for n in range(3)]
    tokens = projector.project(states.get(["0", "1", "2"]))
    found = Scorer(decoder, projector, states)._yes_probabilities(words, list(tokens))
    yes, no = (decoder.tokens.encode_untrusted(word)[0] for word in ("Yes", "No"))
    for word, picture, probability in zip(words, tokens, found, strict=True):
        shown = FusedAttachment(SourceKind.IMAGE, "Image 1", picture)
        prompt = PromptBuilder(decoder.tokens).build(PromptInputs(word, (shown,)))
        agrees, denies = LocalEngine(decoder).next_token_logprobs(prompt, [yes, no])
        assert probability == pytest.approx(1 / (1 + math.exp(denies - agrees)), abs=1e-4)


@pytest.mark.skipif(not packing.has_group_kernels(), reason="numba does not run here")
@pytest.mark.parametrize("positions", list(LoraPositions))
def test_the_decoder_comes_with_its_adapters_and_the_projectors_that_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, positions: LoraPositions
) -> None:
    monkeypatch.setattr(packing, "_groups_are_faster", lambda *_: True)
    source = _published_in_groups(tmp_path)
    decoder, folder = load_decoder(source), tmp_path / "adapters" / "tiny"
    lora = adapt(decoder, LoraOptions(rank=4, alpha=8.0, dropout=0.0, positions=positions))
    save_lora(lora, decoder.fingerprint, folder / LORA_FILE, lora.tensors())
    sound = AudioProjector(ProjectorShape(8, 12, D_MODEL, 1.0))
    for projector, encoder in ((sound, "whisper-base"), (ImageProjector(SHAPE), "dinov2-small")):
        binding = AdapterBinding("tiny", decoder.fingerprint, encoder)
        save_projector(projector, binding, folder / f"{projector.kind}-projector.safetensors")
    monkeypatch.setattr("multimodal.models.SHIPPED_ADAPTERS", tmp_path / "adapters")
    models = Models(device="cpu", decoder=str(source))
    answering = models.engine().decoder
    assert answering.fingerprint != decoder.fingerprint
    at_pictures = positions is LoraPositions.PICTURES
    assert in_groups(answering.model) is at_pictures
    # The projectors were trained for the plain decoder: with adapters of pictures it still hears as that one does.
    assert models.image_projector() is None
    assert (models.audio_projector() is not None) is at_pictures
    seeing = AdapterBinding("tiny", answering.fingerprint, "dinov2-small")
    save_projector(ImageProjector(SHAPE), seeing, folder / "image-projector.safetensors")
    assert Models(device="cpu", decoder=str(source)).image_projector() is not None


def _published_in_groups(folder: Path) -> Path:
    """Write a tiny decoder whose matrices are what 8-bit groups expand to."""
    model = roomy_decoder(folder / "tiny").model
    assert isinstance(model, Decoder)
    round_to_groups(model)
    save_decoder(model, folder / "saved", original=folder / "tiny")
    return folder / "saved"
