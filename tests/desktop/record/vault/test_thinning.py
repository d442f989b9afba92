from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desktop.record.vault.thinning import DAYS, MONTHS, WEEKS, kept_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_of_a_year_of_daily_backups_stay_seven_days_four_weeks_and_twelve_months() -> None:
    times = [NOW - timedelta(days=days) for days in range(365)]
    kept = sorted(kept_of(times), reverse=True)
    assert kept[:7] == times[:7]
    assert [time.date().isoformat() for time in kept[7:]] == [
        "2026-11-15",
        "2026-11-08",
        "2026-10-31",
        "2026-09-30",
        "2026-08-31",
        "2026-07-31",
        "2026-06-30",
        "2026-05-31",
        "2026-04-30",
        "2026-03-31",
        "2026-02-28",
        "2026-01-31",
        "2025-12-31",
    ]


def test_of_one_day_the_newest_stays() -> None:
    times = [NOW - timedelta(minutes=minutes) for minutes in range(60)]
    assert kept_of(times) == {NOW}


times = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(st.sets(times, max_size=60))
def test_the_newest_always_stays_and_no_more_than_the_table_says(found: set[datetime]) -> None:
    kept = kept_of(found)
    assert kept <= found
    assert len(kept) <= DAYS + WEEKS + MONTHS
    assert not found or max(found) in kept
    assert kept_of(kept) == kept
