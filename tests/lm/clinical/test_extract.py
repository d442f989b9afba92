from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.clinical.extract import extract
from lm.clinical.facts import Assertion, Course, Dose, Fact, FactKind
from tests.lm.clinical.lexicons import small_lexicon

LEXICON = small_lexicon()


def facts(text: str) -> dict[str, Fact]:
    return {fact.name: fact for fact in extract(text, LEXICON)}


def assertions(text: str) -> dict[str, str]:
    return {name: fact.assertion.value for name, fact in facts(text).items()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("She has a cough and chest pain.", {"Cough": "present", "Chest pain": "present"}),
        ("Denies fever, chills, or nausea.", {"Fever": "absent", "Chills": "absent", "Nausea": "absent"}),
        ("No fever, but he does have a cough.", {"Fever": "absent", "Cough": "present"}),
        ("I do n't have any fever .", {"Fever": "absent"}),
        ("No, I have a cough.", {"Cough": "present"}),
        ("My mother had diabetes.", {"Diabetes mellitus": "family"}),
        ("My mom said I had a fever.", {"Fever": "present"}),
        ("Diabetes in his father.", {"Diabetes mellitus": "family"}),
        ("Call if you get a fever or chills.", {"Fever": "hypothetical", "Chills": "hypothetical"}),
        ("It could be pneumonia.", {"Pneumonia": "possible"}),
        ("We need to rule out a stroke.", {"Stroke": "possible"}),
        ("Stroke was ruled out.", {"Stroke": "absent"}),
        ("I don't think it's pneumonia.", {"Pneumonia": "absent"}),
        ("FAMILY HISTORY\n\nAsthma.\n\nPLAN\n\nMRI.", {"Asthma": "family", "MRI": "present"}),
    ],
)
def test_what_is_said_of_a_term(text: str, said: dict[str, str]) -> None:
    assert assertions(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Doctor: Any fever or chills?\nPatient: No.", {"Fever": "absent", "Chills": "absent"}),
        ("Doctor: Any fever or chills? Patient: No.", {"Fever": "absent", "Chills": "absent"}),
        ("Any fever? No. Any cough? Yes.", {"Fever": "absent", "Cough": "present"}),
        ("[doctor] have you had any fever or chills\n[patient] i have not", {"Fever": "absent", "Chills": "absent"}),
        ("Doctor: Any nausea?\nPatient: Let me think about that.", {"Nausea": "possible"}),
        ("Doctor: Any nausea or cough?\nPatient: No nausea, but a cough.", {"Nausea": "absent", "Cough": "present"}),
        ("Doctor: How is your asthma?\nPatient: Much better.", {"Asthma": "present"}),
        ("Doctor: Any family history of stroke?\nPatient: No.", {"Stroke": "family"}),
        ("Doctor: Any allergies?\nPatient: Penicillin.", {"Penicillin": "present"}),
        ("Doctor: Any allergies?\nPatient: None.", {"Allergy": "absent"}),
        ("Guest_family: My son had a fever.", {"Fever": "present"}),
    ],
)
def test_a_question_gets_its_answer(text: str, said: dict[str, str]) -> None:
    assert assertions(text) == said


def test_a_family_history_that_is_denied_says_by_which_words() -> None:
    assert facts("Doctor: Any family history of stroke?\nPatient: No.")["Stroke"].negated_by
    assert not facts("My mother had a stroke.")["Stroke"].negated_by


def test_a_question_that_nobody_answered_clearly_is_less_sure() -> None:
    assert facts("Doctor: Any nausea?\nPatient: Let me think.")["Nausea"].confidence == 0.5


def test_a_drug_with_dose_route_and_frequency() -> None:
    text = "I take metformin five hundred milligrams by mouth twice a day, and lisinopril 20 mg daily for 7 days."
    found = facts(text)
    assert found["Metformin"].dose == Dose("five hundred milligrams", "by mouth", "twice a day")
    assert found["Lisinopril"].dose == Dose("20 mg", "", "daily", "for 7 days")
    assert found["Metformin"].text.startswith("metformin five")


def test_an_amount_may_stand_before_its_drug() -> None:
    assert facts("Give 5 mg of lisinopril.")["Lisinopril"].dose.amount == "5 mg"


def test_a_dose_that_is_said_further_on_is_of_something_else() -> None:
    text = "I took warfarin when I was still living in that old house and we walked 500 mg daily."
    assert facts(text)["Warfarin"].dose == Dose()


def test_an_ordinary_word_is_a_drug_only_with_an_amount() -> None:
    assert "Zinc" not in facts("The roof is zinc.")
    assert facts("Zinc 50 mg daily.")["Zinc"].dose.amount == "50 mg"


