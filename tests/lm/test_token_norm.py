"""The norm of one token beside torch's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lm.token_norm import TokenNorm

EPSILON = 1e-5


def norms(width: int) -> tuple[nn.RMSNorm, TokenNorm]:
    plain = nn.RMSNorm(width, eps=EPSILON)
    nn.init.normal_(plain.weight)
    return plain, TokenNorm(plain, EPSILON)


@pytest.mark.parametrize("shape", [(1, 1, 576), (1, 5, 576), (2, 1, 576)])
@pytest.mark.parametrize("size", [1e-4, 1.0, 1e4])
@torch.inference_mode()
def test_it_is_torchs_norm(shape: tuple[int, ...], size: float) -> None:
    plain, quick = norms(shape[-1])
    x = torch.randn(shape, generator=torch.Generator().manual_seed(2)) * size
    torch.testing.assert_close(quick(x), plain(x), rtol=1e-5, atol=1e-6)


def test_gradients_of_one_token_are_kept() -> None:
    plain, quick = norms(8)
    gradients = []
    for norm in (plain, quick):
        x = torch.arange(8.0).reshape(1, 1, 8).requires_grad_()
        norm(x).square().sum().backward()
        gradients.append(x.grad)
    torch.testing.assert_close(gradients[1], gradients[0])
