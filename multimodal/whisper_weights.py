"""Whisper weights from elsewhere into our folder: CTranslate2 model.bin version 6, and official checkpoints.

The folder holds `model.safetensors` under openai-whisper's own tensor names, `dims.json` (the fields of its
ModelDimensions) and `generation.json` (alignment heads for word times, tokens never to be sampled).
"""

from __future__ import annotations

import base64
import gzip
import json
import warnings
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file

from multimodal.atomic import sha256_of
from multimodal.ctranslate2 import read_model
from multimodal.errors import ConversionFailed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from torch import Tensor
    from whisper.model import ModelDimensions

MAX_LAYERS = 64
HEAD_WIDTH = 64
"""Width of one attention head in every Whisper that was published."""
MULTILINGUAL_VOCABULARY = 51_865
TEXT_VOCABULARY = 51_765
"""Tokens of every Whisper that do not depend on its number of languages."""


def convert(sources: Sequence[Path], folder: Path) -> None:
    """Convert CTranslate2's `model.bin` and `config.json` into our Whisper folder.

    Raises ConversionFailed when the file is damaged, quantised, or not a Whisper of version 6.
    """
    by_name = {path.name: path for path in sources}
    variables = read_model(by_name["model.bin"], "WhisperSpec")
    tensors = rename(variables)
    _write_folder(folder, tensors, _generation(by_name["config.json"], tensors))


def convert_official(checkpoint: Path, folder: Path) -> None:
    """Convert a checkpoint published by OpenAI; any other file is refused before it is opened.

    It is a pickle, so it is read only if its sha256 is one that openai-whisper publishes in its own
    addresses, and then with torch's restricted reader.
    """
    name = published_name(sha256_of(checkpoint))
    if name is None:
        raise ConversionFailed(
            f"{checkpoint.name} is not one of the checkpoints that OpenAI publishes for Whisper, so it was not "
            "opened: such a file can run code. Download it again from OpenAI."
        )
    content = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
    tensors = content["model_state_dict"]
    _write_folder(folder, tensors, _official_generation(name, tensors))


def published_name(sha256: str) -> str | None:
    """Return the name of the official Whisper checkpoint with this hash, None if there is none."""
    import whisper  # takes seconds, and only this road needs it

    addresses = whisper._MODELS.items()
    return next((name for name, address in addresses if address.split("/")[-2] == sha256), None)


