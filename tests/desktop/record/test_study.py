"""What was learned before there was a vault comes along, once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from desktop.record.errors import StudyDamaged
from desktop.record.repetition import Memory
from desktop.record.study import progress_file, save_progress, take_over
from tests.fakes.vaults import VaultRecord

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = Memory(1, 2.5, 1, date(2026, 3, 1)), Memory(2, 2.6, 6, date(2026, 3, 8))


def test_what_the_vault_knows_is_newer_and_stays(tmp_path: Path) -> None:
    file, vault = progress_file(tmp_path), VaultRecord(tmp_path / "vault")
    save_progress(file, {"a": OLD, "b": OLD})
    vault.store.keep_study("a", NEW)
    take_over(file, vault.store)
    assert vault.store.study() == {"a": NEW, "b": OLD}
    assert not file.exists()
    take_over(file, vault.store)
    vault.close()


def test_a_damaged_file_stays_where_it_is(tmp_path: Path) -> None:
    file, vault = progress_file(tmp_path), VaultRecord(tmp_path / "vault")
    file.parent.mkdir(parents=True)
    file.write_text("{")
    with pytest.raises(StudyDamaged, match="Nothing was changed"):
        take_over(file, vault.store)
    assert file.read_text() == "{"
    vault.close()
