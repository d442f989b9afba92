from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint
from lm.model import Decoder
from lm.weights import load_decoder, save_decoder
from tests.fakes.checkpoints import VOCABULARY, native_models, save_checkpoint, tiny_llama

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IDS = torch.randint(0, VOCABULARY, (1, 40), generator=torch.Generator().manual_seed(3))
GATE = "model.layers.1.mlp.gate_proj.weight"
Tensors = dict[str, torch.Tensor]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_checkpoint(tiny_llama(), tmp_path / "tiny")


def logits(source: Path) -> torch.Tensor:
    model = load_decoder(source).model
    with torch.inference_mode():
        return model.forward(model.embed_tokens(IDS))


def edit(folder: Path, change: Callable[[Tensors], object]) -> None:
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def edit_config(folder: Path, **fields: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


def test_missing_tensor_is_named(folder: Path) -> None:
    edit(folder, lambda tensors: tensors.pop(GATE))
    with pytest.raises(DamagedCheckpoint, match=f"1 missing: {GATE}"):
        load_decoder(folder)


def test_unknown_tensor_is_named(folder: Path) -> None:
    edit(folder, lambda tensors: tensors.update({"model.surprise": torch.zeros(1)}))
    with pytest.raises(DamagedCheckpoint, match=r"1 unknown: model\.surprise"):
        load_decoder(folder)


def test_wrong_shape_is_named(folder: Path) -> None:
    edit(folder, lambda tensors: tensors.update({GATE: tensors[GATE].T.contiguous()}))
    with pytest.raises(DamagedCheckpoint, match=rf"{GATE} \(32, 48\) instead of \(48, 32\)"):
        load_decoder(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_tensor_that_is_not_finite_is_refused(folder: Path, value: float) -> None:
    def spoil(tensors: Tensors) -> None:
        tensors[GATE][5, 5] = value

    edit(folder, spoil)
    with pytest.raises(DamagedCheckpoint, match=f"{GATE} holds NaN or infinity"):
        load_decoder(folder)


def test_integer_weights_are_refused(folder: Path) -> None:
    edit(folder, lambda tensors: tensors.update({GATE: tensors[GATE].to(torch.int8)}))
    with pytest.raises(UnsupportedCheckpoint, match="I8"):
        load_decoder(folder)


def test_config_larger_than_the_weights_allocates_nothing(folder: Path) -> None:
    edit_config(folder, vocab_size=2_000_000, hidden_size=65_536, num_hidden_layers=1_024, head_dim=1_024)
    with pytest.raises(DamagedCheckpoint, match="do not match"):
        load_decoder(folder)


@pytest.mark.parametrize("kept", [0, 4, 100, 0.5, 0.999])
def test_cut_weights_are_refused(folder: Path, kept: float) -> None:
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])
    with pytest.raises(DamagedCheckpoint, match="fetch the model again"):
        load_decoder(folder)


@pytest.mark.parametrize("text", ["", "[]", "{", "7", "[" * 100_000, "\x00"])
def test_broken_config_is_refused(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text)
    with pytest.raises(DamagedCheckpoint, match=r"config\.json cannot be read"):
        load_decoder(folder)


def test_missing_config_is_named(folder: Path) -> None:
    (folder / "config.json").unlink()
    with pytest.raises(UnsupportedCheckpoint, match=r"config\.json is missing"):
        load_decoder(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "consolidated.00.pth", "model.pt", "last.ckpt"])
def test_pickled_weights_are_never_opened(folder: Path, name: str) -> None:
    (folder / "model.safetensors").rename(folder / name)
    with pytest.raises(UnsupportedCheckpoint, match="can run code"):
        load_decoder(folder)


def test_folder_without_weights_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(UnsupportedCheckpoint, match="no weights"):
        load_decoder(folder)


def test_neither_folder_nor_gguf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedCheckpoint, match="no model at"):
        load_decoder(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(UnsupportedCheckpoint, match=r"notes\.txt"):
        load_decoder(tmp_path / "notes.txt")


def test_tokenizer_of_a_larger_vocabulary_is_refused(tmp_path: Path) -> None:
    folder = save_checkpoint(tiny_llama(), tmp_path / "tiny")

    def shrink(tensors: Tensors) -> None:
        tensors["model.embed_tokens.weight"] = tensors["model.embed_tokens.weight"][:300].contiguous()

    edit(folder, shrink)
    edit_config(folder, vocab_size=300)
    with pytest.raises(DamagedCheckpoint, match="do not belong together"):
        load_decoder(folder)


def shard(folder: Path) -> None:
    """Split the weights into two files with an index, as large checkpoints are."""
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(tensors)
    weight_map = {}
    for number, part in enumerate((names[::2], names[1::2]), start=1):
        file = f"model-{number:05}-of-00002.safetensors"
        save_file({name: tensors[name] for name in part}, folder / file)
        weight_map.update(dict.fromkeys(part, file))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))


