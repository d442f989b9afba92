"""`bedside backup` and `bedside audit`: what they print, what they keep, and where the passphrase comes from."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from desktop.cli import BAD_INPUT, DONE, main
from desktop.record.vault.opening import make_vault, open_vault
from tests.fakes.vaults import ANOTHER, PASSPHRASE, cheap_means

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.vault.opening import OpenVault

TITLE = "Zwetschgenkuchen"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path))
    for module in ("vault_access", "backup"):
        monkeypatch.setattr(f"desktop.commands.{module}.means", lambda: cheap_means(tmp_path / "vault"))
    make_vault(tmp_path / "vault", PASSPHRASE, cheap_means(tmp_path / "vault"))
    vault = opened(tmp_path)
    vault.store.create(TITLE)
    vault.close()
    return tmp_path


def opened(home: Path) -> OpenVault:
    return open_vault(home / "vault", PASSPHRASE, cheap_means(home / "vault"))


def typed(*words: str, passphrase: str = PASSPHRASE) -> int:
    reading, writing = os.pipe()
    os.write(writing, f"{passphrase}\n".encode())
    os.close(writing)
    return main([*words, "--passphrase-fd", str(reading)])


def test_a_backup_is_made_listed_verified_and_restored(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("backup", "now") == DONE
    assert capsys.readouterr().out.startswith("Backed up and proven whole: 20")
    assert main(["backup", "list", "--json"]) == DONE
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["files"], line["damaged"]) == (0, 0)
    assert typed("backup", "verify") == DONE
    assert capsys.readouterr().out == f"Whole: {line['name']} (0 files).\n"
    vault = opened(home)
    vault.store.create("afterwards")
    vault.close()
    assert typed("backup", "restore", line["name"]) == DONE
    assert "The record that was there is kept in" in capsys.readouterr().out
    vault = opened(home)
    assert [summary.title for summary in vault.store.summaries()] == [TITLE]
    assert vault.restored_from == line["name"]
    vault.close()


def test_a_backup_is_restored_where_there_is_no_record_any_more(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "usb"
    other.mkdir()
    assert typed("backup", "now", "--folder", str(other), "--json") == DONE
    name = json.loads(capsys.readouterr().out)["name"]
    shutil.rmtree(home / "vault")
    assert typed("backup", "restore", name, "--folder", str(other)) == DONE
    vault = opened(home)
    assert len(vault.store.summaries()) == 1
    vault.close()


def test_what_cannot_be_done_is_said_in_a_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "list"]) == DONE
    assert capsys.readouterr().out == "There is no backup yet. Type: bedside backup now\n"
    for words, sentence in (
        (("backup", "verify"), "There is no backup"),
        (("backup", "now", "--folder", str(home / "nowhere")), "connect its disk"),
        (("backup", "restore", "../../etc"), "There is no backup"),
    ):
        assert typed(*words) == BAD_INPUT
        assert sentence in capsys.readouterr().err
    assert typed("backup", "now", passphrase=ANOTHER) == BAD_INPUT
    assert "does not open this vault" in capsys.readouterr().err
    vault = opened(home)
    assert typed("backup", "now") == BAD_INPUT
    assert "open in another Bedside" in capsys.readouterr().err
    vault.close()


def test_nobody_there_to_ask_is_no_reason_to_wait(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert home.is_dir()
    assert main(["backup", "now"]) == BAD_INPUT
    assert "--passphrase-fd" in capsys.readouterr().err


def test_the_trail_is_listed_the_newest_first(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert home.is_dir()
    assert typed("audit", "list") == DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("  unlock")
    assert TITLE not in "\n".join(lines)
    assert typed("audit", "list", "--action", "create", "--json") == DONE
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert row["action"] == "create"


def test_saving_the_trail_is_told_in_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = home / "trail.csv"
    assert typed("audit", "csv", "--out", str(out)) == DONE
    assert out.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    assert rows[-1]["action"] == "export trail"
    assert typed("audit", "csv", "--out", str(out)) == BAD_INPUT
    assert "is there already" in capsys.readouterr().err


def test_verifying_finds_a_broken_trail_and_an_encounter_that_it_did_not_see(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("audit", "verify") == DONE
    assert capsys.readouterr().out.startswith("Whole: ")
    vault = opened(home)
    database = vault.store._records.database
    document = database.value("SELECT document FROM encounters")
    database.rows("UPDATE encounters SET document = ?", document.replace(b"kuchen", b"torten"))
    vault.close()
    assert typed("audit", "verify") == BAD_INPUT
    assert "Restore it from a backup" in capsys.readouterr().err
    (home / "vault" / "audit-1.json").unlink()
    assert typed("audit", "verify", "--json") == BAD_INPUT
    out, err = capsys.readouterr()
    assert json.loads(out)["fault"] in err