def test_an_allergy_is_no_drug() -> None:
    found = facts("I'm allergic to penicillin and latex.")
    assert {name: fact.kind for name, fact in found.items()} == {
        "Penicillin": FactKind.ALLERGY,
        "Latex": FactKind.ALLERGY,
    }
    assert facts("I take warfarin for my allergies.")["Warfarin"].kind is FactKind.DRUG


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Blood pressure is one sixty over ninety.", "blood pressure", "160/90 mmHg"),
        ("BP 120/80.", "blood pressure", "120/80 mmHg"),
        ("It was one twenty over eighty today.", "blood pressure", "120/80 mmHg"),
        ("Temp a hundred and one point four.", "temperature", "101.4 °F"),
        ("Temperature 38.5.", "temperature", "38.5 °C"),
        ("your temperature is ninety eight . two", "temperature", "98.2 °F"),
        ("Sats 92% on room air.", "oxygen saturation", "92%"),
        ("The A1c came back at eight point two.", "hemoglobin A1c", "8.2%"),
        ("Creatinine 1.4.", "creatinine", "1.4 mg/dL"),
        ("It is seven out of ten.", "pain score", "7/10"),
        ("I am seventy six years old.", "age", "76 years"),
        ("Doctor: How old are you?\nPatient: Nineteen.", "age", "19 years"),
    ],
)
def test_what_is_measured(text: str, name: str, value: str) -> None:
    assert facts(text)[name].value == value


def test_a_date_is_no_score_and_a_relative_has_no_age_here() -> None:
    assert facts("Seen on 01/10/09.") == {}
    assert "age" not in facts("My father is 80 years old.")


def test_what_an_allergy_once_did_is_not_there_now() -> None:
    found = facts("I am allergic to penicillin. It gave me a fever.")
    assert found["Fever"].course is Course.PAST
    assert facts("Penicillin gave me chills, I'm allergic.")["Chills"].course is Course.PAST


def test_the_occasion_in_a_question_is_not_asked_about() -> None:
    assert "Cough" not in facts("Any chest pain when you cough? No.")


def test_an_answer_may_speak_of_a_relative_or_of_earlier() -> None:
    assert facts("Doctor: Any diabetes?\nPatient: My dad has it.")["Diabetes mellitus"].assertion is Assertion.FAMILY
    stopped = facts("Doctor: Are you taking coumadin?\nPatient: I stopped in May.")["Warfarin"]
    assert (stopped.assertion, stopped.course) == (Assertion.PRESENT, Course.PAST)


def test_since_when_and_on_which_side() -> None:
    assert facts("The cough started three days ago.")["Cough"].onset == "three days"
    assert facts("I have a cough. It started three days ago.")["Cough"].onset == "three days"
    assert facts("How long have you had the cough? About two weeks.")["Cough"].onset == "two weeks"
    assert facts("My left knee hurts.")["Knee pain"].side == "left"
    assert facts("Pain in the right knee.")["Knee pain"].side == "right"
    assert facts("All right, chest pain.")["Chest pain"].side == ""


def test_when_it_was() -> None:
    assert facts("I had pneumonia two years ago.")["Pneumonia"].course is Course.PAST
    assert facts("History of hypertension.")["Hypertension"].course is Course.CURRENT
    assert facts("Let's order an MRI.")["MRI"].course is Course.PLANNED
    assert facts("Status post appendectomy.")["Appendectomy"].course is Course.PAST


_SPOKEN = st.lists(
    st.sampled_from(
        "Doctor: Patient: fever chills no yes any ? . \n my mother had diabetes left knee hurts one "
        "sixty over ninety metformin "
        "500 mg twice a day if call allergic to penicillin BP 120/80 since three days ago FAMILY "
        "HISTORY: point hundred and".split(" ")
    ),
    max_size=40,
).map(" ".join)


@given(st.one_of(st.text(max_size=300), _SPOKEN))
def test_any_text_is_taken_and_every_fact_is_verbatim(text: str) -> None:
    found = extract(text, LEXICON)
    for fact in found:
        assert text[fact.start : fact.end] == fact.text
        assert fact.text
        assert 0 <= fact.confidence <= 1
        assert fact.assertion is not Assertion.ABSENT or fact.negated_by
    assert list(found) == sorted(found, key=lambda fact: (fact.start, fact.end))
    assert extract(text, LEXICON) == found


def test_when_you_cough_asks_for_no_cough() -> None:
    said = "I have a cough. Is there any chest pain when you cough? No."
    assert assertions(said) == {"Cough": "present", "Chest pain": "absent"}


def test_what_a_drug_once_did_is_no_finding_of_today() -> None:
    found = facts("I am allergic to penicillin, it gave me a fever. I have a cough.")
    assert (found["Fever"].course, found["Cough"].course) == (Course.PAST, Course.CURRENT)


def test_the_age_that_somebody_once_had_is_not_theirs_now() -> None:
    assert "age" not in facts("I've been anemic since I was 13 years old.")
    assert facts("She is 65 years old. It began when she was 13 years old.")["age"].value == "65 years"
