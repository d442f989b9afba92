"""The folder of encounters: nothing is lost, whatever the disk does, and nobody else can read it."""

from __future__ import annotations

import errno
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Question
from desktop.record.errors import (
    DiskFull,
    DiskRefused,
    EncounterDamaged,
    EncounterNewer,
    RecordError,
)
from desktop.record.store import FILE, FolderStore
from tests.fakes.encounters import AT
from tests.fakes.failing_disk import FailAt, PowerCut

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.encounter import Encounter


def _with_question(encounter: Encounter, text: str) -> Encounter:
    question = Question(f"q-{len(encounter.entries)}", AT, text)
    return replace(encounter, entries=(*encounter.entries, question))


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "encounters")


def test_the_list_follows_what_another_window_wrote(store: FolderStore, tmp_path: Path) -> None:
    made = store.create("before")
    assert store.summaries()[0].title == "before"
    FolderStore(tmp_path / "encounters").save(replace(made, title="after it"))
    assert store.summaries()[0].title == "after it"


def test_only_the_user_can_read_the_record(store: FolderStore, tmp_path: Path) -> None:
    made = store.create()
    source = tmp_path / "Mrs Miller.wav"
    source.write_bytes(b"RIFF0000WAVEdata")
    store.add_file(made.id, source)
    store.new_file(made.id, ".wav")
    for path in [tmp_path / "encounters", *(tmp_path / "encounters").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name


def test_deleting_removes_the_files_too(store: FolderStore, tmp_path: Path) -> None:
    made = store.create()
    store.new_file(made.id, ".wav")
    store.delete(made.id)
    assert store.summaries() == ()
    assert list((tmp_path / "encounters").iterdir()) == []


def test_an_interrupted_deletion_is_off_the_list(tmp_path: Path) -> None:
    disk = FailAt(None)
    store = FolderStore(tmp_path, disk)
    made = store.create()
    disk.left = 2
    with pytest.raises(DiskFull):
        store.delete(made.id)
    assert FolderStore(tmp_path).summaries() == ()


def test_a_damaged_encounter_is_listed_and_kept(store: FolderStore, tmp_path: Path) -> None:
    made = store.create("Bed 4")
    file = tmp_path / "encounters" / made.id / FILE
    file.write_text('{"schema": 1, "encounter": {"id"')
    assert "is damaged" in store.summaries()[0].problem
    with pytest.raises(EncounterDamaged):
        store.load(made.id)
    store.save(_with_question(made, "And now?"))
    assert len(store.load(made.id).entries) == 1
    assert file.with_name("encounter.damaged-1.json").read_text() == '{"schema": 1, "encounter": {"id"'


def test_a_newer_version_is_never_overwritten(store: FolderStore, tmp_path: Path) -> None:
    made = store.create()
    file = tmp_path / "encounters" / made.id / FILE
    file.write_text('{"schema": 99}')
    with pytest.raises(EncounterNewer):
        store.load(made.id)
    store.save(made)
    assert file.with_name("encounter.damaged-1.json").read_text() == '{"schema": 99}'


def test_a_folder_without_its_words_is_listed_as_damaged(store: FolderStore, tmp_path: Path) -> None:
    made = store.create()
    store.new_file(made.id, ".wav")
    (tmp_path / "encounters" / made.id / FILE).unlink()
    assert "words are missing" in store.summaries()[0].problem


def test_a_foreign_folder_is_no_encounter(store: FolderStore, tmp_path: Path) -> None:
    store.create()
    (tmp_path / "encounters" / "notes").mkdir()
    (tmp_path / "encounters" / ("a" * 32)).mkdir()
    assert len(store.summaries()) == 1


@pytest.mark.parametrize("power_cut", [False, True])
def test_a_save_that_fails_at_any_step_leaves_the_old_or_the_new(tmp_path: Path, power_cut: bool) -> None:
    disk = FailAt(None)
    store = FolderStore(tmp_path, disk)
    old = store.create("old")
    counted = disk.done
    store.save(old)
    steps = disk.done - counted
    assert steps == 3  # write, replace, flush of the folder
    for step in range(steps):
        failing = FolderStore(tmp_path, FailAt(step, power_cut=power_cut))
        with pytest.raises(PowerCut if power_cut else DiskFull):
            failing.save(_with_question(old, f"new at {step}"))
        found = FolderStore(tmp_path).load(old.id)
        assert found in (old, _with_question(old, f"new at {step}"))
        assert FolderStore(tmp_path).summaries()[0].problem == ""
        FolderStore(tmp_path).save(old)
        assert FolderStore(tmp_path).load(old.id) == old


def test_creating_that_fails_at_any_step_leaves_no_damaged_encounter(tmp_path: Path) -> None:
    for step in range(6):
        try:
            FolderStore(tmp_path / str(step), FailAt(step)).create("new")
        except RecordError:
            assert all(not summary.problem for summary in FolderStore(tmp_path / str(step)).summaries())
        else:
            pytest.fail("it did not fail")


def test_a_copy_that_fails_leaves_no_file(tmp_path: Path) -> None:
    source = tmp_path / "picture.png"
    source.write_bytes(b"\x89PNG\r\n\x1a\n" * 50)
    disk = FailAt(None)
    store = FolderStore(tmp_path / "encounters", disk)
    made = store.create()
    disk.left = 1  # the name is reserved, the copying fails
    with pytest.raises(DiskFull):
        store.add_file(made.id, source)
    disk.left = None
    assert store.add_file(made.id, source) in {"image-1.png", "image-2.png"}
    assert store.load(made.id) == made


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        (errno.ENOSPC, DiskFull, "free some space"),
        (errno.EROFS, DiskRefused, "make the folder writable"),
        (errno.EIO, RecordError, "check the disk"),
    ],
)
def test_a_disk_fault_says_what_is_safe_and_what_to_do(
    tmp_path: Path, code: int, error: type[RecordError], words: str
) -> None:
    made = FolderStore(tmp_path).create()
    with pytest.raises(error, match="Nothing is lost") as caught:
        FolderStore(tmp_path, FailAt(0, code)).save(made)
    assert words in str(caught.value)
