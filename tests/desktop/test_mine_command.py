"""`bedside mine`: what it prints and writes, and what it refuses."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, main

if TYPE_CHECKING:
    from pathlib import Path

VISIT = """\
Doctor: Any fever or chills?
Patient: No. I have chest pain and I'm short of breath.
Doctor: Your blood pressure is one sixty over ninety.
Patient: My mother had diabetes. =HYPERLINK I'm allergic to latex.
"""


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))  # no terminology: the everyday words alone
    file = tmp_path / "visit.txt"
    file.write_text(VISIT, encoding="utf-8")
    return file


def test_a_table_for_people(visit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mine", str(visit)]) == DONE
    out, err = capsys.readouterr()
    rows = [line.split() for line in out.splitlines()]
    assert ["problem", "Fever", "fever", "absent", "current", "12-17"] in rows
    assert any(row[:2] == ["vital", "blood"] and "160/90" in row for row in rows)
    assert "Urgency: immediate" in out
    assert "They are no diagnosis" in out
    assert "bedside models fetch icd-10-cm" in err


def test_one_event_a_line_for_scripts(visit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mine", "--json", str(visit)]) == DONE
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    facts = {event["name"]: event for event in events if event["event"] == "fact"}
    assert facts["Diabetes mellitus"]["assertion"] == "family"
    assert VISIT[facts["Latex"]["start"] : facts["Latex"]["end"]] == "latex"
    (triage,) = [event for event in events if event["event"] == "triage"]
    assert triage["urgency"] == "immediate"
    assert triage["warnings"][0]["facts"][0]["name"] == "Chest pain"
    assert [event["event"] for event in events[-2:]] == ["section", "triage"]


def test_a_spreadsheet_in_a_new_file_only(visit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = visit.with_name("=facts.csv")
    assert main(["mine", str(visit), "--csv", str(out)]) == DONE
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} >= {"Fever", "Chest pain", "Dyspnea", "Latex"}
    assert {row["file"] for row in rows} == {"visit.txt"}
    assert main(["mine", str(visit), "--csv", str(out)]) == BAD_INPUT
    assert "is there already" in capsys.readouterr().err


def test_an_empty_text_has_no_facts(visit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    visit.write_text("Hello.\n", encoding="utf-8")
    assert main(["mine", str(visit)]) == DONE
    assert "Nothing was found." in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"\xff\xfe\0text", b"a\0b"])
def test_what_is_no_text_is_refused(visit: Path, capsys: pytest.CaptureFixture[str], content: bytes) -> None:
    visit.write_bytes(content)
    assert main(["mine", str(visit)]) == BAD_INPUT
    assert "save it as plain text" in capsys.readouterr().err
    assert main(["mine", str(visit.with_name("absent.txt"))]) == BAD_INPUT


def test_training_sections_says_how_many_are_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {"source": "mts", "section": "ALLERGY", "dialogue": "Any allergies? Latex.", "split": "train"}
    other = row | {"section": "ROS", "dialogue": "Any cough? No."}
    rows = [*[row] * 3, *[other] * 3, row | {"split": "valid"}]
    (tmp_path / "notes.jsonl").write_text("\n".join(json.dumps(one) for one in rows), encoding="utf-8")
    out = tmp_path / "weights"
    assert main(["train", "sections", "--data", str(tmp_path), "--out", str(out)]) == DONE
    assert capsys.readouterr().out.startswith("6 texts; 1 of 1 validation texts right")
    assert out.is_file()
    assert main(["train", "sections", "--data", str(tmp_path / "absent")]) == BAD_INPUT
    assert "Nothing was trained" in capsys.readouterr().err
