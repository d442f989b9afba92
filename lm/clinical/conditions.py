"""Common conditions, which HPO does not annotate: a small table of our own, assets/knowledge/common_conditions.toml.

Its frequency classes are editorial judgement, for education; the file says so, and so does every citation of it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lm.clinical.phenotype import Annotation, Frequency, Profiles
from lm.errors import DamagedKnowledge, UnknownTerm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lm.clinical.ontology import Ontology

CONDITIONS_FILE = Path(__file__).resolve().parents[2] / "assets" / "knowledge" / "common_conditions.toml"
SCHEMA = 1
SOURCE = "Bedside's list of common conditions (editorial judgement, not measured)"
OLDEST = 120.0
_CLASSES = {
    "very_frequent": Frequency.VERY_FREQUENT,
    "frequent": Frequency.FREQUENT,
    "occasional": Frequency.OCCASIONAL,
    "very_rare": Frequency.VERY_RARE,
    "excluded": Frequency.EXCLUDED,
}


class Sex(StrEnum):
    """As far as it bears on which conditions are possible."""

    FEMALE = "female"
    MALE = "male"


class Commonness(Enum):
    """How often a condition is met among people who see a general doctor or an emergency department, as a weight."""

    VERY_COMMON = ("very common", 10.0)
    COMMON = ("common", 4.0)
    UNCOMMON = ("uncommon", 1.0)
    RARE = ("rare", 0.25)

    @classmethod
    def named(cls, name: str) -> Commonness:
        """Return the class of that name; raises ValueError."""
        for found in cls:
            if found.value[0] == name:
                return found
        raise ValueError(f"{name!r} is no commonness")

    @property
    def weight(self) -> float:
        """Beside those of the other classes."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Condition:
    """One common condition; terms are places in the ontology."""

    id: str
    name: str
    icd: str
    """ICD-10-CM."""
    commonness: Commonness
    is_red_flag: bool
    findings: tuple[tuple[int, Frequency], ...]
    alarms: tuple[int, ...]
    """Findings with which it must be thought of first."""
    context: tuple[int, ...]
    """What is known of the patient and makes it likelier."""
    term: int | None
    """The condition as a finding: it counts as named and is never asked for."""
    sex: Sex | None
    age: tuple[float, float]
    ask: str
    examine: str

    def cardinal_symptoms(self, least: float, methods: Mapping[str, frozenset[int]]) -> tuple[int, ...]:
        """Return the findings that at least this share of patients has and that a patient would mention."""
        looked_for: frozenset[int] = frozenset().union(*methods.values())
        return tuple(term for term, found in self.findings if found.share >= least and term not in looked_for)


@dataclass(frozen=True, eq=False)
class CommonConditions:
    """The conditions, and the ontology with the narrower terms of our own."""

    ontology: Ontology
    conditions: tuple[Condition, ...]
    said: Mapping[int, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    """Of narrower terms, the broad one and the words beside it that make it this term."""
    methods: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """How a finding is looked for: measure, examine or test; every other one is asked about."""
    background: tuple[int, ...] = ()
    """What a patient often has anyway and comes for something else."""
    vague: frozenset[int] = frozenset()
    """What says too little to count when it is found in a text."""

    @cached_property
    def profiles(self) -> Profiles:
        """The conditions as profiles, in their order."""
        annotations = [
            Annotation(place, term, frequency.share, str(frequency))
            for place, condition in enumerate(self.conditions)
            for term, frequency in _with_own_term(condition)
        ]
        diseases = [(condition.icd, condition.name, condition.age[0]) for condition in self.conditions]
        return Profiles.build(self.ontology, diseases, annotations)

    def is_background(self, term: int) -> bool:
        """Return whether a term is something that a patient often has anyway."""
        return any(self.ontology.implies(term, known) for known in self.background)

    def narrowed(self, term: int, words: str) -> int:
        """Return the narrower term that the words beside a finding make it, or the finding's own term."""
        heard = words.lower()
        for narrow, (broad, said) in self.said.items():
            if term == broad and any(phrase in heard for phrase in said):
                return narrow
        return term


def load_conditions(ontology: Ontology, path: Path = CONDITIONS_FILE) -> CommonConditions:
    """Read the table. Raises DamagedKnowledge with the first fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema {document['schema']}")
        terms = document["terms"]
        own = [(code, table["name"], _place(ontology, table["parent"])) for code, table in terms.items()]
        extended = ontology.with_terms(own)
        conditions = tuple(_condition(extended, name, table) for name, table in document["conditions"].items())
        said = _said(extended, document)
        background = tuple(_place(extended, label) for label in document["background"]["terms"])
        vague = frozenset(_place(extended, label) for label in document["background"]["vague"])
        methods = {
            name: frozenset(_place(extended, label) for label in labels) for name, labels in document["methods"].items()
        }
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        KeyError,
        TypeError,
        ValueError,
        UnknownTerm,
    ) as error:
        raise DamagedKnowledge(
            f"The table of common conditions {path} cannot be used ({error}). Reinstall Bedside."
        ) from error
    return CommonConditions(extended, conditions, said, methods, background, vague)


def _condition(ontology: Ontology, name: str, table: Mapping[str, Any]) -> Condition:
    def places(key: str) -> tuple[int, ...]:
        return tuple(_place(ontology, label) for label in table.get(key, ()))

    low, high = table.get("age", (0.0, OLDEST))
    return Condition(
        id=name,
        name=table["name"],
        icd=table["icd"],
        commonness=Commonness.named(table["commonness"]),
        is_red_flag=table.get("red_flag", False),
        findings=tuple((term, found) for key, found in _CLASSES.items() for term in places(key)),
        alarms=places("alarms"),
        context=places("context"),
        term=_place(ontology, table["term"]) if "term" in table else None,
        sex=Sex(table["sex"]) if "sex" in table else None,
        age=(float(low), float(high)),
        ask=table.get("ask", ""),
        examine=table.get("examine", ""),
    )


def _said(ontology: Ontology, document: Mapping[str, Any]) -> dict[int, tuple[int, tuple[str, ...]]]:
    own = {code: (table["name"], table["parent"], table["said"]) for code, table in document["terms"].items()}
    published = {code: (t["name"], t["broad"], t["said"]) for code, t in document["narrowed"].items()}
    rows = (own | published).items()
    return {_place(ontology, f"{c} {name}"): (_place(ontology, broad), tuple(said)) for c, (name, broad, said) in rows}


def _place(ontology: Ontology, label: str) -> int:
    """Return the term of "HP:0012735 Cough"; raises ValueError where code and name do not belong together."""
    place = ontology.place(label.split(" ", 1)[0])
    if ontology.label(place) != label:
        raise ValueError(f"{label!r} is {ontology.label(place)!r}")
    return place


def _with_own_term(condition: Condition) -> Iterator[tuple[int, Frequency]]:
    yield from condition.findings
    if condition.term is not None:
        yield condition.term, Frequency.OBLIGATE
