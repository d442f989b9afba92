from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from multimodal.word_timing import FRAME_S, TimedWord, merge_punctuation, time_words, warp


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(1, 25), columns=st.integers(1, 80), seed=st.integers(0, 10_000))
def test_paths_equal_those_of_openai_whisper(rows: int, columns: int, seed: int) -> None:
    timing = pytest.importorskip("whisper.timing")
    cost = np.random.default_rng(seed).standard_normal((rows, columns))
    text_indices, time_indices = timing.dtw_cpu(cost)
    entered = np.concatenate([[True], np.diff(text_indices) > 0])
    np.testing.assert_array_equal(warp(cost), time_indices[entered])


def test_words_begin_where_their_tokens_attend() -> None:
    """Three tokens attend to frames 10-19, 20-39 and 40-49; the first two are one word."""
    prompt, frames = 4, 60
    scores = torch.full((2, prompt + 3, frames), -4.0)
    for token, (start, stop) in enumerate([(10, 20), (20, 40), (40, 50)]):
        # The state that predicts a token is the one before it.
        scores[:, prompt - 1 + token, start:stop] = 4.0
    scores[:, prompt + 2, 50:] = 4.0
    first, second = time_words(scores, [(" metformin", 2), (" daily", 1)], [0.5, 1.0, 0.25], prompt)
    assert (first.text, first.start_s, first.probability) == (" metformin", 0.0, 0.75)
    assert first.end_s == pytest.approx(40 * FRAME_S, abs=0.05)
    assert second.start_s == first.end_s
    assert second.end_s == pytest.approx(50 * FRAME_S, abs=0.05)
    assert second.probability == 0.25


def test_frames_that_nobody_attends_to_give_times_and_not_nan() -> None:
    (word,) = time_words(torch.zeros(1, 6, 20), [(" yes", 1)], [0.9], 4)
    assert 0 <= word.start_s <= word.end_s <= 20 * FRAME_S


def test_nothing_said_gives_no_words() -> None:
    assert time_words(torch.zeros(1, 4, 20), [], [], 4) == []


def words(*texts: str) -> list[TimedWord]:
    return [TimedWord(text, float(index), index + 1.0, 1 - index / 10) for index, text in enumerate(texts)]


def test_marks_join_their_words_and_leave_their_times() -> None:
    merged = merge_punctuation(words(" No", ",", ' "', "never", '"', "."))
    assert [word.text for word in merged] == [" No,", ' "never".']
    assert merged[0].end_s == 1.0
    assert (merged[1].start_s, merged[1].end_s) == (3.0, 4.0)


def test_a_number_stays_whole_with_its_least_sure_part() -> None:
    (word,) = merge_punctuation(words(" 38", ".2"))
    assert word == TimedWord(" 38.2", 0.0, 2.0, 0.9)


def test_scripts_without_spaces_stay_character_by_character() -> None:
    assert [word.text for word in merge_punctuation(words("你", "好", "。"))] == ["你", "好。"]
