from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.reading_level import reading_level, syllables

KNOWN = {
    1: "heart breathe walked child gene cause weeks dose twice coughs throat called day",
    2: "attack needed tablet kidney swelling muscle little nurses changes diet fatigue tissue ankle syndrome region",
    3: "infection condition medicine exercise area influence pneumonia insulin exercised",
    4: "hypertension diabetes emergency temperature abdominal cholesterol medication anemia usually",
    5: "immediately antibiotics individual",
}
"""Counts of the CMU Pronouncing Dictionary and of Merriam-Webster."""


@pytest.mark.parametrize(("word", "count"), [(word, count) for count, words in KNOWN.items() for word in words.split()])
def test_syllables_of_known_words(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_is_that_of_kincaid() -> None:
    level = reading_level("The heart is a pump. It moves blood.")
    assert (level.sentences, level.words, level.syllables) == (2, 8, 8)
    assert level.grade == pytest.approx(max(0, 0.39 * 8 / 2 + 11.8 * 8 / 8 - 15.59))


def test_long_words_and_long_sentences_are_harder() -> None:
    plain = reading_level("You have high blood pressure.")
    hard = reading_level("The patient was diagnosed with essential hypertension and significant hyperlipidemia.")
    assert plain.is_plain
    assert hard.grade > 12
    assert not hard.is_plain


@pytest.mark.parametrize("nothing", ["", "  \n", "...", "--- !!"])
def test_no_words_have_no_grade(nothing: str) -> None:
    assert reading_level(nothing).grade == 0


@given(st.text(max_size=200))
def test_any_text_has_a_grade(text: str) -> None:
    level = reading_level(text)
    assert level.grade >= 0
    assert level.syllables >= level.words >= level.sentences
