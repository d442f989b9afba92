from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.grounding.answer import Evidence, EvidenceWord, Verdict
from lm.grounding.gate import ground, split_sentences
from lm.sequence import SourceKind

SPOKEN = "I take metformin 500 mg twice a day. I have no chest pain. The cough started three days ago."


def transcript(text: str = SPOKEN) -> Evidence:
    words = [EvidenceWord(word, float(place), place + 0.5) for place, word in enumerate(text.split())]
    return Evidence(SourceKind.TRANSCRIPT, "Recording 1", tuple(words))


def test_a_sentence_that_was_said_is_tied_to_its_words_and_seconds() -> None:
    (sentence,) = ground("The patient takes metformin 500 mg twice a day.", [transcript()])
    assert sentence.verdict is Verdict.SUPPORTED
    (citation,) = sentence.citations
    assert "metformin 500 mg twice" in citation.quote
    assert (citation.start_s, citation.end_s) == (0.0, 7.5)


@pytest.mark.parametrize(
    "invented",
    [
        "The patient takes metformin 850 mg twice a day.",
        "The patient does not take metformin 500 mg twice a day.",
        "The patient has chest pain.",
        "The patient takes warfarin.",
    ],
    ids=["another number", "a negation that was not said", "a negation dropped", "another drug"],
)
def test_what_was_not_said_is_unverified(invented: str) -> None:
    (sentence,) = ground(invented, [transcript()])
    assert sentence.verdict is Verdict.UNVERIFIED


def test_a_negated_finding_is_supported_with_its_negation() -> None:
    (sentence,) = ground("There is no chest pain.", [transcript()])
    assert sentence.verdict is Verdict.SUPPORTED
    assert "no chest pain" in sentence.citations[0].quote


def test_decimal_numbers_do_not_end_sentences() -> None:
    assert split_sentences("Give 2.5 mg. Then wait.\nCall back") == ["Give 2.5 mg.", "Then wait.", "Call back"]


def test_chinese_sentences_are_split() -> None:
    assert split_sentences("咳嗽三天。没有发烧。") == ["咳嗽三天。", "没有发烧。"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_word_of_the_answer_is_kept(answer: str, spoken: str) -> None:
    sentences = ground(answer, [transcript(spoken)])
    assert "".join("".join(s.text for s in sentences).split()) == "".join(answer.split())


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_number_is_supported_only_by_itself(said: int, claimed: int) -> None:
    (sentence,) = ground(f"Metformin {claimed} mg daily.", [transcript(f"metformin {said} mg daily")])
    assert (sentence.verdict is Verdict.SUPPORTED) == (said == claimed)
