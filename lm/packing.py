"""Faster and smaller forms of the decoder's matrices, for computing answers on the CPU.

Two forms, each where it pays. The 4-bit and 8-bit groups in which a checkpoint was published (`lm.group_weights`),
exact to the last bit, replace the float32 matrices: one token is bound by reading weights, and they are the fewest
bytes. And, where the processor has bfloat16 kernels, a copy in oneDNN's own order, because oneDNN rearranges a
matrix at every product unless it is stored so: it multiplies the many tokens of a prompt or a draft, and every token
of a decoder that was never in groups. Neither form carries gradients: training and explanations use the decoder as
loaded, or `unpacked`.
"""

from __future__ import annotations

import copy
import ctypes
import functools
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import torch
from torch import nn

from lm.group_weights import GroupEmbedding, GroupLinear, recover
from lm.low_rank import LowRank
from lm.model import Decoder
from lm.token_norm import TokenNorm
from lm.weights import load_decoder, stores_float32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from lm.group_weights import GroupMatrix, HalfProduct
    from lm.model import CausalDecoder
    from lm.weights import LoadedDecoder

_TYPICAL_ROWS = 8
"""oneDNN chooses its order for so many tokens at a time; it stays fast from 1 to several hundred."""
_TIMED_RUNS = 3
"""The best of them counts: other programs only ever add time."""
_SPARE_COPIES = 3
"""The copy is made where the weights would fit so often into the memory that is free."""


class PackedLinear(nn.Module):
    """A linear layer in oneDNN's own order, for inference on the CPU."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self._weight = _reordered(linear.weight.detach())
        self._bias = None if linear.bias is None else linear.bias.detach()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(..., in)` bfloat16 to `(..., out)`."""
        return _half_product(x, self._weight, self._bias)


class PackedProduct:
    """A `HalfProduct` of `lm.group_weights`: rounds to bfloat16 what it multiplies and is multiplied with."""

    def __init__(self, weight: torch.Tensor) -> None:
        self._weight = _reordered(weight.detach().to(torch.bfloat16))

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """Map `(tokens, inputs)` float32 to `(tokens, outputs)` float32."""
        return _half_product(rows.to(torch.bfloat16), self._weight, None).to(torch.float32)


# The operators that torch.compile itself emits for frozen weights; they have no public name.
def _reordered(weight: torch.Tensor) -> torch.Tensor:
    reordered: torch.Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, _TYPICAL_ROWS)
    return reordered


