"""A new decoder is what transformers builds from the same `config.json`, with GPT-2's initial weights."""

from __future__ import annotations

import math

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from lm.layout import disassemble
from lm.training.architecture import new_config, new_decoder
from lm.training.options import NewShape


@pytest.mark.parametrize("architecture", ["gpt2", "llama"])
def test_transformers_computes_the_same_logits_from_config_and_weights(architecture: str) -> None:
    shape = NewShape(architecture, layers=3, heads=4, width=48, vocabulary=300, context=32)
    raw = new_config(shape, 300, 0)
    decoder = new_decoder(raw, seed=3)
    theirs = AutoModelForCausalLM.from_config(AutoConfig.for_model(**raw)).eval()
    unknown = theirs.load_state_dict(disassemble(decoder.config, decoder.state_dict()), strict=False)
    assert (unknown.missing_keys, unknown.unexpected_keys) == (["lm_head.weight"], [])
    theirs.tie_weights()
    ids = torch.randint(0, 300, (2, 32), generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        ours = decoder(decoder.embed_tokens(ids))
        torch.testing.assert_close(ours, theirs(ids).logits, rtol=1e-4, atol=1e-5)


def test_initial_weights_have_gpt2s_scale_and_follow_from_the_seed() -> None:
    raw = new_config(NewShape(layers=8, heads=4, width=128), 1_000, 0)
    state = new_decoder(raw, seed=0).state_dict()
    assert state["embedding.weight"].std() == pytest.approx(0.02, rel=0.03)
    assert state["layers.0.attention.qkv.weight"].std() == pytest.approx(0.02, rel=0.03)
    assert state["layers.7.feed_forward.down.weight"].std() == pytest.approx(0.02 / math.sqrt(16), rel=0.03)
    assert state["layers.3.attention.out.bias"].abs().max() == 0
    again, other = new_decoder(raw, seed=0).state_dict(), new_decoder(raw, seed=1).state_dict()
    assert torch.equal(state["positions.weight"], again["positions.weight"])
    assert not torch.equal(state["positions.weight"], other["positions.weight"])
