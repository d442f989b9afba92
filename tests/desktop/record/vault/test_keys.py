"""What opens a vault, what does not, and that no step of a change leaves it closed to its owner."""

from __future__ import annotations

import contextlib
import json
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.pictures.fields import to_fields
from desktop.record.disk import Disk
from desktop.record.errors import (
    DiskFull,
    HeaderDamaged,
    LastSlot,
    PassphraseTooShort,
    RecordError,
    TooManySlots,
    VaultMissing,
    VaultNewer,
    VaultUnreadable,
    WrongPassphrase,
    WrongRecoveryKey,
)
from desktop.record.vault import header as header_module
from desktop.record.vault import slots
from desktop.record.vault.header import MAX_SLOTS, Header, decode
from desktop.record.vault.kdf import STANDARD, KdfParameters
from desktop.record.vault.keys import COPY, FILE, KeyFile, VaultKeys
from desktop.record.vault.slots import NEEDED, SlotKind
from tests.fakes.failing_disk import FailAt, PowerCut
from tests.fakes.vaults import ANOTHER, CHEAP, PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def made(folder: Path) -> tuple[VaultKeys, str]:
    keys, recovery_key = KeyFile(folder, Disk(), CHEAP).make(PASSPHRASE)
    keys.write()
    return keys, recovery_key


def file_in(folder: Path) -> KeyFile:
    return KeyFile(folder, Disk(), CHEAP)


def forge(folder: Path, change: Callable[[Header], Header]) -> None:
    """Change the key file as somebody would who knows the format but no key; its copy is taken away."""
    forged = change(decode((folder / FILE).read_bytes(), CHEAP))
    forged = replace(forged, checksum=header_module._checksum(forged))
    (folder / FILE).write_text(json.dumps(to_fields(forged)))
    (folder / COPY).unlink(missing_ok=True)


def test_passphrase_and_recovery_key_give_the_same_keys(tmp_path: Path) -> None:
    keys, recovery_key = made(tmp_path)
    assert file_in(tmp_path).unlock(PASSPHRASE).key_for("x") == keys.key_for("x")
    assert file_in(tmp_path).unlock_with_recovery_key(recovery_key.lower()).key_for("x") == keys.key_for("x")
    assert keys.key_for("x") != keys.key_for("y")


def test_nothing_of_the_keys_stands_in_the_file(tmp_path: Path) -> None:
    keys, recovery_key = made(tmp_path)
    text = (tmp_path / FILE).read_text()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    for secret in (PASSPHRASE, recovery_key, recovery_key.replace("-", ""), keys._data_key.hex()):
        assert secret not in text


