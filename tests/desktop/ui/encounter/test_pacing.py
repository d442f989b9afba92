"""Text at a steady rate: nothing is lost, nothing waits long, bursts are spread."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.ui.encounter.pacing import LONGEST_WAIT_S, TICK_S, SteadyText


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=60))
def test_everything_is_shown_once_and_in_order(happenings: list[str | None]) -> None:
    clock = Clock()
    steady, shown, added = SteadyText(clock), "", ""
    for piece in happenings:
        if piece is None:
            clock.now += TICK_S
            shown += steady.take()
        else:
            steady.add(piece)
            added += piece
        assert added.startswith(shown)
        assert steady.waiting == len(added) - len(shown)
    assert shown + steady.flush() == added


@given(st.integers(1, 2000))
def test_no_character_waits_longer_than_a_third_of_a_second(size: int) -> None:
    clock = Clock()
    steady, ticks = SteadyText(clock), 0
    steady.add("x" * size)
    while steady.waiting:
        clock.now += TICK_S
        steady.take()
        ticks += 1
    assert ticks * TICK_S <= LONGEST_WAIT_S + TICK_S + 1e-9


def test_a_burst_is_spread_over_several_ticks() -> None:
    steady = SteadyText(Clock())
    steady.add("x" * 100)
    sizes = [len(steady.take()) for _ in range(3)]
    assert sizes == sorted(sizes, reverse=True)
    assert 0 < sizes[0] <= 30
