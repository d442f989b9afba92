from __future__ import annotations

import sqlite3
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.errors import DamagedKnowledge, KnowledgeUnwritable
from lm.grounding.knowledge import BATCH, KnowledgeBase, Method, Term, fuse
from lm.grounding.passages import Passage
from tests.fakes.encoders import TopicEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FEVER = Passage("Dengue", "Give paracetamol when the temperature is high.", "Treatment", 3)
BLEEDING = Passage("Dengue", "Bleeding gums are a warning sign.", "Warning signs", 2)
PRESSURE = Passage("血压指南", "高血压患者用氨氯地平。", "", None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "library" / "library.sqlite"


@pytest.fixture
def base(file: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(file) as opened:
        opened.add("/dengue.pdf", "Dengue", "1", [FEVER, BLEEDING])
        opened.add("/bp.txt", "血压指南", "2", [PRESSURE])
        yield opened


def texts(
    base: KnowledgeBase, question: str, encoder: TopicEncoder | None = None, method: Method = Method.BOTH
) -> list[str]:
    return [found.passage.text for found in base.search(question, 5, encoder, method)]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Which warning signs are there?", BLEEDING),
        ("How much PARACETAMOL?", FEVER),
        ("treatment", FEVER),
        ("what do bleeds mean", BLEEDING),
        ("高血压怎么办", PRESSURE),
    ],
    ids=["text", "case", "heading", "stem", "Chinese"],
)
def test_a_passage_is_found_by_its_words(base: KnowledgeBase, question: str, first: Passage) -> None:
    assert base.search(question, 5)[0].passage == first


def test_nothing_is_found_where_no_word_is(base: KnowledgeBase) -> None:
    assert base.search("Which appendix?", 5) == ()
    assert base.search("What is it?", 5) == ()


def test_a_passage_is_found_by_its_meaning(base: KnowledgeBase) -> None:
    encoder = TopicEncoder()
    base.embed(encoder)
    (found, *_) = base.search("haemorrhage", 5, encoder)
    assert (found.passage, found.words_rank, found.meaning_rank) == (BLEEDING, None, 1)
    assert found.similarity == pytest.approx(1)
    assert texts(base, "haemorrhage", encoder, Method.WORDS) == []
    assert len(texts(base, "haemorrhage", encoder, Method.MEANING)) == 3


def test_what_both_rankings_know_comes_before_what_one_knows(base: KnowledgeBase) -> None:
    encoder = TopicEncoder()
    base.embed(encoder)
    found = base.search("paracetamol for the hot", 5, encoder)[0]
    assert (found.passage, found.words_rank, found.meaning_rank) == (FEVER, 1, 1)


def test_embedding_goes_on_where_it_was_stopped(file: Path) -> None:
    encoder = TopicEncoder()
    with KnowledgeBase(file) as base:
        base.add("/many.txt", "Many", "1", [Passage("Many", f"Passage {n}.") for n in range(3 * BATCH)])

        def stop(done: int, _total: int) -> None:
            if done == BATCH:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            base.embed(encoder, stop)
    told = []
    with KnowledgeBase(file) as base:
        assert base.documents()[0].embedded == BATCH
        base.embed(encoder, lambda done, total: told.append((done, total)))
        assert base.documents()[0].embedded == 3 * BATCH
    assert encoder.encoded == 3 * BATCH
    assert told == [(0, 2 * BATCH), (BATCH, 2 * BATCH), (2 * BATCH, 2 * BATCH)]


def test_vectors_of_another_encoder_are_never_compared(base: KnowledgeBase) -> None:
    base.embed(TopicEncoder())
    other = TopicEncoder("other weights")
    assert texts(base, "haemorrhage", other) == []
    base.embed(other)
    assert other.encoded == 3
    assert texts(base, "haemorrhage", other)[0] == BLEEDING.text


