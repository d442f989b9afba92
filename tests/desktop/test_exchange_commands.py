"""`bedside export` and `bedside import`: what they print, what they write, and what they refuse."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, main
from desktop.record.encounter import Question
from tests.desktop.imports.test_resources import ASTHMA, PATIENT, bundle
from tests.desktop.test_record_commands import home, opened, typed
from tests.fakes.encounters import AT

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["home"]


@pytest.fixture
def encounter(home: Path) -> str:
    vault = opened(home)
    made = vault.store.create("Mrs Okafor")
    vault.store.save(replace(made, entries=(Question("q1", AT, "May Mrs Okafor take metformin?"),)))
    vault.close()
    return made.id


def test_encounters_are_listed(encounter: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("export") == DONE
    assert f"{encounter}  " in capsys.readouterr().out
    assert typed("export", "--json") == DONE
    assert encounter in [json.loads(line)["id"] for line in capsys.readouterr().out.splitlines()]


def test_without_a_file_it_is_shown_and_nothing_is_told(
    home: Path, encounter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("export", encounter) == DONE
    out, err = capsys.readouterr()
    assert "May Mrs [NAME] take metformin?" in out
    assert "1 identifier replaced" not in err  # the times too
    assert "rules miss some" in err
    vault = opened(home)
    assert "export" not in {row.action for row in vault.audit.rows()}
    vault.close()


def test_a_bundle_is_written_to_a_new_file_and_told(
    home: Path, encounter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = home / "out.r4.json"
    arguments = ("export", encounter, "--as", "r4.json", "--for", "colleague", "--out", str(out))
    assert typed(*arguments, "--json") == DONE
    assert json.loads(capsys.readouterr().out)["file"] == str(out)
    assert json.loads(out.read_text())["type"] == "document"
    assert "Okafor" not in out.read_text()
    vault = opened(home)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    objects = [row.object for row in vault.audit.rows() if row.action == "export"]
    vault.close()
    how = f"{encounter}/export/r4.json/colleague/treatment/years"
    assert objects == [how, f"{how}/sha256:{digest}"]
    assert typed(*arguments) == BAD_INPUT
    assert "is there already" in capsys.readouterr().err


def test_what_is_imported_is_typed_text_of_a_new_encounter(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "in.json"
    file.write_text(json.dumps(bundle(PATIENT, ASTHMA)), encoding="utf-8")
    assert main(["import", str(file), "--preview"]) == DONE
    assert "Asthma, since 2009 [Condition/c1]" in capsys.readouterr().out
    assert main(["import", str(file), "--preview", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["who"].startswith("Ana Ruiz")
    assert typed("import", str(file), "--json") == DONE
    told = json.loads(capsys.readouterr().out)
    assert told["entries"] == 1
    assert typed("import", str(file), "--encounter", told["encounter"], "--with-name") == DONE
    vault = opened(home)
    loaded = vault.store.load(told["encounter"])
    vault.close()
    assert [type(entry) for entry in loaded.entries] == [Question, Question]
    assert loaded.title.startswith("Ana Ruiz")


def test_a_damaged_file_is_refused_in_one_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = home / "in.json"
    file.write_text("[" * 9_000, encoding="utf-8")
    assert main(["import", str(file), "--preview"]) == BAD_INPUT
    assert capsys.readouterr().err.count("\n") == 1
