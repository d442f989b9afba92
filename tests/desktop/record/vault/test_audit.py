"""The audit trail: what is told in it, and what is not."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import (
    Answer,
    Consent,
    ConsentManner,
    ConsentState,
    Question,
    Section,
    Sentence,
    Verdict,
    Writing,
    WritingForm,
)
from desktop.record.errors import (
    WrongPassphrase,
    WrongRecoveryKey,
)
from desktop.record.patients import alone, together
from desktop.record.vault.chain import Row, Stamp, csv_text
from desktop.record.vault.opening import open_vault, open_vault_with_recovery_key
from tests.fakes.encounters import agreed
from tests.fakes.vaults import PASSPHRASE, VaultRecord

if TYPE_CHECKING:
    from desktop.record.encounter import Encounter

CANARY = "Zwetschgenkuchen"


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


def test_answers_and_drafts_name_the_prompt_that_made_them(record: VaultRecord) -> None:
    store = record.store
    encounter = store.create("A")
    store._records.stamp_of = lambda decoder: Stamp(f"sha256 of {decoder}", "sha256 of adapter")
    question, answer = asked(encounter).entries
    assert isinstance(answer, Answer)
    begun = Writing("w1", "2026-01-01T00:00:02Z", WritingForm.NOTE, "soap")
    section = Section("Subjective", (Sentence(CANARY, Verdict.SUPPORTED),))
    written = replace(begun, sections=(section,), prompt="soap sha256:cd")
    for draft in (begun, written, replace(written, title="again"), replace(written, at="2026-01-01T00:00:03Z")):
        entries = (question, replace(answer, prompt="2026 sha256:ab"), draft)
        store.save(replace(encounter, entries=entries))
    told = [(row.action, row.object.removeprefix(encounter.id), row.model, row.prompt) for row in rows(record)]
    assert [one for one in told if one[0] in {"answer", "draft"}] == [
        ("answer", "/a1", "sha256 of smollm2", "2026 sha256:ab"),
        ("draft", "/w1/note", "", "soap sha256:cd"),
        ("draft", "/w1/note", "", "soap sha256:cd"),
    ]
    assert "soap sha256:cd" in csv_text(rows(record))
    assert CANARY not in csv_text(rows(record))


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


def test_whose_encounter_it_is_is_told_once_and_so_is_taking_it_back(record: VaultRecord) -> None:
    store = record.store
    one, other = together(store.create("A"), store.create("B"), store.summaries())
    for encounter in (one, other, replace(one, title=CANARY), alone(one)):
        store.save(encounter)
    told = [row for row in rows(record) if row.action in {"link", "unlink"}]
    assert [(row.action, row.object) for row in told] == [("link", one.id), ("link", other.id), ("unlink", one.id)]
    assert len({row.content for row in told}) == 1  # the same patient, whoever has the key sees that
    assert one.patient not in csv_text(rows(record))


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