def test_sharded_checkpoint_equals_the_whole(folder: Path) -> None:
    expected = logits(folder)
    shard(folder)
    assert torch.equal(logits(folder), expected)


def test_missing_shard_is_named(folder: Path) -> None:
    shard(folder)
    (folder / "model-00002-of-00002.safetensors").unlink()
    with pytest.raises(DamagedCheckpoint, match="model-00002-of-00002"):
        load_decoder(folder)


@pytest.mark.parametrize("name", ["../tiny/model.safetensors", "/etc/passwd", "a\\b.safetensors", "weights.bin", ".."])
def test_index_cannot_lead_out_of_its_folder(folder: Path, name: str) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {GATE: name}}))
    with pytest.raises(DamagedCheckpoint, match="no weight file"):
        load_decoder(folder)


def test_index_without_a_map_is_refused(folder: Path) -> None:
    (folder / "model.safetensors.index.json").write_text("{}")
    with pytest.raises(DamagedCheckpoint, match="weight_map"):
        load_decoder(folder)


def test_tensor_in_two_shards_is_refused(folder: Path) -> None:
    shard(folder)
    second = load_file(folder / "model-00002-of-00002.safetensors")
    save_file(
        second | load_file(folder / "model-00001-of-00002.safetensors"), folder / "model-00002-of-00002.safetensors"
    )
    with pytest.raises(DamagedCheckpoint, match="more than one file"):
        load_decoder(folder)


def test_gpt2_without_its_prefix_is_read(tmp_path: Path) -> None:
    folder = save_checkpoint(native_models()["gpt2"], tmp_path / "gpt2")
    expected = logits(folder)
    tensors = load_file(folder / "model.safetensors")
    bare = {name.removeprefix("transformer."): tensor for name, tensor in tensors.items()}
    save_file(bare | {"h.0.attn.bias": torch.ones(1, 1, 4, 4)}, folder / "model.safetensors")
    assert torch.equal(logits(folder), expected)


def test_stored_copy_of_a_tied_head_is_not_a_surprise(folder: Path) -> None:
    expected = logits(folder)
    edit(folder, lambda tensors: tensors.update({"lm_head.weight": tensors["model.embed_tokens.weight"].clone()}))
    assert torch.equal(logits(folder), expected)


@pytest.mark.parametrize("dialect", list(native_models()))
def test_saved_decoder_is_read_by_transformers(dialect: str, tmp_path: Path) -> None:
    folder = save_checkpoint(native_models()[dialect], tmp_path / "tiny")
    model = load_decoder(folder).model
    assert isinstance(model, Decoder)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.25)
    save_decoder(model, tmp_path / "trained", original=folder)
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / "trained", dtype=torch.float32, local_files_only=True)
    with torch.inference_mode():
        expected = theirs(IDS).logits
    torch.testing.assert_close(logits(tmp_path / "trained"), expected, atol=1e-4, rtol=0)
    with torch.inference_mode():
        torch.testing.assert_close(model.forward(model.embed_tokens(IDS)), expected, atol=1e-4, rtol=0)
    assert not torch.allclose(logits(folder), expected)


def test_fingerprint_is_the_decoders_and_not_the_files(folder: Path, tmp_path: Path) -> None:
    first = load_decoder(folder)
    assert load_decoder(folder, dtype=torch.bfloat16).fingerprint == first.fingerprint
    edit(folder, lambda tensors: tensors.update({name: t.bfloat16() for name, t in tensors.items()}))
    assert load_decoder(folder).fingerprint == first.fingerprint
    other = save_checkpoint(tiny_llama(seed=8), tmp_path / "other")
    assert load_decoder(other).fingerprint != first.fingerprint
    edit_config(other, num_hidden_layers=1)
    edit(other, lambda tensors: [tensors.pop(name) for name in list(tensors) if ".layers.1." in name])
    assert load_decoder(other).fingerprint != load_decoder(folder).fingerprint


def test_loaded_decoder_says_what_it_is(folder: Path) -> None:
    decoder = load_decoder(folder)
    assert decoder.native
    assert decoder.name == "tiny"
    assert not any(parameter.requires_grad for parameter in decoder.model.parameters())
    assert load_decoder(folder, dtype=torch.bfloat16).model.dtype == torch.bfloat16