def test_a_wrong_passphrase_is_said_and_changes_nothing(tmp_path: Path) -> None:
    made(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(WrongPassphrase, match="recovery key"):
        file_in(tmp_path).unlock("correct horse batterie")
    assert (tmp_path / FILE).read_bytes() == before


def test_the_recovery_key_of_another_vault_is_told_apart_from_a_mistyped_one(tmp_path: Path) -> None:
    made(tmp_path)
    _, foreign = KeyFile(tmp_path / "other", Disk(), CHEAP).make(PASSPHRASE)
    with pytest.raises(WrongRecoveryKey):
        file_in(tmp_path).unlock_with_recovery_key(foreign)


def test_a_passphrase_opens_however_its_letters_are_composed(tmp_path: Path) -> None:
    keys, _ = KeyFile(tmp_path, Disk(), CHEAP).make("Bettw\N{LATIN SMALL LETTER A WITH DIAERESIS}sche im Schrank")
    keys.write()
    assert file_in(tmp_path).unlock("Bettwa\N{COMBINING DIAERESIS}sche im Schrank").vault_id == keys.vault_id


def test_a_missing_vault_is_said_and_never_made(tmp_path: Path) -> None:
    with pytest.raises(VaultMissing, match="Nothing was changed"):
        file_in(tmp_path).unlock(PASSPHRASE)
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(VaultUnreadable):
        file_in(tmp_path).unlock(PASSPHRASE)


def test_a_newer_key_file_is_refused_as_it_is(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"version": 3, "anything": []}')
    with pytest.raises(VaultNewer, match="update Bedside"):
        file_in(tmp_path).unlock(PASSPHRASE)
    assert (tmp_path / FILE).read_text() == '{"version": 3, "anything": []}'


# --- changes ------------------------------------------------------------------------------------------------------


def test_a_changed_passphrase_opens_and_the_old_one_does_not(tmp_path: Path) -> None:
    keys, recovery_key = made(tmp_path)
    keys.change_passphrase(PASSPHRASE, ANOTHER)
    with pytest.raises(WrongPassphrase):
        file_in(tmp_path).unlock(PASSPHRASE)
    assert file_in(tmp_path).unlock(ANOTHER).key_for("x") == keys.key_for("x")
    assert file_in(tmp_path).unlock_with_recovery_key(recovery_key).key_for("x") == keys.key_for("x")


def test_changing_needs_the_old_passphrase_and_a_long_new_one(tmp_path: Path) -> None:
    keys, _ = made(tmp_path)
    with pytest.raises(WrongPassphrase):
        keys.change_passphrase(ANOTHER, ANOTHER)
    with pytest.raises(PassphraseTooShort, match="at least 12"):
        keys.change_passphrase(PASSPHRASE, "short")
    assert file_in(tmp_path).unlock(PASSPHRASE)


def test_who_came_in_by_the_recovery_key_sets_a_passphrase(tmp_path: Path) -> None:
    _, recovery_key = made(tmp_path)
    file_in(tmp_path).unlock_with_recovery_key(recovery_key).reset_passphrase(ANOTHER)
    assert file_in(tmp_path).unlock(ANOTHER)
    with pytest.raises(WrongPassphrase):
        file_in(tmp_path).unlock(PASSPHRASE)


def test_a_second_passphrase_is_added_and_removed(tmp_path: Path) -> None:
    keys, _ = made(tmp_path)
    slot_id = keys.add_passphrase(ANOTHER)
    assert file_in(tmp_path).unlock(ANOTHER).key_for("x") == file_in(tmp_path).unlock(PASSPHRASE).key_for("x")
    keys.remove_slot(slot_id)
    with pytest.raises(WrongPassphrase):
        file_in(tmp_path).unlock(ANOTHER)


def test_a_renewed_recovery_key_makes_the_printed_one_void(tmp_path: Path) -> None:
    keys, old = made(tmp_path)
    new = keys.renew_recovery_key()
    assert file_in(tmp_path).unlock_with_recovery_key(new)
    with pytest.raises(WrongRecoveryKey):
        file_in(tmp_path).unlock_with_recovery_key(old)


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_the_last_of_a_kind_cannot_be_removed(tmp_path: Path, kind: SlotKind) -> None:
    keys, _ = made(tmp_path)
    with pytest.raises(LastSlot):
        keys.remove_slot(next(slot.id for slot in keys.slots if slot.kind is kind))


def test_no_more_slots_than_can_be_read(tmp_path: Path) -> None:
    keys, _ = made(tmp_path)
    while len(keys.slots) < MAX_SLOTS:
        keys.add_passphrase(f"{ANOTHER} {len(keys.slots)}")
    with pytest.raises(TooManySlots):
        keys.add_passphrase(ANOTHER)
    assert len(file_in(tmp_path).unlock(PASSPHRASE).slots) == MAX_SLOTS


@pytest.mark.parametrize("power_cut", [False, True])
def test_a_change_that_fails_at_any_step_leaves_the_old_or_the_new_passphrase(tmp_path: Path, power_cut: bool) -> None:
    for step in range(3):  # write, replace, flush of the folder
        folder = tmp_path / str(step)
        folder.mkdir()
        made(folder)
        keys = KeyFile(folder, FailAt(step, power_cut=power_cut), CHEAP).unlock(PASSPHRASE)
        expected = PowerCut if power_cut else DiskFull if step < 2 else ()  # once it is in place, it is told as done
        with pytest.raises(expected) if expected else contextlib.nullcontext():
            keys.change_passphrase(PASSPHRASE, ANOTHER)
        opened = [word for word in (PASSPHRASE, ANOTHER) if _opens(folder, word)]
        assert len(opened) == 1


def test_a_copy_that_cannot_be_written_does_not_undo_the_change(tmp_path: Path) -> None:
    made(tmp_path)
    keys = KeyFile(tmp_path, FailAt(3), CHEAP).unlock(PASSPHRASE)
    keys.change_passphrase(PASSPHRASE, ANOTHER)
    assert (tmp_path / COPY).read_bytes() != (tmp_path / FILE).read_bytes()
    with pytest.raises(WrongPassphrase):  # the copy would still take it
        file_in(tmp_path).unlock(PASSPHRASE)
    assert file_in(tmp_path).unlock(ANOTHER)
    assert (tmp_path / COPY).read_bytes() == (tmp_path / FILE).read_bytes()


def _opens(folder: Path, passphrase: str) -> bool:
    try:
        file_in(folder).unlock(passphrase)
    except WrongPassphrase:
        return False
    return True


# --- damage and forgery -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [FILE, COPY])
@pytest.mark.parametrize("damage", [b"", b"{", b"\xff" * 10, None])
def test_either_file_alone_opens_the_vault_and_mends_the_other(tmp_path: Path, name: str, damage: bytes | None) -> None:
    made(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    if damage is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(damage)
    assert file_in(tmp_path).unlock(PASSPHRASE)
    assert (tmp_path / FILE).read_bytes() == (tmp_path / COPY).read_bytes() == whole


def test_bytes_of_the_key_file_all_count(tmp_path: Path) -> None:
    keys, _ = made(tmp_path)
    (tmp_path / COPY).unlink()
    whole = (tmp_path / FILE).read_bytes()
    for place in range(0, len(whole), 3):
        (tmp_path / FILE).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        try:
            opened = file_in(tmp_path).unlock(PASSPHRASE)
        except (HeaderDamaged, VaultNewer):
            continue
        assert opened.slots == keys.slots  # only where the meaning is the same, such as a space
    (tmp_path / FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HeaderDamaged, match="restore the key file from a backup"):
        file_in(tmp_path).unlock(PASSPHRASE)


FORGERIES = {
    "a slot taken away": lambda header: replace(header, slots=header.of_kind(SlotKind.PASSPHRASE)),
    "another database": lambda header: replace(header, generation=7),
    "another vault": lambda header: replace(header, vault="0" * 32),
    "another time": lambda header: replace(header, slots=(replace(header.slots[0], created="2020"), header.slots[1])),
    "costlier": lambda header: _with_kdf(header, KdfParameters(4 << 20, 3, 4)),
    "cheaper": lambda header: _with_kdf(header, KdfParameters(32, 1, 1)),
    "no parameters": lambda header: replace(header, slots=(replace(header.slots[0], kdf=None),)),
    "short key": lambda header: replace(header, slots=(replace(header.slots[0], wrapped="00"),)),
    "no hexadecimal": lambda header: replace(header, mac="x" * 64),
    "generation 0": lambda header: replace(header, generation=0),
    "too many slots": lambda header: replace(header, slots=header.slots * 9),
}


def _with_kdf(header: Header, kdf: KdfParameters) -> Header:
    return replace(header, slots=tuple(replace(slot, kdf=kdf) if slot.kdf else slot for slot in header.slots))


@pytest.mark.parametrize("forgery", list(FORGERIES))
def test_a_forged_key_file_opens_nothing(tmp_path: Path, forgery: str) -> None:
    made(tmp_path)
    forge(tmp_path, FORGERIES[forgery])
    with pytest.raises(RecordError) as caught:
        file_in(tmp_path).unlock(PASSPHRASE)
    assert isinstance(caught.value, HeaderDamaged | WrongPassphrase)


def test_parameters_out_of_range_are_never_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(tmp_path)
    forge(tmp_path, FORGERIES["costlier"])
    monkeypatch.setattr(slots, "stretch", lambda *_: pytest.fail("it was tried"))
    with pytest.raises(HeaderDamaged):
        file_in(tmp_path).unlock(PASSPHRASE)


def test_a_forged_key_file_beside_an_honest_copy_is_put_right(tmp_path: Path) -> None:
    made(tmp_path)
    honest = (tmp_path / COPY).read_bytes()
    forge(tmp_path, FORGERIES["a slot taken away"])
    (tmp_path / COPY).write_bytes(honest)
    assert len(file_in(tmp_path).unlock(PASSPHRASE).slots) == 2
    assert (tmp_path / FILE).read_bytes() == honest


def test_a_slot_of_another_vault_opens_nothing_here(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        made(folder)
    foreign = decode((theirs / FILE).read_bytes(), CHEAP)
    forge(ours, lambda header: replace(header, slots=foreign.slots))
    with pytest.raises(WrongPassphrase):
        file_in(ours).unlock(PASSPHRASE)


def test_the_defaults_cost_what_they_should(tmp_path: Path) -> None:
    keys, _ = KeyFile(tmp_path, Disk()).make(PASSPHRASE)
    keys.write()
    kdf = keys.slots[0].kdf
    assert kdf is not None
    assert (kdf.memory_kib >= 256 << 10, kdf.iterations, kdf.lanes) == (True, 3, 4)
    assert STANDARD.allows(kdf)
    assert not STANDARD.allows(KdfParameters(64 << 10, 3, 4))
    assert KeyFile(tmp_path, Disk()).unlock(PASSPHRASE).key_for("x") == keys.key_for("x")
