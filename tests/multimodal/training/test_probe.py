"""A linear probe finds what is linear, and nothing where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest

from multimodal.training.probe import probe_probabilities, ridge_predictions
from multimodal.training.statistics import auroc


def test_a_label_that_lies_in_the_features_is_found_and_another_is_not() -> None:
    rng = np.random.default_rng(0)
    known, asked = rng.normal(size=(200, 5)), rng.normal(size=(100, 5))
    labels = (known[:, 2] > 0).astype(np.int64)
    found = probe_probabilities(known, labels, asked)
    assert found.shape == (100, 2)
    assert found.sum(axis=1) == pytest.approx(np.ones(100))
    assert auroc(found[:, 1], asked[:, 2] > 0) > 0.98
    assert 0.35 < auroc(found[:, 1], asked[:, 3] > 0) < 0.65


def test_a_number_that_lies_in_the_features_is_found() -> None:
    rng = np.random.default_rng(0)
    known, asked = rng.normal(size=(200, 3)), rng.normal(size=(50, 3))
    found = ridge_predictions(known, 7 + 2 * known[:, 0], asked)
    assert np.abs(found - (7 + 2 * asked[:, 0])).mean() < 0.2
