"""FHIR resources of R4 and R5 as lines of text. Runs in the reader child only: nothing here trusts what it reads.

Nothing is looked up and no reference is followed. What was entered in error is left out; of attachments, pictures and
whatever else has no line, only how many there are is told.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from desktop.imports.errors import Problem
from desktop.imports.lines import (
    ALLERGIES,
    DOCUMENTS,
    DRUGS,
    FAMILY,
    IMMUNIZATIONS,
    MEASUREMENTS,
    MOST_CHARACTERS,
    PROBLEMS,
    PROCEDURES,
    REPORTS,
    Line,
)
from desktop.imports.whose import are_several
from desktop.record.export.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_RESOURCES = 5_000
MOST_LINES = 2_000
DEEPEST = 64
_SETTLED = frozenset({"final", "amended", "corrected"})
"""Of an observation that is what it says: any other status is told."""
_LISTS = 20
"""So many values of one element are read at most."""


class Refused(Exception):
    """The file cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(slots=True)
class Read:
    """What was found in a file; `who` is name, birth date, sex and number of its patient as a line."""

    who: str = ""
    lines: list[Line] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def read_resources(document: Any) -> Read:
    """Return what a Patient, another resource or a Bundle says. Raises Refused."""
    _check_depth(document)
    read, patients, entries = Read(), dict[int, str](), list(_entries(document))
    for place, (_, resource) in enumerate(entries):
        kind = _word(resource.get("resourceType"))
        if kind == "Patient":
            patients[place] = _who(resource)
        elif kind in _LINES:
            _add(read, kind, resource)
        else:
            read.left_out[kind if re.fullmatch(r"[A-Za-z]{1,40}", kind) else "?"] += 1
    if are_several(entries, patients):
        raise Refused(Problem.NOT_FHIR)
    read.who = next(iter(patients.values()), "")
    if len(read.lines) > MOST_LINES:
        raise Refused(Problem.TOO_LARGE)
    return read


