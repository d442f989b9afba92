"""Signed notes in a vault: told in the trail, never changed, and every change behind the vault's back reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from desktop.record.codec import encode
from desktop.record.encounter import Dictation, Encounter, Entry, RecordingSource
from desktop.record.errors import AUDIT_CHANGED, AuditBroken, DiskFull, RecordReadOnly, SignedNoteStays
from desktop.record.retention import Erased, apply_rule
from desktop.record.signing import FaultKind, NoteFault, signed
from desktop.record.vault.chain import Action
from tests.fakes.notes import DOCTOR, SIGNED_AT, checked_note, drafted_note
from tests.fakes.vaults import PASSPHRASE, VaultRecord

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.encounter import Writing

SAID_AT = "2026-11-25T14:00:00.000+00:00"
LATER = datetime.fromisoformat(SIGNED_AT) + timedelta(days=30)
SOUND = b"RIFF the sound of a visit" * 4000


def kept(record: VaultRecord, tmp_path: Path, *, is_signed: bool = True) -> tuple[Encounter, Writing]:
    """Keep an encounter with a recording and a note, and return both."""
    source = tmp_path / "visit.wav"
    source.write_bytes(SOUND)
    encounter = record.store.create("Mrs K.")
    name = record.store.add_file(encounter.id, source)
    said = Dictation("d1", SAID_AT, "Recording 1", name, RecordingSource.FILE, finished=True, duration_s=12.5)
    note = signed(encounter.id, checked_note(), DOCTOR, SIGNED_AT) if is_signed else checked_note()
    encounter = replace(encounter, entries=(said, note))
    record.store.save(encounter)
    return encounter, note


def with_note(encounter: Encounter, note: Entry) -> Encounter:
    return replace(encounter, entries=(encounter.entries[0], note))


def write_behind_its_back(record: VaultRecord, encounter: Encounter) -> None:
    """Change a document in the database itself, as somebody with the key would."""
    database = record.store._records.database
    database.rows("UPDATE encounters SET document = ? WHERE id = ?", encode(encounter), encounter.id)


def test_a_signature_is_a_row_with_the_hash_and_no_word_of_the_note(record: VaultRecord, tmp_path: Path) -> None:
    encounter, note = kept(record, tmp_path)
    (row,) = [row for row in record.vault.audit.rows() if row.action == Action.SIGN]
    assert note.signature is not None
    assert (row.object, row.content) == (f"{encounter.id}/{note.id}", note.signature.sha256)
    record.store.save(replace(record.store.load(encounter.id), title="Mrs K., bed 5"))
    assert len(record.vault.audit.latest(9, Action.SIGN)) == 1
    assert record.store.signing_faults(encounter.id) == ()


def test_a_draft_is_no_signature(record: VaultRecord, tmp_path: Path) -> None:
    encounter, _ = kept(record, tmp_path, is_signed=False)
    assert record.vault.audit.latest(9, Action.SIGN) == ()
    assert record.store.signing_faults(encounter.id) == ()


def test_the_store_lets_no_signed_note_be_changed_or_taken_out(record: VaultRecord, tmp_path: Path) -> None:
    encounter, note = kept(record, tmp_path)
    before = record.vault.audit.head
    for other in (replace(note, title="Other"), replace(note, signature=None), drafted_note("w2")):
        with pytest.raises(SignedNoteStays):
            record.store.save(with_note(encounter, other))
    assert record.store.load(encounter.id) == encounter
    assert record.vault.audit.head == before


def test_what_was_changed_in_the_database_is_told_after_any_start(record: VaultRecord, tmp_path: Path) -> None:
    encounter, note = kept(record, tmp_path)
    changed = replace(note, title="Other")
    forged = signed(encounter.id, replace(changed, signature=None), DOCTOR, SIGNED_AT)
    cases = {
        FaultKind.CHANGED: (changed, forged),
        FaultKind.REMOVED: (replace(note, signature=None), drafted_note("w9")),
    }
    for kind, notes in cases.items():
        for other in notes:
            write_behind_its_back(record, with_note(encounter, other))
            record.reopen()
            assert record.store.signing_faults(encounter.id) == (NoteFault(note.id, kind),)
    write_behind_its_back(record, encounter)
    assert record.store.signing_faults(encounter.id) == ()


def test_a_note_that_was_changed_is_not_signed_again_by_saving_it(record: VaultRecord, tmp_path: Path) -> None:
    encounter, note = kept(record, tmp_path)
    write_behind_its_back(record, with_note(encounter, replace(note, signature=None)))
    record.store.save(with_note(encounter, signed(encounter.id, replace(note, signature=None), "Dr. X", SIGNED_AT)))
    assert len(record.vault.audit.latest(9, Action.SIGN)) == 2
    assert record.store.signing_faults(encounter.id) == (NoteFault(note.id, FaultKind.CHANGED),)


def test_a_signature_survives_another_data_key(record: VaultRecord, tmp_path: Path) -> None:
    encounter, _ = kept(record, tmp_path)
    record.vault.rotate_data_key(PASSPHRASE)
    assert record.store.signing_faults(encounter.id) == ()


def test_a_signature_that_cannot_be_told_is_not_kept(record: VaultRecord, tmp_path: Path) -> None:
    encounter, _ = kept(record, tmp_path, is_signed=False)
    record.vault.audit.fault = _fault()
    with pytest.raises(RecordReadOnly):
        record.store.save(with_note(encounter, signed(encounter.id, checked_note(), DOCTOR, SIGNED_AT)))
    assert record.store.load(encounter.id) == encounter


# --- retention -----------------------------------------------------------------------------------------------------


def sealed_bytes(record: VaultRecord) -> bytes:
    return b"".join(path.read_bytes() for path in (record.folder / "files").iterdir())


def test_sound_is_erased_with_its_key_and_its_words_stay(record: VaultRecord, tmp_path: Path) -> None:
    encounter, note = kept(record, tmp_path)
    name = encounter.entries[0].file  # type: ignore[union-attr]  # it is a recording
    copy = record.store.path(encounter.id, name)
    assert copy.read_bytes() == SOUND
    assert apply_rule(record.store, "30", LATER) == Erased(1, (encounter.id,))
    said, still = record.store.load(encounter.id).entries
    assert still == note
    assert said == replace(encounter.entries[0], erased_at="2026-12-25T14:20:00.000+00:00")  # type: ignore[type-var]
    assert record.store._records.file(encounter.id, name) is None
    assert not copy.exists()
    assert not record.store.path(encounter.id, name).exists()
    assert sealed_bytes(record) == b""
    assert record.store.signing_faults(encounter.id) == ()
    assert [row.object for row in record.vault.audit.latest(9, Action.ERASE)] == [f"{encounter.id}/{name}"]
    assert apply_rule(record.store, "30", LATER) == Erased()


def test_no_key_of_erased_sound_is_left_in_any_file(record: VaultRecord, tmp_path: Path) -> None:
    """The wrapped key is removed from the database and its log: what was copied before stays noise."""
    encounter, _ = kept(record, tmp_path)
    (file,) = record.store._records.files(encounter.id)
    apply_rule(record.store, "30", LATER)
    assert record.store._records.database.rows("SELECT 1 FROM files WHERE secret = ?", file.secret) == []
    assert [log.stat().st_size for log in record.folder.glob("*.db-wal")] == [0]


@pytest.mark.parametrize("rule", ["always", "31", "nonsense"])
def test_the_rule_decides(record: VaultRecord, tmp_path: Path, rule: str) -> None:
    kept(record, tmp_path)
    assert apply_rule(record.store, rule, LATER) == Erased()


def test_nothing_goes_without_a_signature(record: VaultRecord, tmp_path: Path) -> None:
    encounter, _ = kept(record, tmp_path, is_signed=False)
    assert apply_rule(record.store, "1", LATER + timedelta(days=9000)) == Erased()
    assert record.store.load(encounter.id) == encounter


def test_nothing_goes_where_the_signed_note_is_not_what_was_signed(record: VaultRecord, tmp_path: Path) -> None:
    encounter, note = kept(record, tmp_path)
    write_behind_its_back(record, with_note(encounter, replace(note, title="Other")))
    assert apply_rule(record.store, "30", LATER) == Erased()
    assert len(record.store._records.files(encounter.id)) == 1


def test_nothing_goes_while_the_trail_is_broken(record: VaultRecord, tmp_path: Path) -> None:
    encounter, _ = kept(record, tmp_path)
    record.vault.audit.fault = _fault()
    with pytest.raises(RecordReadOnly):
        apply_rule(record.store, "30", LATER)
    record.vault.audit.fault = None
    assert record.store.load(encounter.id) == encounter
    assert len(record.store._records.files(encounter.id)) == 1


def test_a_window_that_still_holds_the_recording_does_not_bring_it_back(record: VaultRecord, tmp_path: Path) -> None:
    encounter, _ = kept(record, tmp_path)
    apply_rule(record.store, "30", LATER)
    record.store.save(replace(encounter, title="An older copy"))
    said = record.store.load(encounter.id).entries[0]
    assert isinstance(said, Dictation)
    assert said.erased_at


def test_work_that_is_stopped_erases_nothing_more(record: VaultRecord, tmp_path: Path) -> None:
    kept(record, tmp_path)

    def stop() -> None:
        raise DiskFull("The record is locked.")

    with pytest.raises(DiskFull):
        apply_rule(record.store, "30", LATER, stop)
    assert record.vault.audit.latest(9, Action.ERASE) == ()


def _fault() -> AuditBroken:
    return AuditBroken(AUDIT_CHANGED, 1)
