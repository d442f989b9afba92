from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.grounding.answer import Dependence
from multimodal.dependence import level_of
from multimodal.reference_pictures import UNCALIBRATED
from multimodal.training.dependence_calibration import FINDING, KIND, TEXT, Measured, thresholds_of

NOISE = [Measured(FINDING, (0.0, 0.0), step / 1000, right=True) for step in range(101)]
SEEN = [Measured(KIND, (1 + step / 100, 2.0), None, right=True) for step in range(101)]
WRONG = [Measured(topic, (9.0, -9.0), 9.0, right=False) for topic in (KIND, FINDING, TEXT)]


def test_thresholds_lie_between_noise_and_what_is_proven_to_be_seen() -> None:
    found = thresholds_of([*NOISE, *SEEN, *WRONG])
    assert found.weak == pytest.approx(0.095)
    assert found.strong == pytest.approx(1.25)


def test_without_controls_the_uncalibrated_thresholds_stay() -> None:
    assert thresholds_of([]) == UNCALIBRATED


drops = st.tuples(st.floats(-3, 3), st.floats(-3, 3))
measured = st.builds(Measured, st.sampled_from([KIND, FINDING]), drops, st.floats(-3, 3), st.booleans())


@given(st.lists(measured, min_size=1, max_size=40))
def test_most_noise_counts_as_no_dependence_whatever_was_measured(ones: list[Measured]) -> None:
    found = thresholds_of(ones)
    assert 0 <= found.weak <= found.strong
    noise = [one.same_drop for one in ones if one.right and one.same_drop is not None]
    depending = [drop for drop in noise if level_of([drop], found) is not Dependence.NONE]
    # The quantile itself is reached by the one answer that defines it.
    assert len(depending) <= 0.05 * len(noise) + 1 + noise.count(found.weak)
