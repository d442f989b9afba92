from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm.grounding.repetition import before_repetition

SENTENCE = "The patient takes 2.5 mg of warfarin."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" ".join([SENTENCE] * 3), SENTENCE),
        (f"He coughs.\n{SENTENCE} {SENTENCE} {SENTENCE}", f"He coughs.\n{SENTENCE}"),
        ("Yes. No. Yes. No. Yes. No.", "Yes. No."),
        (f"It shows a spine{' with a left spine' * 3}", "It shows a spine with a left spine"),
        (f"He takes two medicines. They are{' a kind of penicillin and' * 3}", "He takes two medicines."),
    ],
)
def test_one_round_is_kept(text: str, kept: str) -> None:
    assert before_repetition(text) == kept


@pytest.mark.parametrize(
    "text", ["", SENTENCE, f"{SENTENCE} {SENTENCE}", f"{SENTENCE} He coughs. " * 2 + SENTENCE, "no, no, no"]
)
def test_what_is_said_twice_stays(text: str) -> None:
    assert before_repetition(text) is None


@given(st.lists(st.sampled_from(["Yes.", "No.", "Maybe so."]), max_size=20))
def test_what_is_kept_begins_the_text(sentences: list[str]) -> None:
    text = " ".join(sentences)
    kept = before_repetition(text)
    assert kept is None or (text.startswith(kept) and len(kept) < len(text))
