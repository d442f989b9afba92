"""Names along a prefix tree: what a token earns, and that a name which is left gives everything back."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whisper.tokenizer import get_tokenizer

from multimodal.whisper_biasing import ROOT, NameTree, Path, Strength

with warnings.catch_warnings():
    # openai-whisper 20250625 leaves its vocabulary file open for the garbage collector.
    warnings.simplefilter("ignore", ResourceWarning)
    TOKENIZER = get_tokenizer(multilingual=True, language="en", task="transcribe")
VOCABULARY = 51865
STRENGTH = Strength(first=0.5, more=2.0)
NAMES = ("amlodipine", "amlodipinex", "metformin", "lisinopril")


@pytest.fixture(scope="module")
def tree() -> NameTree:
    made = NameTree.build(NAMES, TOKENIZER, VOCABULARY, STRENGTH)
    assert made is not None
    return made


def earned(tree: NameTree, text: str) -> tuple[float, Path]:
    path, total = ROOT, 0.0
    for token in TOKENIZER.encode(text):
        total += float(tree.bonuses(path)[token])
        path = tree.after(path, token)
    return total, path


@pytest.mark.parametrize("name", ["amlodipine", "Amlodipine", "metformin", "Lisinopril"])
def test_a_whole_name_earns_a_bonus_for_each_token(tree: NameTree, name: str) -> None:
    total, path = earned(tree, f" {name}")
    assert path.whole
    assert total == pytest.approx(0.5 + 2.0 * (len(TOKENIZER.encode(f" {name}")) - 1))
    after, _ = earned(tree, f" {name} today.")
    assert after == pytest.approx(total)


@pytest.mark.parametrize("text", [" metforest is", " amlod today", " Lisinop.", " am I"])
def test_a_name_that_is_left_gives_everything_back(tree: NameTree, text: str) -> None:
    assert earned(tree, f"{text} and so") == (pytest.approx(0.0), ROOT)


def test_a_name_within_a_longer_word_earns_nothing(tree: NameTree) -> None:
    assert earned(tree, " metforminsen too")[0] == pytest.approx(0.0)


def test_the_end_of_the_transcript_keeps_a_whole_name_and_takes_back_a_part(tree: NameTree) -> None:
    whole, part = earned(tree, " metformin")[1], earned(tree, " met")[1]
    assert tree.bonuses(whole)[TOKENIZER.eot] == 0.0
    assert tree.bonuses(part)[TOKENIZER.eot] == pytest.approx(-part.earned)


def test_names_that_are_one_token_need_no_tree() -> None:
    assert NameTree.build(["water"], TOKENIZER, VOCABULARY) is None
    assert NameTree.build([], TOKENIZER, VOCABULARY) is None


@given(st.lists(st.sampled_from([*NAMES, "met", "am", "form", "pine", ".", "the"]), max_size=8), st.booleans())
def test_what_was_earned_is_never_less_than_nothing_once_a_word_is_over(words: list[str], spaced: bool) -> None:
    tree = NameTree.build(NAMES, TOKENIZER, VOCABULARY, STRENGTH)
    assert tree is not None
    text = (" " if spaced else "").join(words)
    total, _ = earned(tree, f" {text} .")
    most = sum(0.5 + 2.0 * (len(TOKENIZER.encode(f" {word}")) - 1) for word in words if word in NAMES)
    assert -1e-4 <= total <= most + 0.5 * len(words) + 1e-4


def test_bonuses_are_for_every_token_of_the_vocabulary(tree: NameTree) -> None:
    assert tree.bonuses(ROOT).shape == (VOCABULARY,)
    assert tree.bonuses(ROOT).dtype == np.float32
