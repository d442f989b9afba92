"""Questions to learn from as the worker finds them, one of each kind that the window shows differently."""

from __future__ import annotations

from desktop.record.encounter import Citation, CitedKind
from desktop.worker.protocol import StudyHint, StudyHintKind, StudyItem, StudyKind

DEFINITION = "Inflammation of the large airways in the lung including any part of the bronchi."
MEANING = StudyItem(
    "HP:0012387/meaning",
    StudyKind.MEANING,
    DEFINITION,
    "Bronchitis",
    Citation(CitedKind.PASSAGE, "Human Phenotype Ontology 2024-08-13", DEFINITION, heading="HP:0012387"),
    ("Lung abscess", "Pneumonia", "Recurrent respiratory infections", "Bronchitis"),
    (
        StudyHint(StudyHintKind.LETTERS, "B........."),
        StudyHint(StudyHintKind.ONE_OF, "Lung abscess; Bronchitis"),
    ),
    f"Bronchitis: {DEFINITION}",
)
GAP = StudyItem(
    "f0f0f0f0f0f0f0f0/gap",
    StudyKind.GAP,
    "The first warning sign of severe dengue in a child is persistent abdominal _____ with vomiting.",
    "tenderness",
    Citation(CitedKind.PASSAGE, "Dengue", "Persistent abdominal tenderness.", heading="Signs", page=3),
    hints=(StudyHint(StudyHintKind.LETTERS, "t........."),),
    explanation="The first warning sign of severe dengue in a child is persistent abdominal tenderness with vomiting.",
    also_right=("soreness",),
)
CASE = StudyItem(
    "abababababababab/case",
    StudyKind.CASE,
    "Subjective\nA cough for three days, with fever.\n\nObjective\nTemperature 38.9 °C, saturation 93 %.",
    "Pneumonia.\nChest film, amoxicillin 500 mg three times a day.",
    Citation(CitedKind.TRANSCRIPT, "", "Pneumonia.\nChest film, amoxicillin 500 mg three times a day."),
    hints=(StudyHint(StudyHintKind.BEGINS, "Pneumonia. …"),),
    explanation="Pneumonia.\nChest film, amoxicillin 500 mg three times a day.",
)
ITEMS = (MEANING, GAP, CASE)
