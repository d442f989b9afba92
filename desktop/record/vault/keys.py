"""Opening a vault's key file and changing what opens it: nothing else in Bedside sees the data key.

The key file is written twice, `vault.json` and then `vault.copy.json`: where it is damaged the copy opens the vault and
mends it. A copy is never asked because a passphrase was wrong, or one that was changed would still open the vault.
"""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.errors import (
    HEADER_DAMAGED,
    KEYRING_GONE,
    LAST_SLOT,
    PASSPHRASE_SHORT,
    TOO_MANY_SLOTS,
    UNREADABLE_VAULT,
    VAULT_MISSING,
    WRONG_PASSPHRASE,
    WRONG_RECOVERY_KEY,
    HeaderDamaged,
    KeyringGone,
    KeyringUnavailable,
    LastSlot,
    PassphraseTooShort,
    RecordError,
    TooManySlots,
    VaultMissing,
    VaultUnreadable,
    WrongPassphrase,
    WrongRecoveryKey,
    disk_errors,
)
from desktop.record.vault import recovery
from desktop.record.vault.crypto import NotAuthentic, derive, random_key
from desktop.record.vault.header import MAX_SLOTS, Header, check_authentic, decode, encode, version_for
from desktop.record.vault.kdf import STANDARD, KdfPolicy, calibrated
from desktop.record.vault.slots import (
    NEEDED,
    Slot,
    SlotKind,
    keyring_slot,
    opened_by_keyring,
    opened_by_passphrase,
    opened_by_recovery_key,
    passphrase_slot,
    recovery_slot,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.disk import Disk
    from desktop.record.vault.system_keyring import SystemKeyring

FILE = "vault.json"
COPY = "vault.copy.json"
LEAST_CHARACTERS = 12


class KeyFile:
    """The key file of the vault in one folder."""

    def __init__(self, folder: Path, disk: Disk, policy: KdfPolicy = STANDARD) -> None:
        self._folder = folder
        self._disk = disk
        self.policy = policy

    def make(self, passphrase: str) -> tuple[VaultKeys, str]:
        """Make a vault's first data key; returns it with the recovery key, which is shown once and must be printed.

        Raises PassphraseTooShort, TooLittleMemory, or what the disk refuses.
        """
        check_length(passphrase)
        header = Header(version_for(()), secrets.token_hex(16), 1, ())
        return VaultKeys(self, header, random_key()).with_fresh_slots(passphrase)

    def unlock(self, passphrase: str) -> VaultKeys:
        """Return the keys. Raises WrongPassphrase, or as `_headers` does."""

        def open_slot(header: Header) -> tuple[Slot, bytes]:
            found = _slot_of_passphrase(header, passphrase)
            if found is None:
                raise WrongPassphrase(WRONG_PASSPHRASE)
            return found

        return self._unlock(open_slot)

    def unlock_with_recovery_key(self, text: str) -> VaultKeys:
        """Return the keys. Raises RecoveryKeyMistyped, WrongRecoveryKey, or as `_headers` does."""
        secret = recovery.typed(text)

        def open_slot(header: Header) -> tuple[Slot, bytes]:
            for slot in header.of_kind(SlotKind.RECOVERY_KEY):
                with contextlib.suppress(NotAuthentic):
                    return slot, opened_by_recovery_key(header.vault, slot, secret)
            raise WrongRecoveryKey(WRONG_RECOVERY_KEY)

        return self._unlock(open_slot)

    def unlock_with_keyring(self, keyring: SystemKeyring) -> VaultKeys:
        """Return the keys. Raises KeyringGone, KeyringUnavailable, or as `_headers` does."""

        def open_slot(header: Header) -> tuple[Slot, bytes]:
            slots = header.of_kind(SlotKind.SYSTEM_KEYRING)
            if slots:
                secret = keyring.secret(header.vault)
                for slot in slots:
                    with contextlib.suppress(NotAuthentic):
                        return slot, opened_by_keyring(header.vault, slot, secret)
            raise KeyringGone(KEYRING_GONE)

        return self._unlock(open_slot)

    def write(self, header: Header, data_key: bytes) -> None:
        """Put a new header in the place of the old one, in one step; then its copy."""
        data = encode(header, data_key)
        with disk_errors():
            self._put(FILE, data)
        # The change holds now; a copy that could not be written is mended when the vault is opened the next time.
        with contextlib.suppress(OSError):
            self._put(COPY, data)

    def holds(self, header: Header, data_key: bytes) -> bool:
        """Return whether this is what the key file says now."""
        return self._content(FILE) == encode(header, data_key)

    def _unlock(self, open_slot: Callable[[Header], tuple[Slot, bytes]]) -> VaultKeys:
        for header in self._headers():
            slot, data_key = open_slot(header)
            try:
                check_authentic(header, data_key)
            except HeaderDamaged:
                continue  # somebody changed it; the copy may be as it was
            self._mend(encode(header, data_key))
            return VaultKeys(self, header, data_key, f"{slot.kind.value} {slot.id}")
        raise HeaderDamaged(HEADER_DAMAGED)

    def _headers(self) -> list[Header]:
        """Return what can be read, the key file first. Raises VaultMissing, VaultNewer, HeaderDamaged, VaultUnreadable.

        The copy comes only after a key file that is damaged or gone, or once nobody could have written it.
        """
        contents = [data for name in (FILE, COPY) if (data := self._content(name)) is not None]
        if not contents:
            raise VaultMissing(VAULT_MISSING)
        headers = []
        for data in dict.fromkeys(contents):
            with contextlib.suppress(HeaderDamaged):
                headers.append(decode(data, self.policy))
        if not headers:
            raise HeaderDamaged(HEADER_DAMAGED)
        return headers

    def _content(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise VaultUnreadable(UNREADABLE_VAULT, error.strerror) from error

    def _mend(self, data: bytes) -> None:
        # Opening does not depend on it: the folder may be one that can only be read.
        with contextlib.suppress(OSError):
            for name in (FILE, COPY):
                if self._content(name) != data:
                    self._put(name, data)

    def _put(self, name: str, data: bytes) -> None:
        beside = self._folder / f"{name}.new"
        try:
            self._disk.write(beside, data)
            self._disk.replace(beside, self._folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                self._disk.remove(beside)
            raise
        self._disk.sync_folder(self._folder)


class VaultKeys:
    """The keys of an open vault, and what opens it. Every change is on the disk when its method returns."""

    def __init__(self, file: KeyFile, header: Header, data_key: bytes, opened_by: str = "") -> None:
        self.opened_by = opened_by
        """Which slot opened the vault: its kind and its id."""
        self._file = file
        self._header = header
        self._data_key = data_key

    @property
    def vault_id(self) -> str:
        """32 hexadecimal digits."""
        return self._header.vault

    @property
    def generation(self) -> int:
        """Which data key of this vault it is, from 1."""
        return self._header.generation

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What opens the vault."""
        return self._header.slots

    def key_for(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose."""
        return derive(self._data_key, bytes.fromhex(self.vault_id), purpose)

    def change_passphrase(self, old: str, new: str) -> None:
        """Exchange one passphrase. Raises WrongPassphrase or PassphraseTooShort, with nothing changed."""
        check_length(new)
        found = _slot_of_passphrase(self._header, old)
        if found is None:
            raise WrongPassphrase(WRONG_PASSPHRASE)
        self._keep((*(slot for slot in self.slots if slot is not found[0]), self._passphrase_slot(new)))

    def reset_passphrase(self, new: str) -> None:
        """Put a new passphrase in the place of all: for who came in with the recovery key."""
        check_length(new)
        self._keep((*self._header.of_kind(SlotKind.RECOVERY_KEY), self._passphrase_slot(new)))

    def add_passphrase(self, new: str) -> str:
        """Let one more passphrase open the vault; returns its slot's id. Raises PassphraseTooShort or TooManySlots."""
        check_length(new)
        if len(self.slots) == MAX_SLOTS:
            raise TooManySlots(TOO_MANY_SLOTS, MAX_SLOTS)
        slot = self._passphrase_slot(new)
        self._keep((*self.slots, slot))
        return slot.id

    def remove_slot(self, slot_id: str) -> None:
        """Let a passphrase or a recovery key open the vault no longer. Raises LastSlot for the last one of its kind."""
        left = tuple(slot for slot in self.slots if slot.id != slot_id)
        if not {slot.kind for slot in left} >= NEEDED:
            raise LastSlot(LAST_SLOT)
        self._keep(left)

    def renew_recovery_key(self) -> str:
        """Put a new recovery key in the place of the old one and return it; the printed one is void from then on."""
        secret = recovery.new_secret()
        others = (slot for slot in self.slots if slot.kind is not SlotKind.RECOVERY_KEY)
        self._keep((*others, recovery_slot(self.vault_id, self._data_key, secret)))
        return recovery.printed(secret)

    @property
    def opens_with_keyring(self) -> bool:
        """Whether the system's store of secrets opens the vault too."""
        return bool(self._header.of_kind(SlotKind.SYSTEM_KEYRING))

    def add_keyring(self, keyring: SystemKeyring) -> None:
        """Let the system's store of secrets open the vault too. Raises KeyringUnavailable or TooManySlots."""
        others = tuple(slot for slot in self.slots if slot.kind is not SlotKind.SYSTEM_KEYRING)
        if len(others) == MAX_SLOTS:
            raise TooManySlots(TOO_MANY_SLOTS, MAX_SLOTS)
        secret = keyring.new_secret(self.vault_id)
        self._keep((*others, keyring_slot(self.vault_id, self._data_key, secret)))

    def remove_keyring(self, keyring: SystemKeyring) -> None:
        """Let it open the vault no longer, also where the store is away; what it holds then opens nothing any more."""
        self._keep(tuple(slot for slot in self.slots if slot.kind is not SlotKind.SYSTEM_KEYRING))
        with contextlib.suppress(KeyringUnavailable):
            keyring.forget(self.vault_id)

    def with_fresh_slots(self, passphrase: str) -> tuple[VaultKeys, str]:
        """Return these keys with one passphrase and a new recovery key, which is returned too; nothing is written."""
        secret = recovery.new_secret()
        slots = (self._passphrase_slot(passphrase), recovery_slot(self.vault_id, self._data_key, secret))
        header = replace(self._header, slots=slots, version=version_for(slots))
        fresh = VaultKeys(self._file, header, self._data_key, self.opened_by)
        return fresh, recovery.printed(secret)

    def rotated(self, passphrase: str) -> tuple[VaultKeys, str]:
        """Return the next generation with a new data key, opened by this passphrase and a new recovery key alone.

        Nothing is written: `write` makes them the vault's keys. Raises WrongPassphrase where it opens no slot now.
        """
        if _slot_of_passphrase(self._header, passphrase) is None:
            raise WrongPassphrase(WRONG_PASSPHRASE)
        header = replace(self._header, generation=self.generation + 1, slots=())
        return VaultKeys(self._file, header, random_key(), self.opened_by).with_fresh_slots(passphrase)

    def write(self) -> None:
        """Make these the vault's keys. A fault after they took the place of the old ones is none any more."""
        try:
            self._file.write(self._header, self._data_key)
        except RecordError:
            if not self._file.holds(self._header, self._data_key):
                raise

    def _keep(self, slots: tuple[Slot, ...]) -> None:
        header = replace(self._header, slots=slots, version=version_for(slots))
        changed = VaultKeys(self._file, header, self._data_key)
        changed.write()
        self._header = changed._header

    def _passphrase_slot(self, passphrase: str) -> Slot:
        return passphrase_slot(self.vault_id, self._data_key, passphrase, calibrated(self._file.policy))


def check_length(passphrase: str) -> None:
    """Raise PassphraseTooShort."""
    if len(passphrase) < LEAST_CHARACTERS:
        raise PassphraseTooShort(PASSPHRASE_SHORT, LEAST_CHARACTERS)


def _slot_of_passphrase(header: Header, passphrase: str) -> tuple[Slot, bytes] | None:
    """Return the slot that a passphrase opens, with the data key."""
    for slot in header.of_kind(SlotKind.PASSPHRASE):
        with contextlib.suppress(NotAuthentic):
            return slot, opened_by_passphrase(header.vault, slot, passphrase)
    return None
