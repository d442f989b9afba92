"""The table of which encounters are of the same patient: what their documents say of it, for the list of encounters.

A row goes when its encounter goes; those of the others stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.record.encounter import Encounter
    from desktop.record.vault.database import Database

STATEMENTS = (
    """CREATE TABLE patients (
        encounter TEXT PRIMARY KEY REFERENCES encounters ON DELETE CASCADE, patient TEXT NOT NULL
    ) STRICT""",
)


def keep(database: Database, encounter: Encounter) -> None:
    """Keep whose encounter it is, or that nobody said so."""
    database.rows("DELETE FROM patients WHERE encounter = ?", encounter.id)
    if encounter.patient:
        database.rows("INSERT INTO patients VALUES (?, ?)", encounter.id, encounter.patient)
