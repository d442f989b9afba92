"""A Whisper folder read into openai-whisper's model, and its layers with weights fused in the dtype they run in."""

from __future__ import annotations

import json
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from whisper.model import ModelDimensions, Whisper
from whisper.tokenizer import Tokenizer, get_tokenizer

from lm.errors import DamagedCheckpoint, UnsupportedCheckpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from torch import Tensor
    from whisper.model import MultiHeadAttention


@dataclass(frozen=True, slots=True, eq=False)
class WhisperCheckpoint:
    """openai-whisper's model with what its own code keeps elsewhere."""

    model: Whisper
    alignment_heads: tuple[tuple[int, int], ...]
    """(layer, head) pairs whose cross-attention follows the speech."""
    suppressed_ids: tuple[int, ...]
    suppressed_ids_at_start: tuple[int, ...]


def load_checkpoint(folder: Path, device: torch.device) -> WhisperCheckpoint:
    """Read `model.safetensors`, `dims.json` and `generation.json`.

    Raises UnsupportedCheckpoint when files are missing or malformed, DamagedCheckpoint when the tensors do not
    match the dimensions.
    """
    try:
        dimensions = ModelDimensions(**json.loads((folder / "dims.json").read_bytes()))
        generation = json.loads((folder / "generation.json").read_bytes())
        heads = tuple((int(layer), int(head)) for layer, head in generation["alignment_heads"])
        suppressed = tuple(map(int, generation["suppress_ids"]))
        at_start = tuple(map(int, generation["suppress_ids_begin"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnsupportedCheckpoint(
            f"{folder} holds no Whisper model that can be read. Type: bedside models fetch whisper-base"
        ) from error
    model = Whisper(dimensions)
    try:
        tensors = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
        model.load_state_dict(tensors)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise DamagedCheckpoint(
            f"The weights in {folder} are damaged or incomplete. Type: bedside models fetch whisper-base"
        ) from error
    return WhisperCheckpoint(model.eval().requires_grad_(False).to(device), heads, suppressed, at_start)


def load_tokenizer(model: Whisper, language: str, task: str = "transcribe") -> Tokenizer:
    """Return openai-whisper's tokenizer for `language`, an ISO 639-1 code; the task may be "translate", to English."""
    with warnings.catch_warnings():
        # openai-whisper 20250625 leaves its vocabulary file open for the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        return get_tokenizer(model.is_multilingual, num_languages=model.num_languages, language=language, task=task)


class Linear:
    """`y = xWᵀ + b`, several layers of one input fused into one product."""

    def __init__(self, layers: Sequence[torch.nn.Linear], dtype: torch.dtype) -> None:
        self._weight = torch.cat([layer.weight.detach() for layer in layers]).to(dtype)
        biases = [layer.weight.new_zeros(len(layer.weight)) if layer.bias is None else layer.bias for layer in layers]
        self._bias = torch.cat([bias.detach() for bias in biases]).to(dtype)

    def __call__(self, inputs: Tensor) -> Tensor:
        """`(..., d_in)` to `(..., d_out of all layers)`."""
        return F.linear(inputs, self._weight, self._bias)


class Norm:
    """Layer normalisation; the statistics are float32 inside in every dtype."""

    def __init__(self, norm: torch.nn.LayerNorm, dtype: torch.dtype) -> None:
        self._weight, self._bias = norm.weight.to(dtype), norm.bias.to(dtype)

    def __call__(self, inputs: Tensor) -> Tensor:
        """Shape and dtype stay."""
        return F.layer_norm(inputs, self._weight.shape, self._weight, self._bias)


class FeedForward:
    """Norm, Linear, GELU, Linear."""

    def __init__(self, norm: torch.nn.LayerNorm, mlp: Sequence[torch.nn.Linear], dtype: torch.dtype) -> None:
        self._norm = Norm(norm, dtype)
        self._into, self._out = Linear([mlp[0]], dtype), Linear([mlp[2]], dtype)

    def __call__(self, hidden: Tensor) -> Tensor:
        """Return what is to be added to the residual stream, shape as given."""
        return self._out(F.gelu(self._into(self._norm(hidden))))


class SelfAttentionWeights:
    """Norm, fused query-key-value projection and output projection of one self-attention."""

    def __init__(self, norm: torch.nn.LayerNorm, attention: MultiHeadAttention, dtype: torch.dtype) -> None:
        self._norm = Norm(norm, dtype)
        self._qkv = Linear([attention.query, attention.key, attention.value], dtype)
        self._out = Linear([attention.out], dtype)
        self._heads = attention.n_head

    def project(self, hidden: Tensor) -> tuple[Tensor, ...]:
        """Return query, key and value, each `(batch, heads, tokens, width)`, of `(batch, tokens, d_model)`."""
        return split_heads(self._qkv(self._norm(hidden)), 3, self._heads)

    def merge(self, attended: Tensor) -> Tensor:
        """Project `(batch, heads, tokens, width)` back to `(batch, tokens, d_model)`."""
        return self._out(merge_heads(attended))


def split_heads(projected: Tensor, parts: int, heads: int) -> tuple[Tensor, ...]:
    """Split `(batch, tokens, parts * d_model)` into `parts` of `(batch, heads, tokens, width)`."""
    batch, tokens, width = projected.shape
    shape = (batch, tokens, parts, heads, width // parts // heads)
    return projected.view(shape).permute(2, 0, 3, 1, 4).unbind(0)


def merge_heads(attended: Tensor) -> Tensor:
    """`(batch, heads, tokens, width)` to `(batch, tokens, d_model)`."""
    return attended.transpose(1, 2).flatten(2)


@contextmanager
def half_the_threads(device: torch.device) -> Iterator[None]:
    """Run the small products of decoding on half of the CPU threads.

    Every product ends in a barrier that waits for its slowest thread. Where another program keeps one core
    busy, each of the hundred products of a token then waits for the scheduler; spare cores avoid that.
    """
    if device.type != "cpu":
        yield
        return
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads // 2))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
