"""The table of common conditions: every code, every name, every row."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from lm.clinical.conditions import CONDITIONS_FILE, CommonConditions, Commonness, load_conditions
from lm.clinical.phenotype import PHENOTYPES_FILE, Phenotypes
from lm.errors import DamagedKnowledge
from lm.grounding.knowledge import KnowledgeBase
from multimodal.catalog import installed_path
from multimodal.differential import MODEL
from multimodal.terminologies import TERMS_FILE
from tests.bench.bench_dx import read_vignettes
from tests.fakes.phenotypes import small_conditions, small_ontology

if TYPE_CHECKING:
    from pathlib import Path

LISTS = ("very_frequent", "frequent", "occasional", "very_rare", "excluded")


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, Any]]:
    conditions: dict[str, dict[str, Any]] = tomllib.loads(CONDITIONS_FILE.read_text(encoding="utf-8"))["conditions"]
    return conditions


@pytest.fixture(scope="module")
def common() -> CommonConditions:
    return load_conditions(Phenotypes.load(installed_path(MODEL) / PHENOTYPES_FILE).ontology)


@pytest.mark.models
def test_every_term_of_the_table_is_one_of_hpo_under_its_own_name(common: CommonConditions) -> None:
    # The reader refuses a code whose name is another.
    assert len(common.conditions) >= 100
    own = [code for code in common.ontology.codes if code.startswith("BEDSIDE:")]
    assert {common.ontology.codes[place] for place in common.said} >= set(own)
    assert all(common.ontology.implies(narrow, broad) for narrow, (broad, _) in common.said.items())
    assert all(common.ontology.codes[broad].startswith("HP:") for broad, _ in common.said.values())


@pytest.mark.models
def test_every_code_is_one_of_icd_10_cm(table: dict[str, dict[str, Any]]) -> None:
    with KnowledgeBase(installed_path("icd-10-cm") / TERMS_FILE, read_only=True) as base:
        for name, row in table.items():
            # A seventh character (initial encounter) is not spelled out in the tabular list.
            code = row["icd"] if len(row["icd"]) < 8 else row["icd"][:-1].rstrip("X")
            assert any(found.heading == code for found in base.named_in(code, 1)), (name, code)


@pytest.mark.models
def test_every_vignette_is_of_known_terms(common: CommonConditions) -> None:
    assert len(read_vignettes(common)) >= 30


def test_no_finding_of_a_condition_has_two_frequencies(table: dict[str, dict[str, Any]]) -> None:
    for name, row in table.items():
        findings = [label for key in LISTS for label in row.get(key, ())]
        assert len(findings) == len(set(findings)), name
        assert row.get("very_frequent") or row.get("term") or row.get("frequent"), name


def test_every_condition_says_what_to_ask_and_examine(table: dict[str, dict[str, Any]]) -> None:
    assert all(row["ask"] and row["examine"] for row in table.values())
    assert len({row["name"] for row in table.values()}) == len(table)
    assert all(not row.get("red_flag") or row.get("alarms") for row in table.values()), "a red flag needs an alarm"


def test_the_table_says_that_it_was_judged_and_not_measured() -> None:
    head = CONDITIONS_FILE.read_text(encoding="utf-8").split("schema =")[0]
    assert "editorial judgement" in head
    assert "not measured" in head.replace("\n# ", " ")


HEAD = "schema = 1\n[terms]\n[narrowed]\n[background]\nterms = []\nvague = []\n[methods]\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "'schema'"),
        ("schema = 2", "schema 2"),
        ("not toml", "Expected"),
        (HEAD + 'test = ["HP:0012735 Sneeze"]\n[conditions]', "HP:0012735 Cough"),
        (HEAD + 'test = ["HP:7777777 Cough"]\n[conditions]', "no term"),
        (HEAD + '[conditions.x]\nname = "X"\nicd = "I"\ncommonness = "often"', "often"),
    ],
)
def test_a_faulty_table_is_one_sentence(tmp_path: Path, content: str, fault: str) -> None:
    file = tmp_path / "conditions.toml"
    file.write_text(content)
    with pytest.raises(DamagedKnowledge, match=fault):
        load_conditions(small_ontology(), file)


def test_a_condition_is_a_profile_like_any_other() -> None:
    common = small_conditions()
    place = common.ontology.place
    assert common.profiles.names[2] == "Migraine"
    assert common.profiles.share(2, place("Headache on one side")) == pytest.approx(0.545)
    assert common.profiles.share(2, place("Headache")) == pytest.approx(0.895)
    assert Commonness.named("rare") is Commonness.RARE


def test_the_words_beside_a_finding_make_it_narrower() -> None:
    common = small_conditions()
    place = common.ontology.place
    assert common.narrowed(place("Headache"), "a headache on the LEFT side") == place("BEDSIDE:0000001")
    assert common.narrowed(place("Headache"), "a headache") == place("Headache")
    assert common.narrowed(place("Cough"), "a cough on the left side") == place("Cough")
