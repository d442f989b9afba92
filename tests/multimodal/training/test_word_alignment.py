from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from multimodal.fusion import ImageProjector
from multimodal.training.features import compute_features
from multimodal.training.lesson_options import PictureWordsOptions
from multimodal.training.new_projectors import new_projector
from multimodal.training.pictures import LabelledPicture, Split
from multimodal.training.word_alignment import LabelWords, PictureWords
from tests.fakes.consultations import D_ENCODER, WatchedVision, roomy_decoder
from tests.fakes.lessons import teach_alone

if TYPE_CHECKING:
    from pathlib import Path

    from lm.weights import LoadedDecoder

OPTIONS = PictureWordsOptions(steps=150, batch=8, learning_rate=1e-2, other_words=20)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    return roomy_decoder(tmp_path_factory.mktemp("lm") / "tiny")


@pytest.fixture
def pictures(tmp_path: Path) -> list[LabelledPicture]:
    """Bright pictures are healthy films, dark ones are not."""
    made = []
    for number in range(8):
        healthy = number % 2 == 0
        Image.new("L", (20, 20), 240 - number if healthy else 10 + number).save(tmp_path / f"{number}.png")
        label = "normal" if healthy else "pneumonia"
        made.append(LabelledPicture(f"{number}.png", "kermany-cxr", Split.TRAIN, label, ""))
    return made


def test_targets_are_the_shares_of_the_words(decoder: LoadedDecoder, pictures: list[LabelledPicture]) -> None:
    targets = LabelWords(decoder, pictures, OPTIONS.other_words).targets([picture.path for picture in pictures])
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(len(pictures)))
    assert torch.equal(targets[0], targets[2])
    assert not torch.equal(targets[0], targets[1])


def test_picture_tokens_come_to_lie_at_their_words(
    decoder: LoadedDecoder, pictures: list[LabelledPicture], tmp_path: Path
) -> None:
    paths = [picture.path for picture in pictures]
    features = compute_features(tmp_path, paths, WatchedVision(), tmp_path / "features", lambda _: None)
    projector = new_projector(ImageProjector, decoder, D_ENCODER, 12, seed=0)
    words = LabelWords(decoder, pictures, OPTIONS.other_words)
    lesson = PictureWords(projector, pictures, features, words, (OPTIONS, 0))
    steps = teach_alone(lesson, OPTIONS.steps, decoder, {"image": projector}, tmp_path)
    assert len(steps) == OPTIONS.steps
    for name in lesson.figures:
        assert steps[-1].figures[name] < steps[0].figures[name]
    states = features.get(paths)
    with torch.inference_mode():
        cls = projector(states.patches, states.cls)[:, 0]
    similarity = F.normalize(cls - words.mean, dim=-1) @ words.directions.T
    own = (words.targets(paths) > 0) & (words.targets(paths).roll(1, 0) == 0)
    others = (words.targets(paths) == 0) & (words.targets(paths).roll(1, 0) > 0)
    assert similarity[own].mean() > similarity[others].mean() + 0.1
