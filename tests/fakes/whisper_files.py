"""Tiny random Whispers in the formats that others publish: CTranslate2's model.bin and OpenAI's checkpoint."""

from __future__ import annotations

import base64
import gzip
import json
import struct
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import torch
import whisper
from whisper.model import ModelDimensions, Whisper

from multimodal.atomic import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

DIMENSIONS = ModelDimensions(
    n_mels=80,
    n_audio_ctx=1500,
    n_audio_state=64,
    n_audio_head=1,
    n_audio_layer=2,
    n_vocab=51_865,
    n_text_ctx=448,
    n_text_state=64,
    n_text_head=1,
    n_text_layer=2,
)
CONFIG = {"alignment_heads": [[1, 0]], "suppress_ids": [1, 2], "suppress_ids_begin": [220, 50257]}
_CODES = {torch.float32: 0, torch.int8: 1, torch.float16: 4}


def tiny_whisper() -> Whisper:
    """Return a random Whisper with the vocabulary of the multilingual ones."""
    torch.manual_seed(11)
    model = Whisper(DIMENSIONS).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.1)
    return model


def ctranslate2_variables(model: Whisper) -> dict[str, torch.Tensor]:
    """Return the variables of CTranslate2's WhisperSpec, queries, keys and values fused as its converter does."""
    state = model.state_dict()
    variables = {"decoder/embeddings/weight": state["decoder.token_embedding.weight"]}
    for side, norm in (("encoder", "ln_post"), ("decoder", "ln")):
        variables[f"{side}/position_encodings/encodings"] = state[f"{side}.positional_embedding"]
        variables |= _norm(state, f"{side}.{norm}", f"{side}/layer_norm")
        for layer in range(2):
            variables |= _block(state, f"{side}.blocks.{layer}", f"{side}/layer_{layer}")
    for convolution in ("conv1", "conv2"):
        variables |= _affine(state, f"encoder.{convolution}", f"encoder/{convolution}")
    return variables


def _block(state: Mapping[str, torch.Tensor], ours: str, theirs: str) -> dict[str, torch.Tensor]:
    variables = {
        **_fused(state, f"{ours}.attn", ("query", "key", "value"), f"{theirs}/self_attention/linear_0"),
        **_affine(state, f"{ours}.attn.out", f"{theirs}/self_attention/linear_1"),
        **_norm(state, f"{ours}.attn_ln", f"{theirs}/self_attention/layer_norm"),
        **_affine(state, f"{ours}.mlp.0", f"{theirs}/ffn/linear_0"),
        **_affine(state, f"{ours}.mlp.2", f"{theirs}/ffn/linear_1"),
        **_norm(state, f"{ours}.mlp_ln", f"{theirs}/ffn/layer_norm"),
    }
    if ours.startswith("decoder"):
        variables |= _affine(state, f"{ours}.cross_attn.query", f"{theirs}/attention/linear_0")
        variables |= _fused(state, f"{ours}.cross_attn", ("key", "value"), f"{theirs}/attention/linear_1")
        variables |= _affine(state, f"{ours}.cross_attn.out", f"{theirs}/attention/linear_2")
        variables |= _norm(state, f"{ours}.cross_attn_ln", f"{theirs}/attention/layer_norm")
    return variables


def _fused(
    state: Mapping[str, torch.Tensor], ours: str, parts: tuple[str, ...], theirs: str
) -> dict[str, torch.Tensor]:
    biases = [state.get(f"{ours}.{part}.bias", torch.zeros(64)) for part in parts]
    return {
        f"{theirs}/weight": torch.cat([state[f"{ours}.{part}.weight"] for part in parts]),
        f"{theirs}/bias": torch.cat(biases),
    }


def _affine(state: Mapping[str, torch.Tensor], ours: str, theirs: str) -> dict[str, torch.Tensor]:
    return {f"{theirs}/{name}": state[f"{ours}.{name}"] for name in ("weight", "bias")}


def _norm(state: Mapping[str, torch.Tensor], ours: str, theirs: str) -> dict[str, torch.Tensor]:
    return {f"{theirs}/gamma": state[f"{ours}.weight"], f"{theirs}/beta": state[f"{ours}.bias"]}


def model_bin(variables: Mapping[str, torch.Tensor], specification: str = "WhisperSpec", version: int = 6) -> bytes:
    """Return the bytes that ctranslate2.specs.model_spec writes, without aliases."""
    parts = [struct.pack("<I", version), _text(specification), struct.pack("<II", 3, len(variables))]
    for name, tensor in variables.items():
        body = tensor.contiguous().numpy().tobytes()
        shape = struct.pack(f"<B{tensor.dim()}I", tensor.dim(), *tensor.shape)
        parts += [_text(name), shape, struct.pack("<BI", _CODES[tensor.dtype], len(body)), body]
    return b"".join([*parts, struct.pack("<I", 0)])


def _text(text: str) -> bytes:
    raw = text.encode() + b"\0"
    return struct.pack("<H", len(raw)) + raw


def write_ctranslate2(folder: Path, content: bytes) -> list[Path]:
    """Write model.bin and config.json; return both."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.bin").write_bytes(content)
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    return [folder / "model.bin", folder / "config.json"]


def publish_checkpoint(model: Whisper, file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a checkpoint as OpenAI does, and let openai-whisper name it among those that are published."""
    torch.save({"dims": asdict(model.dims), "model_state_dict": model.state_dict()}, file)
    address = f"https://example.invalid/models/{sha256_of(file)}/{file.name}"
    heads = np.array([[False], [True]])
    monkeypatch.setitem(whisper._MODELS, file.stem, address)
    monkeypatch.setitem(whisper._ALIGNMENT_HEADS, file.stem, base64.b85encode(gzip.compress(heads.tobytes())))
    return file
