"""That nobody takes back what the audit trail tells: a matrix of everything that can be done to it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.errors import (
    AUDIT_ANCHOR,
    AUDIT_CHANGED,
    AUDIT_MISSING,
    AUDIT_OLDER,
    AUDIT_OTHER,
    AUDIT_SHORT,
    RecordReadOnly,
)
from desktop.record.vault.anchor import Anchor
from desktop.record.vault.chain import Link, Row, fault_of_anchor, signed, walk
from tests.fakes.vaults import PASSPHRASE, VaultRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop.record.errors import AuditBroken

KEY = b"k" * 32


def rows(record: VaultRecord) -> tuple[Row, ...]:
    return record.vault.audit.rows()


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
