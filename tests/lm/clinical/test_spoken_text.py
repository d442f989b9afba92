from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.spoken_text import SpokenText
from lm.grounding.answer import Evidence, EvidenceWord
from lm.sequence import SourceKind


def spoken(text: str) -> SpokenText:
    words = tuple(EvidenceWord(f" {word}", float(at), at + 0.5) for at, word in enumerate(text.split()))
    return SpokenText.of(Evidence(SourceKind.TRANSCRIPT, "Recording 1", words))


def test_characters_are_cited_as_words_with_their_seconds() -> None:
    said = spoken("She has no fever. She takes ramipril.")
    start = said.text.index("ramipril")
    cited = said.cite(start, start + 3)
    assert (cited.quote, cited.start_s, cited.end_s) == ("ramipril.", 6.0, 6.5)


def test_the_sentence_around_is_cited_whole_and_no_further() -> None:
    said = spoken("She has no fever. She takes ramipril 5 mg daily. It helps.")
    start = said.text.index("ramipril")
    assert said.cite_sentence(start, start + 8).quote == "She takes ramipril 5 mg daily."


def test_what_lies_between_words_cites_nothing() -> None:
    with pytest.raises(ValueError, match="no word stands"):
        spoken("one two").cite(3, 3)


@given(st.lists(st.text("ab.?", min_size=1, max_size=6), min_size=1, max_size=30), st.data())
def test_every_word_is_found_at_its_characters(words: list[str], data: st.DataObject) -> None:
    said = spoken(" ".join(words))
    place = data.draw(st.integers(0, len(words) - 1))
    assert said.text[said.starts[place] : said.ends[place]] == words[place]
    assert said.cite(said.starts[place], said.ends[place]).quote == words[place]
    whole = said.cite_sentence(said.starts[place], said.ends[place])
    assert words[place] in whole.quote.split()
