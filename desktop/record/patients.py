"""Which encounters are of the same patient: said by the doctor, one encounter at a time, and taken back the same way.

Nothing here compares names, dates or words, so that nothing is ever put together by itself. Two groups are never
joined: an encounter that was put wrong must be taken out before it is put elsewhere.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.errors import OTHER_PATIENT, SAMPLE_PATIENT, NotTheSamePatient

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop.record.encounter import Encounter, EncounterSummary


def together(one: Encounter, other: Encounter, summaries: Sequence[EncounterSummary]) -> tuple[Encounter, Encounter]:
    """Return both encounters as those of one patient; `summaries` are all there are.

    Raises NotTheSamePatient where each of them is with others already, or one is the sample.
    """
    if one.sample or other.sample or one.id == other.id:
        raise NotTheSamePatient(SAMPLE_PATIENT)
    held = [encounter.patient for encounter in (one, other) if others_of(summaries, encounter.id, encounter.patient)]
    if len(set(held)) > 1:
        raise NotTheSamePatient(OTHER_PATIENT)
    patient = held[0] if held else uuid.uuid4().hex
    return replace(one, patient=patient), replace(other, patient=patient)


def alone(encounter: Encounter) -> Encounter:
    """Return an encounter of which nobody said whose it is."""
    return replace(encounter, patient="")


def others_of(summaries: Iterable[EncounterSummary], encounter_id: str, patient: str) -> tuple[EncounterSummary, ...]:
    """Return the other encounters of a patient, the oldest first."""
    found = (one for one in summaries if patient and one.patient == patient and one.id != encounter_id)
    return tuple(sorted(found, key=lambda one: (one.created, one.id)))


def choices(summaries: Iterable[EncounterSummary], encounter_id: str, patient: str) -> tuple[EncounterSummary, ...]:
    """Return the encounters that could be of the same patient, in the order in which they come: the doctor chooses."""
    return tuple(
        one
        for one in summaries
        if one.id != encounter_id and not one.problem and not one.sample and not (patient and one.patient == patient)
    )
