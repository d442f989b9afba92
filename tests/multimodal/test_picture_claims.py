from __future__ import annotations

import pytest

from lm.grounding.answer import Citation, Sentence, Verdict
from lm.sequence import SourceKind
from multimodal.picture_claims import is_about_picture, tied_to_pictures

PICTURE = Citation(SourceKind.IMAGE, "Image 1")
SPOKEN = Citation(SourceKind.TRANSCRIPT, "Recording 1", "ramipril 5 mg")


def unverified(text: str) -> Sentence:
    return Sentence(text, Verdict.UNVERIFIED, ())


@pytest.mark.parametrize(
    "question",
    [
        "What is it?",
        "Is there midline shift?",
        "And on the left?",
        "Is the heart enlarged?",
        "Which kind of picture is this?",
        "Explain what this film shows.",
        "Does the history fit the lesion?",
        "What is the diagnosis?",
        "这张片子有肺炎吗？",
        "这张片子说明什么？",
        "",
    ],
)
def test_a_question_beside_a_picture_is_about_it(question: str) -> None:
    assert is_about_picture(question)


@pytest.mark.parametrize(
    "question",
    [
        "Which medicine does the patient take?",
        "Is the patient allergic to any medicine?",
        "What does the patient complain of?",
        "What did she say about her mother?",
        "How high was the blood pressure?",
        "Explain in detail what high blood pressure does to the body, step by step.",
        "病人吃什么药？",
        "病人对什么过敏？",
    ],
)
def test_a_question_about_what_is_told_is_not(question: str) -> None:
    assert not is_about_picture(question)


def test_what_the_library_treats_is_about_the_picture_only_where_it_names_what_is_seen() -> None:
    assert not is_about_picture("What are the warning signs of dengue?", looked_up=True)
    for about_this_patient in ("Does the film show a pleural effusion?", "Is there pneumonia?", "有肺炎吗？"):
        assert is_about_picture(about_this_patient, looked_up=True)
    assert is_about_picture("What are the warning signs of dengue?")


def test_a_sentence_without_text_behind_it_points_at_the_picture() -> None:
    (sentence,) = tied_to_pictures([unverified("It is an ultrasound.")], "What is it?", [PICTURE])
    assert sentence.verdict is Verdict.UNVERIFIED
    assert sentence.citations == (PICTURE,)


def test_an_answer_about_what_was_said_does_not_cite_the_picture_unless_it_speaks_of_it() -> None:
    told = Sentence("Ramipril 5 mg.", Verdict.SUPPORTED, (SPOKEN,))
    answer = [told, unverified("She takes it at night."), unverified("The scan shows a lesion.")]
    tied = tied_to_pictures(answer, "Which medicine does she take?", [PICTURE])
    assert [sentence.citations for sentence in tied] == [(SPOKEN,), (), (PICTURE,)]


def test_asking_whether_bears_nothing_out_but_what_the_doctor_states_does() -> None:
    echo = Sentence(
        "She takes warfarin.", Verdict.SUPPORTED, (Citation(SourceKind.QUESTION, "Question", "takes warfarin"),)
    )
    (asked,) = tied_to_pictures([echo], "Is it true that she takes warfarin?", [])
    (stated,) = tied_to_pictures([echo], "She takes warfarin. Why?", [])
    assert (asked.verdict, asked.citations) == (Verdict.UNVERIFIED, ())
    assert stated == echo
