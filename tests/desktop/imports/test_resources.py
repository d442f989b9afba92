"""FHIR as lines of text: what is taken, what is left out, and that nothing a file says does more than say it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.imports import reading
from desktop.imports.errors import ImportRefused, Problem
from desktop.imports.lines import GROUPS
from desktop.imports.reader import lines_of
from desktop.imports.reading import ImportedFile, entries_of, preview_of, read
from desktop.imports.resources import DEEPEST, MOST_RESOURCES, Refused, read_resources
from tests.desktop.record.fhir.test_bundle import FHIR, document, written

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.export.choices import Format

PATIENT = {
    "resourceType": "Patient",
    "name": [{"given": ["Ana"], "family": "Ruiz"}],
    "birthDate": "1980-02-01",
    "gender": "female",
    "identifier": [{"value": "4711"}],
}
ASTHMA = {"resourceType": "Condition", "id": "c1", "code": {"text": "Asthma"}, "onsetDateTime": "2009"}
R4 = (
    {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "code": {"coding": [{"display": "Penicillin"}]},
        "criticality": "high",
        "reaction": [{"manifestation": [{"text": "Hives"}]}],
    },
    {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "medicationCodeableConcept": {"text": "Salbutamol"},
        "dosage": [{"text": "2 puffs as needed"}],
    },
)
R5 = (
    R4[0] | {"reaction": [{"manifestation": [{"concept": {"text": "Hives"}}]}]},
    {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "medication": {"concept": {"text": "Salbutamol"}},
        "dosageInstruction": [{"text": "2 puffs as needed"}],
    },
)
PRESSURE = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"code": "85354-9", "display": "Blood pressure"}]},
    "component": [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 160, "unit": "mmHg"}},
        {"code": {"text": "Diastolic"}, "valueQuantity": {"value": 90.5, "unit": "mmHg"}},
    ],
    "effectiveDateTime": "2026-03-01",
}


def bundle(*resources: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


def said(*resources: Any) -> list[str]:
    return [f"{line.group}: {line.text} [{line.source}]" for line in read_resources(bundle(*resources)).lines]


@pytest.mark.parametrize("resources", [R4, R5])
def test_both_releases_say_the_same(resources: tuple[Any, ...]) -> None:
    kind = resources[1]["resourceType"]
    assert said(*resources) == [
        "Allergies: Penicillin, Hives, criticality high [AllergyIntolerance/a1]",
        f"Drugs: Salbutamol, 2 puffs as needed, active [{kind}/m1]",
    ]


def test_a_patient_and_a_measurement_in_words() -> None:
    found = read_resources(bundle(PATIENT, ASTHMA, PRESSURE))
    assert found.who == "Ana Ruiz, born 1980-02-01, female, no. 4711"
    assert [line.text for line in found.lines] == [
        "Asthma, since 2009",
        "Blood pressure, Systolic 160 mmHg, Diastolic 90.5 mmHg, on 2026-03-01",
    ]
    assert read_resources(PATIENT).who == found.who


def test_what_was_entered_in_error_and_what_has_no_words_is_counted_and_left_out() -> None:
    wrong = ASTHMA | {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}
    nameless = {"resourceType": "Condition", "onsetDateTime": "2009"}
    found = read_resources(bundle(wrong, nameless, {"resourceType": "Claim"}, {"resourceType": "<b>x</b>"}))
    assert found.lines == []
    assert dict(found.left_out) == {"Condition": 2, "Claim": 1, "?": 1}


def test_two_people_are_refused_and_one_person_twice_is_not() -> None:
    assert read_resources(bundle(PATIENT, PATIENT)).who
    with pytest.raises(Refused):
        read_resources(bundle(PATIENT, PATIENT | {"birthDate": "1981-02-01"}))


def test_whoever_is_referred_to_must_be_the_same_person() -> None:
    def of(*references: str, patients: tuple[Any, ...] = ()) -> None:
        conditions = [ASTHMA | {"subject": {"reference": each}} for each in references]
        read_resources(bundle(*patients, *conditions))

    ana = PATIENT | {"id": "1"}
    of("Patient/1", "https://x.example/fhir/Patient/1/_history/2", "Group/7", patients=(ana,))
    of("Patient/1", patients=(PATIENT,))  # a Patient without an id
    of("Patient/1", "Patient/2", patients=(ana, ana | {"id": "2"}))  # the same person twice
    nameless = {"resourceType": "Patient"}
    for references, patients in (
        (("Patient/1", "Patient/2"), ()),
        (("Patient/2",), (ana,)),
        ((), (nameless | {"id": "1"}, nameless | {"id": "2"})),
    ):
        with pytest.raises(Refused):
            of(*references, patients=patients)


def test_what_a_file_denies_is_not_told_as_if_it_were_so() -> None:
    refuted = R4[0] | {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    mistaken = ASTHMA | {"verificationStatus": {"text": "a mistake", "coding": [{"code": "entered-in-error"}]}}
    forbidden = R5[1] | {"doNotPerform": True}
    modified = ASTHMA | {"modifierExtension": [{"url": "https://x.example/not", "valueBoolean": True}]}
    assert said(refuted, mistaken, forbidden, modified) == [
        "Allergies: Penicillin, Hives, criticality high, refuted [AllergyIntolerance/a1]",
        "Drugs: Salbutamol, not to be given, 2 puffs as needed, active [MedicationRequest/m1]",
    ]


def test_an_observation_keeps_its_value_or_is_left_out() -> None:
    def observed(**value: Any) -> list[str]:
        return said({"resourceType": "Observation", "code": {"text": "Pregnant"}, "status": "final"} | value)

    def line(text: str) -> list[str]:
        return [f"Measurements: {text} [Observation]"]

    assert observed(valueBoolean=False) == line("Pregnant, no")
    assert observed(valueQuantity={"value": 1_234_567.25, "unit": "/mL"}) == line("Pregnant, 1234567.25 /mL")
    assert observed(dataAbsentReason={"text": "not asked"}) == line("Pregnant, no value: not asked")
    assert observed(valueString="weakly", status="cancelled") == line("Pregnant, weakly, cancelled")
    assert observed(valueRange={"low": {"value": 1}}) == []
    assert observed(component=[{"code": {"text": "Twins"}, "valueRatio": {}}]) == []


def test_a_narrative_is_text_and_never_markup() -> None:
    div = "<div><p>2*3 &lt; 9 mg</p><script>alert(1)</script><img src='http://x/'/></div>"
    composition = {"resourceType": "Composition", "section": [{"title": "Plan", "text": {"div": div}}]}
    assert said(composition) == ["Documents: Plan: 2*3 < 9 mg alert(1) [Composition]"]


@pytest.mark.parametrize("form", FHIR)
def test_what_bedside_exports_it_reads(form: Format) -> None:
    found = read_resources(written(document(form=form)))
    text = "\n".join(line.text for line in found.lines)
    assert "blood pressure, Systolic blood pressure 160 mmHg, Diastolic blood pressure 90 mmHg" in text
    assert "Takes metformin daily." in text


ELEMENTS = (
    "resourceType entry resource code coding text display name given section div component valueQuantity value "
    "reaction manifestation concept status identifier medication dosage condition relationship"
).split()
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(ELEMENTS), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None)
@given(anything, st.sampled_from("Bundle Patient Condition Observation AllergyIntolerance Composition".split()))
def test_whatever_stands_in_a_file_is_read_or_refused(inner: Any, kind: str) -> None:
    for resource in (inner, {"resourceType": kind, "code": inner, "name": inner, "section": inner, "entry": inner}):
        try:
            found = read_resources(resource)
        except Refused:
            continue
        assert all(line.group in GROUPS and "\n" not in line.text for line in found.lines)


def deep(depth: int) -> str:
    return '{"resourceType":"Patient","x":' + "[" * depth + "]" * depth + "}"


HOSTILE = {
    "deep": deep(DEEPEST),
    "deepest": deep(100_000),
    "endless": "[" * 50_000,
    "nan": '{"resourceType":"Patient","x":NaN}',
    "bytes": "\x00\xff",
    "a list": "[]",
    "many": json.dumps(bundle(*[{}] * (MOST_RESOURCES + 1))),
    "long number": '{"resourceType":"Patient","x":' + "9" * 5_000 + "}",
    "no type": '{"resourceType":5}',
    "entries": '{"resourceType":"Bundle","entry":5}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_problem(tmp_path: Path, name: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(HOSTILE[name], encoding="utf-8")
    (line,) = lines_of(file)
    assert line["problem"] in {Problem.NOT_FHIR, Problem.TOO_LARGE}


def test_the_child_reads_a_file_and_refuses_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "Ruiz.json"
    file.write_text(json.dumps(bundle(PATIENT, ASTHMA, PRESSURE, {"resourceType": "Claim"})), encoding="utf-8")
    found = read(file)
    entries = entries_of(found, "2026-11-28T00:00:00+00:00", iter("ab").__next__)
    assert [(entry.id, entry.text) for entry in entries] == [
        ("a", "Problems (FHIR)\nAsthma, since 2009 [Condition/c1]"),
        (
            "b",
            "Measurements (FHIR)\n"
            "Blood pressure, Systolic 160 mmHg, Diastolic 90.5 mmHg, on 2026-03-01 [Observation/o1]",
        ),
    ]
    assert not any("Ruiz" in entry.text for entry in entries)
    assert preview_of(found).startswith("Ana Ruiz, born 1980-02-01, female, no. 4711\n\nProblems (FHIR)\n")
    assert "- 1 Claim" in preview_of(found)
    file.write_text(HOSTILE["deepest"], encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"Ruiz\.json is no FHIR .* Nothing was imported"):
        read(file)


@pytest.mark.parametrize("who", ["Ana\x1b[2J", "a\nb", "x" * 5_000, 5])
def test_who_it_is_must_be_one_line_also_of_a_child_that_a_file_took_over(who: object) -> None:
    output = b"\n".join(json.dumps(line).encode() for line in ({"who": who}, {"end": 0, "left_out": {}}))
    with pytest.raises(ImportRefused):
        reading._checked(output, "x.json")


def test_what_is_missing_too_large_or_says_nothing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    with pytest.raises(ImportRefused, match="is missing or empty"):
        read(file)
    with file.open("wb") as opened:
        opened.truncate(33 << 20)
    with pytest.raises(ImportRefused, match="more than is read at once"):
        read(file)
    file.write_text(json.dumps(bundle({"resourceType": "Claim"})), encoding="utf-8")
    with pytest.raises(ImportRefused, match="holds nothing that Bedside can read"):
        read(file)


def test_a_file_without_statements_still_tells_who_it_is() -> None:
    assert preview_of(ImportedFile("x", "Ana Ruiz", ())) == "Ana Ruiz\n"
