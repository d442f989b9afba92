"""The audit trail: what is told in it, and that nobody takes it back: a matrix of everything that can be done to it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.encounter import Answer, Consent, ConsentManner, ConsentState, Question
from desktop.record.errors import (
    AUDIT_ANCHOR,
    AUDIT_CHANGED,
    AUDIT_MISSING,
    AUDIT_OLDER,
    AUDIT_OTHER,
    AUDIT_SHORT,
    RecordReadOnly,
    WrongPassphrase,
    WrongRecoveryKey,
)
from desktop.record.vault.anchor import Anchor
from desktop.record.vault.chain import Link, Row, Stamp, csv_text, fault_of_anchor, signed, walk
from desktop.record.vault.opening import open_vault, open_vault_with_recovery_key
from tests.fakes.encounters import agreed
from tests.fakes.vaults import PASSPHRASE, VaultRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop.record.encounter import Encounter
    from desktop.record.errors import AuditBroken

KEY = b"k" * 32
CANARY = "Zwetschgenkuchen"


@pytest.fixture
def record(tmp_path: Path) -> Iterator[VaultRecord]:
    opened = VaultRecord(tmp_path / "vault")
    yield opened
    opened.close()


def rows(record: VaultRecord) -> tuple[Row, ...]:
    return record.vault.audit.rows()


def asked(encounter: Encounter) -> Encounter:
    question = Question("q1", "2026-01-01T00:00:00Z", f"Why {CANARY}?")
    answer = Answer("a1", "2026-01-01T00:00:01Z", "q1", f"Because {CANARY}.", decoder="smollm2")
    return replace(encounter, title=CANARY, entries=(question, answer))


def test_each_thing_that_is_done_is_told(record: VaultRecord) -> None:
    store = record.store
    encounter = store.create("A")
    store._records.stamp_of = lambda decoder: Stamp(f"sha256 of {decoder}", "sha256 of adapter", "7")
    store.save(asked(encounter))
    agreed(store, replace(asked(encounter), title="another"))
    name, path = store.new_file(encounter.id, "wav")
    store.open_recording(path).close()
    store.note_export(encounter.id)
    store.delete(encounter.id)
    told = [(row.action, row.object.replace(encounter.id, "E").replace(name, "N")) for row in rows(record)]
    assert told == [
        ("begin", ""),
        ("unlock", ""),
        ("create", "E"),
        ("answer", "E/a1"),
        ("edit", "E"),
        ("consent", "E/c1/agreed/spoken"),
        ("edit", "E"),
        ("record", "E/N"),
        ("export", "E"),
        ("delete", "E"),
    ]
    answer = rows(record)[3]
    assert (answer.model, answer.adapter, answer.prompt) == ("sha256 of smollm2", "sha256 of adapter", "7")
    assert all(row.actor.startswith("passphrase ") for row in rows(record))
    assert [row.seq for row in rows(record)] == list(range(1, 11))


def test_each_consent_is_told_once_and_without_a_word_of_it(record: VaultRecord) -> None:
    store = record.store
    encounter = store.create("A")
    agreed = Consent("c1", "2026-01-01T00:00:00Z", ConsentState.AGREED, ConsentManner.SPOKEN, "doctor")
    withdrawn = Consent("c2", "2026-01-01T00:01:00Z", ConsentState.WITHDRAWN, reason=CANARY)
    store.save(replace(encounter, entries=(agreed,)))
    store.save(replace(encounter, entries=(agreed, withdrawn)))
    told = [row for row in rows(record) if row.action == "consent"]
    assert [row.object for row in told] == [
        f"{encounter.id}/c1/agreed/spoken",
        f"{encounter.id}/c2/withdrawn/none",
    ]
    assert all(row.content and row.actor.startswith("passphrase ") for row in told)
    assert CANARY not in csv_text(rows(record))
    store.save(replace(encounter, entries=(replace(agreed, manner=ConsentManner.WRITTEN), withdrawn)))
    assert rows(record)[-2].object == f"{encounter.id}/c1/agreed/written"


def test_a_deleted_recording_is_told_and_nothing_opens_it(record: VaultRecord) -> None:
    store = record.store
    encounter = agreed(store, store.create("A"))
    name, path = store.new_file(encounter.id, "wav")
    store.open_recording(path).close()
    (sealed,) = store._records.files(encounter.id)
    store.delete_recordings(encounter, [name])
    assert [(row.action, row.object) for row in rows(record)[-1:]] == [("delete recording", f"{encounter.id}/{name}")]
    assert not store._records.files(encounter.id)
    assert not store._sealed.path(sealed.file).exists()


def test_tries_that_failed_are_told_once_it_opens(record: VaultRecord) -> None:
    record.close()
    with pytest.raises(WrongPassphrase):
        open_vault(record.folder, "not this one at all", record.means)
    with pytest.raises(WrongRecoveryKey):
        open_vault_with_recovery_key(record.folder, _other_recovery_key(), record.means)
    record.vault = open_vault_with_recovery_key(record.folder, record.recovery_key, record.means)
    assert [(row.action, row.outcome) for row in rows(record)[2:]] == [
        ("failed unlock", "refused"),
        ("failed unlock", "refused"),
        ("unlock", "done"),
    ]
    assert rows(record)[-1].actor.startswith("recovery")
    record.reopen()
    assert [row.action for row in rows(record)].count("failed unlock") == 2


def _other_recovery_key() -> str:
    from desktop.record.vault import recovery

    return recovery.printed(recovery.new_secret())


def test_no_word_of_a_patient_is_in_it(record: VaultRecord) -> None:
    record.store.save(asked(record.store.create(CANARY)))
    assert CANARY.casefold() not in csv_text(rows(record)).casefold()
    assert CANARY.encode() not in (record.folder / "audit-1.json").read_bytes()


def test_the_trail_as_csv(record: VaultRecord) -> None:
    found = list(csv.DictReader(io.StringIO(csv_text(rows(record)))))
    assert [row["action"] for row in found] == ["begin", "unlock"]
    assert found[1]["previous"] == found[0]["mac"]


def test_a_change_that_fails_is_not_told(record: VaultRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    encounter = record.store.create("A")
    before = rows(record)
    monkeypatch.setattr(record.store._records, "put_file", _fails)
    source = record.folder.parent / "picture.png"
    source.write_bytes(b"\x89PNG")
    _, path = record.store.new_file(encounter.id, "png")
    path.write_bytes(b"\x89PNG")
    with pytest.raises(OSError, match="power"):
        record.store.add_file(encounter.id, source)
    assert rows(record) == before


def _fails(*_values: object) -> None:
    raise OSError("power")


def test_a_new_data_key_signs_the_whole_trail_again(record: VaultRecord) -> None:
    record.store.create("A")
    record.vault.rotate_data_key(PASSPHRASE)
    assert rows(record)[-1].action == "rotate"
    record.store.create("B")
    record.reopen()
    assert record.vault.audit.fault is None
    assert [row.action for row in rows(record)] == ["begin", "unlock", "create", "rotate", "create", "unlock"]
    assert [file.name for file in record.folder.glob("audit-*")] == ["audit-2.json"]


def test_a_kill_between_a_row_and_its_anchor_is_no_fault(record: VaultRecord) -> None:
    anchor = record.folder / "audit-1.json"
    before = anchor.read_bytes()
    record.store.create("A")
    record.crash()
    anchor.write_bytes(before)
    record.open()
    assert record.vault.audit.fault is None


def test_words_that_the_trail_did_not_see_are_found(record: VaultRecord) -> None:
    first, second = record.store.create("A"), record.store.create("B")
    assert record.store._records.altered() == ()
    database = record.store._records.database
    old = database.value("SELECT document FROM encounters WHERE id = ?", first.id)
    record.store.save(replace(first, title="changed"))
    database.rows("UPDATE encounters SET document = ? WHERE id = ?", old, first.id)
    assert record.store._records.altered() == (first.id,)
    assert second.id not in record.store._records.altered()


# --- what can be done to it ---------------------------------------------------------------------------------------


def _sql(*statements: str) -> Callable[[VaultRecord], None]:
    """Change the database as somebody could who has its key but not the trail's."""

    def tamper(record: VaultRecord) -> None:
        record.open()
        database = record.store._records.database
        for trigger in ("update", "delete"):
            database.rows(f"DROP TRIGGER IF EXISTS audit_no_{trigger}")
        for statement in statements:
            database.rows(statement)
        record.crash()

    return tamper


