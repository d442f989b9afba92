"""`bedside card`: what it prints, what it writes, and what it refuses."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, main

if TYPE_CHECKING:
    from pathlib import Path

NOTE = "You have hypertension. Take one tablet of 10 mg q.d. Call 911 if you faint.\n"


@pytest.fixture
def note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A note, on a machine to which nothing was fetched: the card's own list is enough."""
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    file = tmp_path / "note.txt"
    file.write_text(NOTE, encoding="utf-8")
    return file


def test_the_card_is_printed_and_its_level_told_beside_it(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", str(note)]) == DONE
    out, err = capsys.readouterr()
    assert "  - You have high blood pressure.\n" in out
    assert "  - Take one tablet of 10 mg once a day.\n" in out
    assert err.startswith("Reading level: grade ")


def test_the_card_as_json_says_what_was_changed(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", str(note), "--json"]) == DONE
    card = json.loads(capsys.readouterr().out)
    assert card["event"] == "card"
    assert card["lines"][0]["replaced"][0]["original"] == "hypertension"
    assert card["lines"][0]["original"]["text"] == "You have hypertension."


def test_the_card_goes_to_a_new_file_only(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = note.with_name("handout.txt")
    assert main(["card", str(note), "--out", str(out)]) == DONE
    assert out.read_text(encoding="utf-8").startswith("FOR YOU TO TAKE HOME\n")
    assert capsys.readouterr().out == ""
    assert main(["card", str(note), "--out", str(note)]) == BAD_INPUT
    assert "is there already. Nothing was written" in capsys.readouterr().err
    assert note.read_text(encoding="utf-8") == NOTE


@pytest.mark.usefixtures("note")
def test_standard_input_is_read(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"You have edema \x1b[31mhere.")))
    assert main(["card", "-"]) == DONE
    out = capsys.readouterr().out
    assert "You have swelling" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("content", [b"", b"  \n", b"\xff\xfe\x00", b"a\0b", b"12 34"], ids=repr)
def test_what_is_no_text_is_refused(note: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    note.write_bytes(content)
    assert main(["card", str(note)]) == BAD_INPUT
    assert "Nothing was written" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(note: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", str(note.with_name("absent.txt"))]) == BAD_INPUT
    assert "absent.txt cannot be read" in capsys.readouterr().err