def _half_product(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return product


def packed_for_inference(model: CausalDecoder) -> CausalDecoder:
    """Return a faster copy of `model` that shares its other weights, or `model` itself where there is none."""
    if not (isinstance(model, Decoder) and can_pack(model)):
        return model
    shared = {id(parameter): parameter for parameter in model.parameters()}
    packed = copy.deepcopy(model, shared)
    for parent in list(packed.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.Linear:
                setattr(parent, name, PackedLinear(child))
    return packed


def can_pack(model: Decoder) -> bool:
    """Tell whether this machine, this torch and the free memory allow a packed copy of `model`."""
    if model.device.type != "cpu" or model.dtype != torch.bfloat16 or not has_kernels():
        return False
    weights_bytes = sum(parameter.numel() * parameter.element_size() for parameter in model.parameters())
    return int(psutil.virtual_memory().available) > _SPARE_COPIES * weights_bytes


def has_kernels() -> bool:
    """Tell whether this processor and this torch have oneDNN's bfloat16 kernels."""
    operators = ("_reorder_linear_weight", "_linear_pointwise", "_is_mkldnn_bf16_supported")
    return all(hasattr(torch.ops.mkldnn, name) for name in operators) and bool(
        torch.ops.mkldnn._is_mkldnn_bf16_supported()
    )


def load_for_answers(source: Path, device: torch.device, dtype: torch.dtype) -> LoadedDecoder:
    """Load a decoder in the form that answers fastest here; raises as `lm.weights.load_decoder`.

    On the CPU one that was published in groups keeps them, whatever `dtype`: bfloat16 then only means that many
    tokens are multiplied in it. Any other is computed in `dtype`.
    """
    if device.type != "cpu" or not stores_float32(source):
        return load_decoder(source, device=device, dtype=dtype)
    decoder = packed_in_place(load_decoder(source), dtype)
    if not in_groups(decoder.model):
        decoder.model.to(device=device, dtype=dtype)
    return decoder


def packed_in_place(decoder: LoadedDecoder, prompts: torch.dtype = torch.float32) -> LoadedDecoder:
    """Keep the matrices of `decoder` in the groups they were published in, where that is exact and faster.

    With `prompts` bfloat16 and kernels for it, many tokens are multiplied in bfloat16. Its float32 matrices are
    freed, so nobody else may be using its model. Of any other checkpoint, device or dtype, and where the processor
    multiplies one token faster without, the decoder is returned as it is.
    """
    model = decoder.model
    if isinstance(model, Decoder) and model.device.type == "cpu" and model.dtype == torch.float32:
        matrices = _recovered(model) if has_group_kernels() else {}
        for matrix in list(matrices.values())[:1]:
            matrix.warm_up()
        others = _other_products(matrices, prompts)
        if matrices and _groups_are_faster(matrices, others):
            if prompts == torch.bfloat16 and has_kernels():
                matrices = {linear: replace(matrix, many=others[linear]) for linear, matrix in matrices.items()}
            _replace(model, matrices)
            del matrices, others
            _return_free_memory()
    return decoder


def _other_products(matrices: Mapping[nn.Linear, GroupMatrix], prompts: torch.dtype) -> dict[nn.Linear, HalfProduct]:
    """Return how each matrix is multiplied where it is not in groups."""
    if prompts == torch.bfloat16 and has_kernels():
        return {linear: PackedProduct(linear.weight) for linear in matrices}
    return {linear: linear for linear in matrices}


def unpacked(model: Decoder) -> Decoder:
    """Return a decoder with full weights, for gradients; `model` itself where it has them.

    They are float32 as loaded, or bfloat16 where `model` multiplies prompts in it.
    """
    if not in_groups(model):
        return model
    shared: dict[int, object] = {id(child.matrix): child.matrix for _, _, child in _group_modules(model)}
    dtype = _prompt_dtype(model)
    if dtype == torch.float32:
        shared |= {id(parameter): parameter for parameter in model.parameters()}
    whole = copy.deepcopy(model, shared)
    for parent, name, child in _group_modules(whole):
        weight = nn.Parameter(child.matrix.full().to(dtype), requires_grad=False)
        full: nn.Linear | nn.Embedding
        if isinstance(child, GroupEmbedding):
            full = nn.Embedding(weight.shape[0], weight.shape[1], device="meta")
        else:
            full = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
            if child.bias is not None:
                full.register_parameter("bias", nn.Parameter(child.bias, requires_grad=False))
        full.weight = weight
        setattr(parent, name, full)
    if whole.config.tied_head:
        whole.tie_head()
    return whole.to(dtype)


def _prompt_dtype(model: Decoder) -> torch.dtype:
    halves = any(child.matrix.many is not None for _, _, child in _group_modules(model))
    return torch.bfloat16 if halves else torch.float32


def in_groups(model: CausalDecoder) -> bool:
    """Tell whether matrices of `model` are kept in 4-bit or 8-bit groups."""
    return isinstance(model, Decoder) and bool(_group_modules(model))


def computed_weights(model: CausalDecoder) -> int:
    """Return how many weights `model` has, in whatever form; adapters beside them are not counted."""
    grouped, adapters = {}, set[int]()
    if isinstance(model, Decoder):
        grouped = {id(child.matrix): child.matrix for _, _, child in _group_modules(model)}
        low_ranks = [module for module in model.modules() if isinstance(module, LowRank)]
        adapters = {id(parameter) for low_rank in low_ranks for parameter in low_rank.parameters()}
    full = sum(parameter.numel() for parameter in model.parameters() if id(parameter) not in adapters)
    return full + sum(matrix.outputs * matrix.inputs for matrix in grouped.values())


@functools.cache
def has_group_kernels() -> bool:
    """Tell whether the compiler of the group kernels runs here."""
    try:
        import lm.group_kernels  # noqa: F401 - the import itself is the question
    except ImportError:
        return False
    return True


def _group_modules(model: Decoder) -> list[tuple[nn.Module, str, GroupLinear | GroupEmbedding]]:
    return [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if isinstance(child, GroupLinear | GroupEmbedding)
    ]


def _linears(model: Decoder) -> Iterator[tuple[nn.Module, str, nn.Linear]]:
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if type(child) is nn.Linear:
                yield parent, name, child


def _norms(model: Decoder) -> list[tuple[nn.Module, str, nn.RMSNorm]]:
    return [
        (parent, name, child)
        for parent in model.modules()
        for name, child in parent.named_children()
        if type(child) is nn.RMSNorm
    ]


def _recovered(model: Decoder) -> dict[nn.Linear, GroupMatrix]:
    """Return what can be packed, with its groups."""
    found = {linear: recover(linear.weight) for _, _, linear in _linears(model)}
    return {linear: matrix for linear, matrix in found.items() if matrix is not None}


@torch.inference_mode()
def _groups_are_faster(matrices: Mapping[nn.Linear, GroupMatrix], others: Mapping[nn.Linear, HalfProduct]) -> bool:
    """Time one token through all of the matrices in both forms."""
    inputs = {linear: torch.zeros(1, linear.in_features) for linear in matrices}

    def best_s(run: Callable[[nn.Linear], object]) -> float:
        run(next(iter(matrices)))
        times = []
        for _ in range(_TIMED_RUNS):
            started_s = time.perf_counter()
            for linear in matrices:
                run(linear)
            times.append(time.perf_counter() - started_s)
        return min(times)

    groups_s = best_s(lambda linear: matrices[linear].product(inputs[linear]))
    return groups_s < best_s(lambda linear: others[linear](inputs[linear]))


def _replace(model: Decoder, matrices: dict[nn.Linear, GroupMatrix]) -> None:
    table = next((matrix for linear, matrix in matrices.items() if linear.weight is model.embedding.weight), None)
    for parent, name, linear in _linears(model):
        if linear in matrices:
            setattr(parent, name, GroupLinear(matrices[linear], linear.bias))
    for parent, name, norm in _norms(model):
        setattr(parent, name, TokenNorm(norm, model.config.norm_epsilon))
    if table is not None:
        # setattr: the attribute is declared as the full table that it is everywhere else.
        setattr(model, "embedding", GroupEmbedding(table))  # noqa: B010


def _return_free_memory() -> None:
    """Give freed memory back to the system; glibc keeps pieces of less than 32 MB, which is most of a decoder."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
