"""Drafted notes, edited, checked and signed, for tests of the record and of the screen."""

from __future__ import annotations

from dataclasses import replace

from desktop.record.encounter import Citation, CitedKind, Encounter, Section, Sentence, Verdict, Writing, WritingForm
from desktop.record.note_editing import Editor
from desktop.record.signature import CheckLine, Decision, DoubleCheck, Hearing, SoundPlace, TwoReadings
from desktop.record.signing import signed
from tests.fakes.encounters import ENCOUNTER_ID, dictation

DRAFTED_AT = "2026-11-25T14:10:00.000+00:00"
EDITED_AT = "2026-11-25T14:12:00.000+00:00"
SIGNED_AT = "2026-11-25T14:20:00.000+00:00"
DOCTOR = "Dr. Ada Weber"
COUGH = Sentence(
    "Cough for three days.",
    Verdict.SUPPORTED,
    (Citation(CitedKind.TRANSCRIPT, "Recording 1", "I have had a cough for three days.", 3.8, 6.95),),
)
METFORMIN = Sentence(
    "She takes metformin.",
    Verdict.SUPPORTED,
    (Citation(CitedKind.TRANSCRIPT, "Recording 1", "She takes metformin", 8.2, 9.35),),
)
UNCLEAR = Sentence("Zovirax.", Verdict.UNVERIFIED)
PLACE = SoundPlace("Recording 1", 8.2, 9.9)
DRUG = CheckLine(
    "Drug",
    "Metformin",
    ("1.0",),
    ("She takes metformin",),
    (PLACE,),
    Hearing.DIFFERS,
    (TwoReadings("drug", "She takes metformin Zovirax", "She takes metformin Zocor", PLACE),),
)
TYPED = CheckLine("Numbers", "three days", ("0.0",), ("I have had a cough for three days.",))


def drafted_note(note_id: str = "w1") -> Writing:
    """Return a note of two sections and three sentences, as it was drafted."""
    sections = (
        Section("Subjective", (COUGH,)),
        Section("Medication", (METFORMIN, UNCLEAR)),
        Section("Check before signing", (Sentence("Drug: Metformin", Verdict.SUPPORTED),), is_check=True),
    )
    return Writing(note_id, DRAFTED_AT, WritingForm.NOTE, "soap", title="SOAP note", sections=sections)


def editor(edit_id: str, at: str = EDITED_AT, by: str = DOCTOR) -> Editor:
    """Return who edits when."""
    return Editor(by, at, edit_id)


def checked_note(note: Writing | None = None, decision: Decision = Decision.CONFIRMED) -> Writing:
    """Return a note whose double check found a line that was heard differently, and one that was typed."""
    lines = tuple(replace(line, decision=decision, decided_at=EDITED_AT) for line in (DRUG, TYPED))
    return replace(note or drafted_note(), check=DoubleCheck(EDITED_AT, lines, 3.7))


def signed_note(note: Writing | None = None, at: str = SIGNED_AT) -> Writing:
    """Return a signed note."""
    return signed(ENCOUNTER_ID, note or checked_note(), DOCTOR, at)


def noted_encounter(*notes: Writing) -> Encounter:
    """Return an encounter with a recording and notes."""
    return Encounter(ENCOUNTER_ID, "Mrs K., bed 4", DRAFTED_AT, DRAFTED_AT, (dictation(), *notes))
