"""Slots: the data key, wrapped once for each thing that opens the vault and bound to the slot's own metadata."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.pictures.fields import to_fields
from desktop.record.store import timestamp
from desktop.record.vault.crypto import derive, unwrap, wrap
from desktop.record.vault.kdf import KdfParameters, stretch

if TYPE_CHECKING:
    from collections.abc import Callable

_SALT_BYTES = 16


class SlotKind(StrEnum):
    """What opens a slot."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a kind
    RECOVERY_KEY = "recovery key"
    SYSTEM_KEYRING = "system keyring"


NEEDED = frozenset({SlotKind.PASSPHRASE, SlotKind.RECOVERY_KEY})
"""Of each of these a vault has one at least: the system's store of secrets alone may vanish any day."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to the data key; the byte strings are hexadecimal."""

    id: str
    kind: SlotKind
    created: str
    salt: str
    kdf: KdfParameters | None
    """For a passphrase; what is random is strong enough without."""
    wrapped: str


def passphrase_slot(vault_id: str, data_key: bytes, passphrase: str, parameters: KdfParameters) -> Slot:
    """Wrap the data key for a passphrase. Raises TooLittleMemory."""
    slot = _new_slot(SlotKind.PASSPHRASE, parameters)
    return _filled(slot, vault_id, data_key, stretch(passphrase, bytes.fromhex(slot.salt), parameters))


def recovery_slot(vault_id: str, data_key: bytes, secret: bytes) -> Slot:
    """Wrap the data key for a recovery key."""
    slot = _new_slot(SlotKind.RECOVERY_KEY, None)
    return _filled(slot, vault_id, data_key, _recovery_key(slot, secret))


def keyring_slot(vault_id: str, data_key: bytes, secret: bytes) -> Slot:
    """Wrap the data key for what the system's store of secrets holds."""
    slot = _new_slot(SlotKind.SYSTEM_KEYRING, None)
    return _filled(slot, vault_id, data_key, _keyring_key(slot, secret))


def opened_by_keyring(vault_id: str, slot: Slot, secret: bytes) -> bytes:
    """Return the data key. Raises NotAuthentic."""
    return _data_key(vault_id, slot, lambda: _keyring_key(slot, secret))


def opened_by_passphrase(vault_id: str, slot: Slot, passphrase: str) -> bytes:
    """Return the data key. Raises NotAuthentic or TooLittleMemory."""
    if slot.kdf is None:
        raise ValueError("a passphrase slot has parameters")
    kdf = slot.kdf
    return _data_key(vault_id, slot, lambda: stretch(passphrase, bytes.fromhex(slot.salt), kdf))


def opened_by_recovery_key(vault_id: str, slot: Slot, secret: bytes) -> bytes:
    """Return the data key. Raises NotAuthentic."""
    return _data_key(vault_id, slot, lambda: _recovery_key(slot, secret))


def _new_slot(kind: SlotKind, parameters: KdfParameters | None) -> Slot:
    return Slot(secrets.token_hex(8), kind, timestamp(), secrets.token_hex(_SALT_BYTES), parameters, "")


def _filled(slot: Slot, vault_id: str, data_key: bytes, key: bytes) -> Slot:
    return replace(slot, wrapped=wrap(key, data_key, _context(vault_id, slot)).hex())


def _data_key(vault_id: str, slot: Slot, key: Callable[[], bytes]) -> bytes:
    return unwrap(key(), bytes.fromhex(slot.wrapped), _context(vault_id, slot))


def _recovery_key(slot: Slot, secret: bytes) -> bytes:
    return derive(secret, bytes.fromhex(slot.salt), "recovery slot")


def _keyring_key(slot: Slot, secret: bytes) -> bytes:
    return derive(secret, bytes.fromhex(slot.salt), "system keyring slot")


def _context(vault_id: str, slot: Slot) -> bytes:
    """Return what a slot's wrapping is bound to: the vault and everything of the slot but the wrapped key."""
    metadata = to_fields(replace(slot, wrapped=""))
    return json.dumps([vault_id, metadata], sort_keys=True, separators=(",", ":")).encode()
