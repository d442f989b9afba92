"""What the window relies on holds for every store: the folder of encounters and the vault."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Attachment, Dictation, RecordingSource
from desktop.record.errors import EncounterMissing, SourceUnreadable
from desktop.record.patients import alone, together
from desktop.record.repetition import Memory
from tests.fakes.encounters import AT, agreed, full_encounter, utterance
from tests.fakes.vaults import FolderRecord, VaultRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=[FolderRecord, VaultRecord])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FolderRecord | VaultRecord]:
    made = request.param(tmp_path / "encounters")
    yield made
    made.close()


def test_what_was_saved_is_loaded(record: FolderRecord | VaultRecord) -> None:
    made = record.store.create("Bed 4")
    saved = replace(full_encounter(), id=made.id)
    record.store.save(saved)
    assert record.store.load(made.id) == saved
    record.reopen()
    assert record.store.load(made.id) == saved


def test_nothing_is_of_one_patient_before_the_doctor_says_so(record: FolderRecord | VaultRecord) -> None:
    """Not even the same encounter twice: no name, no word and no date puts anything together."""
    for _ in range(2):
        made = record.store.create("Mrs K., bed 4")
        record.store.save(replace(full_encounter(), id=made.id))
    assert [summary.patient for summary in record.store.summaries()] == ["", ""]


def test_the_list_knows_what_the_doctor_put_together_and_took_apart(record: FolderRecord | VaultRecord) -> None:
    made = [record.store.create(title) for title in ("first", "second", "third")]
    one, other = together(made[0], made[1], record.store.summaries())
    for encounter in (one, other):
        record.store.save(encounter)
    record.reopen()
    of = {summary.title: summary.patient for summary in record.store.summaries()}
    assert of == {"first": one.patient, "second": one.patient, "third": ""}
    assert {summary.patient for summary in record.store.summaries("second")} == {one.patient}
    assert record.store.load(one.id) == one
    record.store.delete(other.id)
    record.reopen()
    assert {summary.title: summary.patient for summary in record.store.summaries()} == {
        "first": one.patient,
        "third": "",
    }
    record.store.save(alone(one))
    record.reopen()
    assert {summary.patient for summary in record.store.summaries()} == {""}
    assert record.store.load(one.id).patient == ""


def test_a_sample_stays_one(record: FolderRecord | VaultRecord) -> None:
    made = record.store.create("", sample=True)
    assert record.store.load(made.id).sample
    assert [summary.sample for summary in record.store.summaries()] == [True]


def test_the_last_changed_comes_first(record: FolderRecord | VaultRecord) -> None:
    early, late = record.store.create("early"), record.store.create("late")
    record.store.save(replace(early, changed="2020-01-01T00:00:00.000+00:00"))
    record.store.save(replace(late, changed="2021-01-01T00:00:00.000+00:00"))
    assert [summary.title for summary in record.store.summaries()] == ["late", "early"]


def test_the_list_shows_the_last_question(record: FolderRecord | VaultRecord) -> None:
    record.store.save(replace(full_encounter(), id=record.store.create().id))
    (summary,) = record.store.summaries()
    assert (summary.title, summary.excerpt) == ("Mrs K., bed 4", "What does the patient have?")
    assert (summary.created, summary.changed, summary.problem) == (AT, AT, "")


def test_search_looks_through_titles_and_texts(record: FolderRecord | VaultRecord) -> None:
    record.store.save(replace(full_encounter(), id=record.store.create().id))
    expected = {"": 1, "METFORMIN": 1, "cough three": 1, "bed k.": 1, "consolidation": 1, "640": 1, "fracture": 0}
    assert {search: len(record.store.summaries(search)) for search in expected} == expected


def test_copies_get_neutral_names_by_what_they_are(record: FolderRecord | VaultRecord, tmp_path: Path) -> None:
    made = record.store.create()
    heads = {
        "Miller Anna": b"\0" * 128 + b"DICM",
        "Anna.JPEG": b"\xff\xd8\xff\xe0",
        "anna voice.m4a": b"\0\0\0\x18ftypM4A ",
        "lies.png": b"RIFF0000WAVE",
    }
    names = []
    for name, head in heads.items():
        (tmp_path / name).write_bytes(head)
        names.append(record.store.add_file(made.id, tmp_path / name))
    assert names == ["image-1.dcm", "image-2.jpg", "recording-1.m4a", "recording-2.wav"]
    record.reopen()
    for name, head in zip(names, heads.values(), strict=True):
        assert record.store.path(made.id, name).read_bytes() == head
        assert record.store.path(made.id, name).name == name


def test_a_file_to_write_into_is_new_each_time(record: FolderRecord | VaultRecord) -> None:
    made = record.store.create()
    names = [record.store.new_file(made.id, suffix) for suffix in (".wav", ".wav", ".PNG")]
    assert [name for name, _ in names] == ["recording-1.wav", "recording-2.wav", "image-1.png"]
    assert all(path.read_bytes() == b"" and path.name == name for name, path in names)


def test_what_was_written_into_a_new_file_is_kept_with_its_entry(record: FolderRecord | VaultRecord) -> None:
    made = record.store.create()
    name, path = record.store.new_file(made.id, ".png")
    path.write_bytes(b"\x89PNG\r\n\x1a\npasted")
    record.store.save(replace(made, entries=(Attachment("p1", AT, "Image 1", (name,)),)))
    path.write_bytes(b"\x89PNG\r\n\x1a\nand written once more")
    record.reopen()
    assert record.store.path(made.id, name).read_bytes() == b"\x89PNG\r\n\x1a\nand written once more"


def test_a_source_that_cannot_be_read_adds_nothing(record: FolderRecord | VaultRecord, tmp_path: Path) -> None:
    made = record.store.create()
    with pytest.raises(SourceUnreadable, match="Nothing was added"):
        record.store.add_file(made.id, tmp_path / "absent.png")
    (tmp_path / "empty.png").touch()
    with pytest.raises(SourceUnreadable, match="is empty"):
        record.store.add_file(made.id, tmp_path / "empty.png")
    (tmp_path / "whole.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert record.store.add_file(made.id, tmp_path / "whole.png") == "image-1.png"


def test_no_name_leads_out_of_the_encounter(record: FolderRecord | VaultRecord) -> None:
    made = record.store.create()
    assert record.store.path(made.id, "image-1").parent.name == made.id
    for name in ("../x", "/etc/passwd", "encounter.json", ""):
        with pytest.raises(EncounterMissing):
            record.store.path(made.id, name)
    with pytest.raises(EncounterMissing):
        record.store.path("..", "image-1")


def test_what_is_not_there_is_said(record: FolderRecord | VaultRecord, tmp_path: Path) -> None:
    gone = record.store.create()
    record.store.delete(gone.id)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for missing in (gone.id, "../../etc", ".."):
        with pytest.raises(EncounterMissing):
            record.store.load(missing)
        with pytest.raises(EncounterMissing):
            record.store.delete(missing)
        with pytest.raises(EncounterMissing):
            record.store.save(replace(gone, id=missing))
        with pytest.raises(EncounterMissing):
            record.store.new_file(missing, ".wav")
        with pytest.raises(EncounterMissing):
            record.store.add_file(missing, tmp_path / "picture.png")


def test_what_is_deleted_is_off_the_list_and_stays_so(record: FolderRecord | VaultRecord) -> None:
    kept, gone = record.store.create("kept"), record.store.create("gone")
    record.store.delete(gone.id)
    assert [summary.id for summary in record.store.summaries()] == [kept.id]
    record.reopen()
    assert [summary.id for summary in record.store.summaries()] == [kept.id]


def test_deleted_recordings_are_gone_and_the_rest_stays(record: FolderRecord | VaultRecord) -> None:
    made = agreed(record.store, record.store.create("Bed 4"))
    names = []
    for sound in (b"\1\0" * 16_000, b"\2\0" * 16_000):
        name, path = record.store.new_file(made.id, ".wav")
        path.unlink(missing_ok=isinstance(record, FolderRecord))
        with contextlib.closing(record.store.open_recording(path)) as recording:
            recording.append(sound)
        names.append(name)
    entries = tuple(
        Dictation(name, AT, name, name, RecordingSource.MICROPHONE, (utterance("a secret"),)) for name in names
    )
    record.store.save(replace(made, entries=entries))
    record.store.path(made.id, names[0])
    record.store.delete_recordings(replace(made, entries=entries[1:]), [names[0]])
    assert record.store.load(made.id).entries == entries[1:]
    assert not record.store.path(made.id, names[0]).exists()
    assert record.store.path(made.id, names[1]).stat().st_size > 32_000
    record.reopen()
    assert not record.store.path(made.id, names[0]).exists()
    assert record.store.path(made.id, names[1]).stat().st_size > 32_000


def test_what_was_learned_is_kept(record: FolderRecord | VaultRecord) -> None:
    assert record.store.study() == {}
    record.store.keep_study("HP:1/meaning", Memory(1, 2.5, 1, date(2026, 3, 1)))
    record.store.keep_study("HP:2/meaning", Memory())
    record.store.keep_study("HP:1/meaning", Memory(2, 2.6, 6, date(2026, 3, 8)))
    record.reopen()
    assert record.store.study() == {"HP:1/meaning": Memory(2, 2.6, 6, date(2026, 3, 8)), "HP:2/meaning": Memory()}
