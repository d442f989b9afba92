"""The lexicon over real terminology files, small ones made here, and over the shipped tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lm.clinical.facts import FactKind
from lm.grounding.knowledge import KnowledgeBase, Term
from lm.grounding.passages import Passage
from multimodal.clinical_lexicon import DRUGS, HPO, ICD, ORDINARY_WORD, ClinicalLexicon, everyday, never_terms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TERMS = {
    HPO: (
        Term(
            Passage("HPO", "Dyspnea: Difficult or labored breathing. Also called: Shortness of breath.", "HP:0002094"),
            ("Dyspnea", "Shortness of breath"),
        ),
        Term(Passage("HPO", "Right: Being on the right side.", "HP:0012834"), ("Right",)),
        Term(Passage("HPO", "Scotoma: A blind spot.", "HP:0000575"), ("Scotoma", "Blind spot")),
    ),
    ICD: (
        Term(Passage("ICD", "R06.02: Shortness of breath.", "R06.02"), ("Shortness of breath", "R06.02")),
        Term(Passage("ICD", "J45: Asthma.", "J45"), ("Asthma", "J45")),
        Term(
            Passage("ICD", "J45.909: Unspecified asthma, uncomplicated. Includes: Asthma NOS.", "J45.909"),
            ("Asthma", "J45.909"),
        ),
        Term(Passage("ICD", "H53.41: Scotoma.", "H53.41"), ("Scotoma", "H53.41")),
        Term(Passage("ICD", "W19: Unspecified fall.", "W19"), ("Toppling", "W19")),
    ),
    DRUGS: (
        Term(
            Passage("Drug names", "Fexofenadine is a drug. Also called: allegra.", "Fexofenadine"),
            ("Fexofenadine", "Allegra"),
        ),
        Term(Passage("Drug names", "Zinc is a drug.", "Zinc"), ("Zinc",)),
        Term(Passage("Drug names", "Co-trimoxazole is a drug.", "Co-trimoxazole"), ("Co-trimoxazole",)),
    ),
}


@pytest.fixture
def lexicon(tmp_path: Path) -> Iterator[ClinicalLexicon]:
    for name, terms in TERMS.items():
        with KnowledgeBase(tmp_path / name) as base:
            base.add_terms(name, name, "", terms)
    with ClinicalLexicon({name: KnowledgeBase(tmp_path / name, read_only=True) for name in TERMS}) as opened:
        yield opened


def codes(lexicon: ClinicalLexicon, key: str) -> dict[str, str]:
    return {code.system: code.code for code in lexicon.entries([key])[key].codes}


def test_a_problem_gets_the_codes_of_both_terminologies(lexicon: ClinicalLexicon) -> None:
    entry = lexicon.entries(["short of breath"])["short of breath"]
    assert (entry.kind, entry.name) == (FactKind.PROBLEM, "Dyspnea")
    assert codes(lexicon, "short of breath") == {HPO: "HP:0002094", ICD: "R06.02"}


def test_the_code_is_the_most_specific_that_says_no_more(lexicon: ClinicalLexicon) -> None:
    assert codes(lexicon, "asthma") == {ICD: "J45.909"}


def test_a_code_that_was_found_by_the_other_terminology_is_less_sure(lexicon: ClinicalLexicon) -> None:
    by_title, by_synonym = (lexicon.entries([key])[key].codes for key in ("scotoma", "blind spot"))
    assert [code.code for code in by_title] == [code.code for code in by_synonym] == ["HP:0000575", "H53.41"]
    assert all(title.confidence > synonym.confidence for title, synonym in zip(by_title, by_synonym, strict=True))


def test_what_is_no_term_when_it_is_said_is_not_found(lexicon: ClinicalLexicon) -> None:
    assert lexicon.entries(["right", "toppling", "no such thing", ""]) == {}


def test_a_drug_has_its_generic_name_and_an_ordinary_word_is_less_sure(lexicon: ClinicalLexicon) -> None:
    found = lexicon.entries(["allegra", "zinc", "co trimoxazole"])
    assert (found["allegra"].kind, found["allegra"].name) == (FactKind.DRUG, "Fexofenadine")
    assert found["zinc"].confidence == ORDINARY_WORD
    assert found["co trimoxazole"].name == "Co-trimoxazole"


def test_without_terminologies_the_everyday_words_are_known() -> None:
    with ClinicalLexicon({}) as bare:
        assert bare.missing == (HPO, ICD, DRUGS)
        found = bare.entries(["short of breath", "ekg", "scotoma"])
        assert {key: entry.name for key, entry in found.items()} == {
            "short of breath": "Dyspnea",
            "ekg": "Electrocardiogram",
        }


def test_the_shipped_tables_do_not_contradict_each_other() -> None:
    assert len(everyday()) > 700
    drugs = {key for key, row in everyday().items() if row.kind is FactKind.DRUG}
    assert not drugs & never_terms()


@pytest.mark.models
def test_every_code_of_the_everyday_table_is_in_the_terminologies() -> None:
    with ClinicalLexicon.open() as lexicon:
        assert not lexicon.missing
        found = lexicon.entries(list(everyday()))
        for key, row in everyday().items():
            systems = {code.system for code in found[key].codes}
            assert not row.icd or ICD in systems, (key, row)
            assert not row.hpo or HPO in systems, (key, row)
