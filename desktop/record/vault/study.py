"""The table of what the doctor learned: how each item stands, under its identifier, with no word of what was asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from desktop.record.repetition import Memory

if TYPE_CHECKING:
    from desktop.record.vault.database import Database

STATEMENTS = (
    """CREATE TABLE study (
        item TEXT PRIMARY KEY, repetitions INTEGER NOT NULL, ease REAL NOT NULL, interval_days INTEGER NOT NULL,
        due TEXT NOT NULL
    ) STRICT""",
)


def memories(database: Database) -> dict[str, Memory]:
    """Return how each item stands."""
    rows = database.rows("SELECT item, repetitions, ease, interval_days, due FROM study")
    return {row[0]: Memory(row[1], row[2], row[3], date.fromisoformat(row[4])) for row in rows}


def keep(database: Database, item: str, memory: Memory) -> None:
    """Keep how an item stands."""
    with database.joined():
        database.rows(
            "INSERT OR REPLACE INTO study VALUES (?, ?, ?, ?, ?)",
            *(item, memory.repetitions, memory.ease, memory.interval_days, memory.due.isoformat()),
        )
