from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from safetensors.torch import load_file, save_file

from multimodal.errors import AdapterError
from multimodal.fusion import (
    IMAGE_TOKENS,
    AdapterBinding,
    AudioProjector,
    ImageProjector,
    ProjectorShape,
    SoundTokens,
    find_projectors,
    load_projector,
    pixel_shuffle,
    save_projector,
    stack_frames,
)
from multimodal.vision import ImageFeatures

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = ProjectorShape(d_encoder=8, d_hidden=12, d_model=6, gain=0.25)
BINDING = AdapterBinding(decoder="tiny", decoder_fingerprint="a" * 64, encoder="dinov2-small")


@pytest.fixture
def projector() -> ImageProjector:
    torch.manual_seed(0)
    return ImageProjector(SHAPE).eval()


def test_pixel_shuffle_folds_each_block_of_four_patches_in_reading_order() -> None:
    rows, columns = torch.meshgrid(torch.arange(16), torch.arange(16), indexing="ij")
    patches = torch.stack([rows, columns], dim=-1).reshape(1, 256, 2).float()
    folded = pixel_shuffle(patches)
    assert folded.shape == (1, 64, 8)
    # The token of row 1, column 2 of the 8 x 8 grid holds patches (2, 4), (2, 5), (3, 4), (3, 5).
    assert folded[0, 8 * 1 + 2].tolist() == [2, 4, 2, 5, 3, 4, 3, 5]


def test_pixel_shuffle_refuses_another_grid() -> None:
    with pytest.raises(AdapterError, match="196 patches"):
        pixel_shuffle(torch.zeros(1, 196, 4))


def test_stacking_keeps_every_frame_and_pads_the_last() -> None:
    stacked = stack_frames(torch.arange(1.0, 11.0).reshape(1, 10, 1))
    assert stacked.shape == (1, 2, 8)
    assert stacked[0].flatten().tolist() == [*range(1, 11), 0, 0, 0, 0, 0, 0]


def test_states_are_taken_to_where_the_projector_is(projector: ImageProjector) -> None:
    # The meta device computes nothing, but refuses tensors of another one, as a GPU does.
    tokens = projector.to("meta").project(ImageFeatures(torch.randn(1, 256, 8), torch.randn(1, 8)))
    assert (tokens.device.type, tokens.shape) == ("meta", (1, IMAGE_TOKENS, 6))


def test_image_tokens_start_at_the_size_of_word_embeddings(projector: ImageProjector) -> None:
    tokens = projector(torch.randn(2, 256, 8), torch.randn(2, 8))
    assert tokens.shape == (2, IMAGE_TOKENS, 6)
    assert tokens.square().mean(-1).sqrt().detach() == pytest.approx(torch.full((2, IMAGE_TOKENS), 0.25), rel=1e-3)


def test_every_parameter_learns(projector: ImageProjector) -> None:
    projector(torch.randn(2, 256, 8), torch.randn(2, 8)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in projector.parameters())


def test_audio_tokens_number_six_and_a_quarter_a_second() -> None:
    sound = AudioProjector(SHAPE).eval()(torch.randn(1, 500, 8))
    assert sound.embeddings.shape == (1, 63, 6)
    assert sound.is_sound.all()


def test_only_tokens_that_say_something_new_are_shown_and_at_least_one() -> None:
    embeddings = torch.arange(8.0).view(2, 4, 1)
    blank = torch.tensor([[-1.0, 2.0, -0.5, -9.0], [3.0, 1.0, 2.0, 0.5]])
    is_sound = torch.tensor([[True, True, True, False], [True, True, True, True]])
    said = SoundTokens(embeddings, blank, is_sound).said()
    assert [row.flatten().tolist() for row in said] == [[0.0, 2.0], [7.0]]


def test_a_saved_projector_comes_back_in_bfloat16_precision(projector: ImageProjector, tmp_path: Path) -> None:
    file = tmp_path / "tiny" / "image-projector.safetensors"
    save_projector(projector, BINDING, file)
    found = find_projectors(tmp_path, BINDING.decoder_fingerprint)["image"]
    assert isinstance(found, ImageProjector)
    features = ImageFeatures(torch.randn(1, 256, 8), torch.randn(1, 8))
    torch.testing.assert_close(found.project(features), projector.project(features), rtol=0.05, atol=0.02)


def test_a_projector_is_not_used_with_another_decoder(projector: ImageProjector, tmp_path: Path) -> None:
    file = tmp_path / "tiny" / "image-projector.safetensors"
    save_projector(projector, BINDING, file)
    assert find_projectors(tmp_path, "b" * 64) == {}
    with pytest.raises(AdapterError, match="trained for tiny"):
        load_projector(file, "b" * 64)


def test_a_truncated_projector_is_refused_in_a_sentence(projector: ImageProjector, tmp_path: Path) -> None:
    file = tmp_path / "image-projector.safetensors"
    save_projector(projector, BINDING, file)
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(AdapterError, match="damaged"):
        load_projector(file, BINDING.decoder_fingerprint)


def test_a_projector_without_its_header_is_refused(projector: ImageProjector, tmp_path: Path) -> None:
    file = tmp_path / "image-projector.safetensors"
    save_projector(projector, BINDING, file)
    tensors = load_file(file)
    save_file(tensors, file)
    with pytest.raises(AdapterError, match="damaged"):
        load_projector(file, BINDING.decoder_fingerprint)
