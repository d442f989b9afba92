"""Values in charts: in the order of time, in one unit, and nothing made up between them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from desktop.record.encounter import Citation, CitedKind
from desktop.record.trends import Point, Series, Trends, moment_of, trends_of
from desktop.record.values import SaidValue, SetAside

CITED = Citation(CitedKind.TRANSCRIPT, "Recording 1", "He weighs 82 kilograms.", 3.0, 5.0)


def value(name: str, number: float, unit: str, common: tuple[float, str] | None = None) -> SaidValue:
    common_number, common_unit = common or (number, unit)
    return SaidValue(name, f"{number:g} {unit}", (number,), unit, (common_number,), common_unit, CITED)


def point(said: SaidValue, day: int = 1) -> Point:
    return Point("e" * 32, f"d{day}", datetime(2026, 3, day, tzinfo=UTC), said, said.numbers)


def shape(trends: Trends) -> list[tuple[str, str, list[float]]]:
    return [(one.name, one.unit, [number for each in one.points for number in each.numbers]) for one in trends.series]


def test_values_stand_in_the_order_in_which_they_were_said() -> None:
    days = [point(value("weight", number, "kg"), day) for day, number in ((9, 82.0), (2, 85.0), (5, 84.0))]
    assert shape(trends_of(days)) == [("weight", "kg", [85.0, 84.0, 82.0])]


def test_different_units_stand_apart_and_are_never_converted_here() -> None:
    both = [
        point(value("weight", 85, "kg"), 1),
        point(value("weight", 180, "lb"), 2),
        point(value("weight", 84, "kg"), 3),
    ]
    assert shape(trends_of(both)) == [("weight", "kg", [85, 84]), ("weight", "lb", [180])]


def test_one_chart_where_every_value_has_a_common_unit() -> None:
    hot = value("temperature", 101.2, "°F", (38.4, "°C"))
    assert shape(trends_of([point(hot, 1), point(value("temperature", 37, "°C"), 2)])) == [
        ("temperature", "°C", [38.4, 37])
    ]
    assert shape(trends_of([point(hot, 1), point(hot, 2)])) == [("temperature", "°F", [101.2, 101.2])]


def test_what_was_set_aside_is_in_no_chart_and_not_forgotten() -> None:
    mothers = point(replace(value("weight", 99, "kg"), set_aside=SetAside.PERSON))
    trends = trends_of([mothers, point(value("weight", 82, "kg"), 2)])
    assert shape(trends) == [("weight", "kg", [82])]
    assert trends.set_aside == (mothers,)


def test_charts_come_first_and_single_values_after_them() -> None:
    every = [point(value("CRP", 12, "mg/L")), point(value("weight", 85, "kg"), 1), point(value("weight", 84, "kg"), 2)]
    assert [one.name for one in trends_of(every).series] == ["weight", "CRP"]


def test_every_chart_has_the_same_span_of_time() -> None:
    every = [point(value("weight", 85, "kg"), 4), point(value("CRP", 12, "mg/L"), 2), point(value("CRP", 9, "mg/L"), 9)]
    assert trends_of(every).span == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))
    assert trends_of([]).span is None


def test_a_moment_is_that_of_the_words_within_the_recording() -> None:
    assert moment_of("2026-03-01T10:00:00.000+00:00", 75.5) == datetime(2026, 3, 1, 10, 1, 15, 500_000, UTC)
    assert moment_of("2026-03-01T10:00:00", 0) == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert moment_of("no time", 0) < datetime(1900, 1, 1, tzinfo=UTC)


@given(st.lists(st.tuples(st.sampled_from(["kg", "lb", ""]), st.floats(0, 1e6), st.integers(1, 28)), max_size=12))
def test_every_value_is_shown_once_and_no_other(said: list[tuple[str, float, int]]) -> None:
    points = [point(value("weight", number, unit), day) for unit, number, day in said]
    shown = [number for _, _, numbers in shape(trends_of(points)) for number in numbers]
    assert sorted(shown) == sorted(number for _, number, _ in said)


def test_lowest_and_highest_are_values_of_the_chart() -> None:
    pressures = Series("blood pressure", "mmHg", (replace(point(value("bp", 0, "mmHg")), numbers=(142.0, 88.0)),))
    assert (pressures.lowest, pressures.highest) == (88.0, 142.0)
