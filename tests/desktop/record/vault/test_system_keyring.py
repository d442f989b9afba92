"""The system's store of secrets: it opens the vault too, may vanish, and knows where the trail ended."""

from __future__ import annotations

import shutil
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.errors import KeyringGone, KeyringUnavailable, LastSlot, RecordReadOnly, TooManySlots
from desktop.record.vault import system_keyring
from desktop.record.vault.header import MAX_SLOTS, decode
from desktop.record.vault.keys import FILE
from desktop.record.vault.opening import open_vault, open_vault_with_keyring, open_vault_with_recovery_key
from desktop.record.vault.slots import SlotKind
from desktop.record.vault.system_keyring import SERVICE, Seen, has_keyring_slot, seen_in, store_of_the_system
from desktop.ui.vault.session import KEY_FILE
from tests.fakes.keyrings import FakeSecretStore, keyring_of
from tests.fakes.vaults import ANOTHER, CHEAP, PASSPHRASE, VaultRecord

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store() -> FakeSecretStore:
    return FakeSecretStore()


def open_with(record: VaultRecord, store: FakeSecretStore | None) -> None:
    """Lock, and open by the system's store."""
    record.close()
    record.vault = open_vault_with_keyring(record.folder, keyring_of(store), record.means)


def header_of(record: VaultRecord):
    return decode((record.folder / FILE).read_bytes(), CHEAP)


def test_it_opens_the_vault_beside_the_passphrase_and_the_recovery_key(
    record: VaultRecord, store: FakeSecretStore
) -> None:
    made = record.store.create("Bed 4")
    record.vault.add_keyring(keyring_of(store))
    assert record.vault.keys.opens_with_keyring
    open_with(record, store)
    assert record.store.load(made.id).title == "Bed 4"
    assert record.vault.audit.rows()[-1].actor.startswith("system keyring ")
    record.reopen()
    record.close()
    record.vault = open_vault_with_recovery_key(record.folder, record.recovery_key, record.means)


def test_what_it_holds_is_random_and_no_key_of_the_vault(record: VaultRecord, store: FakeSecretStore) -> None:
    record.vault.add_keyring(keyring_of(store))
    (secret,) = (bytes.fromhex(kept) for kept in store.kept.values())
    assert len(secret) == 32
    assert secret != record.vault.keys._data_key
    record.vault.add_keyring(keyring_of(store))
    assert [bytes.fromhex(kept) for kept in store.kept.values()] != [secret]
    assert len([slot for slot in record.vault.keys.slots if slot.kind is SlotKind.SYSTEM_KEYRING]) == 1


def test_switched_off_nothing_of_it_is_left(record: VaultRecord, store: FakeSecretStore) -> None:
    record.vault.add_keyring(keyring_of(store))
    kept = dict(store.kept)
    record.vault.remove_keyring(keyring_of(store))
    assert store.kept == {}
    assert not record.vault.keys.opens_with_keyring
    store.kept |= kept  # somebody kept a copy of it
    record.close()
    with pytest.raises(KeyringGone):
        open_vault_with_keyring(record.folder, keyring_of(store), record.means)
    record.open()
    told = [row.action for row in record.vault.audit.rows()]
    assert told.count("keyring on") == told.count("keyring off") == 1


def test_it_is_switched_off_also_where_the_store_is_away(record: VaultRecord, store: FakeSecretStore) -> None:
    record.vault.add_keyring(keyring_of(store))
    store.is_locked = True
    record.vault.remove_keyring(keyring_of(store))
    store.is_locked = False
    record.close()
    with pytest.raises(KeyringGone):
        open_vault_with_keyring(record.folder, keyring_of(store), record.means)
    record.open()


@pytest.mark.parametrize("state", ["none", "locked", "keeps nothing"])
def test_a_store_that_cannot_be_used_changes_nothing(record: VaultRecord, store: FakeSecretStore, state: str) -> None:
    store.is_locked, store.drops = state == "locked", state == "keeps nothing"
    before = (record.folder / FILE).read_bytes()
    with pytest.raises(KeyringUnavailable, match="use the passphrase"):
        record.vault.add_keyring(keyring_of(None if state == "none" else store))
    assert (record.folder / FILE).read_bytes() == before
    assert [row.action for row in record.vault.audit.rows()] == ["begin", "unlock"]


@pytest.mark.parametrize("state", ["emptied", "another secret", "rubbish", "locked", "none"])
def test_a_secret_that_is_gone_is_told_and_the_passphrase_opens(
    record: VaultRecord, store: FakeSecretStore, state: str
) -> None:
    record.vault.add_keyring(keyring_of(store))
    record.close()
    name = (SERVICE, record.vault.keys.vault_id)
    match state:
        case "emptied":
            store.kept.clear()
        case "another secret":
            store.kept[name] = "00" * 32
        case "rubbish":
            store.kept[name] = "x"
        case "locked":
            store.is_locked = True
    expected = KeyringUnavailable if state in {"locked", "none"} else KeyringGone
    with pytest.raises(expected, match="passphrase"):
        open_vault_with_keyring(record.folder, keyring_of(None if state == "none" else store), record.means)
    record.open()


def test_it_is_never_the_only_key(record: VaultRecord, store: FakeSecretStore) -> None:
    record.vault.add_keyring(keyring_of(store))
    for kind in (SlotKind.PASSPHRASE, SlotKind.RECOVERY_KEY):
        (slot,) = (slot for slot in record.vault.keys.slots if slot.kind is kind)
        with pytest.raises(LastSlot):
            record.vault.keys.remove_slot(slot.id)


