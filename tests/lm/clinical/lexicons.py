"""A lexicon in memory for tests: a few terms of each kind."""

from __future__ import annotations

from lm.clinical.facts import Code, FactKind
from lm.clinical.lexicon import Entry, TermTable

_PROBLEMS = {
    "Fever": "fever febrile",
    "Chills": "chills",
    "Cough": "cough",
    "Nausea": "nausea",
    "Headache": "headache",
    "Asthma": "asthma",
    "Hypertension": "hypertension",
    "Diabetes mellitus": "diabetes",
    "Pneumonia": "pneumonia",
    "Syncope": "fainted",
    "Stroke": "stroke",
}
_DRUGS = {
    "Metformin": "metformin",
    "Lisinopril": "lisinopril",
    "Warfarin": "coumadin warfarin",
    "Penicillin": "penicillin",
}


def small_lexicon() -> TermTable:
    """Return a lexicon that needs no terminology."""
    terms: list[tuple[str, Entry]] = [
        ("chest pain", Entry(FactKind.PROBLEM, "Chest pain", (Code("icd-10-cm", "R07.9", "Chest pain, unspecified"),))),
        ("shortness of breath", Entry(FactKind.PROBLEM, "Dyspnea")),
        ("knee pain", Entry(FactKind.PROBLEM, "Knee pain")),
        ("pain", Entry(FactKind.PROBLEM, "Pain")),
        ("latex", Entry(FactKind.ALLERGY, "Latex")),
        ("allergies", Entry(FactKind.ALLERGY, "Allergy")),
        ("drug allergies", Entry(FactKind.ALLERGY, "Allergy")),
        ("allergic to", Entry(FactKind.ALLERGY, "Allergy")),
        ("zinc", Entry(FactKind.DRUG, "Zinc", confidence=0.3)),
        ("inhaler", Entry(FactKind.DRUG, "Inhaler")),
        ("appendectomy", Entry(FactKind.PROCEDURE, "Appendectomy")),
        ("mri", Entry(FactKind.PROCEDURE, "MRI")),
    ]
    lasting = {"Hypertension", "Asthma", "Diabetes mellitus"}
    terms += [
        (said, Entry(FactKind.PROBLEM, name, lasts=name in lasting))
        for name, all_said in _PROBLEMS.items()
        for said in all_said.split()
    ]
    terms += [
        (said, Entry(FactKind.DRUG, name, (Code("drug-names", name, name),)))
        for name, all_said in _DRUGS.items()
        for said in all_said.split()
    ]
    return TermTable(terms)
