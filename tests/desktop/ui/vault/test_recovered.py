from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Dictation, Encounter
from desktop.record.vault.store import Recovered
from desktop.ui.vault.recovered import take_in
from tests.fakes.encounters import agreed, dictation
from tests.fakes.vaults import VaultRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def record(tmp_path: Path) -> Iterator[VaultRecord]:
    made = VaultRecord(tmp_path / "vault")
    yield made
    made.close()


def _cut_off(record: VaultRecord, *, with_entry: bool) -> Encounter:
    """Leave a recording of two seconds behind as a killed window does."""
    made = agreed(record.store, record.store.create("Mrs Miller"))
    name, path = record.store.new_file(made.id, ".wav")
    recording = record.store.open_recording(path)
    recording.append(bytes(64_000))
    if with_entry:
        made = replace(made, entries=(replace(dictation(finished=False), file=name, duration_s=0.0),))
        record.store.save(made)
    record.crash()
    recording.close()
    record.open()
    return made


def test_a_recording_that_was_cut_off_stands_in_its_encounter_with_its_length(record: VaultRecord) -> None:
    made = _cut_off(record, with_entry=True)

    assert take_in(record.store, record.store.recovered) == (made.id,)
    (entry,) = record.store.load(made.id).entries
    assert isinstance(entry, Dictation)
    assert (entry.id, entry.duration_s, entry.finished) == (made.entries[0].id, 2.0, False)
    assert entry.utterances == made.entries[0].utterances  # type: ignore[union-attr]


@pytest.mark.usefixtures("qapp")
def test_one_whose_entry_was_not_on_the_disk_yet_gets_one(record: VaultRecord) -> None:
    made = _cut_off(record, with_entry=False)

    assert take_in(record.store, record.store.recovered) == (made.id,)
    _, entry = record.store.load(made.id).entries
    assert isinstance(entry, Dictation)
    assert (entry.label, entry.duration_s, entry.finished) == ("Recording 1", 2.0, False)
    assert record.store.path(made.id, entry.file).stat().st_size == 44 + 64_000


def test_one_whose_encounter_cannot_be_read_waits(record: VaultRecord) -> None:
    assert take_in(record.store, [Recovered("0" * 32, "recording-1.wav", 2.0)]) == ()
