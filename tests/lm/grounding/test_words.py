from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.grounding.words import match_expression, searched_words, spaced


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What are the warning signs of dengue?", ["warning", "signs", "dengue"]),
        ("Is 500 mg of the drug enough?", ["500", "mg", "drug", "enough"]),
        ("高血压患者", ["高 血", "血 压", "压 患", "患 者"]),
        ("用 amlodipine", ["用", "amlodipine"]),
        ("What is it?", []),
        ("Dengue dengue", ["dengue"]),
    ],
)
def test_what_is_searched_for_are_the_words_that_carry_a_question(question: str, words: list[str]) -> None:
    assert searched_words(question) == words


def test_each_ideograph_counts_as_a_word() -> None:
    assert spaced("用5mg氨氯地平").split() == ["用", "5mg", "氨", "氯", "地", "平"]


@given(st.text(max_size=60) | st.sampled_from(['"', "a AND b", "NEAR(a b)", "text: x", "-x*", '" OR 1', "^a", "(("]))
def test_no_question_is_taken_for_syntax(question: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE words USING fts5 (text)")
    expression = match_expression(question)
    if expression:
        database.execute("SELECT * FROM words WHERE words MATCH ?", (expression,)).fetchall()
    database.close()
