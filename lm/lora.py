"""Low-rank adapters on the linear layers of a decoder (LoRA, Hu et al. 2021, arXiv:2106.09685).

    y = W x + m * alpha / rank * B A x    W stays as it is; A `(rank, in)` starts at random, B `(out, rank)` at zero

Every linear layer inside the blocks gets one; embedding table and output projection get none, so that the decoder
still reads the embeddings that projectors were trained for. Our decoder keeps query, key and value in one matrix, and
gate and up in one: they share their A.

m says where they act (`LoraPositions`). Adapters that act everywhere (m = 1) are merged into the weights to answer.
Those that act at picture tokens alone stay beside the weights, in whatever form these are: every token of text is
computed to the last bit as without them. A decoder with adapters goes by another fingerprint than the plain one.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from lm.errors import DamagedAdapter, InvalidInput
from lm.foreign import ForeignDecoder
from lm.group_weights import GroupLinear
from lm.low_rank import LoraLinear, LoraPositions, LowRank
from lm.model import Decoder
from lm.training.files import replace_file
from lm.weights import adapted_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lm.model import CausalDecoder
    from lm.weights import LoadedDecoder

LORA_FILE = "decoder-lora.safetensors"
_KIND = "lora"


@dataclass(frozen=True, slots=True)
class LoraOptions:
    """The size of the adapters; rank 32 on all layers of a 135M decoder is 16 MB in bf16."""

    rank: int = 32
    alpha: float = 64.0
    dropout: float = 0.05
    """Of the inputs, in training alone."""
    positions: LoraPositions = LoraPositions.EVERYWHERE


class Lora(nn.Module):
    """The adapters of one decoder; its parameters are theirs alone."""

    def __init__(self, parts: Mapping[str, LowRank], options: LoraOptions) -> None:
        super().__init__()
        self.options = options
        self.names = tuple(parts)
        self.parts = nn.ModuleList(parts.values())

    @contextmanager
    def off(self) -> Iterator[None]:
        """Let the decoder compute as if it had no adapters."""
        self._switch(on=False)
        try:
            yield
        finally:
            self._switch(on=True)

    def _switch(self, *, on: bool) -> None:
        for part in self.parts:
            part.active = on  # type: ignore[assignment] # torch types every attribute of a module as a tensor

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return each adapter's matrices as `layer.down` and `layer.up`."""
        return {
            f"{name}.{side}": getattr(part, side).detach()
            for name, part in zip(self.names, self.parts, strict=True)
            for side in ("down", "up")
        }


def add_lora(model: CausalDecoder, options: LoraOptions, seed: int = 0) -> Lora:
    """Give every linear layer in the blocks of `model` an adapter, in place; the decoder computes as before."""
    devices = [] if model.device.type == "cpu" else [model.device]
    parts = {}
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        for parent, name, path, linear in list(_block_linears(model)):
            low_rank = LowRank(*_widths(linear), options).to(model.device).eval()
            setattr(parent, name, LoraLinear(linear, low_rank))
            parts[path] = low_rank
    if not parts:
        raise InvalidInput("This decoder has no linear layers that adapters could be added to.")
    return Lora(parts, options)


@torch.no_grad()
def merge_lora(model: CausalDecoder) -> None:
    """Add the adapters of `model` to its weights, in place, and remove them.

    Raises InvalidInput where that would change what they compute: they act at pictures alone, or the weights are in
    groups, which hold no sum.
    """
    for parent in list(decoder_module(model).modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, LoraLinear):
                if child.low_rank.positions is not LoraPositions.EVERYWHERE or isinstance(child.linear, GroupLinear):
                    raise InvalidInput("These adapters cannot be merged into the decoder's weights.")
                weight = child.linear.weight
                weight.copy_(weight.float() + child.low_rank.product().to(weight.device))
                setattr(parent, name, child.linear)


def remove_lora(model: CausalDecoder) -> None:
    """Take the adapters off `model`, in place; it computes as it did without them."""
    for parent in list(decoder_module(model).modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, LoraLinear):
                setattr(parent, name, child.linear)


def decoder_blocks(model: CausalDecoder) -> list[nn.Module]:
    """Return the blocks that repeat: what FSDP2 gathers one at a time."""
    module = decoder_module(model)
    if isinstance(module, Decoder):
        return list(module.layers)
    kinds = set(getattr(module, "_no_split_modules", None) or ())
    return [child for child in module.modules() if type(child).__name__ in kinds]


def decoder_module(model: CausalDecoder) -> nn.Module:
    """Return the torch module that holds the decoder's weights."""
    if isinstance(model, ForeignDecoder):
        return model.module
    if isinstance(model, Decoder):
        return model
    raise InvalidInput(f"a {type(model).__name__} has no weights that can be trained")


