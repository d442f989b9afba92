from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from multimodal.errors import AdapterError
from multimodal.fusion import AdapterBinding, ImageProjector, ProjectorShape, save_projector
from multimodal.reference_pictures import (
    PROJECTOR_FILE,
    REFERENCE_FILE,
    UNCALIBRATED,
    ReferencePictures,
    Thresholds,
    find_references,
    grey_picture,
    load_references,
    pooled,
    save_references,
)
from multimodal.vision import ImageEncoder, ImageFeatures
from tests.fakes.consultations import D_ENCODER, D_MODEL

if TYPE_CHECKING:
    from pathlib import Path

BINDING = AdapterBinding("tiny", "abc", "dinov2-small")
MEASURED = Thresholds(0.02, 0.5)


@pytest.fixture
def projector() -> ImageProjector:
    torch.manual_seed(0)
    return ImageProjector(ProjectorShape(D_ENCODER, 12, D_MODEL, 0.15)).eval()


def states(seed: int) -> ImageFeatures:
    drawn = torch.Generator().manual_seed(seed)
    return ImageFeatures(
        torch.randn(1, 256, D_ENCODER, generator=drawn).bfloat16().float(),
        torch.randn(1, D_ENCODER, generator=drawn).bfloat16().float(),
    )


def references(thresholds: Thresholds = MEASURED) -> ReferencePictures:
    whole = states(1)
    mean = ImageFeatures(whole.patches.mean(1, keepdim=True), whole.cls)
    return ReferencePictures(mean, pooled(states(2)), thresholds, calibrated=True)


def test_references_come_back_with_their_thresholds(projector: ImageProjector, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    save_projector(projector, BINDING, folder / PROJECTOR_FILE)
    save_references(references(), BINDING, folder)
    found = find_references(tmp_path, "abc", "dinov2-small")
    assert found is not None
    assert found.calibrated
    assert found.thresholds == MEASURED
    assert found.other is not None
    torch.testing.assert_close(found.other.patches, pooled(states(2)).patches, rtol=1e-2, atol=1e-2)
    assert (folder / REFERENCE_FILE).stat().st_size < 60_000
    assert find_references(tmp_path, "another decoder", "dinov2-small") is None
    assert find_references(tmp_path, "abc", "another encoder") is None


def test_thresholds_of_another_projector_count_as_not_calibrated(projector: ImageProjector, tmp_path: Path) -> None:
    save_projector(projector, BINDING, tmp_path / PROJECTOR_FILE)
    save_references(references(), BINDING, tmp_path)
    torch.nn.init.ones_(projector.modality)
    save_projector(projector, BINDING, tmp_path / PROJECTOR_FILE)
    found, _ = load_references(tmp_path)
    assert not found.calibrated
    assert found.thresholds == UNCALIBRATED


@pytest.mark.parametrize("damage", [b"", b"no safetensors"])
def test_damaged_references_are_named_and_not_used(projector: ImageProjector, tmp_path: Path, damage: bytes) -> None:
    folder = tmp_path / "tiny"
    save_projector(projector, BINDING, folder / PROJECTOR_FILE)
    (folder / REFERENCE_FILE).write_bytes(damage)
    with pytest.raises(AdapterError, match="grey picture"):
        load_references(folder)
    assert find_references(tmp_path, "abc", "dinov2-small") is None


def test_tokens_are_those_that_the_projector_gives_the_whole_picture(projector: ImageProjector) -> None:
    tokens = references().project(projector)
    blocks = states(2).patches.view(1, 8, 2, 8, 2, D_ENCODER).mean((2, 4), keepdim=True).expand(-1, -1, 2, -1, 2, -1)
    with torch.inference_mode():
        expected = projector(blocks.reshape(1, 256, D_ENCODER), states(2).cls)[0]
    assert tokens.other is not None
    torch.testing.assert_close(tokens.other, expected)
    assert tokens.mean.shape == (65, D_MODEL)
    assert torch.equal(tokens.mean[1], tokens.mean[64])


def test_without_references_a_grey_picture_stands_in_and_is_named(dinov2_folder: Path) -> None:
    stand_in = grey_picture(ImageEncoder.load(dinov2_folder))
    assert stand_in.grey
    assert not stand_in.calibrated
    assert stand_in.other is None
    assert stand_in.mean.patches.shape == (1, 256, 384)
