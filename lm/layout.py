"""Which tensors of a Hugging Face checkpoint make up each tensor of our decoder, with their shapes.

One table serves loading, its checks before any allocation, and writing a trained decoder back in the
layout that every other engine reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from lm.errors import DamagedCheckpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lm.model import DecoderConfig


@dataclass(frozen=True, slots=True)
class Part:
    """One tensor of the checkpoint."""

    name: str
    shape: tuple[int, ...]
    transposed: bool = False
    """GPT-2 stores its matrices as `(in, out)`; `torch.nn.Linear` wants `(out, in)`."""


Layout = dict[str, tuple[Part, ...]]
"""Our tensor's name -> the parts that are stacked along its first axis."""

_LEFT_OVERS = re.compile(r"(.*\.)?(rotary_emb\.inv_freq|attn\.bias|attn\.masked_bias)")
"""Constants that old exporters wrote beside the weights; our decoder computes them."""


def layout_of(config: DecoderConfig) -> Layout:
    """Return the layout of the dialect that `config` describes."""
    return _gpt2(config) if config.positions == "learned" else _llama(config)


def _gpt2(config: DecoderConfig) -> Layout:
    d, wide = config.d_model, config.d_feed_forward
    layout: Layout = {
        "embedding.weight": (Part("transformer.wte.weight", (config.vocab_size, d)),),
        "positions.weight": (Part("transformer.wpe.weight", (config.context_tokens, d)),),
        **_pair("norm", "transformer.ln_f", (d,)),
    }
    for index in range(config.layers):
        ours, theirs = f"layers.{index}", f"transformer.h.{index}"
        layout |= _pair(f"{ours}.attention_norm", f"{theirs}.ln_1", (d,))
        layout |= _pair(f"{ours}.attention.qkv", f"{theirs}.attn.c_attn", (d, 3 * d))
        layout |= _pair(f"{ours}.attention.out", f"{theirs}.attn.c_proj", (d, d))
        layout |= _pair(f"{ours}.feed_forward_norm", f"{theirs}.ln_2", (d,))
        layout |= _pair(f"{ours}.feed_forward.up", f"{theirs}.mlp.c_fc", (d, wide))
        layout |= _pair(f"{ours}.feed_forward.down", f"{theirs}.mlp.c_proj", (wide, d))
    return layout | _head(config)


def _pair(ours: str, theirs: str, shape: tuple[int, ...]) -> Layout:
    """Return weight and bias of one GPT-2 module; two axes mean a transposed matrix."""
    weight = Part(f"{theirs}.weight", shape, transposed=len(shape) == 2)
    return {f"{ours}.weight": (weight,), f"{ours}.bias": (Part(f"{theirs}.bias", shape[-1:]),)}


def _llama(config: DecoderConfig) -> Layout:
    d = config.d_model
    layout: Layout = {
        "embedding.weight": (Part("model.embed_tokens.weight", (config.vocab_size, d)),),
        "norm.weight": (Part("model.norm.weight", (d,)),),
    }
    for index in range(config.layers):
        ours, theirs = f"layers.{index}", f"model.layers.{index}"
        layout[f"{ours}.attention_norm.weight"] = (Part(f"{theirs}.input_layernorm.weight", (d,)),)
        layout[f"{ours}.feed_forward_norm.weight"] = (Part(f"{theirs}.post_attention_layernorm.weight", (d,)),)
        layout |= _llama_attention(config, f"{ours}.attention", f"{theirs}.self_attn")
        layout |= _llama_feed_forward(config, f"{ours}.feed_forward", f"{theirs}.mlp")
    return layout | _head(config)


def _llama_attention(config: DecoderConfig, ours: str, theirs: str) -> Layout:
    d_queries, d_keys = config.heads * config.d_head, config.kv_heads * config.d_head
    widths = {"q_proj": d_queries, "k_proj": d_keys, "v_proj": d_keys}
    layout = _fused(f"{ours}.qkv", theirs, widths, config.d_model, bias=config.qkv_bias)
    layout |= _fused(f"{ours}.out", theirs, {"o_proj": config.d_model}, d_queries, bias=config.attention_out_bias)
    if config.query_key_norm:
        layout[f"{ours}.query_norm.weight"] = (Part(f"{theirs}.q_norm.weight", (config.d_head,)),)
        layout[f"{ours}.key_norm.weight"] = (Part(f"{theirs}.k_norm.weight", (config.d_head,)),)
    return layout


def _llama_feed_forward(config: DecoderConfig, ours: str, theirs: str) -> Layout:
    wide, bias = config.d_feed_forward, config.feed_forward_bias
    layout = _fused(f"{ours}.gate_up", theirs, {"gate_proj": wide, "up_proj": wide}, config.d_model, bias=bias)
    return layout | _fused(f"{ours}.down", theirs, {"down_proj": config.d_model}, wide, bias=bias)


def _fused(ours: str, theirs: str, widths: Mapping[str, int], d_in: int, *, bias: bool) -> Layout:
    weights = tuple(Part(f"{theirs}.{name}.weight", (d_out, d_in)) for name, d_out in widths.items())
    layout: Layout = {f"{ours}.weight": weights}
    if bias:
        layout[f"{ours}.bias"] = tuple(Part(f"{theirs}.{name}.bias", (d_out,)) for name, d_out in widths.items())
    return layout


def _head(config: DecoderConfig) -> Layout:
    if config.tied_head:
        return {}
    return {"head.weight": (Part("lm_head.weight", (config.vocab_size, config.d_model)),)}


def check_shapes(config: DecoderConfig, found: Mapping[str, tuple[int, ...]]) -> None:
    """Compare the checkpoint's tensor names and shapes with what `config` needs.

    Raises DamagedCheckpoint naming the first differences. A stored copy of a tied head is allowed.
    """
    needed = {part.name: part.shape for parts in layout_of(config).values() for part in parts}
    missing = sorted(needed.keys() - found.keys())
    allowed = {"lm_head.weight"} if config.tied_head else set()
    extra = sorted(name for name in found.keys() - needed.keys() - allowed if not _LEFT_OVERS.fullmatch(name))
    wrong = [
        f"{name} {found[name]} instead of {shape}"
        for name, shape in needed.items()
        if name in found and found[name] != shape
    ]
    differences = [("missing", missing), ("unknown", extra), ("of a wrong shape", wrong)]
    told = "; ".join(f"{len(names)} {kind}: {', '.join(names[:3])}" for kind, names in differences if names)
    if told:
        raise DamagedCheckpoint(
            f"The checkpoint's tensors do not match its config.json ({told}). Nothing was loaded; "
            "fetch the model again."
        )


def assemble(config: DecoderConfig, read: Callable[[str], torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return our decoder's state dict, reading each checkpoint tensor once."""
    return {
        name: _stack([read(part.name).T if part.transposed else read(part.name) for part in parts])
        for name, parts in layout_of(config).items()
    }


def _stack(parts: list[torch.Tensor]) -> torch.Tensor:
    return parts[0].contiguous() if len(parts) == 1 else torch.cat(parts)


def disassemble(config: DecoderConfig, state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the checkpoint's tensors from our decoder's state dict: the inverse of `assemble`."""
    tensors: dict[str, torch.Tensor] = {}
    for name, parts in layout_of(config).items():
        rows = [part.shape[1 if part.transposed else 0] for part in parts]
        for part, piece in zip(parts, torch.split(state[name], rows), strict=True):
            tensors[part.name] = (piece.T if part.transposed else piece).contiguous()
    return tensors
