from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.plain_words import PlainWord, PlainWords, from_terminology, is_easier, own_words

OWN, KEPT = own_words()
WORDS = PlainWords(OWN, KEPT)


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        ("You have hypertension.", "You have high blood pressure."),
        ("Hypertension can be treated.", "High blood pressure can be treated."),
        ("Take metformin 500 mg b.i.d.", "Take metformin 500 mg twice a day."),
        ("Take one p.o. t.i.d. prn for pain.", "Take one by mouth three times a day when you need it for pain."),
        ("An MI was ruled out.", "A heart attack was ruled out."),
        ("He had a myocardial infarction.", "He had a heart attack."),
        ("The renal function is normal.", "The kidney function is normal."),
        ("There is an edema.", "There is swelling."),
        ("However, rest.", "But rest."),
        ("Pt w/ SOB.", "Patient with shortness of breath."),
    ],
)
def test_words_become_plain(sentence: str, plain: str) -> None:
    assert WORDS.rewrite(sentence)[0] == plain


@pytest.mark.parametrize(
    "sentence",
    [
        "Renal cell carcinoma was found.",  # the name of one disease
        "You have hepatitis B.",
        "Sickle cell anemia runs in families.",  # no anemia of every kind
        "A quick pulse (tachycardia) was seen.",  # the name is being told
        "This is called hypertension.",
        "Hypertension is high blood pressure.",  # it says so itself
        "I am mi and bp.",  # no abbreviations as they are written
        "Anorexia nervosa is treatable.",
    ],
)
def test_doubt_leaves_the_word(sentence: str) -> None:
    assert WORDS.rewrite(sentence)[0] == sentence


def test_abbreviations_alone_are_written_out() -> None:
    assert WORDS.spelled_out("HTN and edema, 5 mg q.d.") == "High blood pressure and edema, 5 mg once a day."


def test_of_two_terms_the_longer_is_said() -> None:
    words = PlainWords([PlainWord("edema", "swelling", "x"), PlainWord("pulmonary edema", "water in the lungs", "x")])
    assert words.rewrite("It was pulmonary edema.")[0] == "It was water in the lungs."


def test_a_terminology_gives_the_easiest_of_its_synonyms() -> None:
    synonyms = {
        "Epistaxis": ("Nasal hemorrhage", "Nosebleed"),
        "Pain": ("Pain",),
        "Intellectual disability": ("Mental retardation",),
        "Hypotonia": (),
    }
    words, kept = from_terminology(synonyms, "HPO")
    assert [(word.term, word.plain) for word in words] == [("epistaxis", "nosebleed")]
    assert kept == ("Pain", "Intellectual disability", "Hypotonia")


def test_no_synonym_adds_a_denial_or_a_number() -> None:
    assert not is_easier("No sweat", "Anhidrosis")
    assert not is_easier("Webbed 1st toes", "Syndactyly")


@pytest.mark.parametrize("word", OWN, ids=lambda word: word.term)
def test_the_list_adds_no_number_but_that_of_a_dose(word: PlainWord) -> None:
    assert word.plain == word.plain.strip()
    assert word.plain
    if word.group != "dosing":
        assert re.findall(r"\d+", word.plain) == re.findall(r"\d+", word.term)
        assert not re.search(r"\b(?:left|right(?! away)|both)\b", word.plain)


def test_no_term_stands_twice_in_the_list() -> None:
    terms = [word.term if word.is_exact else word.term.lower() for word in OWN]
    assert sorted(terms) == sorted(set(terms))


@given(st.text(max_size=120))
def test_replacements_lie_in_the_text_and_never_overlap(text: str) -> None:
    found = WORDS.replacements(text)
    assert all(text[one.start : one.end] == one.original for one in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