def _put_back_database(record: VaultRecord) -> None:
    for file in record.folder.glob("record-1.db*"):
        file.unlink()
    shutil.copy(record.folder.parent / "older.db", record.folder / "record-1.db")


def _lose_anchor(record: VaultRecord) -> None:
    (record.folder / "audit-1.json").unlink()


def _change_anchor(record: VaultRecord) -> None:
    file = record.folder / "audit-1.json"
    found = json.loads(file.read_text())
    file.write_text(json.dumps(found | {"seq": found["seq"] - 1}))


def _garble_anchor(record: VaultRecord) -> None:
    (record.folder / "audit-1.json").write_bytes(b"\xff{")


SWAP = (
    "UPDATE audit SET seq = 1000 WHERE seq = 3",
    "UPDATE audit SET seq = 3 WHERE seq = 4",
    "UPDATE audit SET seq = 4 WHERE seq = 1000",
)
MATRIX = {
    "edited": (_sql("UPDATE audit SET action = 'edit' WHERE seq = 3"), AUDIT_CHANGED),
    "time edited": (_sql("UPDATE audit SET utc = '2020-01-01' WHERE seq = 2"), AUDIT_CHANGED),
    "deleted": (_sql("DELETE FROM audit WHERE seq = 3"), AUDIT_MISSING),
    "deleted and renumbered": (
        _sql("DELETE FROM audit WHERE seq = 3", "UPDATE audit SET seq = seq - 1 WHERE seq > 3"),
        AUDIT_CHANGED,
    ),
    "first deleted": (_sql("DELETE FROM audit WHERE seq = 1"), AUDIT_MISSING),
    "all deleted": (_sql("DELETE FROM audit"), AUDIT_SHORT),
    "swapped": (_sql(*SWAP), AUDIT_CHANGED),
    "truncated": (_sql("DELETE FROM audit WHERE seq > 3"), AUDIT_SHORT),
    "copied": (
        _sql(
            "INSERT INTO audit SELECT 100, utc, actor, action, object, outcome, model, adapter, prompt, content, "
            "previous, mac FROM audit WHERE seq = 3"
        ),
        AUDIT_MISSING,
    ),
    "older database": (_put_back_database, AUDIT_SHORT),
    "anchor lost": (_lose_anchor, AUDIT_ANCHOR),
    "anchor changed": (_change_anchor, AUDIT_ANCHOR),
    "anchor garbled": (_garble_anchor, AUDIT_ANCHOR),
}


