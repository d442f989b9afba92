"""How long recordings are kept: nothing goes before a note is signed, afterwards the doctor's rule applies.

What is erased is the sound, for good; its words, the note and its hash stay. A second reading is not possible then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from desktop.record.editing import file_names
from desktop.record.encounter import Attachment, Dictation, Writing
from desktop.record.errors import EncounterDamaged, EncounterMissing, EncounterNewer
from desktop.record.signing import signed_notes

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.record.encounter import Encounter
    from desktop.record.vault.store import VaultStore

KEEP_ALWAYS = "always"
"""The rule that erases nothing; any other one is a number of days after the signing."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What applying the rule did."""

    recordings: int = 0
    encounters: tuple[str, ...] = ()
    """Those of which sound was erased."""


def days_of(rule: str) -> int | None:
    """Return after how many days sound is erased; None for never, also where the rule is none."""
    return int(rule) if rule.isdecimal() and int(rule) > 0 else None


def due(encounter: Encounter, days: int, now: datetime) -> tuple[Dictation, ...]:
    """Return the recordings whose sound the rule erases now.

    A recording is vouched for by the first note that was signed after it was begun; the last signature of the encounter
    counts, so that an addendum gives time again. Where any note is still a draft, all sound stays. A file that is also
    shown as a film stays, and so does one of which not every word is recognised yet.
    """
    signatures = [note.signature.at for note in signed_notes(encounter) if note.signature]
    if not signatures or _has_draft(encounter) or now - _time(max(signatures)) < timedelta(days=days):
        return ()
    shown = {name for entry in encounter.entries if isinstance(entry, Attachment) for name in file_names(entry)}
    return tuple(
        entry
        for entry in encounter.entries
        if isinstance(entry, Dictation)
        and entry.finished
        and not entry.erased_at
        and entry.file not in shown
        and _time(entry.at) < _time(max(signatures))
    )


def apply_rule(store: VaultStore, rule: str, now: datetime, go_on: Callable[[], None] = lambda: None) -> Erased:
    """Erase what is due in every encounter. `go_on` is called again and again; what it raises ends the work.

    Raises RecordReadOnly where the audit trail is broken, and what the disk refuses.
    """
    days = days_of(rule)
    if days is None:
        return Erased()
    recordings, encounters = 0, []
    at = now.astimezone(UTC).isoformat(timespec="milliseconds")
    for encounter_id in store.encounter_ids():
        go_on()
        try:
            erased = store.erase_sound(encounter_id, lambda encounter: due(encounter, days, now), at)
        except (EncounterDamaged, EncounterMissing, EncounterNewer):
            continue  # left as it is: opening it says what is wrong
        if erased:
            recordings += erased
            encounters.append(encounter_id)
    return Erased(recordings, tuple(encounters))


def _has_draft(encounter: Encounter) -> bool:
    """Return whether a note is not signed yet; one of which nothing was written is none."""
    notes = (entry for entry in encounter.entries if isinstance(entry, Writing) and entry.is_note)
    return any(note.sections and not note.is_signed for note in notes)


def _time(timestamp: str) -> datetime:
    return datetime.fromisoformat(timestamp)
