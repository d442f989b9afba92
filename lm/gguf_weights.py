"""A GGUF file (llama.cpp's format) becomes a Hugging Face folder, weights in float32.

The quantised blocks are expanded with the `gguf` package; names, shapes and configuration are mapped here
and checked like those of any other checkpoint. Tokenizer and chat template are rebuilt by transformers.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gguf
import torch
from safetensors.torch import save_file

from lm.decoder_config import ForeignArchitecture, parse_config
from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint
from lm.layout import check_shapes

if TYPE_CHECKING:
    import numpy as np

_ARCHITECTURES = {"llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}

_OUTER_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}

_CONTROL_TOKEN = 3
"""llama.cpp's LLAMA_TOKEN_TYPE_CONTROL: a token that is never text."""
_USER_DEFINED_TOKEN = 4


def convert(source: Path, folder: Path) -> None:
    """Write `source` as a Hugging Face folder; the folder appears whole or not at all.

    Raises UnsupportedCheckpoint for other architectures, DamagedCheckpoint for a broken file.
    """
    reader = _open(source)
    config = _config(reader)
    tensors = {_name(tensor.name): tensor for tensor in reader.tensors}
    # GGUF lists the fastest axis first.
    shapes = {name: tuple(int(size) for size in reversed(tensor.shape)) for name, tensor in tensors.items()}
    _check(config, shapes)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        heads = _permuted_heads(config)
        weights = {name: _weight(name, tensor, heads, shapes[name]) for name, tensor in tensors.items()}
        save_file(weights, partial / "model.safetensors", {"format": "pt"})
        (partial / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
        _write_generation_config(config, partial)
        _write_tokenizer(source, reader, partial)
        if folder.is_dir():
            shutil.rmtree(folder)
        os.replace(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # nothing is left of it after the replace


def licence_field(source: Path) -> str:
    """Return what the file's `general.license` claims, empty where it claims nothing."""
    return str(_field(_open(source), "general.license", ""))


def _open(source: Path) -> gguf.GGUFReader:
    try:
        return gguf.GGUFReader(source)
    except (OSError, ValueError, KeyError, IndexError, TypeError, OverflowError, MemoryError) as error:
        # The reader follows the file's own offsets and counts, and fails in all of these ways on a cut one.
        raise DamagedCheckpoint(
            f"{source.name} is no whole GGUF file ({error}). Nothing was converted; fetch it again."
        ) from error


def _config(reader: gguf.GGUFReader) -> dict[str, Any]:
    """Return the fields of a Hugging Face `config.json`."""
    architecture = _field(reader, "general.architecture")
    if architecture not in _ARCHITECTURES:
        raise UnsupportedCheckpoint(
            f"This GGUF file holds a decoder of the architecture {architecture!r}; read are "
            f"{', '.join(_ARCHITECTURES)}. Use its safetensors version."
        )
    _refuse_scaled_rope(reader, architecture)
    names = {tensor.name for tensor in reader.tensors}

    def need(key: str) -> Any:
        return _field(reader, f"{architecture}.{key}")

    heads, d_model = need("attention.head_count"), need("embedding_length")
    head_width = _field(reader, f"{architecture}.attention.key_length", None)
    return {
        "architectures": [_ARCHITECTURES[architecture]],
        "model_type": architecture,
        "vocab_size": len(_field(reader, "tokenizer.ggml.tokens")),
        "hidden_size": d_model,
        "intermediate_size": need("feed_forward_length"),
        "num_hidden_layers": need("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": _field(reader, f"{architecture}.attention.head_count_kv", heads),
        "head_dim": head_width or (d_model // heads if heads else 0),
        "max_position_embeddings": need("context_length"),
        "rms_norm_eps": need("attention.layer_norm_rms_epsilon"),
        "rope_theta": _field(reader, f"{architecture}.rope.freq_base", 10_000.0),
        "hidden_act": "silu",
        "attention_bias": architecture == "llama" and "blk.0.attn_q.bias" in names,
        "tie_word_embeddings": "output.weight" not in names,
        "bos_token_id": _field(reader, "tokenizer.ggml.bos_token_id", None),
        "eos_token_id": _field(reader, "tokenizer.ggml.eos_token_id", None),
        "dtype": "float32",
    }


def _refuse_scaled_rope(reader: gguf.GGUFReader, architecture: str) -> None:
    kind = _field(reader, f"{architecture}.rope.scaling.type", "none")
    factors = any(tensor.name == "rope_freqs.weight" for tensor in reader.tensors)
    if kind != "none" or factors:
        raise UnsupportedCheckpoint(
            "This GGUF file stretches its rotary positions, which is not read here. Use its safetensors version."
        )


_REQUIRED = object()


def _field(reader: gguf.GGUFReader, key: str, default: Any = _REQUIRED) -> Any:
    field = reader.fields.get(key)
    if field is not None:
        try:
            return field.contents()
        except (ValueError, IndexError, UnicodeDecodeError) as error:
            raise DamagedCheckpoint(f"The GGUF field {key} cannot be read ({error}).") from error
    if default is _REQUIRED:
        raise DamagedCheckpoint(f"The GGUF file lacks the field {key}. Nothing was converted; fetch it again.")
    return default


def _check(config: dict[str, Any], shapes: dict[str, tuple[int, ...]]) -> None:
    try:
        check_shapes(parse_config(config), shapes)
    except ForeignArchitecture as error:
        raise UnsupportedCheckpoint(f"This GGUF file cannot be read: {error}.") from error


def _name(name: str) -> str:
    """Return the Hugging Face name of a GGUF tensor; an unknown one keeps its own and fails the check."""
    if name in _OUTER_NAMES:
        return _OUTER_NAMES[name]
    parts = name.split(".")
    if len(parts) == 4 and parts[0] == "blk" and parts[2] in _LAYER_NAMES:
        return f"model.layers.{parts[1]}.{_LAYER_NAMES[parts[2]]}.{parts[3]}"
    return name


def _permuted_heads(config: dict[str, Any]) -> dict[str, int]:
    """Return how many heads the projections have whose rows llama.cpp reordered: only `llama` ones."""
    if config["model_type"] != "llama":
        return {}
    return {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}


def _weight(name: str, tensor: gguf.ReaderTensor, heads: dict[str, int], shape: tuple[int, ...]) -> torch.Tensor:
    try:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    except (NotImplementedError, ValueError) as error:
        raise UnsupportedCheckpoint(
            f"The tensor {name} is stored as {tensor.tensor_type.name}, which is not read here."
        ) from error
    if values.shape != shape:
        raise DamagedCheckpoint(f"The tensor {name} holds {values.shape} values instead of {shape}.")
    for projection, count in heads.items():
        if projection in name:
            values = _rotary_order(values, count)
    return torch.tensor(values, dtype=torch.float32)


def _rotary_order(rows: np.ndarray[Any, Any], heads: int) -> np.ndarray[Any, Any]:
    """Undo llama.cpp's order of query and key rows: it rotates neighbours, Hugging Face rotates halves."""
    pairs = rows.reshape(heads, rows.shape[0] // heads // 2, 2, *rows.shape[1:])
    return pairs.swapaxes(1, 2).reshape(rows.shape)


def _write_generation_config(config: dict[str, Any], folder: Path) -> None:
    ends = {"eos_token_id": config["eos_token_id"], "bos_token_id": config["bos_token_id"]}
    (folder / "generation_config.json").write_text(json.dumps(ends, indent=2), encoding="utf-8")


def _write_tokenizer(source: Path, reader: gguf.GGUFReader, folder: Path) -> None:
    from transformers import AddedToken, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        str(source.parent), gguf_file=source.name, local_files_only=True, trust_remote_code=False
    )
    texts = _field(reader, "tokenizer.ggml.tokens")
    kinds = _field(reader, "tokenizer.ggml.token_type", [1] * len(texts))

    def of_kind(wanted: int) -> list[str]:
        return [text for text, kind in zip(texts, kinds, strict=True) if kind == wanted]

    # transformers keeps only bos, eos and the like as special; the file knows every control token.
    control = [AddedToken(text, special=True, normalized=False) for text in of_kind(_CONTROL_TOKEN)]
    tokenizer.add_special_tokens({"additional_special_tokens": control}, replace_extra_special_tokens=False)
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in of_kind(_USER_DEFINED_TOKEN)])
    template = _field(reader, "tokenizer.chat_template", None)
    if template:
        tokenizer.chat_template = template
    tokenizer.model_max_length = int(_field(reader, f"{_field(reader, 'general.architecture')}.context_length"))
    tokenizer.save_pretrained(str(folder))
