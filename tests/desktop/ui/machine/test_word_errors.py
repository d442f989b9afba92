"""The word error rate against jiwer, and numbers and units that only look different."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.ui.machine.passages import PASSAGES, passage_for, sample_passage
from desktop.ui.machine.spoken_words import spoken_words
from desktop.ui.machine.word_errors import compare

WORDS = st.lists(st.sampled_from("fever cough rash penicillin metformin right left no".split()), max_size=9)


def forms(text: str) -> list[str]:
    return [word.form for word in spoken_words(text)]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("five hundred milligrams", "500 mg"),
        ("one hundred and forty over ninety", "140 over 90"),
        ("one forty over ninety", "140 over 90"),
        ("thirty eight point two", "38.2"),
        ("seventy two years", "72 years"),
        ("two thousand five hundred", "2,500"),
        ("Mister Brown's X-ray", "mr. brown’s x ray"),
        ("ninety five percent", "95%"),
        ("五百毫克", "500毫克"),
        ("血压一百四十，九十", "血压140,90"),
        ("一百四", "140"),
        ("二甲双胍两次", "2甲双胍2次"),
    ],
)
def test_what_sounds_the_same_is_the_same(said: str, written: str) -> None:
    assert forms(said) == forms(written)


@pytest.mark.parametrize(
    ("said", "other"), [("five hundred", "five"), ("fifteen mg", "fifty mg"), ("no fever", "fever"), ("左", "右")]
)
def test_what_sounds_different_is_different(said: str, other: str) -> None:
    assert forms(said) != forms(other)


def test_and_between_two_things_is_no_part_of_a_number() -> None:
    assert forms("two and a half") == ["2", "and", "a", "half"]
    assert forms("one hundred and fifty tablets and ten drops") == ["150", "tablets", "and", "10", "drops"]


@given(expected=WORDS.filter(bool), heard=WORDS)
def test_the_rate_is_that_of_jiwer(expected: list[str], heard: list[str]) -> None:
    jiwer = pytest.importorskip("jiwer")
    assert compare(" ".join(expected), " ".join(heard)).rate == pytest.approx(
        jiwer.wer(" ".join(expected), " ".join(heard))
    )


def test_what_went_wrong_is_named_with_its_place() -> None:
    passage = "She takes metformin, five hundred mg."
    comparison = compare(passage, "She takes met formin 50 mg")
    places = [(error.expected, error.heard, passage[error.start : error.end]) for error in comparison.errors]
    assert comparison.words == 5
    assert ("five hundred", "50", "five hundred") in places
    assert any(expected == "metformin" for expected, _, _ in places)
    assert any(
        not expected and start == end
        for (expected, *_), (start, end) in zip(
            places, [(error.start, error.end) for error in comparison.errors], strict=True
        )
    )


def test_a_missing_word_has_nothing_heard() -> None:
    (error,) = compare("no fever today", "fever today").errors
    assert (error.expected, error.heard, error.start) == ("no", "", 0)


@given(text=st.text(max_size=80))
def test_any_text_equals_itself_and_places_lie_in_it(text: str) -> None:
    assert compare(text, text).errors == ()
    last = 0
    for word in spoken_words(text):
        assert last <= word.start < word.end <= len(text)
        last = word.end


def test_a_passage_is_short_and_names_drugs_doses_and_an_allergy() -> None:
    assert 30 <= len(PASSAGES[0].text.split()) <= 40
    assert passage_for("zh").language == "zh"
    assert passage_for("tr") == PASSAGES[0]
    assert sample_passage().text.startswith("Good morning. What brings you in today?")
