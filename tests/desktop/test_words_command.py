"""`bedside words`: the doctor's own list, from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, main
from multimodal import word_list
from multimodal.word_list import ALL_DRUGS, LONGEST_WORD, MOST_WORDS, WordList, favoured_names

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    assert main(["words", *arguments]) == code
    printed = capsys.readouterr()
    return printed.out if code == DONE else printed.err


def test_words_are_added_listed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, DONE, "list") == "The list is empty. Type: bedside words add WORD\n"
    assert said(capsys, DONE, "add", "Siponimod", "Kowalczyk") == "Siponimod\nKowalczyk\n"
    assert said(capsys, DONE, "add", "Siponimod") == ""
    assert said(capsys, DONE, "list") == "Kowalczyk\nSiponimod\n"
    (line,) = said(capsys, DONE, "remove", "Kowalczyk", "--json").splitlines()
    assert json.loads(line) == {"event": "removed", "word": "Kowalczyk"}
    assert favoured_names() == {"Siponimod"}


@pytest.mark.parametrize("word", ["two words", "", "-", "a" * (LONGEST_WORD + 1), "<b>"])
def test_what_is_no_word_is_refused_and_nothing_added(capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert "Nothing was added" in said(capsys, BAD_INPUT, "add", "good", word)
    assert WordList().words() == ()


def test_what_is_not_on_the_list_cannot_be_removed(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, DONE, "add", "Siponimod")
    assert "'Other' is not on the list" in said(capsys, BAD_INPUT, "remove", "Siponimod", "Other")
    assert WordList().words() == ("Siponimod",)


def test_a_list_edited_by_hand_is_read_as_far_as_it_holds_words(home: Path) -> None:
    (home / "words.txt").write_bytes(b"Siponimod\r\n\n  two words\nna\xefve\n")
    assert WordList().words() == ("Siponimod",)


def test_the_list_has_an_end() -> None:
    words = WordList()
    words.add(f"word{number}" for number in range(MOST_WORDS))
    with pytest.raises(Exception, match="can hold"):
        words.add(["more"])


def test_drug_names_are_favoured_only_where_the_list_asks_for_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_list, "drug_names", lambda: frozenset({"metformin"}))
    said(capsys, DONE, "add", "Siponimod")
    assert favoured_names() == {"Siponimod"}
    said(capsys, DONE, "add", ALL_DRUGS)
    assert favoured_names() == {"Siponimod", "metformin"}
