from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.decoder_config import ForeignArchitecture, parse_config
from lm.errors import DamagedCheckpoint, LanguageModelError, UnsupportedCheckpoint
from lm.model import DecoderConfig
from tests.fakes.checkpoints import native_models, tiny_gemma3

LLAMA: dict[str, Any] = {
    "model_type": "llama",
    "vocab_size": 400,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10_000.0,
    "tie_word_embeddings": True,
}
GPT2: dict[str, Any] = {
    "model_type": "gpt2", "vocab_size": 400, "n_positions": 128, "n_embd": 32, "n_layer": 2, "n_head": 4
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"vocab_size": 0}, "vocab_size is 0"),
        ({"vocab_size": 10**12}, "vocab_size is 1000000000000"),
        ({"vocab_size": "400"}, "vocab_size is '400'"),
        ({"vocab_size": True}, "vocab_size is True"),
        ({"vocab_size": 400.0}, "vocab_size is 400.0"),
        ({"hidden_size": None}, "hidden_size is None"),
        ({"num_hidden_layers": -1}, "layers is -1"),
        ({"num_attention_heads": 0}, "0 heads do not divide"),
        ({"num_attention_heads": 5}, "5 heads do not divide 32"),
        ({"num_key_value_heads": 3}, "4 heads cannot share 3"),
        ({"head_dim": 7}, "even d_head, not 7"),
        ({"rms_norm_eps": 0}, "norm_epsilon 0.0"),
        ({"rms_norm_eps": float("nan")}, "norm_epsilon nan"),
        ({"rope_theta": -1}, "rope_theta -1.0"),
        ({"max_position_embeddings": 0}, "context_tokens is 0"),
        ({"rope_scaling": "yes"}, "not a table"),
        ({"rope_scaling": {"rope_type": "llama3"}}, "factor is None"),
    ],
)
def test_impossible_numbers_are_named(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(DamagedCheckpoint, match=told):
        parse_config(LLAMA | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"model_type": "mamba"},
        {"model_type": None},
        {"hidden_act": "gelu"},
        {"rope_scaling": {"type": "yarn", "factor": 4.0}},
        {"model_type": "qwen2", "use_sliding_window": True},
        {"model_type": "mistral", "sliding_window": 4_096},
        {"layer_types": ["full_attention", "sliding_attention"]},
        {"layer_types": ["sliding_attention"]},
        {"layer_types": 7},
    ],
)
def test_what_our_decoder_does_not_compute_is_foreign(changes: dict[str, Any]) -> None:
    with pytest.raises(ForeignArchitecture):
        parse_config(LLAMA | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"scale_attn_by_inverse_layer_idx": True},
        {"scale_attn_weights": False},
        {"add_cross_attention": True},
        {"activation_function": "relu"},
    ],
)
def test_other_gpt2_variants_are_foreign(changes: dict[str, Any]) -> None:
    with pytest.raises(ForeignArchitecture):
        parse_config(GPT2 | changes)


def test_gemma_is_foreign() -> None:
    with pytest.raises(ForeignArchitecture, match="gemma3_text"):
        parse_config(tiny_gemma3().config.to_dict())


def test_quantised_checkpoint_is_refused_for_every_architecture() -> None:
    for raw in (LLAMA, GPT2, {"model_type": "gemma3_text"}):
        with pytest.raises(UnsupportedCheckpoint, match="quantised") as raised:
            parse_config(raw | {"quantization_config": {"quant_method": "awq"}})
        assert not isinstance(raised.value, ForeignArchitecture)


def test_both_spellings_of_rotary_parameters_are_read() -> None:
    old = {"rope_theta": 5e5, "rope_scaling": None}
    new = {"rope_theta": None, "rope_parameters": {"rope_type": "default", "rope_theta": 5e5}}
    assert parse_config(LLAMA | old) == parse_config(LLAMA | new)
    assert parse_config(LLAMA | new).rope_theta == 5e5


def test_every_native_dialect_parses() -> None:
    for model in native_models().values():
        assert parse_config(model.config.to_dict()).d_model == 32


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(
    base=st.sampled_from([LLAMA, GPT2]),
    changes=st.dictionaries(
        st.sampled_from([*LLAMA, *GPT2, "head_dim", "rope_parameters", "layer_types", "activation_function"]), JSON
    ),
)
def test_any_json_is_a_config_or_one_of_our_errors(base: dict[str, Any], changes: dict[str, Any]) -> None:
    try:
        config = parse_config(base | changes)
    except LanguageModelError:
        return
    assert isinstance(config, DecoderConfig)
    assert config.heads % config.kv_heads == 0
