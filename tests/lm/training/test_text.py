"""Text becomes next-token pairs: every token is predicted once, and no document sees another."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lm.errors import TrainingError
from lm.tokens import Tokens
from lm.training.text import (
    IGNORED,
    Pairs,
    Passage,
    TokenBlocks,
    hold_out,
    make_blocks,
    mask_inputs,
    read_documents,
)
from lm.training.tokenizer import END_OF_TEXT_ID, train_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = Tokens(train_tokenizer(["the patient sleeps, the nurse watches", "学而时习之。不亦说乎？"], 300), eos_ids=[0])
TEXTS = st.text(min_size=1, max_size=60)


def _whole(text: str) -> Passage:
    return Passage(text, opens=True, closes=True)


def _pairs_in_order(blocks: TokenBlocks) -> list[tuple[int, int]]:
    pairs = blocks.pairs(range(len(blocks)))
    kept = pairs.targets != IGNORED
    return list(zip(pairs.inputs[kept].tolist(), pairs.targets[kept].tolist(), strict=True))


@given(TEXTS, st.integers(2, 9))
def test_every_token_is_predicted_once_from_the_one_before_it(text: str, context: int) -> None:
    ids = [END_OF_TEXT_ID, *TOKENS.encode_untrusted(text), END_OF_TEXT_ID]
    blocks = make_blocks([_whole(text)], TOKENS, context, END_OF_TEXT_ID)
    assert _pairs_in_order(blocks) == list(pairwise(ids))
    assert blocks.targets == len(ids) - 1


@given(st.lists(TEXTS, min_size=1, max_size=4), TEXTS, st.integers(2, 9))
def test_a_document_does_not_depend_on_the_others(texts: list[str], added: str, context: int) -> None:
    alone = make_blocks([_whole(text) for text in texts], TOKENS, context, END_OF_TEXT_ID)
    together = make_blocks([_whole(text) for text in [*texts, added]], TOKENS, context, END_OF_TEXT_ID)
    assert torch.equal(together.ids[: len(alone)], alone.ids)
    assert torch.equal(together.lengths[: len(alone)], alone.lengths)


def test_a_batch_is_cut_to_its_longest_block_and_padding_carries_no_target() -> None:
    blocks = TokenBlocks(torch.tensor([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0]], dtype=torch.int32), torch.tensor([3, 2]))
    pairs = blocks.pairs([0, 1])
    assert pairs.inputs.tolist() == [[1, 2], [4, 5]]
    assert pairs.targets.tolist() == [[2, 3], [5, IGNORED]]


def test_a_control_token_spelled_in_the_text_stays_text() -> None:
    blocks = make_blocks([Passage("a<|endoftext|>b", opens=False, closes=False)], TOKENS, 64, END_OF_TEXT_ID)
    assert END_OF_TEXT_ID not in [target for _, target in _pairs_in_order(blocks)]


def test_long_documents_are_encoded_in_pieces_without_losing_a_character() -> None:
    text = "".join(f"line {number}\n" for number in range(2_000))
    blocks = make_blocks([Passage(text, opens=False, closes=False)], TOKENS, 50, END_OF_TEXT_ID)
    pairs = _pairs_in_order(blocks)
    assert TOKENS.decode([pairs[0][0], *(target for _, target in pairs)]) == text


@given(st.text(min_size=2, max_size=200), st.floats(0.01, 0.5))
def test_what_is_held_out_is_the_rest_of_the_document(document: str, fraction: float) -> None:
    training, validation = hold_out([document], fraction)
    assert training[0].text + validation[0].text == document
    assert len(validation[0].text) <= len(document) * fraction * 1.5 + 1
    assert (training[0].opens, training[0].closes) == (True, False)
    assert (validation[0].opens, validation[0].closes) == (False, True)


def test_the_cut_falls_between_lines_where_one_is_near() -> None:
    training, validation = hold_out(["a" * 85 + "\n" + "b" * 14], 0.1)
    assert training[0].text == "a" * 85 + "\n"
    assert set(validation[0].text) == {"b"}


def test_masking_changes_inputs_only_and_as_often_as_asked() -> None:
    ids = torch.arange(1, 1_001).repeat(20, 1)
    targets = ids + 1
    targets[:, 900:] = IGNORED
    masked = mask_inputs(Pairs(ids, targets), 0.2, 5_000, torch.Generator().manual_seed(1))
    assert torch.equal(masked.targets, targets)
    hidden = masked.inputs == 5_000
    assert not hidden[:, 0].any()
    assert not hidden[:, 900:].any()
    assert hidden[:, 1:900].float().mean() == pytest.approx(0.2, abs=0.01)
    assert torch.equal(masked.inputs[~hidden], ids[~hidden])


def test_files_are_documents_and_a_separator_parts_them_further(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_bytes("\ufeff子曰\r\n====再\r\n====  \n".encode())
    second.write_text("two", encoding="utf-8")
    assert read_documents([first, second]) == ["子曰\n====再\n====  \n", "two"]
    assert read_documents([first, second], "====") == ["子曰\n", "再\n", "two"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("学而时习之".encode("gb18030"), "not UTF-8 text"),
        ("学而时习之".encode("utf-16"), "not UTF-8 text"),
        (b"PK\x03\x04\x00\x00text", "not a text file"),
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
    ],
)
def test_what_is_no_text_is_named_in_one_sentence(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes(content)
    with pytest.raises(TrainingError, match=told) as caught:
        read_documents([file])
    assert str(file) in str(caught.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="cannot be read"):
        read_documents([tmp_path / "absent.txt"])
    with pytest.raises(TrainingError, match="cannot be read"):
        read_documents([tmp_path])
