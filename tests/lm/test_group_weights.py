from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lm.group_weights import FEW_TOKENS, GroupEmbedding, GroupLinear, GroupMatrix, recover
from lm.packing import has_group_kernels

pytestmark = pytest.mark.skipif(not has_group_kernels(), reason="numba, which compiles the kernels, does not run here")


def four_bit(seed: int, outputs: int = 70, inputs: int = 64, lowest: int = 0, highest: int = 15) -> torch.Tensor:
    """Return weights as GGUF's Q4_1 expands them."""
    draw = np.random.default_rng(seed)
    values = draw.integers(lowest, highest + 1, (outputs, inputs // 32, 32)).astype(np.float32)
    values[..., 0], values[..., 1] = lowest, highest  # a quantiser uses both ends of its range
    scales = draw.uniform(1e-3, 0.1, (outputs, inputs // 32, 1)).astype(np.float16).astype(np.float32)
    lows = draw.normal(0, 0.3, (outputs, inputs // 32, 1)).astype(np.float16).astype(np.float32)
    return torch.from_numpy((values * scales + lows).reshape(outputs, inputs))


def eight_bit(seed: int, outputs: int = 70, inputs: int = 64) -> torch.Tensor:
    draw = np.random.default_rng(seed)
    values = draw.integers(-127, 128, (outputs, inputs // 32, 32)).astype(np.float32)
    values[..., 0] = 127
    scales = draw.uniform(1e-4, 0.1, (outputs, inputs // 32, 1)).astype(np.float16).astype(np.float32)
    return torch.from_numpy((values * scales).reshape(outputs, inputs))


def recovered(weight: torch.Tensor) -> GroupMatrix:
    matrix = recover(weight)
    assert matrix is not None
    return matrix


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), ends=st.tuples(st.integers(0, 15), st.integers(0, 15)))
def test_four_bit_groups_come_back_to_the_last_bit(seed: int, ends: tuple[int, int]) -> None:
    weight = four_bit(seed, lowest=min(ends), highest=max(ends))
    assert torch.equal(recovered(weight).full(), weight)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_eight_bit_groups_and_negative_scales_come_back_to_the_last_bit(seed: int) -> None:
    for weight in (eight_bit(seed), -eight_bit(seed), -four_bit(seed)):
        assert torch.equal(recovered(weight).full(), weight)


def test_constant_groups_come_back() -> None:
    weight = four_bit(1)
    weight[3, :32] = 0.0
    weight[5, 32:] = -0.1234
    assert torch.equal(recovered(weight).full(), weight)


def test_weights_that_were_never_in_groups_are_refused() -> None:
    assert recover(torch.randn(70, 64, generator=torch.Generator().manual_seed(1))) is None
    changed = four_bit(2)
    changed[69, 63] = torch.nextafter(changed[69, 63], torch.tensor(9.0))
    assert recover(changed) is None
    assert recover(four_bit(3)[:, :48].contiguous()) is None
    assert recover(four_bit(3).bfloat16()) is None


@pytest.mark.parametrize("tokens", [1, 2, 24, FEW_TOKENS, FEW_TOKENS + 1, 100])
@pytest.mark.parametrize("weight", [four_bit(4, 5_000), eight_bit(5)])
def test_products_equal_those_of_the_full_matrix(weight: torch.Tensor, tokens: int) -> None:
    x = torch.randn(1, tokens, 64, generator=torch.Generator().manual_seed(tokens))
    bias = torch.arange(weight.shape[0], dtype=torch.float32)
    product = GroupLinear(recovered(weight), bias)(x)
    torch.testing.assert_close(product, torch.nn.functional.linear(x, weight, bias), atol=1e-4, rtol=1e-5)


def test_rows_of_a_table_are_exact() -> None:
    ids = torch.tensor([[0, 69], [64, 3]])
    for weight in (four_bit(6), eight_bit(6)):
        assert torch.equal(GroupEmbedding(recovered(weight))(ids), weight[ids])


def test_gradients_are_refused_and_not_lost() -> None:
    layer = GroupLinear(recovered(four_bit(7)))
    with pytest.raises(RuntimeError, match="unpacked"):
        layer(torch.zeros(1, 64, requires_grad=True))
