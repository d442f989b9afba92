"""`bedside dx`: what it prints and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, MISSING, main
from desktop.commands import dx
from tests.fakes.phenotypes import small_ranker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multimodal.differential.installed_ranker", small_ranker)


pytestmark = pytest.mark.usefixtures("_installed")


def test_a_differential_is_printed_with_its_label_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dx", "--finding", "cough", "HP:0001945", "--absent", "headache", "--age", "60"]) == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Differential", "Support for a clinician's own reasoning, not a diagnosis."]
    assert lines[3:5] == [
        "Red flags",
        "  Pneumonia (ICD-10-CM J18.9) is among the candidates and must not be missed.",
    ]
    assert "1. Pneumonia (ICD-10-CM J18.9)" in lines
    assert not any("typed" in line for line in lines)


def test_every_source_is_printed_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dx", "--finding", "ectopia lentis", "--sources"]) == DONE
    out = capsys.readouterr().out
    assert 'typed: "ectopia lentis"' in out
    assert '"HP:0001083 Ectopia lentis, very frequent (PMID:1)"' in out


def test_a_differential_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dx", "--finding", "cough", "--sex", "female", "--most", "1", "--json"]) == DONE
    found = json.loads(capsys.readouterr().out)
    assert found["event"] == "differential"
    assert found["notices"][0] == "Support for a clinician's own reasoning, not a diagnosis."
    assert [s["heading"][:2] for s in found["sections"] if s["heading"][0].isdigit()] == ["1."]
    assert found["sections"][1]["sentences"][0]["citations"][0]["quote"] == "cough"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Nothing was found yet: name findings"),
        (["--finding", "quux"], "'quux' is no term of the Human Phenotype Ontology 2025-01-16."),
        (["--finding", "cough", "--absent", "HP:9999999"], "'HP:9999999' is no term"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dx", *arguments]) == BAD_INPUT
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--age", "-1"], ["--age", "old"], ["--most", "0"], ["--most", "11"], ["--sex", "x"]]
)
def test_options_out_of_range_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["dx", "--finding", "cough", *arguments])
    assert stop.value.code == BAD_INPUT
    assert "error" in capsys.readouterr().err


def test_without_the_annotations_it_says_what_to_fetch(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path_factory.mktemp("home")))
    assert main(["dx", "--finding", "cough"]) == MISSING
    assert "bedside models fetch hpo-annotations" in capsys.readouterr().err


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "visit.txt").write_bytes(b"\xff\xfe\x00")
    assert main(["dx", str(tmp_path / "visit.txt")]) == BAD_INPUT
    assert "is no text" in capsys.readouterr().err
    assert main(["dx", str(tmp_path / "absent.txt")]) == BAD_INPUT
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.models
def test_the_text_of_an_encounter_is_read_and_quoted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    (tmp_path / "visit.txt").write_text("A 67 year old woman has a cough and a fever. No chest pain.", encoding="utf-8")
    assert main(["dx", str(tmp_path / "visit.txt"), "--finding", "crackles"]) == DONE
    out = capsys.readouterr().out
    assert "1. Community-acquired pneumonia (ICD-10-CM J18.9)" in out
    assert 'visit.txt: "A 67 year old woman has a cough and a fever"' in out
    assert "Against: no chest pain (frequent in it)" in out


def test_the_help_says_what_it_is_not() -> None:
    assert "not a\ndiagnosis" in dx.EXAMPLES
