"""A checkpoint's `config.json` becomes a `DecoderConfig`, range-checked before anything is allocated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint
from lm.model import DecoderConfig, RopeScaling

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMITS = {
    "vocab_size": (2, 2_000_000),
    "d_model": (1, 65_536),
    "layers": (1, 1_024),
    "heads": (1, 1_024),
    "kv_heads": (1, 1_024),
    "d_head": (2, 1_024),
    "d_feed_forward": (1, 1_000_000),
    "context_tokens": (1, 16_777_216),
}
"""Far above every published decoder of this kind; a number outside them is a broken or hostile file."""

_GELU: dict[str, Literal["gelu", "gelu_tanh"]] = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
}


class ForeignArchitecture(UnsupportedCheckpoint):
    """Our own decoder does not compute this checkpoint; transformers may (`lm.foreign`)."""


def parse_config(raw: Mapping[str, Any]) -> DecoderConfig:
    """Read the fields of a Hugging Face `config.json`.

    Raises ForeignArchitecture for what our decoder does not compute, DamagedCheckpoint for numbers that
    cannot be.
    """
    architecture = raw.get("model_type")
    if raw.get("quantization_config"):
        raise UnsupportedCheckpoint(
            "This checkpoint's weights are quantised in a form that is not read here. "
            "Use the original checkpoint or a GGUF file."
        )
    if architecture == "gpt2":
        return _checked(_gpt2(raw))
    if architecture in ("llama", "mistral", "qwen2", "qwen3"):
        return _checked(_llama_family(raw))
    raise ForeignArchitecture(f"the architecture {architecture!r} is not one of ours")


def _gpt2(raw: Mapping[str, Any]) -> DecoderConfig:
    for switch in ("scale_attn_by_inverse_layer_idx", "add_cross_attention"):
        if raw.get(switch):
            raise ForeignArchitecture(f"GPT-2 with {switch} is not one of ours")
    if not raw.get("scale_attn_weights", True):
        raise ForeignArchitecture("GPT-2 without scaled attention is not one of ours")
    activation = str(raw.get("activation_function", "gelu_new"))
    if activation not in _GELU:
        raise ForeignArchitecture(f"the activation {activation!r} is not one of ours")
    d_model, heads = _whole(raw, "n_embd"), _whole(raw, "n_head")
    return DecoderConfig(
        vocab_size=_whole(raw, "vocab_size"),
        d_model=d_model,
        layers=_whole(raw, "n_layer"),
        heads=heads,
        kv_heads=heads,
        d_head=_quotient(d_model, heads),
        d_feed_forward=_whole(raw, "n_inner", 4 * d_model),
        context_tokens=_whole(raw, "n_positions"),
        norm="layer",
        norm_epsilon=_number(raw, "layer_norm_epsilon", 1e-5),
        positions="learned",
        activation=_GELU[activation],
        qkv_bias=True,
        attention_out_bias=True,
        feed_forward_bias=True,
        tied_head=bool(raw.get("tie_word_embeddings", True)),
    )


def _llama_family(raw: Mapping[str, Any]) -> DecoderConfig:
    _refuse_other_attention(raw)
    architecture = raw["model_type"]
    d_model, heads = _whole(raw, "hidden_size"), _whole(raw, "num_attention_heads")
    attention_bias = bool(raw.get("attention_bias", False))
    theta, scaling = _rope(raw)
    return DecoderConfig(
        vocab_size=_whole(raw, "vocab_size"),
        d_model=d_model,
        layers=_whole(raw, "num_hidden_layers"),
        heads=heads,
        kv_heads=_whole(raw, "num_key_value_heads", heads),
        d_head=_whole(raw, "head_dim") if raw.get("head_dim") is not None else _quotient(d_model, heads),
        d_feed_forward=_whole(raw, "intermediate_size"),
        context_tokens=_whole(raw, "max_position_embeddings"),
        norm="rms",
        norm_epsilon=_number(raw, "rms_norm_eps", 1e-6),
        positions="rotary",
        activation="swiglu",
        rope_theta=theta,
        rope_scaling=scaling,
        qkv_bias=architecture == "qwen2" or attention_bias,
        attention_out_bias=attention_bias and architecture != "qwen2",
        feed_forward_bias=bool(raw.get("mlp_bias", False)),
        query_key_norm=architecture == "qwen3",
        tied_head=bool(raw.get("tie_word_embeddings", False)),
    )


def _refuse_other_attention(raw: Mapping[str, Any]) -> None:
    if raw.get("hidden_act", "silu") != "silu":
        raise ForeignArchitecture(f"the activation {raw['hidden_act']!r} is not one of ours")
    windowed = raw.get("sliding_window") if raw["model_type"] == "mistral" else raw.get("use_sliding_window")
    layer_types = raw.get("layer_types") or []
    if windowed or not isinstance(layer_types, list) or set(map(str, layer_types)) - {"full_attention"}:
        raise ForeignArchitecture("sliding-window attention is not one of ours")


def _rope(raw: Mapping[str, Any]) -> tuple[float, RopeScaling | None]:
    """Return the base and the scaling; transformers 5 writes `rope_parameters`, earlier ones two fields."""
    parameters = raw.get("rope_parameters") or raw.get("rope_scaling") or {}
    if not isinstance(parameters, dict):
        raise DamagedCheckpoint("config.json: the rotary parameters are not a table")
    theta = _number(parameters, "rope_theta", _number(raw, "rope_theta", 10_000.0))
    kind = parameters.get("rope_type", parameters.get("type", "default"))
    if kind == "default":
        return theta, None
    if kind != "llama3":
        raise ForeignArchitecture(f"rotary scaling of type {kind!r} is not one of ours")
    scaling = RopeScaling(
        factor=_number(parameters, "factor"),
        low_frequency_factor=_number(parameters, "low_freq_factor"),
        high_frequency_factor=_number(parameters, "high_freq_factor"),
        original_context_tokens=_whole(parameters, "original_max_position_embeddings"),
    )
    if scaling.high_frequency_factor <= scaling.low_frequency_factor or scaling.factor < 1:
        raise DamagedCheckpoint(f"config.json: impossible rotary scaling {scaling}")
    return theta, scaling


def _checked(config: DecoderConfig) -> DecoderConfig:
    for name, (low, high) in _LIMITS.items():
        value = getattr(config, name)
        if not low <= value <= high:
            raise DamagedCheckpoint(f"config.json: {name} is {value}, expected {low} to {high}")
    if config.heads % config.kv_heads:
        raise DamagedCheckpoint(f"config.json: {config.heads} heads cannot share {config.kv_heads} key heads")
    if config.positions == "rotary" and config.d_head % 2:
        raise DamagedCheckpoint(f"config.json: rotary positions need an even d_head, not {config.d_head}")
    if not 0 < config.norm_epsilon < 1 or config.rope_theta <= 0:
        raise DamagedCheckpoint(
            f"config.json: impossible norm_epsilon {config.norm_epsilon} or rope_theta {config.rope_theta}"
        )
    return config


def _whole(raw: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = raw.get(name)
    value = default if value is None else value
    if not isinstance(value, int) or isinstance(value, bool):
        raise DamagedCheckpoint(f"config.json: {name} is {value!r}, expected a whole number")
    return value


def _number(raw: Mapping[str, Any], name: str, default: float | None = None) -> float:
    value = raw.get(name)
    value = default if value is None else value
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise DamagedCheckpoint(f"config.json: {name} is {value!r}, expected a number")
    return float(value)


def _quotient(d_model: int, heads: int) -> int:
    if heads < 1 or d_model % heads:
        raise DamagedCheckpoint(f"config.json: {heads} heads do not divide {d_model} features")
    return d_model // heads
