"""A copy of the decoder whose matrices lie in memory as the CPU's bfloat16 kernels read them.

oneDNN rearranges a bfloat16 matrix at every product unless it is stored in its own order. Doing that once
makes reading the prompt a fifth faster and checking a draft a quarter (measured, 2 cores, SmolLM2-135M).
The copy only computes; gradients, training and explanations use the decoder it was made from.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import psutil
import torch
from torch import nn

from lm.model import Decoder

if TYPE_CHECKING:
    from lm.model import CausalDecoder

_TYPICAL_ROWS = 8
"""oneDNN chooses its order for so many tokens at a time; it stays fast from 1 to several hundred."""
_SPARE_COPIES = 3
"""The copy is made where the weights would fit so often into the memory that is free."""


class PackedLinear(nn.Module):
    """A linear layer in oneDNN's own order, for inference on the CPU."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        # The operators that torch.compile itself emits for frozen weights; they have no public name.
        self._weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), _TYPICAL_ROWS)
        self._bias = None if linear.bias is None else linear.bias.detach()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map `(..., in)` bfloat16 to `(..., out)`."""
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, self._weight, self._bias, "none", [], "")
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
