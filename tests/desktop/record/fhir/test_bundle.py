"""An encounter as a FHIR document, read back by `fhir.resources`, which knows nothing of how it was made."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.record.encounter import (
    Attachment,
    Consent,
    ConsentManner,
    ConsentState,
    Question,
    Section,
    Sentence,
    Verdict,
    Writing,
    WritingForm,
)
from desktop.record.errors import FhirNotValid
from desktop.record.export.choices import Choices, Format, Level, Part, Purpose
from desktop.record.export.leaving import checked
from desktop.record.export.preparing import Preparing, prepare, shown
from desktop.record.fhir.checking import check
from desktop.record.fhir.document import FhirDocument
from desktop.record.fhir.observations import codes, observed
from desktop.record.fhir.releases import Release
from desktop.record.fhir.tree import said_in
from desktop.record.signature import Signature
from desktop.record.vault.chain import Link
from tests.desktop.record.export.test_export import AT, ENCOUNTER, SAID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.record.encounter import Encounter

KEY = b"k" * 32
LINK = Link(7, "ab" * 32)
FHIR = (Format.FHIR_R4, Format.FHIR_R5)
MODELS = {Format.FHIR_R4: "fhir.resources.R4B", Format.FHIR_R5: "fhir.resources"}
FOUND = Writing(
    "f1",
    AT,
    WritingForm.FINDINGS,
    title="Findings",
    sections=(
        Section("Problems", (Sentence("Cough, since three days (HP:0012735)", Verdict.SUPPORTED, (SAID,)),)),
        Section(
            "Measurements",
            tuple(
                Sentence(line, Verdict.SUPPORTED, (SAID,))
                for line in (
                    "Blood pressure, 160/90 mmHg",
                    "Temperature, 38.5 °C",
                    "Potassium, 4 mmol/L",
                    "Platelets, 210000",
                    "Urinalysis, negative",
                )
            ),
        ),
    ),
)
WHOLE = replace(ENCOUNTER, entries=(*ENCOUNTER.entries, FOUND))


def day() -> datetime:
    return datetime(2026, 11, 28, 16, 30, tzinfo=UTC)


def document(encounter: Encounter = WHOLE, form: Format = Format.FHIR_R4, **choices: Any) -> FhirDocument:
    made = Choices(**{"parts": frozenset(Part), "format": form, "level": Level.NAMED, **choices})
    leaving = prepare(encounter, made, Preparing(KEY, clock=day, version="1.2.3")).without()
    assert isinstance(leaving, FhirDocument)
    return leaving


def written(leaving: FhirDocument) -> Any:
    return json.loads(leaving.anchored(LINK).written(lambda name: f"bytes of {name}".encode()))


def resources(bundle: Any, kind: str) -> list[Any]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def values(node: Any, name: str) -> Iterator[Any]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name:
                yield value
            yield from values(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from values(value, name)


@pytest.mark.parametrize("form", FHIR)
@pytest.mark.parametrize("level", Level)
def test_every_bundle_is_valid_to_fhir_resources(form: Format, level: Level) -> None:
    leaving = document(form=form, level=level)
    checked(leaving)
    model = import_module(f"{MODELS[form]}.bundle").Bundle
    bundle = model.model_validate(written(leaving))
    assert bundle.type == "document"
    assert bundle.entry[0].resource.get_resource_type() == "Composition"
    for entry in bundle.entry:
        kind = entry.resource.get_resource_type()
        alone = getattr(import_module(f"{MODELS[form]}.{kind.lower()}"), kind)
        alone.model_validate_json(entry.resource.model_dump_json())


@pytest.mark.parametrize("form", FHIR)
def test_it_refers_to_nothing_that_is_not_in_it_and_holds_nothing_that_nobody_refers_to(form: Format) -> None:
    bundle = written(document(form=form))
    places = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(places) == len(set(places))
    references = {value for value in values(bundle, "reference") if isinstance(value, str)}
    assert references <= set(places)
    for entry in bundle["entry"]:
        assert entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}"
    loose = set(places) - references - {places[0]}
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"] if entry["fullUrl"] in loose}
    assert kinds == {"Provenance"}  # a Provenance points at what it is about
    addresses = [value for name in ("system", "url", "fullUrl", "value") for value in values(bundle, name)]
    fetched = {text.split("/")[2] for text in addresses if isinstance(text, str) and text.startswith("http")}
    assert fetched == {"terminology.hl7.org", "loinc.org", "hl7.org", "unitsofmeasure.org"}  # names of code systems


@pytest.mark.parametrize("form", FHIR)
def test_the_same_encounter_gives_the_same_bytes_but_for_the_time(form: Format) -> None:
    def content(clock: datetime) -> str:
        given = Preparing(KEY, clock=lambda: clock)
        leaving = prepare(WHOLE, Choices(format=form, level=Level.NAMED), given).without()
        return leaving.written(lambda _name: b"").decode()  # type: ignore[union-attr]

    first, later = content(day()), content(datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert first == content(day())
    assert first != later
    assert first.replace("2026-11-28T16:30:00Z", "2027-01-02T03:04:05Z") == later


@pytest.mark.parametrize("purpose", Purpose)
def test_what_it_may_be_used_for_is_a_security_label(purpose: Purpose) -> None:
    labels = [label["code"] for label in written(document(purpose=purpose, level=Level.YEARS))["meta"]["security"]]
    assert labels[:2] == ["R", "REDACTED"]
    assert labels[2] in {"TREAT", "PATRQT", "HRESCH", "TRAIN", "HQUALIMP"}


def test_ids_are_those_of_the_encounter_and_lead_nowhere_without_the_key() -> None:
    other = prepare(WHOLE, Choices(format=Format.FHIR_R4), Preparing(b"x" * 32)).without()
    assert {entry["fullUrl"] for entry in written(document())["entry"]}.isdisjoint(
        entry["fullUrl"]
        for entry in other.bundle["entry"]  # type: ignore[union-attr]
    )
    assert ENCOUNTER.id not in json.dumps(written(document()))


def test_a_draft_is_preliminary_and_says_so() -> None:
    bundle = written(document())
    composition, *_ = resources(bundle, "Composition")
    assert composition["status"] == "preliminary"
    assert {each["status"] for each in resources(bundle, "Observation")} == {"preliminary"}
    assert {each["status"] for each in resources(bundle, "DiagnosticReport")} == {"preliminary"}
    assert "Draft - research and education" in composition["text"]["div"]
    assert "Entry 7 of the audit trail, abababababababab" in composition["text"]["div"]
    assert bundle["meta"]["tag"][0]["code"] == "draft"


def test_every_sentence_keeps_its_verdict_and_its_sources() -> None:
    composition, *_ = resources(written(document()), "Composition")
    answer = next(section for section in composition["section"] if section["title"] == "Answer of a model")
    kept = [{part["url"]: part for part in extension["extension"]} for extension in answer["extension"]]
    assert [each["verdict"]["valueCode"] for each in kept] == ["supported", "unverified", "withheld", "supported"]
    assert "text" not in kept[2]  # what was withheld is not said here either
    cited = [part for part in answer["extension"][0]["extension"] if part["url"] == "citation"]
    said = {part["url"]: part for part in cited[0]["extension"]}
    assert said["quote"]["valueString"] == "takes metformin"
    assert (said["start-seconds"]["valueDecimal"], said["end-seconds"]["valueDecimal"]) == (12.0, 15.5)
    tree = ET.fromstring(answer["text"]["div"])  # noqa: S314 - our own
    ids = {element.get("id") for element in tree.iter() if element.get("id")}
    assert {each["element"]["valueString"] for each in kept} == ids
    assert "[no source bears this out]" in answer["text"]["div"]


def test_provenance_names_the_model_and_what_it_was_given() -> None:
    bundle = written(document())
    made = next(each for each in resources(bundle, "Provenance") if each["activity"]["text"] == "Answer of a model")
    who = made["agent"][0]["who"]["reference"]
    device = next(entry["resource"] for entry in bundle["entry"] if entry["fullUrl"] == who)
    assert device["deviceName"][0]["name"] == "smollm2-135m-instruct"
    assert made["target"][0]["extension"][0]["valueUri"] == "e4"
    assert [entity["what"]["display"] for entity in made["entity"]] == ["Recording 1", "Diabetes guideline"]
    software = next(each for each in resources(bundle, "Device") if each["deviceName"][0]["name"] == "Bedside")
    assert software["version"] == [{"value": "1.2.3"}]


@pytest.mark.parametrize("form", FHIR)
def test_measurements_are_observations_with_codes_where_the_unit_decides_them(form: Format) -> None:
    bundle = written(document(form=form))
    found = {each["code"].get("text"): each for each in resources(bundle, "Observation")}
    pressure = [part["valueQuantity"] for part in found["blood pressure"]["component"]]
    assert [(each["value"], each["code"]) for each in pressure] == [(160, "mm[Hg]"), (90, "mm[Hg]")]
    assert found["temperature"]["valueQuantity"] == {
        "value": 38.5,
        "unit": "°C",
        "system": "http://unitsofmeasure.org",
        "code": "Cel",
    }
    assert found["potassium"]["code"]["coding"][0]["code"] == "2823-3"
    assert found["potassium"]["category"][0]["coding"][0]["code"] == "laboratory"
    assert found["Platelets"]["valueString"] == "210000"
    assert "coding" not in found["Platelets"]["code"]
    report, *_ = resources(bundle, "DiagnosticReport")
    assert len(report["result"]) == len(found)


@given(st.text(max_size=40))
def test_any_line_of_a_table_becomes_a_code_and_a_value(line: str) -> None:
    observation = observed(line)
    assert "code" in observation
    assert {"valueString", "valueQuantity", "component"} & set(observation)


def test_every_row_of_the_table_is_read_as_it_is_written() -> None:
    for code in codes().values():
        observation = observed(f"{code.name.capitalize()}, 50 {code.unit}".strip())
        assert observation["code"]["coding"][0]["code"] == code.loinc


@pytest.mark.parametrize("form", FHIR)
def test_pictures_themselves_are_in_it_only_where_they_were_chosen_and_names_may_stay(form: Format) -> None:
    kind, path = ("Media", "content") if form is Format.FHIR_R4 else ("DocumentReference", "attachment")
    named = next(values(resources(written(document(form=form)), kind), path))
    assert base64.b64decode(named["data"]) == b"bytes of image-1.png"
    assert named["contentType"] == "image/png"
    for choices in ({"parts": frozenset(Part) - {Part.FILES}}, {"level": Level.YEARS}, {"level": Level.SHIFTED}):
        bundle = written(document(form=form, **choices))
        assert not list(values(bundle, "data"))
        assert resources(bundle, kind)


def test_nothing_of_a_person_is_left_and_the_preview_shows_every_word() -> None:
    leaving = document(level=Level.YEARS)
    content = json.dumps(written(leaving), ensure_ascii=False)
    for word in ("Okafor", "03/14", "867-5309", "2026-03", "2026-11"):
        assert word not in content
        assert word not in shown(leaving)
    assert written(leaving)["timestamp"] == "2026-01-01T00:00:00Z"
    for line in said_in(leaving.bundle):
        assert leaving.replaced.get(line.text, line.text) in shown(leaving)


@pytest.mark.parametrize("form", FHIR)
@pytest.mark.parametrize("level", Level)
def test_which_encounters_are_of_one_patient_never_leaves_the_record(form: Format, level: Level) -> None:
    """Two files of one patient must not be joined by what the record knows of them."""
    linked = replace(WHOLE, patient="ab" * 16)
    assert written(document(linked, form, level=level)) == written(document(WHOLE, form, level=level))


def test_times_move_with_the_dates_in_the_text() -> None:
    leaving = document(level=Level.SHIFTED)
    visit, *_ = resources(written(leaving), "Encounter")
    assert visit["period"]["start"].endswith("T09:26:53Z")
    assert not visit["period"]["start"].startswith("2026-03-14")


SIGNED = Writing(
    "n1",
    AT,
    WritingForm.NOTE,
    title="SOAP note",
    sections=(Section("Plan", (Sentence("Takes metformin daily.", Verdict.SUPPORTED, (SAID,)),)),),
    signature=Signature("Dr Okafor", AT, "ab" * 32),
)


@pytest.mark.parametrize("form", FHIR)
def test_a_signed_note_alone_is_final_and_beside_a_draft_it_is_not(form: Format) -> None:
    alone = document(replace(ENCOUNTER, entries=(SIGNED,)), form)
    checked(alone)
    bundle = written(alone)
    composition, *_ = resources(bundle, "Composition")
    assert (composition["status"], bundle["meta"]["tag"][0]["code"]) == ("final", "signed")
    (attester,) = composition["attester"]
    assert attester["party"]["display"] == "Dr Okafor"
    assert "ab" * 32 in composition["section"][0]["text"]["div"]
    for others in ((FOUND,), ENCOUNTER.entries):
        bundle = written(document(replace(ENCOUNTER, entries=(SIGNED, *others)), form))
        assert resources(bundle, "Composition")[0]["status"] == "preliminary"
        assert bundle["meta"]["tag"][0]["code"] == "draft"
    nameless = document(replace(ENCOUNTER, entries=(SIGNED,)), form, level=Level.YEARS)
    checked(nameless)
    content = json.dumps(written(nameless))
    assert "Okafor" not in content
    assert "ab" * 32 not in content.replace(LINK.mac, "", 1)


AGREED = Consent("c1", AT, ConsentState.AGREED, ConsentManner.SPOKEN, "okafor-clinic", "Mrs Okafor nodded")


@pytest.mark.parametrize("form", FHIR)
@pytest.mark.parametrize("level", Level)
def test_what_the_patient_said_to_being_recorded_is_a_consent(form: Format, level: Level) -> None:
    withdrawn = replace(AGREED, id="c2", state=ConsentState.WITHDRAWN)
    for entries, status in (((AGREED,), "active"), ((AGREED, withdrawn), "inactive")):
        leaving = document(replace(WHOLE, entries=(*entries, *WHOLE.entries)), form, level=level)
        checked(leaving)
        bundle = written(leaving)
        consent, *others = resources(bundle, "Consent")
        assert (consent["status"], others) == (status, [])
        assert ("Okafor" in json.dumps(bundle)) == (level is Level.NAMED)
    decision = consent["provision"]["type"] if form is Format.FHIR_R4 else consent["decision"]
    assert decision == "deny"


def test_where_nobody_was_asked_there_is_no_consent() -> None:
    for state in set(ConsentState) - {ConsentState.AGREED, ConsentState.WITHDRAWN}:
        entries = (replace(AGREED, state=state), *WHOLE.entries)
        assert not resources(written(document(replace(WHOLE, entries=entries))), "Consent")
    without = written(document(replace(WHOLE, entries=(AGREED,)), parts=frozenset(Part) - {Part.DICTATIONS}))
    assert not resources(without, "Consent")


HOSTILE = "</p></div><script>alert(1)</script> & \x00\x0b\u202e]]> \u2028 <a href='http://x'>"


@pytest.mark.parametrize("form", FHIR)
@settings(max_examples=25, deadline=None)
@given(text=st.one_of(st.just(HOSTILE), st.text(min_size=1)))
def test_no_word_is_markup_and_any_word_is_valid(form: Format, text: str) -> None:
    table = (Section("Measurements", (Sentence(f"x {text}", Verdict.UNVERIFIED),)),)
    hostile = replace(
        WHOLE,
        title=text,
        entries=(
            Question("q", AT, text),
            Attachment("p", AT, "Image 1", ("image-1.png",), description=text),
            replace(FOUND, sections=table),
        ),
    )
    bundle = written(document(hostile, form))
    check(json.dumps(bundle).encode(), Release.R4 if form is Format.FHIR_R4 else Release.R5)
    for div in values(bundle, "div"):
        tags = {element.tag.split("}")[1] for element in ET.fromstring(div).iter()}  # noqa: S314 - our own
        assert tags <= {"div", "p"}


def test_what_breaks_a_rule_is_refused_in_one_sentence() -> None:
    broken = json.dumps(written(document()) | {"type": 5}).encode()
    with pytest.raises(FhirNotValid, match=r"not be valid FHIR R4 .*Nothing was written"):
        check(broken, Release.R4)


def test_the_models_of_fhir_are_loaded_only_when_something_is_checked() -> None:
    code = (
        "import desktop.record.export.leaving, desktop.record.export.preparing, sys; print('pydantic' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
