"""Models that the user brings: recognised, converted, installed by a name, and used by it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from lm.weights import load_decoder
from multimodal.catalog import ModelKind, added_models, installed_path, manifest_of, models_folder
from multimodal.errors import ConversionFailed, MissingFile, MultimodalError, NameTaken, UnknownModel
from multimodal.models import Models, decoder_path
from multimodal.own_models import SourceForm, add, converted_gguf, recognise, suggested_id
from multimodal.vision import ImageEncoder
from multimodal.whisper_layers import load_checkpoint
from tests.fakes.checkpoints import save_checkpoint, tiny_llama
from tests.fakes.files_read_here import FilesReadHere
from tests.fakes.gguf_files import GgufChanges, write_gguf
from tests.fakes.whisper_files import publish_checkpoint, tiny_whisper

if TYPE_CHECKING:
    from pathlib import Path

TINY_VIT = "vit_tiny_patch16_224"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def decoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_checkpoint(tiny_llama(), tmp_path_factory.mktemp("own") / "Ward Decoder")


@pytest.fixture(scope="module")
def vit() -> Any:
    torch.manual_seed(3)
    return timm.create_model(TINY_VIT, num_classes=10).eval()


def vit_folder(model: Any, folder: Path) -> Path:
    """Write weights and config.json as timm's own models are published."""
    folder.mkdir()
    save_file(model.state_dict(), folder / "model.safetensors")
    config = {
        "architecture": TINY_VIT,
        "num_classes": 10,
        "pretrained_cfg": {"input_size": [3, 224, 224], "mean": [0.1, 0.2, 0.3], "std": [0.4, 0.5, 0.6]},
    }
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_a_decoder_folder_is_copied_and_answers_by_its_name(decoder_folder: Path) -> None:
    (decoder_folder / "modeling_ward.py").write_text("raise SystemExit")
    added = add(recognise(decoder_folder))
    assert (added.id, added.kind, added.was_here) == ("ward-decoder", ModelKind.DECODER, False)
    assert added_models() == ("ward-decoder",)
    assert not list(added.folder.glob("*.py"))
    ours, original = load_decoder(decoder_path("ward-decoder")), load_decoder(decoder_folder)
    assert ours.fingerprint == original.fingerprint
    assert add(recognise(decoder_folder)).was_here


