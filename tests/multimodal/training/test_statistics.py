from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multimodal.training.statistics import accuracy, auroc, balanced_accuracy, bootstrap, paired_p_value


def test_auroc_counts_the_pairs_in_the_right_order() -> None:
    scores = np.array([0.1, 0.4, 0.35, 0.8])
    truths = np.array([False, False, True, True])
    assert auroc(scores, truths) == 0.75


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auroc_equals_its_definition(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([float(score) for score, _ in rows])
    truths = np.array([truth for _, truth in rows])
    pairs = [(p > n) + (p == n) / 2 for p in scores[truths] for n in scores[~truths]]
    if pairs:
        assert auroc(scores, truths) == pytest.approx(sum(pairs) / len(pairs))
    else:
        assert np.isnan(auroc(scores, truths))


def test_balanced_accuracy_of_a_constant_answer_is_a_half() -> None:
    truths = np.array([True] * 9 + [False])
    assert balanced_accuracy(np.ones(10), truths) == 0.5
    assert accuracy(np.ones(10), truths) == 0.9


def test_the_bootstrap_interval_holds_the_value_and_narrows_with_more_pictures() -> None:
    rng = np.random.default_rng(1)
    truths = rng.random(400) < 0.5
    scores = np.where(truths, 0.6, 0.4) + rng.normal(0, 0.3, 400)
    few, many = (bootstrap(auroc, scores[:count], truths[:count]) for count in (40, 400))
    assert many.low < many.value < many.high
    assert many.high - many.low < few.high - few.low
    assert many.n == 400


def test_the_paired_test_sees_a_shift_and_no_shift() -> None:
    noise = np.random.default_rng(2).normal(0, 1, 200)
    assert paired_p_value(noise + 0.5) < 0.001
    assert paired_p_value(noise - noise.mean()) > 0.3
