"""Writes tiny GGUF files as llama.cpp's own converter does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gguf

from tests.fakes.checkpoints import CHATML, SPECIALS, byte_level_bpe

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

_NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


@dataclass(frozen=True, slots=True)
class GgufChanges:
    """What to do differently from a sound file."""

    architecture: str | None = None
    matrices: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F32
    drop: str = ""
    """GGUF name of a tensor to leave out."""
    extra_fields: dict[str, Any] = field(default_factory=dict)


def write_gguf(model: Any, file: Path, changes: GgufChanges | None = None) -> Path:
    """Write a tiny Llama or Qwen2 of transformers with the tokenizer of `byte_level_bpe`."""
    changes = changes or GgufChanges()
    config = model.config
    writer = gguf.GGUFWriter(file, changes.architecture or config.model_type)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    for key, value in changes.extra_fields.items():
        writer.add_string(key, value)
    _add_tokenizer(writer)
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        if gguf_name(name) != changes.drop:
            _add_tensor(writer, config, name, tensor.numpy(), changes.matrices)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def gguf_name(name: str) -> str:
    module, _, kind = name.rpartition(".")
    if module.startswith("model.layers."):
        _, _, layer, rest = module.split(".", 3)
        return f"blk.{layer}.{_NAMES[rest]}.{kind}"
    return f"{_NAMES[module]}.{kind}"


def _add_tensor(
    writer: gguf.GGUFWriter, config: Any, name: str, values: np.ndarray[Any, Any], kind: gguf.GGMLQuantizationType
) -> None:
    if config.model_type == "llama" and ("q_proj" in name or "k_proj" in name):
        heads = config.num_attention_heads if "q_proj" in name else config.num_key_value_heads
        values = llama_cpp_permute(values, heads)
    if values.ndim == 1:
        kind = gguf.GGMLQuantizationType.F32
    writer.add_tensor(gguf_name(name), gguf.quants.quantize(values, kind), raw_dtype=kind)


def llama_cpp_permute(weights: np.ndarray[Any, Any], heads: int) -> np.ndarray[Any, Any]:
    """Reorder rows as `LlamaModel.permute` in llama.cpp's convert_hf_to_gguf.py does."""
    halves = weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
    return halves.swapaxes(1, 2).reshape(weights.shape)


def _add_tokenizer(writer: gguf.GGUFWriter) -> None:
    model = json.loads(byte_level_bpe().to_str())["model"]
    texts = sorted(model["vocab"], key=model["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(texts)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control if text in SPECIALS else normal for text in texts])
    writer.add_token_merges([" ".join(pair) for pair in model["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_chat_template(CHATML)