def test_it_stays_with_another_passphrase_and_another_recovery_key_and_goes_with_a_reset(
    record: VaultRecord, store: FakeSecretStore
) -> None:
    keys = record.vault.keys
    record.vault.add_keyring(keyring_of(store))
    keys.change_passphrase(PASSPHRASE, ANOTHER)
    keys.renew_recovery_key()
    assert keys.opens_with_keyring
    open_with(record, store)
    record.vault.keys.reset_passphrase(PASSPHRASE)
    assert not record.vault.keys.opens_with_keyring


def test_there_is_room_for_it_or_it_is_refused(record: VaultRecord, store: FakeSecretStore) -> None:
    keys = record.vault.keys
    while len(keys.slots) < MAX_SLOTS:
        keys.add_passphrase(f"{ANOTHER} {len(keys.slots)}")
    with pytest.raises(TooManySlots):
        record.vault.add_keyring(keyring_of(store))
    assert store.kept == {}


def test_an_older_bedside_is_told_that_the_key_file_is_newer(record: VaultRecord, store: FakeSecretStore) -> None:
    assert header_of(record).version == 1
    record.vault.add_keyring(keyring_of(store))
    assert header_of(record).version == 2
    assert has_keyring_slot(record.folder / KEY_FILE)
    record.vault.remove_keyring(keyring_of(store))
    assert header_of(record).version == 1
    assert not has_keyring_slot(record.folder / KEY_FILE)


@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"slots": 1}', b'{"slots": [1]}', b"\xff", b"{"])
def test_a_key_file_that_says_nothing_offers_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    assert not has_keyring_slot(tmp_path / FILE)
    assert KEY_FILE == FILE


# --- an older record that is put back ------------------------------------------------------------------------------


def _put_back(record: VaultRecord, copy: Path) -> None:
    """Put an older folder in the place of the record, and the older note beside it."""
    shutil.rmtree(record.folder)
    shutil.copytree(copy / "vault", record.folder)
    for note in copy.glob("*.seen.json"):
        shutil.copy(note, record.folder.parent / note.name)


def _copied(record: VaultRecord, to: Path) -> Path:
    shutil.copytree(record.folder, to / "vault")
    for note in record.folder.parent.glob("*.seen.json"):
        shutil.copy(note, to / note.name)
    return to


def test_an_older_record_with_its_own_older_notes_is_told(
    record: VaultRecord, store: FakeSecretStore, tmp_path: Path
) -> None:
    record.vault.add_keyring(keyring_of(store))
    open_with(record, store)
    record.close()
    older = _copied(record, tmp_path / "older")
    record.vault = open_vault_with_keyring(record.folder, keyring_of(store), record.means)
    made = record.store.create("what was written since")
    record.close()

    _put_back(record, older)
    record.vault = open_vault(record.folder, PASSPHRASE, record.means)
    assert record.vault.audit.fault is None  # on the disk nothing knows of it
    record.close()
    _put_back(record, older)
    record.vault = open_vault_with_keyring(record.folder, keyring_of(store), record.means)
    assert "older than the one" in str(record.vault.audit.fault)
    assert not record.store.has(made.id)
    with pytest.raises(RecordReadOnly):
        record.store.create("more")
    record.vault.audit.accept()
    open_with(record, store)
    assert record.vault.audit.fault is None


@pytest.mark.parametrize("lost", ["emptied", "rubbish", "locked meanwhile"])
def test_a_store_that_forgot_where_the_trail_ended_keeps_nobody_out(
    record: VaultRecord, store: FakeSecretStore, lost: str
) -> None:
    record.vault.add_keyring(keyring_of(store))
    open_with(record, store)
    name = (SERVICE, f"{record.vault.keys.vault_id} seen")
    if lost == "emptied":
        del store.kept[name]
    elif lost == "rubbish":
        store.kept[name] = "1 2 3"
    store.is_locked = lost == "locked meanwhile"
    record.close()
    store.is_locked = False
    open_with(record, store)
    assert record.vault.audit.fault is None


def test_a_new_data_key_begins_anew(record: VaultRecord, store: FakeSecretStore) -> None:
    record.vault.add_keyring(keyring_of(store))
    open_with(record, store)
    record.vault.rotate_data_key(PASSPHRASE)
    assert not record.vault.keys.opens_with_keyring
    record.vault.add_keyring(keyring_of(store))
    open_with(record, store)
    assert record.vault.audit.fault is None


@given(text=st.text())
def test_any_text_is_read_or_is_nothing(text: str) -> None:
    found = seen_in(text)
    assert found is None or isinstance(found.seq, int)


@given(seen=st.builds(Seen, st.integers(0), st.integers(0), st.just("ab12"), st.just("2026-11-28T00:00:00.000+00:00")))
def test_what_is_kept_is_read(seen: Seen) -> None:
    assert seen_in(seen.text) == seen


# --- which store ---------------------------------------------------------------------------------------------------


class _There:
    priority = 5.0


@pytest.mark.parametrize(("place", "found"), [(0, True), (2, True), (None, False)])
def test_only_the_stores_of_the_systems_are_looked_at(
    monkeypatch: pytest.MonkeyPatch, place: int | None, found: bool
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for number, (module, name) in enumerate(system_keyring.STORES):
        stand_in = ModuleType(module)
        setattr(stand_in, name, _There if number == place else _Refusing)
        monkeypatch.setitem(sys.modules, module, stand_in)
    assert isinstance(store_of_the_system(), _There) is found
    assert keyring_of(None).is_there is False


class _Meta(type):
    @property
    def priority(cls) -> float:
        raise RuntimeError("another system")


class _Refusing(metaclass=_Meta):
    pass


def test_no_store_that_keeps_secrets_in_plain_files_is_named() -> None:
    modules = {module for module, _ in system_keyring.STORES}
    assert modules == {"keyring.backends.macOS", "keyring.backends.Windows", "keyring.backends.SecretService"}