def rename(variables: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return openai-whisper's state dict from CTranslate2's variables, in their own float dtype."""
    try:
        tensors = _whisper_state_dict(variables)
    except (KeyError, ValueError, RuntimeError) as error:
        raise ConversionFailed(f"A tensor of Whisper is missing or misshapen ({error}).") from error
    quantised = [name for name, tensor in tensors.items() if not tensor.is_floating_point()]
    if quantised:
        raise ConversionFailed(f"{quantised[0]} is quantised to integers; bring the float16 or float32 model.")
    return tensors


def _whisper_state_dict(variables: Mapping[str, Tensor]) -> dict[str, Tensor]:
    tensors = {
        "encoder.positional_embedding": variables["encoder/position_encodings/encodings"],
        "decoder.positional_embedding": variables["decoder/position_encodings/encodings"],
        "decoder.token_embedding.weight": variables["decoder/embeddings/weight"],
        **_affine(variables, "encoder/conv1", "encoder.conv1"),
        **_affine(variables, "encoder/conv2", "encoder.conv2"),
        **_norm(variables, "encoder/layer_norm", "encoder.ln_post"),
        **_norm(variables, "decoder/layer_norm", "decoder.ln"),
    }
    for side in ("encoder", "decoder"):
        for layer in range(_layer_count(variables, side)):
            source, target = f"{side}/layer_{layer}", f"{side}.blocks.{layer}"
            tensors |= _block(variables, source, target)
            if side == "decoder":
                tensors |= _cross_attention(variables, f"{source}/attention", f"{target}.cross_attn")
    return tensors


def _layer_count(variables: Mapping[str, Tensor], side: str) -> int:
    count = 0
    while f"{side}/layer_{count}/ffn/linear_0/weight" in variables:
        count += 1
    return count


def _block(variables: Mapping[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    fused = f"{source}/self_attention/linear_0"
    query, key, value = variables[f"{fused}/weight"].chunk(3)
    query_bias, key_bias, value_bias = variables[f"{fused}/bias"].chunk(3)
    _require_zero(key_bias, fused)
    return {
        f"{target}.attn.query.weight": query,
        f"{target}.attn.query.bias": query_bias,
        f"{target}.attn.key.weight": key,
        f"{target}.attn.value.weight": value,
        f"{target}.attn.value.bias": value_bias,
        **_affine(variables, f"{source}/self_attention/linear_1", f"{target}.attn.out"),
        **_norm(variables, f"{source}/self_attention/layer_norm", f"{target}.attn_ln"),
        **_norm(variables, f"{source}/ffn/layer_norm", f"{target}.mlp_ln"),
        **_affine(variables, f"{source}/ffn/linear_0", f"{target}.mlp.0"),
        **_affine(variables, f"{source}/ffn/linear_1", f"{target}.mlp.2"),
    }


def _cross_attention(variables: Mapping[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    key, value = variables[f"{source}/linear_1/weight"].chunk(2)
    key_bias, value_bias = variables[f"{source}/linear_1/bias"].chunk(2)
    _require_zero(key_bias, f"{source}/linear_1")
    return {
        **_affine(variables, f"{source}/linear_0", f"{target}.query"),
        f"{target}.key.weight": key,
        f"{target}.value.weight": value,
        f"{target}.value.bias": value_bias,
        **_affine(variables, f"{source}/linear_2", f"{target}.out"),
        **_norm(variables, f"{source}/layer_norm", f"{target}_ln"),
    }


def _require_zero(key_bias: Tensor, name: str) -> None:
    # Whisper's keys have no bias; CTranslate2 pads the fused bias with zeros.
    if key_bias.count_nonzero():
        raise ValueError(f"{name} has a key bias")


def _affine(variables: Mapping[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    return {f"{target}.{name}": variables[f"{source}/{name}"] for name in ("weight", "bias")}


def _norm(variables: Mapping[str, Tensor], source: str, target: str) -> dict[str, Tensor]:
    return {
        f"{target}.weight": variables[f"{source}/gamma"],
        f"{target}.bias": variables[f"{source}/beta"],
    }


def dimensions(tensors: Mapping[str, Tensor]) -> ModelDimensions:
    """Read the model's dimensions off its tensors and require every tensor to have the shape they imply."""
    from whisper.model import ModelDimensions  # takes seconds to import, so only where it is needed

    audio_context, audio_width = tensors["encoder.positional_embedding"].shape
    text_context, text_width = tensors["decoder.positional_embedding"].shape
    dims = ModelDimensions(
        n_mels=tensors["encoder.conv1.weight"].shape[1],
        n_audio_ctx=audio_context,
        n_audio_state=audio_width,
        n_audio_head=audio_width // HEAD_WIDTH,
        n_audio_layer=_block_count(tensors, "encoder"),
        n_vocab=tensors["decoder.token_embedding.weight"].shape[0],
        n_text_ctx=text_context,
        n_text_state=text_width,
        n_text_head=text_width // HEAD_WIDTH,
        n_text_layer=_block_count(tensors, "decoder"),
    )
    _require_shapes(tensors, _expected_shapes(dims))
    return dims


def _block_count(tensors: Mapping[str, Tensor], side: str) -> int:
    count = len({name.split(".")[2] for name in tensors if name.startswith(f"{side}.blocks.")})
    if not 1 <= count <= MAX_LAYERS:
        raise ConversionFailed(f"A Whisper {side} of {count} layers cannot be read.")
    return count


def _expected_shapes(dims: ModelDimensions) -> dict[str, torch.Size]:
    from whisper.model import AudioEncoder, TextDecoder

    with torch.device("meta"):
        encoder = AudioEncoder(dims.n_mels, dims.n_audio_ctx, dims.n_audio_state, dims.n_audio_head, dims.n_audio_layer)
        decoder = TextDecoder(dims.n_vocab, dims.n_text_ctx, dims.n_text_state, dims.n_text_head, dims.n_text_layer)
    sides = {"encoder": encoder, "decoder": decoder}
    return {f"{side}.{name}": value.shape for side, part in sides.items() for name, value in part.state_dict().items()}


def _require_shapes(tensors: Mapping[str, Tensor], expected: Mapping[str, torch.Size]) -> None:
    found = {name: tensor.shape for name, tensor in tensors.items()}
    wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    if wrong:
        raise ConversionFailed(f"{len(wrong)} tensors do not fit a Whisper of this size, the first is {wrong[0]}.")


def _write_folder(folder: Path, tensors: Mapping[str, Tensor], generation: Mapping[str, Any]) -> None:
    dims = dimensions(tensors)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "model.safetensors")
    (folder / "dims.json").write_text(json.dumps(asdict(dims), indent=1), encoding="utf-8")
    (folder / "generation.json").write_text(json.dumps(generation, indent=1), encoding="utf-8")


def _generation(config_file: Path, tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    try:
        config = json.loads(config_file.read_text(encoding="utf-8"))
        heads = [[int(layer), int(head)] for layer, head in config["alignment_heads"]]
        suppressed = [int(token) for token in config["suppress_ids"]]
        suppressed_first = [int(token) for token in config["suppress_ids_begin"]]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ConversionFailed(f"{config_file.name} of Whisper cannot be read ({error!r}).") from error
    vocabulary = tensors["decoder.token_embedding.weight"].shape[0]
    if not all(0 <= token < vocabulary for token in suppressed + suppressed_first):
        raise ConversionFailed(f"{config_file.name} names tokens that this Whisper does not have.")
    return {"alignment_heads": heads, "suppress_ids": suppressed, "suppress_ids_begin": suppressed_first}


def _official_generation(name: str, tensors: Mapping[str, Tensor]) -> dict[str, Any]:
    from whisper.tokenizer import get_tokenizer

    dims = dimensions(tensors)
    multilingual = dims.n_vocab >= MULTILINGUAL_VOCABULARY
    languages = dims.n_vocab - TEXT_VOCABULARY - multilingual  # as in whisper.model.Whisper.num_languages
    with warnings.catch_warnings():
        # openai-whisper 20250625 leaves its vocabulary file open for the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        tokenizer = get_tokenizer(multilingual, num_languages=languages)
    control = (tokenizer.sot, tokenizer.sot_prev, tokenizer.sot_lm, tokenizer.no_speech)
    tasks = (tokenizer.transcribe, tokenizer.translate)
    return {
        "alignment_heads": alignment_heads(name, dims),
        "suppress_ids": sorted({*tokenizer.non_speech_tokens, *control, *tasks}),
        "suppress_ids_begin": [*tokenizer.encode(" "), tokenizer.eot],
    }


def alignment_heads(name: str, dims: ModelDimensions) -> list[list[int]]:
    """Return the `[layer, head]` pairs whose cross-attention follows the words, as openai-whisper publishes."""
    import whisper

    packed = whisper._ALIGNMENT_HEADS[name]
    bits = np.frombuffer(gzip.decompress(base64.b85decode(packed)), dtype=bool)
    return np.argwhere(bits.reshape(dims.n_text_layer, dims.n_text_head)).tolist()
