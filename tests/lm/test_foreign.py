from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import MambaConfig, MambaForCausalLM

from lm.engine import LocalEngine
from lm.errors import ContextOverflow, DamagedCheckpoint, UnsupportedCheckpoint
from lm.foreign import ForeignDecoder
from lm.sampling import GenerationOptions
from lm.sequence import FusionSequence, TokenSpan
from lm.weights import LoadedDecoder, load_decoder
from tests.fakes.checkpoints import CONTEXT, VOCABULARY, save_checkpoint, tiny_gemma3

if TYPE_CHECKING:
    from pathlib import Path

# Longer than Gemma's attention window of 8.
IDS = torch.randint(0, VOCABULARY, (1, 40), generator=torch.Generator().manual_seed(3))


@pytest.fixture(scope="module")
def theirs() -> Any:
    return tiny_gemma3()


@pytest.fixture
def folder(theirs: Any, tmp_path: Path) -> Path:
    return save_checkpoint(theirs, tmp_path / "gemma")


@pytest.fixture
def decoder(folder: Path) -> LoadedDecoder:
    return load_decoder(folder)


def test_logits_are_those_of_transformers(decoder: LoadedDecoder, theirs: Any) -> None:
    assert not decoder.native
    assert isinstance(decoder.model, ForeignDecoder)
    with torch.inference_mode():
        ours = decoder.model.forward(decoder.model.embed_tokens(IDS))
        torch.testing.assert_close(ours, theirs(IDS).logits, atol=1e-5, rtol=0)


def test_cache_can_be_cut_back_beyond_the_attention_window(decoder: LoadedDecoder) -> None:
    model = decoder.model
    cache = model.new_cache(64)
    with torch.inference_mode():
        expected = model.forward(model.embed_tokens(IDS))
        model.forward(model.embed_tokens(IDS[:, :20]), cache)
        model.forward(model.embed_tokens(IDS.flip(1)[:, :15]), cache)
        cache.truncate(12)
        rest = model.forward(model.embed_tokens(IDS[:, 12:]), cache)
        torch.testing.assert_close(rest, expected[:, 12:], atol=1e-5, rtol=0)
        cache.truncate(0)
        last = model.forward(model.embed_tokens(IDS), cache, last_only=True)
    torch.testing.assert_close(last, expected[:, -1:], atol=1e-5, rtol=0)
    with pytest.raises(ValueError, match="cannot truncate"):
        cache.truncate(41)


@pytest.mark.parametrize("prompt_lookup", [False, True])
def test_our_engine_generates_what_transformers_does(decoder: LoadedDecoder, theirs: Any, prompt_lookup: bool) -> None:
    expected = theirs.generate(IDS, max_new_tokens=30, do_sample=False, attention_mask=torch.ones_like(IDS))
    sequence = FusionSequence((TokenSpan(tuple(IDS[0].tolist())),))
    options = GenerationOptions(max_new_tokens=30, prompt_lookup=prompt_lookup)
    ids = [token.id for token in LocalEngine(decoder).generate(sequence, options)]
    assert ids == expected[0, IDS.shape[1] :].tolist()


def test_overfull_context_is_refused(decoder: LoadedDecoder) -> None:
    with pytest.raises(ContextOverflow, match=str(CONTEXT)):
        decoder.model.forward(torch.zeros(1, CONTEXT + 1, decoder.model.d_model))
    with pytest.raises(ContextOverflow):
        decoder.model.new_cache(CONTEXT + 1)


def test_missing_weights_are_not_replaced_by_random_ones(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    gone = next(name for name in tensors if "layers.1.mlp" in name)
    save_file({name: t for name, t in tensors.items() if name != gone}, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(DamagedCheckpoint, match="1 tensors are missing"):
        load_decoder(folder)


def test_cut_weights_are_refused(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1_000])
    with pytest.raises(DamagedCheckpoint):
        load_decoder(folder)


def test_checkpoints_own_code_is_never_run(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.M"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n")
    with pytest.raises(UnsupportedCheckpoint, match="cannot be loaded safely"):
        load_decoder(folder)
    assert not (folder / "ran").exists()


def test_decoder_with_a_running_state_is_refused(tmp_path: Path) -> None:
    config = MambaConfig(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, state_size=4)
    config.max_position_embeddings = CONTEXT
    folder = save_checkpoint(MambaForCausalLM(config), tmp_path / "mamba")
    with pytest.raises(UnsupportedCheckpoint, match="running state"):
        load_decoder(folder)


def test_fingerprint_is_bound_to_the_weights(decoder: LoadedDecoder, folder: Path) -> None:
    assert load_decoder(folder, dtype=torch.bfloat16).fingerprint == decoder.fingerprint
