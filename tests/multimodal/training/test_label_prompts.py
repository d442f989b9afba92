from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import pytest
import torch
from PIL import Image

from multimodal.fusion import ImageProjector
from multimodal.prompt import Turn
from multimodal.training.conversation_lesson import ConversationLesson, PictureTeaching
from multimodal.training.conversations import Conversation
from multimodal.training.features import FeatureStore, compute_features
from multimodal.training.label_prompts import Distillation, LabelPrompts
from multimodal.training.lesson_options import ConversationOptions, LabelPromptsOptions
from multimodal.training.new_projectors import new_projector
from multimodal.training.pictures import LabelledPicture, Split
from multimodal.training.projected_pictures import ProjectedPictures
from multimodal.training.word_alignment import LabelWords
from tests.fakes.consultations import D_ENCODER, WatchedVision, roomy_decoder
from tests.fakes.lessons import teach_alone

if TYPE_CHECKING:
    from pathlib import Path

    from lm.weights import LoadedDecoder

OPTIONS = ConversationOptions(batch=8, learning_rate=0.1, picture_words=0.0)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    return roomy_decoder(tmp_path_factory.mktemp("lm") / "tiny")


@pytest.fixture
def labelled(tmp_path: Path) -> list[LabelledPicture]:
    """Bright films are normal, dark ones show pneumonia."""
    pictures = []
    for number in range(16):
        path = tmp_path / f"{number}.png"
        Image.new("L", (20, 20), 240 - number if number % 2 else 10 + number).save(path)
        label = "normal" if number % 2 else "pneumonia"
        pictures.append(LabelledPicture(str(path), "kermany-cxr", Split.TRAIN, label, ""))
    return pictures


@pytest.fixture
def features(labelled: list[LabelledPicture], tmp_path: Path) -> FeatureStore:
    paths = [picture.path for picture in labelled]
    return compute_features(tmp_path, paths, WatchedVision(), tmp_path / "features", lambda _: None)


@pytest.fixture
def projector(decoder: LoadedDecoder) -> ImageProjector:
    return new_projector(ImageProjector, decoder, D_ENCODER, 24, seed=0)


@pytest.fixture
def prompts(projector: ImageProjector, features: FeatureStore, labelled: list[LabelledPicture]) -> LabelPrompts:
    return LabelPrompts(ProjectedPictures(deepcopy(projector).requires_grad_(False), features), labelled)


def test_without_prompts_pictures_are_shown_as_they_are(
    projector: ImageProjector, prompts: LabelPrompts, features: FeatureStore, labelled: list[LabelledPicture]
) -> None:
    paths = [picture.path for picture in labelled[:3]]
    torch.testing.assert_close(prompts(paths), ProjectedPictures(projector, features)(paths))


def test_a_prompt_moves_the_pictures_of_its_label_alone(prompts: LabelPrompts, labelled: list[LabelledPicture]) -> None:
    paths = [picture.path for picture in labelled[:2]]
    before = prompts(paths).detach()
    with torch.no_grad():
        prompts.prompts[1, 0] += 1.0
    moved = (prompts(paths) - before).abs().amax(dim=-1) > 1e-4
    # Labels in alphabetical order: "... normal clear lungs", "... pneumonia"; the first picture is dark.
    assert moved[0].tolist() == [True] + [False] * 64
    assert not moved[1].any()


def test_prompts_teach_the_answers_and_the_projector_learns_to_give_them(
    decoder: LoadedDecoder,
    projector: ImageProjector,
    prompts: LabelPrompts,
    features: FeatureStore,
    labelled: list[LabelledPicture],
    tmp_path: Path,
) -> None:
    asked = [
        Conversation((Turn("Is it ill?", "No." if p.label == "normal" else "Yes."),), picture=p.path) for p in labelled
    ]
    words = LabelWords(decoder, labelled, other_words=10)
    untaught = deepcopy(projector)
    teaching = PictureTeaching(prompts, lambda: [prompts.prompts], words)
    lesson = ConversationLesson(decoder, asked * 40, OPTIONS, teaching)
    modules = {"image": projector, "prompts": prompts}
    steps = teach_alone(lesson, len(asked) * 40 // OPTIONS.batch, decoder, modules, tmp_path / "prompts")
    assert steps[-1].loss < 0.8 * steps[0].loss
    options = LabelPromptsOptions(distillation_steps=150, distillation_batch=16, distillation_rate=1e-2)
    distillation = Distillation(projector, prompts, features, (options, 0))
    reports = teach_alone(distillation, options.distillation_steps, decoder, modules, tmp_path / "distillation")
    assert reports[-1].figures["of the CLS token"] < 0.2 * reports[0].figures["of the CLS token"]
    assert reports[-1].figures["of the patches"] < 0.4 * reports[0].figures["of the patches"]
    paths = [picture.path for picture in labelled]
    with torch.no_grad():
        wanted = prompts(paths)
        error = (ProjectedPictures(projector, features)(paths) - wanted).pow(2).mean()
        before = (ProjectedPictures(untaught, features)(paths) - wanted).pow(2).mean()
    assert error < 0.4 * before


def test_every_label_is_drawn_from(prompts: LabelPrompts, labelled: list[LabelledPicture]) -> None:
    groups = prompts.labels()
    assert sorted(path for group in groups for path in group) == sorted(picture.path for picture in labelled)
    assert [len(group) for group in groups] == [8, 8]
