"""Learning rate, data order and random seeds follow from step and seed alone."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lm.training.schedule import DataOrder, LearningRates, generator


def test_the_learning_rate_rises_then_falls_along_a_cosine() -> None:
    rates = LearningRates(peak=1.0, steps=110, warmup=10 / 110, final_share=0.1)
    assert [rates.at(step) for step in (1, 5, 10)] == pytest.approx([0.1, 0.5, 1.0])
    assert rates.at(60) == pytest.approx(0.55)
    assert rates.at(110) == pytest.approx(0.1)


def test_a_run_of_one_step_has_its_full_rate() -> None:
    assert LearningRates(peak=1.0, steps=1, warmup=0.03, final_share=0.1).at(1) == 1.0


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 5))
def test_every_block_comes_once_in_each_pass(blocks: int, batch: int, seed: int) -> None:
    order = DataOrder(blocks, batch, seed)
    passes = 3
    steps = -(-blocks * passes // batch)
    rows = [row for step in range(1, steps + 1) for row in order.rows(step)]
    for number in range(passes):
        assert Counter(rows[number * blocks : (number + 1) * blocks]) == Counter(range(blocks))


def test_passes_and_seeds_have_orders_of_their_own() -> None:
    first = DataOrder(50, 50, seed=0)
    assert first.rows(1) == DataOrder(50, 50, seed=0).rows(1)
    assert first.rows(1) != first.rows(2)
    assert first.rows(1) != DataOrder(50, 50, seed=1).rows(1)


def test_each_purpose_and_number_draws_independently() -> None:
    drawn = [
        torch.rand(1, generator=generator(0, purpose, number)) for purpose in ("order", "mask") for number in (1, 2)
    ]
    assert len({float(one) for one in drawn}) == 4
