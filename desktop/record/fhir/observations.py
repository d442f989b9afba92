"""Vital signs and laboratory values of a table of findings, with LOINC codes and UCUM units where these are certain.

The record keeps a finding as a line ("Blood pressure, 160/90 mmHg"), so that line is read here. A value whose unit does
not decide the code stands without one, as it was said. The units of vital signs are those that their profile allows
(https://hl7.org/fhir/R4/observation-vitalsigns.html): a height in metres is no coded one.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.encounter import WritingForm
from desktop.record.fhir.releases import coding, concept
from desktop.record.fhir.tree import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.record.encounter import Section, Sentence, Writing
    from desktop.record.fhir.tree import Json

TABLE = Path(__file__).resolve().parent.parent.parent.parent / "assets" / "fhir" / "observations.csv"
MEASUREMENTS = "Measurements"
"""The heading under which a table of findings lists them."""
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_PRESSURES = (("8480-6", "Systolic blood pressure"), ("8462-4", "Diastolic blood pressure"))
_CATEGORIES = {"vital-signs": "Vital Signs", "laboratory": "Laboratory", "imaging": "Imaging"}
_LINE = re.compile(r"(?P<name>[^,]+), (?P<value>[^,]+)")
_VALUE = re.compile(r"(?P<first>\d+(?:\.\d+)?)(?:/(?P<second>\d+(?:\.\d+)?))? ?(?P<unit>\D.*)?")


@dataclass(frozen=True, slots=True)
class Code:
    """How one measurement in one unit is coded."""

    name: str
    category: str
    unit: str
    ucum: str
    loinc: str
    display: str


@cache
def codes() -> dict[tuple[str, str], Code]:
    """Return the table by the name in small letters and the unit as it is written."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [Code(**row) for row in csv.DictReader(file)]
    return {(row.name.casefold(), row.unit): row for row in rows}


def measured(writing: Writing) -> Iterator[Sentence]:
    """Yield the measurements of a table of findings; other drafts are prose and have none."""
    sections: tuple[Section, ...] = writing.sections if writing.form is WritingForm.FINDINGS else ()
    for section in sections:
        if section.heading == MEASUREMENTS:
            yield from (sentence for sentence in section.sentences if sentence.text.strip())


def observed(line: str) -> Json:
    """Return category, code and value of an Observation for a line of a table of findings."""
    found = _LINE.match(line)
    value = _VALUE.fullmatch(found["value"].strip()) if found else None
    if found is None or value is None:
        name, _, rest = line.partition(",")
        return {"code": {"text": said(name)}, "valueString": said(rest or line)}
    code = codes().get((found["name"].strip().casefold(), (value["unit"] or "").strip()))
    if code is None:
        return {"code": {"text": said(found["name"])}, "valueString": said(found["value"])}
    if code.loinc == "85354-9":
        return _head(code) | _pressure(code, value)
    if value["second"]:
        return _head(code) | {"valueString": said(found["value"])}
    return _head(code) | {"valueQuantity": _quantity(value["first"], code)}


def _head(code: Code) -> Json:
    category = concept(CATEGORY, code.category, _CATEGORIES[code.category])
    return {"category": [category], "code": concept(LOINC, code.loinc, code.display) | {"text": code.name}}


def _pressure(code: Code, value: re.Match[str]) -> Json:
    """Return a pressure as the panel of its two numbers; one alone is the systolic."""
    numbers = filter(None, (value["first"], value["second"]))
    return {
        "component": [
            {"code": {"coding": [coding(LOINC, *pressure)]}, "valueQuantity": _quantity(number, code)}
            for pressure, number in zip(_PRESSURES, numbers, strict=False)
        ]
    }


def _quantity(number: str, code: Code) -> Json:
    value: float | int = float(number) if "." in number else int(number)
    return {"value": value, "unit": code.unit or code.ucum, "system": UCUM, "code": code.ucum}
