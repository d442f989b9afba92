"""`bedside library` on a folder of documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, main
from tests.fakes.encoders import TopicEncoder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two documents, one of them damaged, and an empty home."""
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    made = tmp_path / "guidelines"
    made.mkdir()
    (made / "dengue.md").write_text("# Dengue\n\n## Signs\nVomiting \x1b[31mis a warning sign.", encoding="utf-8")
    (made / "broken.pdf").write_bytes(b"no pdf")
    return made


def said(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    assert main(["library", *arguments]) == code
    return capsys.readouterr().out


def test_add_list_search_and_remove(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert said(capsys, DONE, "list") == "The library is empty. Type: bedside library add FOLDER\n"
    out = said(capsys, DONE, "add", str(folder))
    assert "broken.pdf is damaged" in out
    assert "dengue.md is added: Dengue" in out
    assert "1 document is in the library, 1 could not be read." in out
    assert "dengue.md is here already" in said(capsys, DONE, "add", str(folder / "dengue.md"))
    assert "1  Dengue  (1 passages)" in said(capsys, DONE, "list")
    assert said(capsys, DONE, "search", "vomiting") == "1. Dengue, Signs\n   Vomiting [31mis a warning sign.\n\n"
    assert "bears on this question" in said(capsys, DONE, "search", "appendix")
    (folder / "dengue.md").unlink()
    assert "the file is gone" in said(capsys, DONE, "list")
    assert "no longer in the library" in said(capsys, DONE, "remove", "1")
    assert said(capsys, DONE, "list", "--json") == ""


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    events = [json.loads(line) for line in said(capsys, DONE, "add", str(folder), "--json").splitlines()]
    kinds = [event["event"] for event in events if event["event"] != "progress"]
    assert kinds == ["refused", "added", "notice", "ended"]
    assert events[0] == {"event": "progress", "stage": "read", "name": "broken.pdf", "done": 0, "total": 2}
    (card,) = (json.loads(line) for line in said(capsys, DONE, "list", "--json").splitlines())
    assert (card["id"], card["title"], card["is_there"]) == (1, "Dengue", True)
    (found,) = (json.loads(line) for line in said(capsys, DONE, "search", "vomiting", "--json").splitlines())
    assert (found["title"], found["heading"], found["words_rank"]) == ("Dengue", "Signs", 1)


def test_passages_are_found_by_their_meaning_once_the_encoder_is_here(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(capsys, DONE, "add", str(folder))
    monkeypatch.setattr("multimodal.knowledge.installed_encoder", TopicEncoder)
    (folder / "more.txt").write_text("Haemorrhage after birth.", encoding="utf-8")
    events = [json.loads(line) for line in said(capsys, DONE, "add", str(folder), "--json").splitlines()]
    assert {"event": "progress", "stage": "embed", "name": "", "done": 0, "total": 2} in events
    (card, _) = (json.loads(line) for line in said(capsys, DONE, "list", "--json").splitlines())
    assert card["embedded"] == card["passages"]


def test_what_cannot_be_done_is_said_in_one_sentence(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for arguments, sentence in (
        (["remove", "9"], "no document '9'"),
        (["add", str(folder / "gone.pdf")], "gone.pdf is missing"),
    ):
        assert main(["library", *arguments]) == BAD_INPUT
        assert sentence in capsys.readouterr().err
    said(capsys, BAD_INPUT, "add", str(folder / "broken.pdf"))