@pytest.fixture
def filled(record: VaultRecord) -> tuple[VaultRecord, str]:
    kept = record.store.create("kept")
    record.close()
    shutil.copy(record.folder / "record-1.db", record.folder.parent / "older.db")
    record.open()
    source = record.folder.parent / "picture.png"
    source.write_bytes(b"\x89PNG" + bytes(1000))
    record.store.create("newest")
    record.store.add_file(kept.id, source)
    record.close()
    return record, kept.id


@pytest.mark.parametrize("done", MATRIX)
def test_whatever_is_done_to_it_is_said_and_nothing_is_written_then(filled: tuple[VaultRecord, str], done: str) -> None:
    record, kept = filled
    tamper, sentence = MATRIX[done]
    sealed = {file.name for file in (record.folder / "files").iterdir()}
    tamper(record)
    record.open()
    fault = record.vault.audit.fault
    assert fault is not None
    assert fault.template == sentence
    before = rows(record)
    for write in (
        lambda: record.store.create("no"),
        lambda: record.store.save(replace(record.store.load(kept), title="no")),
        lambda: record.store.delete(kept),
        lambda: record.store.note_export(kept),
    ):
        with pytest.raises(RecordReadOnly, match="nothing is written"):
            write()
    assert record.store.load(kept).title == "kept"
    assert rows(record) == before
    assert {file.name for file in (record.folder / "files").iterdir()} == sealed
    record.reopen()
    assert record.vault.audit.fault is not None


@pytest.mark.parametrize("done", MATRIX)
def test_a_fault_that_is_accepted_stays_told_and_what_follows_is_guarded(
    filled: tuple[VaultRecord, str], done: str
) -> None:
    record, _ = filled
    MATRIX[done][0](record)
    record.open()
    record.vault.audit.accept()
    record.store.create("after")
    record.reopen()
    assert record.vault.audit.fault is None
    assert "accept" in [row.action for row in rows(record)]
    record.close()
    _sql("UPDATE audit SET object = 'x' WHERE seq = 1 + (SELECT max(seq) FROM audit WHERE action = 'accept')")(record)
    record.open()
    assert record.vault.audit.fault is not None


SEEN_LATER = ("edited", "time edited", "deleted", "first deleted", "swapped")
"""Of a long trail, what lies behind the last check from its first row."""


