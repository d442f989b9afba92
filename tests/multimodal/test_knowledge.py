from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lm.grounding.knowledge import KnowledgeBase, Term
from lm.grounding.passages import Passage
from multimodal.knowledge import PASSAGES_GIVEN, TERMS_GIVEN, Knowledge, library_file
from multimodal.prompt import Turn
from tests.fakes.encoders import TopicEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEVER = Passage("Dengue", "Give paracetamol when the temperature is high.", "Treatment", 3)
HIVES = Passage("HPO", "Urticaria: raised areas.", "HP:0001025")
COUGH = Passage("HPO", "Cough: a sudden expulsion of air.", "HP:0012735")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(tmp_path / "library.sqlite") as base:
        base.add("/dengue.pdf", "Dengue", "1", [FEVER])
        yield base


@pytest.fixture
def terms(tmp_path: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(tmp_path / "terms.sqlite") as base:
        base.add_terms("hp.obo", "HPO", "", [Term(HIVES, ("Urticaria", "Hives")), Term(COUGH, ("Cough",))])
        yield base


def test_what_bears_on_a_question_is_found_by_meaning(library: KnowledgeBase) -> None:
    encoder = TopicEncoder()
    library.embed(encoder)
    knowledge = Knowledge(library, lambda: encoder)
    assert knowledge.find("What helps against a hot head?") == (FEVER,)
    assert knowledge.find("Does she bleed paracetamol? bleeding") == ()
    assert knowledge.take_notices() == ()


def test_without_the_encoder_words_decide_and_it_is_told_once(library: KnowledgeBase) -> None:
    knowledge = Knowledge(library, lambda: None)
    assert knowledge.find("Give paracetamol at a high temperature?") == (FEVER,)
    assert len(knowledge.take_notices()) == 1
    assert knowledge.take_notices() == ()
    assert knowledge.find("Which high building has an appendix and a cellar?") == ()


def test_terms_that_a_question_names_follow_the_passages(library: KnowledgeBase, terms: KnowledgeBase) -> None:
    knowledge = Knowledge(library, lambda: None, [terms])
    assert knowledge.find("Give paracetamol at high temperature with hives?") == (FEVER, HIVES)
    assert knowledge.find("A cough with hives") == (HIVES, COUGH) or knowledge.find("A cough with hives") == (
        COUGH,
        HIVES,
    )
    assert [found.passage for found in knowledge.search_terms("expulsion of air", 1)] == [COUGH]


def test_terminologies_are_no_documents(library: KnowledgeBase, terms: KnowledgeBase) -> None:
    assert Knowledge(library, lambda: None).has_documents
    alone = Knowledge(None, lambda: None, [terms])
    assert not alone.has_documents
    assert not alone.is_empty


def test_a_question_of_few_words_is_looked_up_with_the_one_before_it(library: KnowledgeBase) -> None:
    knowledge = Knowledge(library, lambda: None)
    before = (Turn("Give paracetamol at a high temperature?", "Yes."),)
    assert knowledge.find("How much?") == ()
    assert knowledge.find("How much?", before) == (FEVER,)


def test_no_more_is_given_than_a_decoder_reads(tmp_path: Path) -> None:
    with KnowledgeBase(tmp_path / "many.sqlite") as base:
        base.add("/a", "A", "1", [Passage("A", f"Fever number {n}.") for n in range(9)])
        base.add_terms("/t", "T", "1", [Term(Passage("T", f"Term {n}."), (name,)) for n, name in enumerate("abcd")])
        assert len(Knowledge(base, lambda: None).find("fever")) == PASSAGES_GIVEN
        assert len(Knowledge(base, lambda: None, [base]).find("a b c d")) == TERMS_GIVEN


def test_where_there_is_nothing_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    with Knowledge.open() as knowledge:
        assert knowledge.is_empty
        assert knowledge.find("fever") == ()
    assert not library_file().exists()
    KnowledgeBase(library_file()).close()
    with Knowledge.open() as knowledge:
        assert knowledge.is_empty
