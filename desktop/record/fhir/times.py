"""Times of an encounter as FHIR writes them, no more exact than the level of de-identification allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from desktop.record.deidentify.dates import shift_for
from desktop.record.export.choices import Level

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Times:
    """`moment` gives a dateTime, `instant` an instant, for a time in ISO 8601.

    Where only years may stay a dateTime is a year alone. An instant must be whole, so that it is the first moment of
    its year: nothing but the year is true of it.
    """

    level: Level
    now: str
    """When the export is made, in ISO 8601; de-identified as every other time."""
    shift_days: int = 0

    def moment(self, timestamp: str) -> str:
        """Return a FHIR dateTime."""
        return timestamp[:4] if self.level is Level.YEARS else self._whole(timestamp)

    def instant(self, timestamp: str) -> str:
        """Return a FHIR instant."""
        return f"{timestamp[:4]}-01-01T00:00:00Z" if self.level is Level.YEARS else self._whole(timestamp)

    def _whole(self, timestamp: str) -> str:
        at = datetime.fromisoformat(timestamp).astimezone(UTC)
        moved = at + timedelta(self.shift_days if self.level is Level.SHIFTED else 0)
        return moved.strftime("%Y-%m-%dT%H:%M:%SZ")


def times_of(level: Level, key: bytes, encounter_id: str, clock: Callable[[], datetime]) -> Times:
    """Return how the times of one encounter are written; they move as the dates in its text do."""
    return Times(level, clock().astimezone(UTC).isoformat(), shift_for(key, encounter_id))
