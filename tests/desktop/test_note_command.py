import json
from pathlib import Path

import pytest

from desktop.cli import BAD_INPUT, DONE, main

VISIT = "Doctor: Any fever?\nPatient: No.\nPatient: I take lisinopril twenty milligrams daily for my blood pressure.\n"


def _visit(folder: Path) -> str:
    file = folder / "visit.txt"
    file.write_text(VISIT, encoding="utf-8")
    return str(file)


def test_the_templates_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["note", "--templates"]) == DONE
    assert "soap" in capsys.readouterr().out


@pytest.mark.models
def test_a_dialogue_becomes_a_note_with_what_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["note", _visit(tmp_path), "--template", "soap"]) == DONE
    written = capsys.readouterr().out
    assert "lisinopril 20 mg daily" in written
    assert "CHECK BEFORE SIGNING" in written


@pytest.mark.models
def test_json_holds_sections_citations_and_the_double_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["note", _visit(tmp_path), "--json"]) == DONE
    note = json.loads(capsys.readouterr().out)
    said = [sentence for section in note["sections"] for sentence in section["sentences"]]
    assert all(sentence["citations"] for sentence in said)
    assert note["double_check"]


@pytest.mark.models
def test_a_note_is_never_written_over_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "old.txt"
    kept.write_text("mine", encoding="utf-8")
    assert main(["note", _visit(tmp_path), "--out", str(kept)]) == BAD_INPUT
    assert kept.read_text(encoding="utf-8") == "mine"
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["note"], "Name a dialogue"),
        (["note", "{visit}", "--template", "nothing-like-it"], "There is no template"),
        (["note", "{binary}"], "is no text"),
        (["note", "{absent}"], "absent.txt"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "binary.txt").write_bytes(b"\x00\xff\x00")
    places = {"visit": _visit(tmp_path), "binary": tmp_path / "binary.txt", "absent": tmp_path / "absent.txt"}
    assert main([argument.format(**places) for argument in arguments]) == BAD_INPUT
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
