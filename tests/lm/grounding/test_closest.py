from __future__ import annotations

import pytest

from lm.grounding.answer import Citation, Evidence, EvidenceWord, Sentence, Verdict
from lm.grounding.closest import with_closest_words
from lm.sequence import SourceKind

SAID = (
    "Are you allergic to any medicine? Yes, I am allergic to penicillin, it gave me a rash. "
    "Do you take any tablets every day? I take metformin, 500 mg, two times a day. I would like to take a chest x-ray."
)
PICTURE = Citation(SourceKind.IMAGE, "Image 1")


def recording(text: str = SAID) -> Evidence:
    words = tuple(EvidenceWord(word, float(at), at + 0.5) for at, word in enumerate(text.split()))
    return Evidence(SourceKind.TRANSCRIPT, "Recording 1", words)


def closest(claim: str, question: str) -> str:
    (sentence,) = with_closest_words([Sentence(claim, Verdict.UNVERIFIED, ())], question, [recording()])
    assert sentence.text == claim
    assert sentence.verdict is Verdict.UNVERIFIED
    return sentence.citations[0].quote if sentence.citations else ""


@pytest.mark.parametrize(
    ("claim", "question", "quote"),
    [
        (
            "No, the patient is not allergic to any medicine.",
            "Is she allergic to any medicine?",
            "Are you allergic to any medicine? Yes, I am allergic to penicillin, it gave me a rash.",
        ),
        (
            "The patient takes metformin 850 mg.",
            "Which dose?",
            "Do you take any tablets every day? I take metformin, 500 mg, two times a day.",
        ),
        ("It is raining.", "What is the weather?", ""),
        ("Everything is normal.", "", ""),
    ],
)
def test_what_nobody_said_stands_beside_what_was_said(claim: str, question: str, quote: str) -> None:
    assert closest(claim, question) == quote


def test_a_page_of_the_library_is_quoted_where_it_is_closest() -> None:
    page = "Warning signs of dengue are abdominal pain and bleeding. A patient with warning signs is admitted."
    evidence = Evidence.from_text(SourceKind.PASSAGE, "Dengue on the ward", page, "Warning signs", 2)
    claim = Sentence("The patient has dengue, a tropical disease.", Verdict.UNVERIFIED, ())
    (sentence,) = with_closest_words([claim], "What are the warning signs of dengue?", [recording(), evidence])
    (cited,) = sentence.citations
    assert (cited.label, cited.page) == ("Dengue on the ward", 2)
    assert cited.quote == "Warning signs of dengue are abdominal pain and bleeding."


def test_the_closest_words_can_be_listened_to() -> None:
    claim = Sentence("She takes metformin 850 mg.", Verdict.UNVERIFIED, ())
    (sentence,) = with_closest_words([claim], "", [recording()])
    (citation,) = sentence.citations
    assert citation.label == "Recording 1"
    assert citation.start_s == float(SAID.split().index("Do"))


def test_what_has_a_source_keeps_it_and_a_question_is_no_source() -> None:
    of_picture = Sentence("The film shows metformin 500 mg.", Verdict.UNVERIFIED, (PICTURE,))
    borne_out = Sentence("Metformin 500 mg.", Verdict.SUPPORTED, (Citation(SourceKind.TRANSCRIPT, "Recording 2"),))
    assert with_closest_words([of_picture, borne_out], "", [recording()]) == (of_picture, borne_out)
    asked = Evidence.from_text(SourceKind.QUESTION, "Question", "Does she take metformin 500 mg?")
    claim = Sentence("She takes metformin 850 mg.", Verdict.UNVERIFIED, ())
    assert with_closest_words([claim], "", [asked]) == (claim,)


def test_chinese_is_parted_at_its_own_full_stops() -> None:
    evidence = recording("你 对 什么 过敏？ 青霉素 过敏。 每天 吃 二甲双胍 500 毫克。")
    (sentence,) = with_closest_words([Sentence("青霉素 不 过敏", Verdict.UNVERIFIED, ())], "过敏？", [evidence])
    assert sentence.citations[0].quote == "你 对 什么 过敏？ 青霉素 过敏。"
