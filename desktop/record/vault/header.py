"""The key file `vault.json`: which vault it is, which data key is the current one, and the slots that hold it.

A checksum tells an accident from a wrong passphrase before anything is tried; the MAC, under a key that only the data
key gives, tells whether somebody changed the file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from desktop.pictures.errors import MessageDamaged
from desktop.pictures.fields import from_fields, to_fields
from desktop.record.errors import HEADER_DAMAGED, VAULT_NEWER, HeaderDamaged, VaultNewer
from desktop.record.vault.crypto import KEY_BYTES, NONCE_BYTES, TAG_BYTES, derive, is_signed, sign
from desktop.record.vault.slots import Slot, SlotKind

if TYPE_CHECKING:
    from desktop.record.vault.kdf import KdfPolicy

VERSION = 2
"""Version 2 knows slots of the system's store of secrets; a key file without one is written as version 1."""
MAX_BYTES = 64 << 10
MAX_SLOTS = 16
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_WRAPPED_DIGITS = 2 * (NONCE_BYTES + KEY_BYTES + TAG_BYTES)


@dataclass(frozen=True, slots=True)
class Header:
    """What the key file says; byte strings are hexadecimal."""

    version: int
    vault: str
    """32 digits, random."""
    generation: int
    """Counts the data keys that the vault has had, from 1; it names the database's file."""
    slots: tuple[Slot, ...]
    mac: str = ""
    checksum: str = ""

    def of_kind(self, kind: SlotKind) -> tuple[Slot, ...]:
        """Return the slots that one kind of key opens."""
        return tuple(slot for slot in self.slots if slot.kind is kind)


def version_for(slots: tuple[Slot, ...]) -> int:
    """Return the oldest version of the key file that knows these slots."""
    return 2 if any(slot.kind is SlotKind.SYSTEM_KEYRING for slot in slots) else 1


def encode(header: Header, data_key: bytes) -> bytes:
    """Return the key file's content, signed under the data key."""
    signed = replace(header, mac=sign(_mac_key(header, data_key), _body(header)).hex(), checksum="")
    whole = replace(signed, checksum=_checksum(signed))
    return json.dumps(to_fields(whole), indent=1).encode() + b"\n"


def decode(data: bytes, policy: KdfPolicy) -> Header:
    """Read a key file; whether it is authentic is known only with the data key.

    Raises:
        VaultNewer: it is of a later version.
        HeaderDamaged: anything else that does not fit.
    """
    if len(data) > MAX_BYTES:
        raise HeaderDamaged(HEADER_DAMAGED)
    try:
        document = json.loads(data)
        _check_version(document)
        header = from_fields(Header, document)
    except (ValueError, RecursionError, MessageDamaged) as error:
        raise HeaderDamaged(HEADER_DAMAGED) from error
    if not hmac.compare_digest(_checksum(header).encode(), header.checksum.encode()) or not _fits(header, policy):
        raise HeaderDamaged(HEADER_DAMAGED)
    return header


def check_authentic(header: Header, data_key: bytes) -> None:
    """Raise HeaderDamaged where the header was not written by somebody who had the data key."""
    if not is_signed(_mac_key(header, data_key), _body(header), bytes.fromhex(header.mac)):
        raise HeaderDamaged(HEADER_DAMAGED)


def _check_version(document: object) -> None:
    version = document.get("version") if isinstance(document, dict) else None
    if type(version) is int and version > VERSION:
        raise VaultNewer(VAULT_NEWER)


def _fits(header: Header, policy: KdfPolicy) -> bool:
    return (
        1 <= header.version <= VERSION
        and header.generation >= 1
        and len(header.slots) <= MAX_SLOTS
        and _is_hex(header.vault, 32)
        and _is_hex(header.mac, 64)
        and all(_slot_fits(slot, policy) for slot in header.slots)
    )


def _slot_fits(slot: Slot, policy: KdfPolicy) -> bool:
    if not (_is_hex(slot.id, 16) and _is_hex(slot.salt, 32) and _is_hex(slot.wrapped, _WRAPPED_DIGITS)):
        return False
    if slot.kind is not SlotKind.PASSPHRASE:
        return slot.kdf is None
    return slot.kdf is not None and policy.allows(slot.kdf)


def _is_hex(text: str, digits: int) -> bool:
    return len(text) == digits and _HEX.fullmatch(text) is not None


def _mac_key(header: Header, data_key: bytes) -> bytes:
    return derive(data_key, bytes.fromhex(header.vault), "key file")


def _body(header: Header) -> bytes:
    return _canonical(replace(header, mac="", checksum=""))


def _checksum(header: Header) -> str:
    return hashlib.sha256(_canonical(replace(header, checksum=""))).hexdigest()


def _canonical(header: Header) -> bytes:
    return json.dumps(to_fields(header), sort_keys=True, separators=(",", ":")).encode()