def test_the_licence_that_the_files_claim_is_kept(decoder_folder: Path, tmp_path: Path) -> None:
    claiming = shutil.copytree(decoder_folder, tmp_path / "claiming")
    (claiming / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    file = write_gguf(tiny_llama(), tmp_path / "mit.gguf", GgufChanges(extra_fields={"general.license": "mit"}))
    silent = write_gguf(tiny_llama(), tmp_path / "silent.gguf")
    kept = [manifest_of(add(recognise(source)).folder) for source in (claiming, file, silent)]
    assert [manifest["licence"] for manifest in kept if manifest] == ["apache-2.0", "mit", ""]


def test_a_gguf_file_is_converted_once(tmp_path: Path) -> None:
    model = tiny_llama()
    file = write_gguf(model, tmp_path / "Ward.gguf")
    folder = decoder_path(str(file))
    assert folder.parent == models_folder()
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert converted_gguf(file) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    loaded = load_decoder(folder)
    table = model.get_input_embeddings().weight.detach()
    torch.testing.assert_close(loaded.model.embed_tokens(torch.arange(len(table))), table, rtol=0, atol=1e-2)
    named = add(recognise(file), "ward-gguf")
    assert load_decoder(installed_path(named.id)).fingerprint == loaded.fingerprint


def test_a_gguf_decoder_answers(tmp_path: Path) -> None:
    from lm.sampling import GenerationOptions
    from multimodal.consultation import Answered, Consultation

    file = write_gguf(tiny_llama(), tmp_path / "ward.gguf")
    events = list(
        Consultation(Models(str(file), "cpu"), FilesReadHere()).ask("Cough?", GenerationOptions(max_new_tokens=3))
    )
    answered = events[-1]
    assert isinstance(answered, Answered)
    assert answered.decoder.startswith("ward-")


def test_an_official_whisper_checkpoint_becomes_a_recogniser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_whisper()
    file = publish_checkpoint(model, tmp_path / "ward.pt", monkeypatch)
    added = add(recognise(file))
    assert added.kind is ModelKind.SPEECH
    loaded = load_checkpoint(installed_path("ward"), torch.device("cpu")).model.state_dict()
    assert all(torch.equal(loaded[name], tensor) for name, tensor in model.state_dict().items())


def test_a_checkpoint_of_somebody_else_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    torch.save({"model_state_dict": {}}, tmp_path / "ward.pt")
    with pytest.raises(ConversionFailed, match="not one of the checkpoints that OpenAI publishes"):
        add(recognise(tmp_path / "ward.pt"))
    assert added_models() == ()


def test_a_timm_folder_keeps_its_normalisation_and_gives_timms_states(vit: Any, tmp_path: Path) -> None:
    added = add(recognise(vit_folder(vit, tmp_path / "ward-vit")))
    assert added.kind is ModelKind.VISION
    encoder = ImageEncoder.load(installed_path("ward-vit"))
    assert encoder.grid == (16, 16)
    assert (encoder.config.mean, encoder.config.std) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    # timm itself, at the same size, with the same published weights.
    theirs = timm.create_model(TINY_VIT, num_classes=0, img_size=256).eval()
    from timm.models.vision_transformer import checkpoint_filter_fn

    weights = {name: tensor for name, tensor in vit.state_dict().items() if not name.startswith("head.")}
    theirs.load_state_dict(checkpoint_filter_fn(weights, theirs))
    pixels = encoder.prepare([Image.effect_noise((256, 256), 60).convert("RGB")])
    with torch.inference_mode():
        expected = theirs.forward_features(pixels)
        found = encoder.forward(pixels)
    torch.testing.assert_close(found.patches, expected[:, 1:], atol=1e-5, rtol=0)


def test_bare_safetensors_need_timms_name(vit: Any, tmp_path: Path) -> None:
    file = vit_folder(vit, tmp_path / "folder") / "model.safetensors"
    with pytest.raises(ConversionFailed, match="--architecture"):
        recognise(file)
    added = add(recognise(file, TINY_VIT), "ward-vit")
    assert ImageEncoder.load(added.folder).config.mean == (0.5, 0.5, 0.5)  # what timm publishes for it


@pytest.mark.parametrize(
    "architecture", ["oracle_v1", "resnet18", "vit_small_patch16_224", "swin_tiny_patch4_window7_224"]
)
def test_an_architecture_that_does_not_fit_is_refused_and_leaves_nothing(
    architecture: str, vit: Any, tmp_path: Path
) -> None:
    file = vit_folder(vit, tmp_path / "folder") / "model.safetensors"
    with pytest.raises(ConversionFailed):
        add(recognise(file, architecture), "ward-vit")
    assert added_models() == ()
    assert not (models_folder() / "ward-vit").exists()


def test_a_picture_encoder_without_a_projector_leaves_the_answer_to_the_text(vit: Any, tmp_path: Path) -> None:
    add(recognise(vit_folder(vit, tmp_path / "ward-vit")))
    models = Models(str(save_checkpoint(tiny_llama(), tmp_path / "decoder")), "cpu", vision="ward-vit")
    assert models.image_projector() is None


@pytest.mark.models
def test_the_shipped_projector_is_not_used_with_another_encoder(
    smollm2_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BEDSIDE_HOME")
    assert Models(str(smollm2_folder), "cpu").image_projector() is not None
    assert Models(str(smollm2_folder), "cpu", vision="ward-vit").image_projector() is None


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(Exception, match="pickled weights"):
        recognise(tmp_path)


def test_a_decoder_that_cannot_be_loaded_is_never_installed(decoder_folder: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(decoder_folder, tmp_path / "broken")
    tensors = load_file(broken / "model.safetensors")
    save_file({name: t for name, t in tensors.items() if "norm" not in name}, broken / "model.safetensors")
    from lm.errors import LanguageModelError

    with pytest.raises(LanguageModelError):
        add(recognise(broken))
    assert added_models() == ()


def test_a_name_is_not_taken_twice(decoder_folder: Path, tmp_path: Path) -> None:
    add(recognise(decoder_folder), "ward")
    other = save_checkpoint(tiny_llama(seed=8), tmp_path / "other")
    with pytest.raises(NameTaken, match="--as"):
        add(recognise(other), "ward")
    with pytest.raises(NameTaken, match="catalogue"):
        add(recognise(other), "whisper-base")
    with pytest.raises(UnknownModel):
        add(recognise(other), "../ward")


def test_an_interrupted_copy_leaves_nothing(decoder_folder: Path) -> None:
    def stop(_progress: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        add(recognise(decoder_folder), on_progress=stop)
    assert added_models() == ()


@pytest.mark.parametrize("name", ["letter.txt", "folder", "missing"])
def test_what_is_no_model_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear colleague")
    (tmp_path / "folder").mkdir()
    with pytest.raises(MultimodalError, match=name) as raised:
        recognise(tmp_path / name)
    assert isinstance(raised.value, MissingFile if name == "missing" else ConversionFailed)


def test_every_form_has_its_use() -> None:
    from multimodal.own_models import _KINDS

    assert set(_KINDS) == set(SourceForm)


@pytest.mark.parametrize(
    ("name", "model_id"), [("Qwen2.5 0.5B", "qwen2.5-0.5b"), ("___", "model"), ("Ä" * 80, "model"), ("-a-", "a")]
)
def test_a_name_is_made_of_the_files_own(name: str, model_id: str, tmp_path: Path) -> None:
    assert suggested_id(tmp_path / name) == model_id
