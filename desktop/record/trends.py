"""Values over the encounters of one patient: which belong into one chart, in the order of time. Nothing is computed.

No value is interpolated, smoothed or averaged. Values in different units stand in one chart only where every one of
them has a common unit; otherwise each unit has a chart of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop.record.values import SaidValue


@dataclass(frozen=True, slots=True)
class Point:
    """One value with the moment at which it was said, and where."""

    encounter_id: str
    entry_id: str
    moment: datetime
    value: SaidValue
    numbers: tuple[float, ...]
    """In the unit of its series."""


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one name in one unit, the oldest first."""

    name: str
    unit: str
    points: tuple[Point, ...]

    @property
    def lowest(self) -> float:
        """The least number in it."""
        return min(number for point in self.points for number in point.numbers)

    @property
    def highest(self) -> float:
        """The largest number in it."""
        return max(number for point in self.points for number in point.numbers)


@dataclass(frozen=True, slots=True)
class Trends:
    """What there is to show: series with several values first, then single values, and what is not drawn."""

    series: tuple[Series, ...] = ()
    set_aside: tuple[Point, ...] = ()

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From the first to the last value, the same for every chart; None where there is none."""
        moments = [point.moment for one in self.series for point in one.points]
        return (min(moments), max(moments)) if moments else None


def moment_of(at: str, after_s: float) -> datetime:
    """Return when something was said: `at` in ISO 8601, and the second of the recording that began then."""
    try:
        began = datetime.fromisoformat(at)
    except ValueError:  # an entry without a time sorts before all others
        began = datetime.min.replace(tzinfo=UTC)
    return (began if began.tzinfo else began.replace(tzinfo=UTC)) + timedelta(seconds=after_s)


def trends_of(points: Iterable[Point]) -> Trends:
    """Put values into series."""
    drawn: dict[str, list[Point]] = {}
    aside: list[Point] = []
    for point in sorted(points, key=lambda point: point.moment):
        if point.value.set_aside is None:
            drawn.setdefault(point.value.name, []).append(point)
        else:
            aside.append(point)
    series = [one for name, of_name in drawn.items() for one in _series(name, of_name)]
    return Trends(tuple(sorted(series, key=lambda one: (len(one.points) == 1, one.name, one.unit))), tuple(aside))


def _series(name: str, points: Sequence[Point]) -> list[Series]:
    units = sorted({point.value.unit for point in points})
    common = {point.value.common_unit for point in points}
    if len(units) > 1 and len(common) == 1:
        return [Series(name, min(common), tuple(_put(point, point.value.common_numbers) for point in points))]
    return [Series(name, unit, tuple(point for point in points if point.value.unit == unit)) for unit in units]


def _put(point: Point, numbers: tuple[float, ...]) -> Point:
    return replace(point, numbers=numbers)
