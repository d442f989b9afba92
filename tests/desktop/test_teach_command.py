"""`bedside teach`: a conversation on standard input, and what is kept of it."""

from __future__ import annotations

import io
import json
import sys
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, STOPPED, main
from desktop.record.errors import StudyDamaged
from desktop.record.repetition import Memory
from desktop.record.study import load_progress, save_progress
from lm.grounding.knowledge import KnowledgeBase
from lm.grounding.passages import Passage

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "The first warning sign of severe dengue in a child is persistent abdominal tenderness with vomiting."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with one document in its library, and nothing fetched."""
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    with KnowledgeBase(tmp_path / "library" / "library.sqlite") as library:
        library.add("dengue.md", "Dengue", "", [Passage("Dengue", TEXT, "Signs", 3)])
    return tmp_path


def teach(monkeypatch: pytest.MonkeyPatch, typed: str, *arguments: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return main(["teach", *arguments])


def kept(home: Path) -> dict[str, Memory]:
    return load_progress(home / "study" / "progress.json")


def test_a_hint_an_answer_and_its_source(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert teach(monkeypatch, "h\ntenderness\n") == DONE
    out = capsys.readouterr().out
    assert "Which word is missing?" in out
    assert "Hint: t........." in out
    assert "Right. tenderness" in out
    assert "Source: Dengue, Signs, page 3" in out
    assert "Again in 1 day." in out
    assert "1 of 1 known." in out
    (memory,) = kept(home).values()
    assert memory.due == date.today() + timedelta(1)
    assert "tenderness" not in (home / "study" / "progress.json").read_text(encoding="utf-8")


def test_what_is_not_due_is_not_asked_and_what_is_due_comes_again(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert teach(monkeypatch, "\n") == DONE
    assert "0 of 1 known." in capsys.readouterr().out
    assert teach(monkeypatch, "") == BAD_INPUT
    assert "There is nothing to ask today" in capsys.readouterr().err
    (item,) = kept(home)
    save_progress(home / "study" / "progress.json", {item: Memory(1, 2.5, 1, date.today())})
    assert teach(monkeypatch, "tenderness\n") == DONE
    assert "Again in 6 days." in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_another_wording_is_judged_by_the_doctor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert teach(monkeypatch, "lasting\ny\n") == DONE
    assert "1 of 1 known." in capsys.readouterr().out


@pytest.mark.parametrize("typed", ["", "q\n", "h\n", "lasting\n"])
def test_stopping_keeps_what_was_answered_and_nothing_else(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    assert teach(monkeypatch, typed) == DONE
    assert "0 of 0 known." in capsys.readouterr().out
    assert kept(home) == {}


@pytest.mark.usefixtures("home")
def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Interrupted(io.StringIO):
        def readline(self, *_: object) -> str:  # type: ignore[override]
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    assert main(["teach"]) == STOPPED
    assert capsys.readouterr().err == "bedside: Stopped.\n"


def test_items_as_json_ask_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["teach", "--json", "--count", "3"]) == DONE
    (line,) = capsys.readouterr().out.splitlines()
    item = json.loads(line)
    assert item["event"] == "item"
    assert item["source"]["label"] == "Dengue"
    assert kept(home) == {}


def test_a_case_is_shown_without_names_and_without_its_assessment(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    note = home / "note.txt"
    note.write_text("Mrs. Okafor has had a cough.\n\nASSESSMENT\nPneumonia.\n", encoding="utf-8")
    assert teach(monkeypatch, "\n", "--case", str(note)) == DONE
    out = capsys.readouterr().out
    before, _, after = out.partition("What is your assessment")
    assert "Okafor" not in out
    assert "Pneumonia" not in before
    assert "Pneumonia." in after
    note.write_text("No heading.", encoding="utf-8")
    assert teach(monkeypatch, "", "--case", str(note)) == BAD_INPUT
    assert "has no assessment under a heading" in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_no_question_is_no_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["teach", "--count", "0"]) == BAD_INPUT
    assert "--count" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 9, "items": {}}', '{"version": 1, "items": {"a": [1]}}']
)
def test_a_damaged_state_is_told_and_left_alone(tmp_path: Path, content: str) -> None:
    file = tmp_path / "progress.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(StudyDamaged, match="move that file away"):
        load_progress(file)
    assert file.read_text(encoding="utf-8") == content