def test_a_document_that_is_added_again_takes_the_place_of_the_old_one(base: KnowledgeBase) -> None:
    encoder = TopicEncoder()
    base.embed(encoder)
    base.add("/dengue.pdf", "Dengue 2027", "3", [Passage("Dengue 2027", "Platelets fall.")])
    assert [(d.title, d.digest, d.passages, d.embedded) for d in base.documents()] == [
        ("Dengue 2027", "3", 1, 0),
        ("血压指南", "2", 1, 1),
    ]
    assert texts(base, "paracetamol warning bleeding") == []
    assert texts(base, "haemorrhage", encoder) == [PRESSURE.text]


def test_a_document_that_is_removed_is_found_no_more(base: KnowledgeBase) -> None:
    assert base.remove(1)
    assert not base.remove(1)
    assert texts(base, "paracetamol") == []
    base.remove(2)
    assert base.is_empty


def test_adding_is_whole_or_not_at_all(base: KnowledgeBase) -> None:
    def broken() -> Iterator[Passage]:
        yield Passage("Dengue", "Half of it.")
        raise RuntimeError("the reader died")

    with pytest.raises(RuntimeError):
        base.add("/dengue.pdf", "Dengue", "9", broken())
    assert [d.digest for d in base.documents()] == ["1", "2"]
    assert texts(base, "paracetamol") == [FEVER.text]


def test_a_change_by_another_process_is_seen(base: KnowledgeBase, file: Path) -> None:
    encoder = TopicEncoder()
    base.embed(encoder)
    assert texts(base, "haemorrhage", encoder)[0] == BLEEDING.text
    with KnowledgeBase(file) as other:
        other.add("/new.txt", "New", "4", [Passage("New", "Haemorrhage after birth.")])
        other.embed(encoder)
        other.remove(1)
    assert texts(base, "haemorrhage", encoder)[0] == "Haemorrhage after birth."


def test_only_this_user_can_read_the_file(base: KnowledgeBase, file: Path) -> None:
    assert not base.is_empty
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.sqlite"
    file.write_bytes(b"no database at all, but long enough to be looked at as one" * 20)
    with pytest.raises(DamagedKnowledge, match="damaged"):
        KnowledgeBase(file)
    other = tmp_path / "other.sqlite"
    database = sqlite3.connect(other)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(DamagedKnowledge, match="another version"):
        KnowledgeBase(other)


def test_a_file_that_somebody_holds_is_told(base: KnowledgeBase, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lm.grounding.knowledge._WAIT_S", 0.0)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(KnowledgeUnwritable, match="try again"):
        KnowledgeBase(file)
    holder.close()
    assert len(base.documents()) == 2


RANKINGS = st.lists(st.lists(st.integers(0, 30), unique=True), max_size=4)


@given(RANKINGS)
def test_fusing_keeps_every_item_once_and_agrees_with_the_formula(rankings: list[list[int]]) -> None:
    weights = range(1, len(rankings) + 1)
    fused = fuse(rankings, weights)
    weighted = list(zip(rankings, weights, strict=True))
    scores = {i: sum(w / (60 + r.index(i) + 1) for r, w in weighted if i in r) for r in rankings for i in r}
    assert sorted(fused) == sorted(scores)
    assert all(scores[a] >= scores[b] - 1e-12 for a, b in pairwise(fused))


@given(st.lists(st.integers(), unique=True))
def test_one_ranking_stays_as_it_is(ranking: list[int]) -> None:
    assert fuse([ranking], [1]) == ranking


def test_terms_are_found_by_many_names_at_once(tmp_path: Path) -> None:
    fever, other = Passage("HPO", "Fever.", "HP:1"), Passage("HPO", "Fever, of another kind.", "HP:2")
    with KnowledgeBase(tmp_path / "terms") as base:
        base.add_terms("hpo", "HPO", "", [Term(fever, ("Fevers", "Pyrexia")), Term(other, ("Fever",))])
        assert base.named(["fever", "pyrexia", 'no such "name"', ""]) == {"fever": (fever, other), "pyrexia": (fever,)}
        assert base.named([]) == {}
