from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lm.grounding.passages import PASSAGE_WORDS, Block, Passage, passages_of
from lm.grounding.words import spaced

SENTENCE = "Give paracetamol for the fever and let the patient drink enough water. "


def test_passages_are_whole_sentences_with_their_place() -> None:
    found = list(passages_of("Dengue", [Block(SENTENCE * 30, "Treatment", 4)]))
    assert len(found) > 1
    assert {(p.title, p.heading, p.page) for p in found} == {("Dengue", "Treatment", 4)}
    assert all(p.text.endswith("water.") for p in found)


def test_no_passage_reaches_over_a_heading_or_a_page() -> None:
    blocks = [Block("One.", "A", 1), Block("Two.", "A", 1), Block("Three.", "B", 1), Block("Four.", "B", 2)]
    assert list(passages_of("T", blocks)) == [
        Passage("T", "One. Two.", "A", 1),
        Passage("T", "Three.", "B", 1),
        Passage("T", "Four.", "B", 2),
    ]


TEXTS = st.text(max_size=400) | st.text("氯 平a。.", min_size=100, max_size=900) | st.just("word " * 500)


@given(st.lists(TEXTS, max_size=4))
def test_nothing_is_lost_and_nothing_is_too_long(texts: list[str]) -> None:
    found = [passage.text for passage in passages_of("T", map(Block, texts))]
    assert "".join("".join(found).split()) == "".join("".join(texts).split())
    assert all(0 < len(spaced(text).split()) <= PASSAGE_WORDS for text in found)
