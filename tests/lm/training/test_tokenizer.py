"""The trained tokenizer spells every text and is read alike by transformers and by ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from lm.errors import TrainingError
from lm.tokens import Tokens
from lm.training.architecture import new_config
from lm.training.options import NewShape
from lm.training.prepare import write_json
from lm.training.tokenizer import (
    END_OF_TEXT,
    END_OF_TEXT_ID,
    MASK,
    mask_token_id,
    save_tokenizer,
    train_tokenizer,
)

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = ["有朋自远方来。不亦乐乎？", "人不知而不愠。不亦君子乎？", "Nature alone cures; nature heals the wound."]
TOKENIZER = train_tokenizer(SENTENCES, 320)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_tokenizer(TOKENIZER, tmp_path, 64)
    write_json(tmp_path / "config.json", new_config(NewShape(context=64), 320, END_OF_TEXT_ID))
    return tmp_path


@given(st.text())
def test_every_text_survives_encoding(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text).ids, skip_special_tokens=False) == text


def test_transformers_and_ours_read_the_same_ids(folder: Path) -> None:
    theirs = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    ours = Tokens.load(folder)
    for sentence in [*SENTENCES, "  two  spaces\n\nand 一 line", "🩺 café"]:
        assert ours.encode_untrusted(sentence) == theirs(sentence)["input_ids"]
        assert theirs.decode(theirs(sentence)["input_ids"]) == sentence
    assert (theirs.eos_token, theirs.mask_token) == (END_OF_TEXT, MASK)
    assert ours.eos_ids == {END_OF_TEXT_ID}


def test_frequent_words_become_one_subword_and_the_training_is_repeatable() -> None:
    again = train_tokenizer(SENTENCES, 320)
    assert again.to_str() == TOKENIZER.to_str()
    assert len(TOKENIZER.encode("不亦").ids) < len("不亦".encode())


def test_the_mask_is_our_own_token_or_a_reserved_one(folder: Path) -> None:
    assert mask_token_id(folder, Tokens.load(folder)) == TOKENIZER.token_to_id(MASK)
    backend = Tokenizer.from_str(TOKENIZER.to_str().replace(MASK, "<repo_name>"))
    backend.save(str(folder / "tokenizer.json"))
    assert mask_token_id(folder, Tokens(backend, eos_ids=[0])) == 1


def test_a_tokenizer_without_a_free_token_cannot_mask(folder: Path) -> None:
    backend = Tokenizer.from_str(TOKENIZER.to_str().replace(MASK, "<|taken|>"))
    backend.save(str(folder / "tokenizer.json"))
    with pytest.raises(TrainingError, match="no token left for a mask"):
        mask_token_id(folder, Tokens(backend, eos_ids=[0]))


def test_a_vocabulary_must_hold_the_bytes() -> None:
    with pytest.raises(TrainingError, match="expected 258 or more"):
        train_tokenizer(SENTENCES, 257)
    assert train_tokenizer(SENTENCES, 258).get_vocab_size() == 258