def _entries(document: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every resource with its fullUrl."""
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise Refused(Problem.NOT_FHIR)
    if document["resourceType"] != "Bundle":
        yield "", document
        return
    entries = document.get("entry", [])
    if not isinstance(entries, list):
        raise Refused(Problem.NOT_FHIR)
    if len(entries) > MOST_RESOURCES:
        raise Refused(Problem.TOO_LARGE)
    for entry in map(_object, entries):
        if resource := _object(entry.get("resource")):
            yield _word(entry.get("fullUrl")), resource


def _check_depth(document: Any) -> None:
    level = [document]
    for _ in range(DEEPEST):
        level = [
            inner
            for node in level
            if isinstance(node, dict | list)
            for inner in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise Refused(Problem.NOT_FHIR)


def _add(read: Read, kind: str, resource: dict[str, Any]) -> None:
    # Of what has a modifier that is not known nothing may be concluded (https://hl7.org/fhir/R4/extensibility.html).
    if _is_in_error(resource) or resource.get("modifierExtension"):
        read.left_out[kind] += 1
        return
    group, lines = _LINES[kind]
    source = f"{kind}/{_word(resource.get('id'))}".rstrip("/")
    found = [Line(group, _short(text), source) for text in lines(resource) if text.strip()]
    read.lines += found
    if not found:
        read.left_out[kind] += 1


def _is_in_error(resource: dict[str, Any]) -> bool:
    status = _object(resource.get("verificationStatus"))
    codings = _objects(status.get("coding"))
    words = [_word(resource.get("status")), _word(status.get("text"))]
    words += [_word(each.get(name)) for each in codings for name in ("code", "display")]
    return any("entered-in-error" in word.casefold().replace(" ", "-") for word in words)


# --- one resource ----------------------------------------------------------------------------------------------


def _who(patient: dict[str, Any]) -> str:
    name = next(map(_name, _objects(patient.get("name"))), "")
    number = next((_word(each.get("value")) for each in _objects(patient.get("identifier"))), "")
    born = _word(patient.get("birthDate"))
    parts = (name, f"born {born}" if born else "", _word(patient.get("gender")), f"no. {number}" if number else "")
    return _short(", ".join(filter(None, parts)))


def _name(name: dict[str, Any]) -> str:
    given = " ".join(_words(name.get("given")))
    return _word(name.get("text")) or " ".join(filter(None, (given, _word(name.get("family")))))


def _condition(resource: dict[str, Any]) -> Iterator[str]:
    notes = (
        _concept(resource.get("clinicalStatus")),
        _concept(resource.get("verificationStatus")),
        _said("since", _first(resource, "onsetDateTime", "onsetString")),
        _said("until", _first(resource, "abatementDateTime", "abatementString")),
    )
    yield _joined(_concept(resource.get("code")), *notes)


def _allergy(resource: dict[str, Any]) -> Iterator[str]:
    reactions = [
        _concept(each.get("concept") or each)
        for reaction in _objects(resource.get("reaction"))
        for each in _objects(reaction.get("manifestation"))
    ]
    notes = (
        _said("criticality", _word(resource.get("criticality"))),
        _concept(resource.get("clinicalStatus")),
        _concept(resource.get("verificationStatus")),  # a refuted one is none
    )
    yield _joined(_concept(resource.get("code")), *reactions, *notes)


def _medication(resource: dict[str, Any]) -> Iterator[str]:
    named = resource.get("medicationCodeableConcept") or _object(resource.get("medication")).get("concept")
    dosages = _objects(resource.get("dosage")) + _objects(resource.get("dosageInstruction"))
    forbidden = "not to be given" if resource.get("doNotPerform") is True else ""
    texts = (_word(each.get("text")) for each in dosages)
    yield _joined(_concept(named), forbidden, *texts, _word(resource.get("status")))


def _observation(resource: dict[str, Any]) -> Iterator[str]:
    components = _objects(resource.get("component"))
    if any(_has_unread_value(each) for each in (resource, *components)):
        return  # its name alone would claim what its value may deny
    parts = [_value(resource), *(f"{_concept(each.get('code'))} {_value(each)}".strip() for each in components)]
    parts += map(_concept, _objects(resource.get("interpretation")))
    status = _word(resource.get("status"))
    when = _said("on", _first(resource, "effectiveDateTime", "effectiveInstant"))
    yield _joined(_concept(resource.get("code")), *parts, "" if status in _SETTLED else status, when)


def _report(resource: dict[str, Any]) -> Iterator[str]:
    when = _said("on", _first(resource, "effectiveDateTime"))
    said = _word(resource.get("conclusion"))
    yield _joined(_concept(resource.get("code")), said, _word(resource.get("status")), when)


def _procedure(resource: dict[str, Any]) -> Iterator[str]:
    when = _first(resource, "performedDateTime", "occurrenceDateTime", "performedString", "occurrenceString")
    yield _joined(_concept(resource.get("code")), _word(resource.get("status")), _said("on", when))


def _immunization(resource: dict[str, Any]) -> Iterator[str]:
    when = _said("on", _first(resource, "occurrenceDateTime", "occurrenceString"))
    yield _joined(_concept(resource.get("vaccineCode")), _word(resource.get("status")), when)


def _family(resource: dict[str, Any]) -> Iterator[str]:
    relative = _concept(resource.get("relationship"))
    for each in _objects(resource.get("condition")):
        yield _joined(relative, _concept(each.get("code")))


def _composition(resource: dict[str, Any]) -> Iterator[str]:
    yield from _sections(_objects(resource.get("section")), 0)


def _sections(sections: list[dict[str, Any]], depth: int) -> Iterator[str]:
    for section in sections if depth < _LISTS else ():
        text = _plain(_word(_object(section.get("text")).get("div")))
        yield ": ".join(filter(None, (_word(section.get("title")), text))) if text else ""
        yield from _sections(_objects(section.get("section")), depth + 1)


_LINES: dict[str, tuple[str, Callable[[dict[str, Any]], Iterator[str]]]] = {
    "AllergyIntolerance": (ALLERGIES, _allergy),
    "Condition": (PROBLEMS, _condition),
    "MedicationRequest": (DRUGS, _medication),
    "MedicationStatement": (DRUGS, _medication),
    "Observation": (MEASUREMENTS, _observation),
    "DiagnosticReport": (REPORTS, _report),
    "Procedure": (PROCEDURES, _procedure),
    "Immunization": (IMMUNIZATIONS, _immunization),
    "FamilyMemberHistory": (FAMILY, _family),
    "Composition": (DOCUMENTS, _composition),
}


# --- elements --------------------------------------------------------------------------------------------------


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value[:_LISTS] if isinstance(each, dict)] if isinstance(value, list) else []


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _words(value: Any) -> list[str]:
    return [each for each in value[:_LISTS] if isinstance(each, str)] if isinstance(value, list) else []


def _concept(value: Any) -> str:
    """Return a CodeableConcept in words: its text, else what a code is called, else the code."""
    concept = _object(value)
    codings = _objects(concept.get("coding"))
    names = [_word(each.get("display")) or _word(each.get("code")) for each in codings]
    return _word(concept.get("text")) or next(filter(None, names), "")


def _value(element: dict[str, Any]) -> str:
    quantity = _object(element.get("valueQuantity"))
    number = quantity.get("value")
    if isinstance(number, int | float) and not isinstance(number, bool):
        unit = _word(quantity.get("unit")) or _word(quantity.get("code"))
        return f"{_word(quantity.get('comparator'))}{number} {unit}".strip()
    if isinstance(element.get("valueBoolean"), bool):
        return "yes" if element["valueBoolean"] else "no"
    whole = element.get("valueInteger")
    if isinstance(whole, int) and not isinstance(whole, bool):
        return str(whole)
    said = _first(element, "valueString", "valueDateTime", "valueTime") or _concept(element.get("valueCodeableConcept"))
    return said or _said("no value:", _concept(element.get("dataAbsentReason")))


def _has_unread_value(element: dict[str, Any]) -> bool:
    return any(name.startswith("value") for name in element) and not _value(element)


def _first(element: dict[str, Any], *names: str) -> str:
    return next(filter(None, (_word(element.get(name)) for name in names)), "")


def _said(word: str, value: str) -> str:
    return f"{word} {value}" if value else ""


def _joined(name: str, *parts: str) -> str:
    """Return a statement; what has no name says nothing."""
    return ", ".join(dict.fromkeys(filter(None, (name, *parts)))) if name else ""


def _short(text: str) -> str:
    return printable(" ".join(text.split()))[:MOST_CHARACTERS]


class _Words(HTMLParser):
    """Collects the text of a narrative; no markup of it means anything."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        """Take words."""
        self.words.append(data)


def _plain(div: str) -> str:
    parser = _Words()
    parser.feed(div)
    parser.close()
    return " ".join(" ".join(parser.words).split())
