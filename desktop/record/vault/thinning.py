"""Which backups are kept: the newest of each of the last days, weeks and months on which there are any."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

VERIFIED_FOR = timedelta(days=7)
"""After so long a backup has to be proven whole again; a warning says where that was not possible."""
DAYS, WEEKS, MONTHS = 7, 4, 12


def kept_of(times: Iterable[datetime]) -> set[datetime]:
    """Return which of these times stay: 7 days, 4 weeks (ISO 8601) and 12 months, the newest of each."""
    newest_first = sorted(times, reverse=True)
    spans: tuple[tuple[int, Callable[[datetime], object]], ...] = (
        (DAYS, lambda time: time.date()),
        (WEEKS, lambda time: time.isocalendar()[:2]),
        (MONTHS, lambda time: (time.year, time.month)),
    )
    kept: set[datetime] = set()
    for count, span_of in spans:
        first_of_each: dict[object, datetime] = {}
        for time in newest_first:
            first_of_each.setdefault(span_of(time), time)
        kept |= set(list(first_of_each.values())[:count])
    return kept
