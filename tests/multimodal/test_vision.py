"""The picture encoder against onnxruntime and timm, and how pictures are laid out for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
import pytest
import timm
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import load_file, save_file

from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint
from multimodal.catalog import load_catalog
from multimodal.errors import Cancelled
from multimodal.vision import ImageEncoder, Letterbox, read_config
from multimodal.vision_weights import resample_positions

if TYPE_CHECKING:
    from pathlib import Path

FINAL_NORM = "/backbone/layernorm/Add_1_output_0"
TINY = "vit_tiny_patch16_224"


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random ViT of timm's, as an encoder's folder."""
    folder = tmp_path_factory.mktemp("tiny-vit")
    torch.manual_seed(5)
    save_file(timm.create_model(TINY, num_classes=0).state_dict(), folder / "model.safetensors")
    config = {"architecture": TINY, "img_size": 224, "mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def changed(folder: Path, to: Path, **settings: Any) -> Path:
    """Copy an encoder's folder with some settings of its config.json replaced."""
    to.mkdir()
    (to / "model.safetensors").symlink_to(folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    (to / "config.json").write_text(json.dumps(config | settings))
    return to


@pytest.mark.models
def test_every_state_at_the_final_norm_equals_onnxruntime(dinov2_folder: Path) -> None:
    source = load_catalog().entry("dinov2-small").source_folder / "vit_s_focus.onnx"
    graph = onnx.load(str(source))
    del graph.graph.output[:]
    graph.graph.output.append(onnx.helper.make_tensor_value_info(FINAL_NORM, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    encoder = ImageEncoder.load(dinov2_folder)
    noise = np.random.default_rng(1).integers(0, 255, (300, 200, 3), np.uint8)
    pixels = encoder.prepare([Image.fromarray(noise), Image.new("RGB", (64, 64), (200, 30, 90))])
    (theirs,) = session.run([FINAL_NORM], {"input_image": pixels.numpy()})
    with torch.inference_mode():
        ours = encoder.forward(pixels)
    assert theirs.shape == (2, 257, 384)
    assert theirs.std() > 0.5
    torch.testing.assert_close(ours.cls, torch.from_numpy(theirs[:, 0]), atol=1e-4, rtol=0)
    torch.testing.assert_close(ours.patches, torch.from_numpy(theirs[:, 1:]), atol=1e-4, rtol=0)


def test_a_folder_gives_the_states_of_timms_own_model(tiny_folder: Path) -> None:
    encoder = ImageEncoder.load(tiny_folder)
    theirs = timm.create_model(TINY, num_classes=0).eval()
    theirs.load_state_dict(load_file(tiny_folder / "model.safetensors"))
    picture = Image.effect_noise((224, 224), 80).convert("RGB")
    normalised = (torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255 - 0.5) / 0.25
    with torch.inference_mode():
        expected = theirs.forward_features(normalised.unsqueeze(0))
    found = encoder.encode([picture])
    torch.testing.assert_close(found.patches, expected[:, 1:], atol=1e-5, rtol=0)
    torch.testing.assert_close(found.cls, expected[:, 0], atol=1e-5, rtol=0)
    assert (encoder.d_model, encoder.grid) == (192, (14, 14))


def test_many_pictures_give_what_each_gives_alone(tiny_folder: Path) -> None:
    encoder = ImageEncoder.load(tiny_folder)
    pictures = [Image.new("RGB", (20 + i, 30), (12 * i, 5, 90)) for i in range(17)]
    together = encoder.encode(pictures)
    assert together.cls.shape == (17, 192)
    torch.testing.assert_close(together.cls[16:], encoder.encode(pictures[16:]).cls, atol=1e-5, rtol=0)


def test_encoding_stops_between_two_layers(tiny_folder: Path) -> None:
    encoder = ImageEncoder.load(tiny_folder)
    looks = iter([False, False, True])
    with pytest.raises(Cancelled):
        encoder.encode([Image.new("RGB", (8, 8))], lambda: next(looks))
    assert next(looks, None) is None
    assert encoder.encode([Image.new("RGB", (8, 8))]).cls.shape == (1, 192)


def test_gradients_reach_the_pixels_and_no_weight(tiny_folder: Path) -> None:
    encoder = ImageEncoder.load(tiny_folder)
    pixels = encoder.prepare([Image.new("RGB", (8, 8))]).requires_grad_()
    encoder.forward(pixels).cls.sum().backward()
    assert pixels.grad is not None
    assert pixels.grad.abs().sum() > 0


def test_the_padding_is_the_mean_colour_and_the_border_is_kept(tiny_folder: Path) -> None:
    encoder = ImageEncoder.load(tiny_folder)
    (square,) = encoder.prepare([Image.new("RGB", (100, 50), (255, 255, 255))])
    assert square.shape == (3, 224, 224)
    assert (square[:, :56] == 0).all()
    assert (square[:, 168:] == 0).all()
    torch.testing.assert_close(square[:, 56:168], torch.full((3, 112, 224), 2.0))


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_a_letterbox_lies_inside_its_square_and_fills_one_side(width: int, height: int) -> None:
    box = Letterbox.of(width, height, 224)
    assert min(box.left, box.top) >= 0
    assert max(box.left + box.width, box.top + box.height) <= 224
    assert max(box.width, box.height) == 224
    if min(width, height) / max(width, height) > 0.05:
        assert box.width / box.height == pytest.approx(width / height, rel=0.1)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"architecture": "oracle_v1"}, UnsupportedCheckpoint),
        ({"architecture": 3}, UnsupportedCheckpoint),
        ({"architecture": "resnet18"}, UnsupportedCheckpoint),
        ({"img_size": 0}, DamagedCheckpoint),
        ({"img_size": 10**9}, DamagedCheckpoint),
        ({"img_size": 240}, DamagedCheckpoint),
        ({"mean": [0, 0]}, DamagedCheckpoint),
        ({"std": [1, 1, 0]}, DamagedCheckpoint),
        ({"std": [1, 1, "1"]}, DamagedCheckpoint),
        ({"architecture": "vit_small_patch16_224"}, DamagedCheckpoint),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(
    settings: dict[str, Any], error: type[Exception], tiny_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(error):
        ImageEncoder.load(changed(tiny_folder, tmp_path / "encoder", **settings))


@pytest.mark.parametrize("content", ["", "[]", "{", "[" * 100_000])
def test_a_configuration_that_is_no_table_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(DamagedCheckpoint):
        read_config(tmp_path / "config.json")


def test_weights_that_are_missing_or_cut_are_refused(tiny_folder: Path, tmp_path: Path) -> None:
    folder = changed(tiny_folder, tmp_path / "encoder")
    (folder / "model.safetensors").unlink()
    with pytest.raises(UnsupportedCheckpoint):
        ImageEncoder.load(folder)
    (folder / "model.safetensors").write_bytes((tiny_folder / "model.safetensors").read_bytes()[:5000])
    with pytest.raises(DamagedCheckpoint):
        ImageEncoder.load(folder)


def test_positions_are_resampled_as_the_network_was_trained() -> None:
    table = torch.randn(1, 1 + 37 * 37, 4, generator=torch.Generator().manual_seed(2))
    resampled = resample_positions(table, 16)
    assert resampled.shape == (1, 257, 4)
    torch.testing.assert_close(resampled[:, :1], table[:, :1])
    torch.testing.assert_close(resample_positions(table, 37), table, atol=1e-5, rtol=0)
    with pytest.raises(ValueError, match="not square"):
        resample_positions(table[:, :-1], 16)