def _widths(linear: nn.Linear | GroupLinear) -> tuple[int, int]:
    if isinstance(linear, GroupLinear):
        return linear.matrix.inputs, linear.matrix.outputs
    return linear.in_features, linear.out_features


def _block_linears(model: CausalDecoder) -> Iterator[tuple[nn.Module, str, str, nn.Linear | GroupLinear]]:
    """Yield `(parent, name, path, layer)` of the linear layers that are not the output projection."""
    module = decoder_module(model)
    head = module.head if isinstance(module, Decoder) else module.get_output_embeddings()  # type: ignore[operator] # transformers' own
    for place, parent in module.named_modules():
        for name, child in parent.named_children():
            if type(child) in {nn.Linear, GroupLinear} and child is not head:
                yield parent, name, f"{place}.{name}", child


def save_lora(lora: Lora, decoder_fingerprint: str, file: Path, tensors: Mapping[str, torch.Tensor]) -> str:
    """Write `tensors` of `lora` as bf16 safetensors, bound to the plain decoder; return the file's sha256."""
    kept = {name: tensor.to("cpu", torch.bfloat16).contiguous() for name, tensor in tensors.items()}
    metadata = {"kind": _KIND, "options": json.dumps(asdict(lora.options)), "decoder_fingerprint": decoder_fingerprint}
    file.parent.mkdir(parents=True, exist_ok=True)
    replace_file(file, lambda partial: save_file(kept, partial, metadata))
    return adapter_sha256(file)


def find_lora(folder: Path, decoder_fingerprint: str) -> Path | None:
    """Return the adapters in `folder` (one folder a decoder) that were trained for this plain decoder."""
    return next((f for f in sorted(folder.glob(f"*/{LORA_FILE}")) if _bound_to(f) == decoder_fingerprint), None)


def read_lora_options(file: Path) -> LoraOptions:
    """Return the options of the adapters in `file`. Raises DamagedAdapter when they cannot be read."""
    try:
        with safe_open(file, framework="pt") as opened:
            return _options(opened.metadata())
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _damaged(file, error) from error


def with_lora(decoder: LoadedDecoder, file: Path) -> LoadedDecoder:
    """Give `decoder`, in place, the adapters in `file`, and return it under its new fingerprint.

    Those that act everywhere are merged into its weights, which must be in full; those of pictures stay beside them.
    Raises DamagedAdapter when the file cannot be read or was trained for another decoder, which stays as it was then.
    """
    if _bound_to(file) != decoder.fingerprint:
        raise DamagedAdapter(f"The adapters {file.name} were trained for another decoder and were not used.")
    try:
        with safe_open(file, framework="pt") as opened:
            options = _options(opened.metadata())
            tensors = {name: opened.get_tensor(name).float() for name in opened.keys()}  # noqa: SIM118 - no iterator
        lora = add_lora(decoder.model, options).requires_grad_(False)
        load_lora(lora, tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        remove_lora(decoder.model)
        raise _damaged(file, error) from error
    fingerprint = adapted_fingerprint(decoder.fingerprint, adapter_sha256(file))
    if options.positions is LoraPositions.PICTURES:
        return replace(decoder, fingerprint=fingerprint, plain_fingerprint=decoder.text_fingerprint)
    merge_lora(decoder.model)
    return replace(decoder, fingerprint=fingerprint)


def _options(metadata: Mapping[str, str]) -> LoraOptions:
    read = json.loads(metadata["options"])
    # Files from before adapters could act at pictures alone do not say that theirs act everywhere.
    return LoraOptions(**read | {"positions": LoraPositions(read.get("positions", LoraPositions.EVERYWHERE))})


def _damaged(file: Path, error: Exception) -> DamagedAdapter:
    return DamagedAdapter(
        f"The adapters {file.name} are damaged and were not used. Reinstall Bedside to mend them ({error})."
    )


@torch.no_grad()
def load_lora(lora: Lora, tensors: Mapping[str, torch.Tensor]) -> None:
    """Put stored matrices into `lora`. Raises KeyError or RuntimeError where they do not fit."""
    for name, parameter in lora.tensors().items():
        parameter.copy_(tensors[name])


def _bound_to(file: Path) -> str | None:
    try:
        with safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
    except (OSError, SafetensorError):
        return None
    return metadata.get("decoder_fingerprint") if metadata.get("kind") == _KIND else None


def adapter_sha256(file: Path) -> str:
    """Return the sha256 of a file of adapters: what a decoder that they were merged into goes by."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
