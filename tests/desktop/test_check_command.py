"""`bedside check`: what is here, what will run where, and a line to type for each thing that is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desktop import bootstrap
from desktop.cli import DONE, MISSING, main
from multimodal import catalog
from multimodal.catalog import ModelState, load_catalog

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(bootstrap, "missing_libraries", list)
    return tmp_path / "home"


def test_a_fresh_machine_is_told_each_model_and_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == MISSING
    text = capsys.readouterr().out
    for entry in load_catalog().defaults():
        assert f"{entry.title} is absent: bedside models fetch {entry.id}" in text
    assert "qwen" not in "".join(line for line in text.splitlines() if line.startswith("Missing"))


def test_a_machine_that_has_everything_is_told_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "state", lambda _id: ModelState.INSTALLED)
    assert main(["check"]) == DONE
    text = capsys.readouterr().out
    assert text.endswith("All that is needed is here.\n")
    assert "Models run on" in text


def test_a_missing_library_is_named_with_its_package(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = bootstrap.SystemLibrary("libward.so.1", "libward1", "the ward")
    monkeypatch.setattr(catalog, "state", lambda _id: ModelState.INSTALLED)
    monkeypatch.setattr(bootstrap, "missing_libraries", lambda: [library])
    assert main(["check"]) == MISSING
    assert "libward.so.1, needed by the ward: sudo apt-get install -y libward1" in capsys.readouterr().out


def test_json_says_the_same_for_scripts(capsys: pytest.CaptureFixture[str], empty_home: Path) -> None:
    assert main(["check", "--json"]) == MISSING
    found = json.loads(capsys.readouterr().out)
    assert found["data_folder"] == str(empty_home)
    assert found["free_bytes"] > 0
    assert found["machine"]["cores"] >= 1
    assert set(found["models"]) == {entry.id for entry in load_catalog()}
    assert len(found["missing"]) == len(load_catalog().defaults())


def test_looking_writes_nothing(capsys: pytest.CaptureFixture[str], empty_home: Path) -> None:
    main(["check"])
    capsys.readouterr()
    assert not empty_home.exists()
