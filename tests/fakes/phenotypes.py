"""A small ontology, some diseases and a table of common conditions, as the fetched ones are made."""

from __future__ import annotations

from dataclasses import dataclass

from lm.clinical.conditions import CommonConditions, Commonness, Condition, Sex
from lm.clinical.ontology import Ontology
from lm.clinical.phenotype import Annotation, Frequency, Phenotypes, Profiles
from lm.clinical.ranking import Ranker

TERMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "HP:0003680": ("Nonprogressive", ()),
    "HP:0000118": ("Phenotypic abnormality", ()),
    "HP:0001939": ("Abnormality of metabolism", ("HP:0000118",)),
    "HP:0002086": ("Abnormality of the respiratory system", ("HP:0000118",)),
    "HP:0000152": ("Abnormality of head or neck", ("HP:0000118",)),
    "HP:0012735": ("Cough", ("HP:0002086",)),
    "HP:0031245": ("Productive cough", ("HP:0012735",)),
    "HP:0002094": ("Dyspnea", ("HP:0002086",)),
    "HP:0030830": ("Crackles", ("HP:0002086",)),
    "HP:0002315": ("Headache", ("HP:0000152",)),
    "HP:0030907": ("Thunderclap headache", ("HP:0002315",)),
    "HP:0000613": ("Photophobia", ("HP:0000152",)),
    "HP:0001945": ("Fever", ("HP:0000118",)),
    "HP:0000822": ("Hypertension", ("HP:0000118",)),
    "HP:0002160": ("Hyperhomocystinemia", ("HP:0001939",)),
    "HP:0001083": ("Ectopia lentis", ("HP:0000152",)),
    "HP:0001166": ("Arachnodactyly", ("HP:0000118",)),
    "HP:0000316": ("Hypertelorism", ("HP:0000152",)),
}
CALLED = (("Tussis", "HP:0012735"), ("HP:0000990", "HP:0001083"))
SHARES = {
    ("OMIM:1", "Marfan-like disease", 0.0): {"HP:0001083": 0.9, "HP:0001166": 0.9},
    ("ORPHA:1", "Marfan-like disease", 0.0): {"HP:0001083": 0.5, "HP:0001166": 0.9},
    ("OMIM:2", "Homocystinuria-like disease", 0.0): {"HP:0001083": 0.9, "HP:0002160": 0.9, "HP:0001166": 0.0},
    ("OMIM:3", "Late rare cough", 40.0): {"HP:0031245": 0.5, "HP:0001945": 0.5},
}
_VERY, _FREQUENT, _OCCASIONAL = Frequency.VERY_FREQUENT, Frequency.FREQUENT, Frequency.OCCASIONAL


@dataclass(frozen=True, slots=True)
class Row:
    """A condition with its terms by name."""

    id: str
    icd: str
    commonness: str
    findings: dict[str, Frequency]
    is_red_flag: bool = False
    alarms: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    sex: Sex | None = None
    age: tuple[float, float] = (0.0, 120.0)


def small_ontology() -> Ontology:
    """Return eighteen terms with HPO's codes."""
    codes = list(TERMS)
    parents = [[codes.index(parent) for parent in TERMS[code][1]] for code in codes]
    called = [(name, codes.index(code)) for name, code in CALLED]
    return Ontology("2025-01-16", codes, [TERMS[code][0] for code in codes], parents, called)


def small_phenotypes(others: int = 0) -> Phenotypes:
    """Return four rare diseases, one of them under two codes, and others that show something else."""
    ontology = small_ontology()
    fillers = [(f"OMIM:{100 + n}", f"Other disease {n}", 0.0) for n in range(others)]
    annotations = [
        Annotation(disease, ontology.place(code), share, "PMID:1")
        for disease, shares in enumerate(SHARES.values())
        for code, share in shares.items()
    ]
    annotations += [Annotation(len(SHARES) + n, ontology.place("Hypertelorism"), 0.5) for n in range(others)]
    return Phenotypes(ontology, Profiles.build(ontology, [*SHARES, *fillers], annotations))


def small_conditions() -> CommonConditions:
    """Return five common conditions and one narrower term of our own."""
    known = small_ontology()
    ontology = known.with_terms([("BEDSIDE:0000001", "Headache on one side", known.place("Headache"))])
    side = ontology.place("BEDSIDE:0000001")
    rows = (
        Row("pneumonia", "J18.9", "common", {"Cough": _VERY, "Fever": _VERY, "Crackles": _FREQUENT}, is_red_flag=True),
        Row("bronchitis", "J20.9", "very common", {"Cough": _VERY, "Fever": _OCCASIONAL}),
        Row(
            "migraine",
            "G43.909",
            "very common",
            {"Headache": _VERY, "Photophobia": _FREQUENT, "BEDSIDE:0000001": _FREQUENT},
        ),
        Row(
            "bleed",
            "I60.9",
            "rare",
            {"Headache": _VERY, "Thunderclap headache": _VERY},
            is_red_flag=True,
            alarms=("Thunderclap headache",),
        ),
        Row(
            "pregnancy cough",
            "O99.5",
            "uncommon",
            {"Cough": _FREQUENT},
            context=("Hypertension",),
            sex=Sex.FEMALE,
            age=(12.0, 52.0),
        ),
    )
    conditions = tuple(_condition(ontology, row) for row in rows)
    methods = {
        "measure": frozenset({ontology.place("Fever")}),
        "examine": frozenset({ontology.place("Crackles")}),
        "test": frozenset[int](),
    }
    return CommonConditions(
        ontology,
        conditions,
        {side: (ontology.place("Headache"), ("one side", "left side"))},
        methods,
        (ontology.place("Hypertension"),),
    )


def small_ranker() -> Ranker:
    """Return a ranker of both."""
    return Ranker.of_everything(small_phenotypes(others=400), small_conditions())


def _condition(ontology: Ontology, row: Row) -> Condition:
    return Condition(
        id=row.id,
        name=row.id.capitalize(),
        icd=row.icd,
        commonness=Commonness.named(row.commonness),
        is_red_flag=row.is_red_flag,
        findings=tuple((ontology.place(term), frequency) for term, frequency in row.findings.items()),
        alarms=tuple(ontology.place(term) for term in row.alarms),
        context=tuple(ontology.place(term) for term in row.context),
        term=None,
        sex=row.sex,
        age=row.age,
        ask="How long",
        examine="The chest",
    )
