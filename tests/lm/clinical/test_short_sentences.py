from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.short_sentences import listed, split_long


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        (
            "Your heart is well, but your blood pressure is high.",
            ("Your heart is well.", "But your blood pressure is high."),
        ),
        ("Take one tablet; you can take it with food.", ("Take one tablet.", "You can take it with food.")),
        ("You have low iron, which can make you tired.", ("You have low iron.", "This can make you tired.")),
        ("Although it is rare, it can happen.", ("It is rare.", "But it can happen.")),
        ("You are tired because you have low iron.", ("You are tired.", "This is because you have low iron.")),
    ],
)
def test_a_long_sentence_is_cut_where_both_halves_stand(sentence: str, parts: tuple[str, ...]) -> None:
    assert split_long(sentence) == parts


@pytest.mark.parametrize(
    "sentence",
    [
        "If you have a fever, and you are short of breath, come back.",
        "Do not take it because it is bad for you.",
        "You do not stop it because it is bad.",
        "Take it with food and water, and rest.",
        "Tell us that you feel ill, and we will come.",
        "The drug (it is new, but it is safe) works.",
        "It is not safe unless you eat, and you must drink.",
    ],
)
def test_a_condition_a_reason_that_is_denied_and_a_bracket_stay_whole(sentence: str) -> None:
    assert split_long(sentence) == (sentence,)


def test_a_list_is_told_line_by_line_with_its_last_word() -> None:
    sentence = "Side effects include nausea, dizziness, and dry mouth."
    assert listed(sentence) == ("Side effects include:", "nausea,", "dizziness,", "and dry mouth.")
    assert listed("It is good, old and safe.") == ("It is good, old and safe.",)


@given(st.text(alphabet=st.sampled_from("abc isbut,;. "), max_size=80))
def test_no_letter_is_lost(text: str) -> None:
    kept = "".join(split_long(text)).lower()
    assert sum(kept.count(c) for c in "c") == sum(text.lower().count(c) for c in "c")
