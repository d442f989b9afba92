from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.repetition import LEAST_EASE, Memory, Recall, after

TODAY = date(2026, 3, 1)


def test_what_is_known_comes_back_later_each_time() -> None:
    """The intervals of SM-2: 1 day, 6 days, then as many times longer as the ease says."""
    memory, days = Memory(), []
    for _ in range(4):
        memory = after(memory, Recall.KNEW, memory.due if memory.repetitions else TODAY)
        days.append(memory.interval_days)
    assert days == [1, 6, 15, 38]
    assert memory.ease == pytest.approx(2.5)


def test_what_is_not_known_begins_again_tomorrow() -> None:
    known = after(after(Memory(), Recall.KNEW, TODAY), Recall.KNEW, TODAY)
    forgotten = after(known, Recall.NOT, TODAY)
    assert (forgotten.repetitions, forgotten.due) == (0, TODAY + timedelta(1))
    assert forgotten.ease == pytest.approx(1.96)
    assert not forgotten.is_due(TODAY)
    assert forgotten.is_due(TODAY + timedelta(1))


@given(st.lists(st.sampled_from(list(Recall)), min_size=1, max_size=12))
def test_ease_has_a_floor_and_an_item_is_never_due_today_again(answers: list[Recall]) -> None:
    memory = Memory()
    for recall in answers:
        memory = after(memory, recall, TODAY)
        assert memory.ease >= LEAST_EASE
        assert memory.due > TODAY
