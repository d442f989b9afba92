"""Low-rank adapters change nothing until they are trained, and merged they compute the same as beside the decoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from lm.errors import DamagedAdapter
from lm.lora import LoraOptions, add_lora, decoder_module, find_lora, merge_lora, save_lora, with_lora
from lm.model import Decoder
from lm.weights import load_decoder, save_decoder
from tests.fakes.checkpoints import VOCABULARY, native_models, save_checkpoint, tiny_gemma3

if TYPE_CHECKING:
    from pathlib import Path

    from lm.weights import LoadedDecoder

IDS = torch.randint(0, VOCABULARY, (2, 20), generator=torch.Generator().manual_seed(3))
OPTIONS = LoraOptions(rank=4, alpha=8.0, dropout=0.0)


@pytest.fixture(params=["llama", "gpt2", "gemma3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    models = native_models() | {"gemma3": tiny_gemma3()}
    return save_checkpoint(models[request.param], tmp_path / "base" / request.param)


def _logits(decoder: LoadedDecoder) -> torch.Tensor:
    with torch.inference_mode():
        return decoder.model.forward(decoder.model.embed_tokens(IDS))


def _train(decoder: LoadedDecoder) -> torch.nn.Module:
    """Give the adapters something to add: random matrices instead of zeros."""
    lora = add_lora(decoder.model, OPTIONS)
    for number, parameter in enumerate(lora.parameters()):
        torch.nn.init.normal_(parameter, std=0.05, generator=torch.Generator().manual_seed(number))
    return lora


def test_new_adapters_change_nothing_and_learn_alone(folder: Path) -> None:
    decoder = load_decoder(folder)
    before = _logits(decoder)
    lora = add_lora(decoder.model, OPTIONS)
    assert torch.equal(_logits(decoder), before)
    decoder.model.forward(decoder.model.embed_tokens(IDS)).sum().backward()
    learning = {id(p) for p in decoder_module(decoder.model).parameters() if p.requires_grad}
    assert learning == {id(p) for p in lora.parameters()}
    assert all(parameter.grad is not None for parameter in lora.parameters())


def test_merged_adapters_compute_as_they_did_beside_the_decoder(folder: Path) -> None:
    decoder = load_decoder(folder)
    before = _logits(decoder)
    lora = _train(decoder)
    adapted = _logits(decoder)
    assert (adapted - before).abs().max() > 1e-3
    with lora.off():
        assert torch.equal(_logits(decoder), before)
    merge_lora(decoder.model)
    torch.testing.assert_close(_logits(decoder), adapted, atol=1e-5, rtol=1e-5)


def test_a_stored_adapter_is_found_again_under_another_fingerprint(folder: Path, tmp_path: Path) -> None:
    decoder = load_decoder(folder)
    lora = _train(decoder)
    file = tmp_path / "adapters" / "tiny" / "decoder-lora.safetensors"
    digest = save_lora(lora, decoder.fingerprint, file, lora.tensors())
    fresh = load_decoder(folder)
    assert find_lora(tmp_path / "adapters", fresh.fingerprint) == file
    merged = with_lora(fresh, file)
    torch.testing.assert_close(_logits(merged), _logits(decoder), atol=1e-2, rtol=0)  # stored as bf16
    assert merged.fingerprint != decoder.fingerprint
    assert find_lora(tmp_path / "adapters", merged.fingerprint) is None
    with pytest.raises(DamagedAdapter, match="another decoder"):
        with_lora(merged, file)
    if isinstance(merged.model, Decoder):
        save_decoder(merged.model, tmp_path / "merged", original=folder, adapter_sha256=digest)
        reloaded = load_decoder(tmp_path / "merged")
        assert reloaded.fingerprint == merged.fingerprint
        torch.testing.assert_close(_logits(reloaded), _logits(merged))


def test_a_decoder_stays_as_it_was_where_half_of_its_adapters_are_missing(folder: Path, tmp_path: Path) -> None:
    fresh = load_decoder(folder)
    before = _logits(fresh)
    lora = add_lora(load_decoder(folder).model, OPTIONS)
    tensors = {name: torch.ones_like(tensor) for name, tensor in lora.tensors().items()}
    tensors.popitem()
    save_lora(lora, fresh.fingerprint, tmp_path / "decoder-lora.safetensors", tensors)
    with pytest.raises(DamagedAdapter, match="not used"):
        with_lora(fresh, tmp_path / "decoder-lora.safetensors")
    assert torch.equal(_logits(fresh), before)


def test_a_damaged_file_is_refused_in_one_sentence(folder: Path, tmp_path: Path) -> None:
    decoder = load_decoder(folder)
    lora = add_lora(decoder.model, OPTIONS)
    tensors = lora.tensors()
    tensors.pop(next(iter(tensors)))
    file = tmp_path / "decoder-lora.safetensors"
    save_lora(lora, decoder.fingerprint, file, tensors)
    with pytest.raises(DamagedAdapter, match="not used"):
        with_lora(load_decoder(folder), file)
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(DamagedAdapter, match="not used"):
        with_lora(load_decoder(folder), file)
