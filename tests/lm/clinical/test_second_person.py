from __future__ import annotations

import pytest

from lm.clinical.second_person import to_you


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("The patient has a fever.", "You have a fever."),
        ("He takes metformin.", "You take metformin."),
        ("She was seen with her knee swollen.", "You were seen with your knee swollen."),
        ("We will refer him to physical therapy.", "We will refer you to physical therapy."),
        ("The patient's blood pressure is high.", "Your blood pressure is high."),
        ("The patient understands and agrees.", "You understand and agree."),
        ("He also watches his diet.", "You also watch your diet."),
        ("Patient denies any chest pain or fever.", "You told us that you have no chest pain or fever."),
        ("She denies smoking.", "You deny smoking."),
        ("He endorses back pain.", "You told us that you have back pain."),
        ("We gave her a shot.", "We gave you a shot."),
        ("The patient takes ramipril for their blood pressure.", "You take ramipril for your blood pressure."),
        ("The patient reports that they have a cough.", "You report that you have a cough."),
        (
            "The patient has had a cough for 3 days and last night they had a fever.",
            "You have had a cough for 3 days and last night you had a fever.",
        ),
        (
            "The patient takes metformin for diabetes, they do not smoke.",
            "You take metformin for diabetes, you do not smoke.",
        ),
        (
            "Temperature is 38.2 and their blood pressure is 140/90.",
            "Temperature is 38.2 and your blood pressure is 140/90.",
        ),
        ("Will take a chest x-ray.", "We will take a chest x-ray."),
        ("Will take ibuprofen.", "Will take ibuprofen."),
        ("The patient hurt themselves, and his or her arm is sore.", "You hurt yourself, and your arm is sore."),
    ],
)
def test_a_note_speaks_to_the_patient(note: str, said: str) -> None:
    assert to_you(note) == said


THEY = (
    "The patient takes two tablets; they help.",
    "The patient's mother says they smoke.",
    "The patient has had headaches and they are worse.",
    "The patient sees people at work and they smoke.",
    "Blood tests were normal and their values fell.",
)
"""Not the patient."""


@pytest.mark.parametrize(
    "note", ["Her mother has diabetes.", "He or she may see a doctor.", "His wife gives him his pills.", *THEY]
)
def test_where_somebody_else_may_be_meant_nothing_changes(note: str) -> None:
    assert to_you(note) == note
