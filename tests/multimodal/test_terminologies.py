"""The readers on excerpts in the form of the published files, and on the fetched files themselves."""

from __future__ import annotations

import bz2
import pickle
from typing import TYPE_CHECKING

import pytest

from lm.grounding.knowledge import KnowledgeBase
from multimodal.catalog import Converter, installed_path
from multimodal.converters import run
from multimodal.errors import ConversionFailed
from multimodal.glossaries import GLOSSARY_FILE
from multimodal.terminologies import TERMS_FILE, drug_terms, hpo_terms, icd10_terms

if TYPE_CHECKING:
    from pathlib import Path

ICD = """<?xml version="1.0" encoding="utf-8"?><ICD10CM.tabular><version>2026</version><chapter><section id="I48">
<diag><name>I48</name><desc>Atrial fibrillation and flutter</desc>
<diag><name>I48.91</name><desc>Unspecified atrial fibrillation</desc></diag>
<diag><name>I48.2</name><desc>Chronic atrial fibrillation, unspecified</desc>
<inclusionTerm><note>Long-lasting AF NOS</note></inclusionTerm><excludes1><note>flutter (I48.3)</note></excludes1>
</diag></diag></section></chapter></ICD10CM.tabular>"""
OBO = r"""format-version: 1.2
data-version: hp/releases/2025-01-16

[Term]
id: HP:0001025
name: Urticaria
def: "Raised, \"well-circumscribed\" areas of erythema." [PMID:1]
synonym: "Hives" EXACT layperson []
synonym: "Nettle rash" RELATED layperson []
synonym: "Skin thing" BROAD []
is_a: HP:0011276 ! Vascular skin abnormality

[Term]
id: HP:0000057
name: obsolete Clitoromegaly
is_obsolete: true

[Term]
id: HP:0000118
name: Phenotypic abnormality

[Typedef]
id: part_of
name: part of
"""
DRUGS = {
    "drug_canonical_to_data": {
        "amlodipine": {"name": "Amlodipine", "drugbank_id": "DB00381", "mass_lower": 408.1},
        "water": {"name": "Water"},
    },
    "drug_variant_to_canonical": {"norvasc": ["amlodipine"], "amlodipine": ["amlodipine"], "h2o": ["water"]},
    "drug_variant_to_variant_data": {"norvasc": {"is_brand": True}},
}


@pytest.fixture
def sources(tmp_path: Path) -> dict[Converter, Path]:
    files = {
        Converter.ICD10_CM: (tmp_path / "icd.xml", ICD.encode()),
        Converter.HPO: (tmp_path / "hp.obo", OBO.encode()),
        Converter.DRUG_NAMES: (tmp_path / "drugs.pkl.bz2", bz2.compress(pickle.dumps(DRUGS, protocol=4))),
    }
    for file, data in files.values():
        file.write_bytes(data)
    return {converter: file for converter, (file, _) in files.items()}


def test_a_diagnosis_is_found_by_its_names_and_its_code(sources: dict[Converter, Path]) -> None:
    terms = list(icd10_terms(sources[Converter.ICD10_CM]))
    assert [term.passage.heading for term in terms] == ["I48", "I48.91", "I48.2"]
    assert "atrial fibrillation" in terms[1].names
    assert {"Chronic atrial fibrillation", "Long-lasting AF", "I48.2"} <= set(terms[2].names)
    assert terms[2].passage.title == "ICD-10-CM 2026"
    assert terms[2].passage.text == (
        "I48.2: Chronic atrial fibrillation, unspecified. Includes: Long-lasting AF NOS. Not: flutter (I48.3)."
    )


def test_a_sign_is_found_by_what_doctors_and_what_people_say(sources: dict[Converter, Path]) -> None:
    urticaria, whole = hpo_terms(sources[Converter.HPO])
    assert urticaria.names == ("Urticaria", "Hives", "Nettle rash")
    assert urticaria.passage.title == "Human Phenotype Ontology 2025-01-16"
    assert urticaria.passage.text == (
        'Urticaria: Raised, "well-circumscribed" areas of erythema. Also called: Hives, Nettle rash, Skin thing.'
    )
    assert whole.passage.text == "Phenotypic abnormality."


def test_a_drug_is_found_by_its_trade_name_and_food_is_not(sources: dict[Converter, Path]) -> None:
    amlodipine, water = drug_terms(sources[Converter.DRUG_NAMES])
    assert set(amlodipine.names) == {"Amlodipine", "amlodipine", "norvasc"}
    assert amlodipine.passage.text == "Amlodipine (DrugBank DB00381) is a drug. Also called: norvasc."
    assert water.names == ()


@pytest.mark.parametrize(
    ("converter", "question", "heading"),
    [
        (Converter.ICD10_CM, "Which code has an atrial fibrillation?", "I48.91"),
        (Converter.HPO, "Is it HIVES?", "HP:0001025"),
        (Converter.DRUG_NAMES, "May she take Norvasc?", "Amlodipine"),
    ],
)
def test_a_converted_terminology_is_only_read(
    sources: dict[Converter, Path], tmp_path: Path, converter: Converter, question: str, heading: str
) -> None:
    folder = tmp_path / "ready"
    run(converter, {sources[converter].name: sources[converter]}, folder)
    files = {TERMS_FILE, GLOSSARY_FILE} if converter is Converter.HPO else {TERMS_FILE}
    assert {file.name for file in folder.iterdir()} == files
    (folder / TERMS_FILE).chmod(0o400)
    with KnowledgeBase(folder / TERMS_FILE, read_only=True) as base:
        (found,) = base.named_in(question, 3)
        assert found.heading == heading
        assert base.named_in("Nothing of the kind", 3) == ()
        assert base.search(question, 1)[0].passage.heading
    assert {file.name for file in folder.iterdir()} == files


@pytest.mark.parametrize("converter", [Converter.ICD10_CM, Converter.HPO, Converter.DRUG_NAMES])
@pytest.mark.parametrize("data", [b"", b"<a/>", bz2.compress(pickle.dumps({"other": 1}, protocol=4))])
def test_what_is_no_such_file_is_refused(tmp_path: Path, converter: Converter, data: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(data)
    with pytest.raises(ConversionFailed):
        run(converter, {"source": source}, tmp_path / "ready")


@pytest.mark.models
@pytest.mark.parametrize(
    ("model_id", "question", "said"),
    [
        ("icd-10-cm", "What is the ICD code of type 2 diabetes mellitus without complications?", "E11.9: Type 2"),
        ("hpo", "Can hives come with high blood pressure?", "Hypertension: The presence of chronic increased"),
        ("drug-names", "May she take Norvasc with Tylenol?", "Amlodipine (DrugBank DB00381) is a drug"),
    ],
)
def test_the_fetched_terminologies_name_what_is_asked_about(model_id: str, question: str, said: str) -> None:
    with KnowledgeBase(installed_path(model_id) / TERMS_FILE, read_only=True) as base:
        assert any(passage.text.startswith(said) for passage in base.named_in(question, 3))