@pytest.mark.parametrize("done", MATRIX)
def test_in_a_long_trail_what_is_done_to_its_old_part_is_told_by_the_next_whole_check(
    filled: tuple[VaultRecord, str], done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, kept = filled
    monkeypatch.setattr("desktop.record.vault.audit.WHOLE_AT_OPENING", 2)
    record.open()
    assert record.vault.audit.check_all() is None
    assert record.vault.audit.checked.seq == len(rows(record))
    record.close()
    tamper, sentence = MATRIX[done]
    tamper(record)
    record.open()
    at_opening = record.vault.audit.fault
    assert (at_opening is None) == (done in SEEN_LATER)
    found = record.vault.audit.check_all()
    assert found is not None
    # Rows that moved up are missed at the end before anybody looks at those that moved.
    assert found.template == (AUDIT_SHORT if done == "deleted and renumbered" else sentence)
    assert record.vault.audit.fault is found
    with pytest.raises(RecordReadOnly):
        record.store.create("no")
    assert record.store.load(kept).title == "kept"
    record.vault.audit.accept()
    record.reopen()
    assert record.vault.audit.fault is None
    assert record.vault.audit.check_all() is None


def test_opening_a_long_trail_reads_only_what_is_new(record: VaultRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.record.vault.audit.WHOLE_AT_OPENING", 2)
    for title in "ABCDE":
        record.store.create(title)
    record.vault.audit.check_all()
    record.close()
    followed: list[int] = []

    def counted(found: Iterator[Row], key: bytes, known: Link) -> tuple[Link, AuditBroken | None]:
        listed = list(found)
        followed.append(len(listed))
        return walk(listed, key, known)

    monkeypatch.setattr("desktop.record.vault.audit.walk", counted)
    record.open()
    assert followed == [0]
    record.reopen()
    assert followed == [0, 1]


def test_a_whole_check_is_due_once_a_day_and_after_the_clock_went_back(record: VaultRecord) -> None:
    audit = record.vault.audit
    now = datetime.now(UTC)
    assert audit.is_check_due(now)
    audit.check_all()
    now = audit.checked.time or now
    assert not audit.is_check_due(now + timedelta(hours=23))
    assert audit.is_check_due(now + timedelta(hours=25))
    assert audit.is_check_due(now - timedelta(hours=1))
    record.reopen()
    assert not record.vault.audit.is_check_due(now + timedelta(hours=1))


def test_an_older_whole_folder_that_is_put_back_is_told(record: VaultRecord, tmp_path: Path) -> None:
    record.store.create("kept")
    record.close()
    shutil.copytree(record.folder, tmp_path / "older")
    record.open()
    record.store.create("newest")
    record.close()
    shutil.rmtree(record.folder)
    shutil.copytree(tmp_path / "older", record.folder)
    record.open()
    assert record.vault.audit.fault is not None
    assert record.vault.audit.fault.template == AUDIT_OLDER
    record.vault.audit.accept()
    record.reopen()
    assert record.vault.audit.fault is None


def test_an_older_folder_from_before_a_new_data_key_is_told(record: VaultRecord, tmp_path: Path) -> None:
    record.close()
    shutil.copytree(record.folder, tmp_path / "older")
    record.open()
    record.vault.rotate_data_key(PASSPHRASE)
    record.close()
    shutil.rmtree(record.folder)
    shutil.copytree(tmp_path / "older", record.folder)
    record.open()
    assert record.vault.audit.fault is not None
    assert record.vault.audit.fault.template == AUDIT_OLDER


def test_a_branch_of_the_same_length_is_found(filled: tuple[VaultRecord, str]) -> None:
    record, _ = filled
    anchor = record.folder / "audit-1.json"
    noted = anchor.read_bytes()
    length = json.loads(noted)["seq"]
    _put_back_database(record)
    anchor.unlink()
    record.open()
    record.vault.audit.accept()
    while len(rows(record)) < length:
        record.store.create("other")
    record.crash()
    anchor.write_bytes(noted)
    record.open()
    assert record.vault.audit.fault is not None
    assert record.vault.audit.fault.template == AUDIT_OTHER


ROWS = st.builds(
    Row,
    seq=st.just(0),
    utc=st.text(max_size=5),
    actor=st.text(max_size=5),
    action=st.sampled_from(["edit", "create", "unlock"]),
    object=st.text(max_size=5),
    content=st.text(max_size=5),
)


def chain(parts: list[Row]) -> list[Row]:
    made: list[Row] = []
    for seq, part in enumerate(parts, 1):
        made.append(signed(replace(part, seq=seq, previous=made[-1].mac if made else ""), KEY))
    return made


def find_fault(rows: list[Row], key: bytes, anchor: Anchor) -> AuditBroken | None:
    macs = {row.seq: row.mac for row in rows}
    return walk(rows, key)[1] or fault_of_anchor(rows[-1].seq if rows else 0, anchor, macs.get)


@given(st.lists(ROWS, min_size=1, max_size=6), st.data())
def test_no_change_of_a_chain_goes_unnoticed(parts: list[Row], data: st.DataObject) -> None:
    whole = chain(parts)
    anchor = Anchor(whole[-1].seq, whole[-1].mac, 1, is_authentic=True)
    assert find_fault(whole, KEY, anchor) is None
    place = data.draw(st.integers(0, len(whole) - 1))
    name = data.draw(st.sampled_from(["utc", "actor", "action", "object", "content", "previous", "mac", "model"]))
    value = data.draw(st.text(max_size=4))
    changed = [*whole]
    changed[place] = replace(whole[place], **{name: getattr(whole[place], name) + value + "x"})
    assert find_fault(changed, KEY, anchor) is not None
    del changed[place]
    assert find_fault(changed, KEY, anchor) is not None
    assert find_fault(whole, b"l" * 32, anchor) is not None
