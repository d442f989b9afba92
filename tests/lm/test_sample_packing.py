"""Samples packed in one row are read as if each were alone: losses and gradients are equal, in every dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from lm.errors import ContextOverflow
from lm.lora import LoraOptions, add_lora
from lm.weights import load_decoder
from tests.fakes.checkpoints import CONTEXT, VOCABULARY, native_models, save_checkpoint, tiny_gemma3

if TYPE_CHECKING:
    from pathlib import Path

    from lm.model import CausalDecoder

LENGTHS = (9, 1, 23, 14)
MODELS = native_models() | {"gemma3": tiny_gemma3()}


def _loss(model: CausalDecoder, rows: list[torch.Tensor], targets: list[torch.Tensor], *, packed: bool) -> torch.Tensor:
    """Return the summed cross-entropy of every token's successor."""
    if packed:
        wanted = torch.ones(1, sum(map(len, targets)), dtype=torch.bool)
        logits = model.logits_where(torch.cat(rows).unsqueeze(0), wanted, [len(row) for row in rows])
        return nn.functional.cross_entropy(logits, torch.cat(targets), reduction="sum")
    losses = []
    for row, target in zip(rows, targets, strict=True):
        logits = model.logits_where(row.unsqueeze(0), torch.ones(1, len(row), dtype=torch.bool))
        losses.append(nn.functional.cross_entropy(logits, target, reduction="sum"))
    return torch.stack(losses).sum()


@pytest.mark.parametrize("name", MODELS)
def test_packed_loss_and_gradients_equal_unpacked(name: str, tmp_path: Path) -> None:
    model = load_decoder(save_checkpoint(MODELS[name], tmp_path / name)).model
    model.to(model.device, torch.float64)
    lora = add_lora(model, LoraOptions(rank=4, dropout=0.0)).double()
    generator = torch.Generator().manual_seed(5)
    for parameter in lora.parameters():
        nn.init.normal_(parameter, std=0.1, generator=generator)
    ids = [torch.randint(0, VOCABULARY, (length + 1,), generator=generator) for length in LENGTHS]
    rows = [model.embed_tokens(one[:-1]).detach().requires_grad_() for one in ids]
    learned = [*rows, *lora.parameters()]
    losses, gradients = [], []
    for packed in (False, True):
        loss = _loss(model, rows, [one[1:] for one in ids], packed=packed)
        gradients.append(torch.autograd.grad(loss, learned))
        losses.append(loss)
    torch.testing.assert_close(losses[1], losses[0], rtol=1e-12, atol=0)
    for unpacked, packed_gradient in zip(*gradients, strict=True):
        torch.testing.assert_close(packed_gradient, unpacked, rtol=1e-9, atol=1e-12)


def test_each_sample_may_fill_the_context_alone(tmp_path: Path) -> None:
    model = load_decoder(save_checkpoint(MODELS["llama"], tmp_path / "llama")).model
    row = model.embed_tokens(torch.zeros(1, 2 * CONTEXT, dtype=torch.long))
    wanted = torch.ones(1, 2 * CONTEXT, dtype=torch.bool)
    assert model.logits_where(row, wanted, [CONTEXT, CONTEXT]).shape == (2 * CONTEXT, VOCABULARY)
    with pytest.raises(ContextOverflow):
        model.logits_where(row, wanted, [CONTEXT + 1, CONTEXT - 1])
