"""The table of what encounters are about: their passages with vectors, which go when their encounter goes."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from desktop.record.meaning import Meaning, MeantPassage

if TYPE_CHECKING:
    from desktop.record.vault.database import Database

STATEMENTS = (
    """CREATE TABLE meanings (
        encounter TEXT NOT NULL REFERENCES encounters ON DELETE CASCADE, place INTEGER NOT NULL,
        encoder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (encounter, place)
    ) STRICT""",
)


def meanings(database: Database, encounter_id: str = "") -> tuple[Meaning, ...]:
    """Return the passages of one encounter, or of every one."""
    rows = database.rows(
        "SELECT encounter, encoder, text, vector FROM meanings WHERE ? IN ('', encounter) ORDER BY encounter, place",
        encounter_id,
    )
    return tuple(
        Meaning(encounter, encoder, tuple(MeantPassage(row[2], row[3]) for row in found))
        for (encounter, encoder), found in groupby(rows, key=lambda row: (row[0], row[1]))
    )


def encounters(database: Database) -> frozenset[str]:
    """Return the encounters whose passages are kept."""
    return frozenset(row[0] for row in database.rows("SELECT DISTINCT encounter FROM meanings"))


def keep(database: Database, meaning: Meaning) -> None:
    """Put the passages of an encounter in the place of those that were kept; nothing where it was deleted meanwhile."""
    with database.joined():
        if database.value("SELECT 1 FROM encounters WHERE id = ?", meaning.encounter_id) is None:
            return
        database.rows("DELETE FROM meanings WHERE encounter = ?", meaning.encounter_id)
        for place, passage in enumerate(meaning.passages):
            database.rows(
                "INSERT INTO meanings VALUES (?, ?, ?, ?, ?)",
                *(meaning.encounter_id, place, meaning.encoder, passage.text, passage.vector),
            )
