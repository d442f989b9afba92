from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multimodal.speech_guards import Guards, Verdict, compression_ratio, is_loop, loop_start

SENTENCE = "I have had a cough for three days."


def judge(
    text: str,
    *,
    mean_logprob: float = -0.2,
    no_speech_probability: float = 0.05,
    finished: bool = True,
    duration_s: float = 3.0,
) -> Verdict:
    return Guards().judge(
        text,
        mean_logprob=mean_logprob,
        no_speech_probability=no_speech_probability,
        finished=finished,
        duration_s=duration_s,
    )


def test_a_likely_sentence_is_good() -> None:
    assert judge(SENTENCE) is Verdict.GOOD


@pytest.mark.parametrize("text", ["", " ", "...", " ♪"])
def test_text_without_a_letter_is_silence(text: str) -> None:
    assert judge(text) is Verdict.SILENCE


def test_unlikely_words_where_nobody_seems_to_speak_are_silence() -> None:
    assert judge("you", mean_logprob=-0.5, no_speech_probability=0.9) is Verdict.SILENCE


def test_likely_words_are_kept_even_if_no_speech_was_expected() -> None:
    assert judge(SENTENCE, mean_logprob=-0.3, no_speech_probability=0.8) is Verdict.GOOD


def test_what_is_unlikely_unfinished_repetitive_or_too_fast_is_decoded_again() -> None:
    assert judge(SENTENCE, mean_logprob=-1.2) is Verdict.RETRY
    assert judge(SENTENCE, finished=False) is Verdict.RETRY
    assert judge("thank you " * 12, duration_s=20) is Verdict.RETRY
    assert judge(SENTENCE * 2, duration_s=1.0) is Verdict.RETRY


def test_short_emphatic_answers_are_not_loops() -> None:
    assert judge("No, no, no, no.", duration_s=1.0) is Verdict.GOOD
    assert not is_loop([645, 11, 645, 11, 645, 11, 645, 13])
    assert compression_ratio(SENTENCE) < 1.5


@given(
    start=st.lists(st.integers(1_000, 2_000), max_size=20),
    phrase=st.lists(st.integers(0, 999), min_size=1, max_size=12, unique=True),
)
def test_a_repeated_phrase_is_a_loop_that_begins_after_its_first_time(start: list[int], phrase: list[int]) -> None:
    tokens = start + phrase * max(4, -(-16 // len(phrase)))
    assert loop_start(tokens) == len(start) + len(phrase)


@given(st.lists(st.integers(0, 50_000), unique=True, max_size=100))
def test_tokens_that_never_repeat_are_no_loop(tokens: list[int]) -> None:
    assert loop_start(tokens) is None
