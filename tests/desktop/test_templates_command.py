"""`bedside templates`: from an example note to a template that notes are written with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    (tmp_path / "old note.txt").write_text("ASSESSMENT\nAsthma.\n\nPLAN\nRest.\n", encoding="utf-8")
    return tmp_path


def test_where_there_is_none_the_list_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["templates", "list"]) == DONE
    assert "bedside templates add NOTE" in capsys.readouterr().out
    assert main(["templates", "list", "--json"]) == DONE
    assert not capsys.readouterr().out


def test_a_template_is_made_listed_and_removed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = str(home / "old note.txt")
    assert main(["templates", "add", note, "--json"]) == DONE
    assert json.loads(capsys.readouterr().out) == {
        "event": "added",
        "name": "old-note",
        "sections": ["Assessment", "Plan"],
    }
    assert "Asthma" not in (home / "templates" / "old-note.toml").read_text(encoding="utf-8")
    assert main(["note", "--templates"]) == DONE
    assert "old-note" in capsys.readouterr().out
    assert main(["templates", "add", note]) == BAD_INPUT
    assert "nothing was changed" in capsys.readouterr().err
    assert main(["templates", "list"]) == DONE
    assert "Assessment, Plan" in capsys.readouterr().out
    assert main(["templates", "remove", "old-note"]) == DONE
    assert main(["templates", "remove", "old-note"]) == BAD_INPUT
    assert not list((home / "templates").iterdir())


@pytest.mark.parametrize("name", ["soap", "../up", "a" * 41])
def test_a_name_of_ours_or_none_at_all_is_refused(home: Path, name: str) -> None:
    assert main(["templates", "add", str(home / "old note.txt"), "--name", name]) == BAD_INPUT
    assert not (home / "templates").exists()
