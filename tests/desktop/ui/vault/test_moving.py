from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.store import FolderStore
from desktop.ui.vault.moving import FOLDER, Moving
from tests.fakes.vaults import VaultRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def record(tmp_path: Path) -> Iterator[VaultRecord]:
    made = VaultRecord(tmp_path / "vault")
    yield made
    made.close()


@pytest.fixture
def moving(qapp: object, tmp_path: Path) -> Moving:  # noqa: ARG001 - Qt must be up
    return Moving(tmp_path / FOLDER)


def _fill(tmp_path: Path, count: int) -> set[str]:
    store = FolderStore(tmp_path / FOLDER)
    return {store.create(f"Encounter {number}").id for number in range(count)}


def test_no_folder_is_nothing_to_move(moving: Moving) -> None:
    assert moving.waiting == 0


def test_all_are_moved_and_it_says_how_far_it_is(
    qtbot: QtBot, moving: Moving, record: VaultRecord, tmp_path: Path
) -> None:
    ids = _fill(tmp_path, 3)
    told: list[tuple[int, int]] = []
    moving.progressed.connect(lambda done, total: told.append((done, total)))
    assert moving.waiting == 3
    with qtbot.waitSignal(moving.ended) as ended:
        moving.begin(record.store)
        moving.begin(record.store)  # a second wish is the same

    assert set(ended.args[0].moved) == ids
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert (moving.waiting, moving.runs) == (0, False)
    assert {summary.id for summary in record.store.summaries()} == ids


def test_a_lock_stops_it_between_two_encounters_and_nothing_is_lost(
    qtbot: QtBot, moving: Moving, record: VaultRecord, tmp_path: Path
) -> None:
    ids = _fill(tmp_path, 3)
    moving._stops = False
    note = moving._note

    def stop_after_the_first(done: int, total: int) -> None:
        note(done, total)
        moving.stop()

    moving._note = stop_after_the_first  # type: ignore[method-assign]
    failures: list[str] = []
    moving.failed.connect(failures.append)
    moving.begin(record.store)
    moving.finish()

    assert failures == []
    moved = {summary.id for summary in record.store.summaries()}
    left = {summary.id for summary in FolderStore(tmp_path / FOLDER).summaries()}
    assert 0 < len(moved) < 3
    assert moved | left == ids
    moving._note = note  # type: ignore[method-assign]
    with qtbot.waitSignal(moving.ended):
        moving.begin(record.store)
    assert moving.waiting == 0
