from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, main
from lm.tasks.place_training import statements_in
from lm.tasks.placing import Part, Placer, load

if TYPE_CHECKING:
    from pathlib import Path

DIALOGUE = "Doctor: Are you allergic to anything?\nPatient: I am allergic to penicillin.\n"
ROW = {"source": "mts", "section": "ALLERGY", "dialogue": DIALOGUE, "note": "Patient is allergic to penicillin."}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [{**ROW, "split": split} for split in ("train", "valid")]
    (tmp_path / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_what_is_learned_is_written_and_scored_on_what_was_not_learned_from(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [data / name for name in ("first.safetensors", "second.safetensors")]
    for file in files:
        assert main(["train", "placing", "--data", str(data), "--out", str(file), "--json"]) == DONE
    told = json.loads(capsys.readouterr().out.splitlines()[0])
    assert told["right"] == told["of"] > 0
    assert files[0].read_bytes() == files[1].read_bytes()
    (placed, *_) = load(files[0]).place(statements_in(DIALOGUE))
    assert placed.part is Part.ALLERGIES


def test_what_is_shipped_can_be_loaded() -> None:
    assert isinstance(Placer.shipped(), Placer)


def test_without_the_data_nothing_is_trained_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "placing", "--data", str(tmp_path)]) == BAD_INPUT
    assert "Nothing was trained" in capsys.readouterr().err
