"""What a backup says of itself, under a MAC: of which moment it is, what belongs to it, when it was proven whole."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime

from desktop.pictures.errors import MessageDamaged
from desktop.pictures.fields import from_fields, to_fields
from desktop.record.errors import BACKUP_DAMAGED, BackupDamaged
from desktop.record.vault.crypto import is_signed, sign

FILE = "manifest.json"
VERSION = 1
_ID = re.compile(r"[0-9a-f]{32}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A sealed file of the record as a backup keeps it: beside all backups, under the SHA-256 of its sealed bytes."""

    id: str
    sha256: str
    """Empty for a file that was missing already when the backup was made."""
    bytes: int
    whole: bool
    """It was opened and is what was sealed; otherwise the record's own file was damaged already."""
    is_final: bool
    """It never changes any more: every file but a recording that runs."""
    checked: str
    """When its hash was compared last, in UTC."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup."""

    version: int
    vault: str
    generation: int
    """Which data key of the vault it is encrypted with."""
    name: str
    """Also the name of its folder."""
    made: str
    verified: str
    """When all of it was proven whole last."""
    state: str
    """Equal for two backups between which nothing was changed."""
    head_seq: int
    head_mac: str
    """Where the audit trail ended."""
    database_sha256: str
    key_file_sha256: str
    files: tuple[KeptFile, ...]
    mac: str = ""

    @property
    def verified_at(self) -> datetime:
        """When all of it was proven whole last."""
        return datetime.fromisoformat(self.verified)

    @property
    def damaged(self) -> int:
        """How many files were damaged or missing in the record itself."""
        return sum(not file.whole for file in self.files)


def encode(manifest: Manifest, key: bytes) -> bytes:
    """Return a manifest's content, signed."""
    signed = replace(manifest, mac=sign(key, _body(manifest)).hex())
    return json.dumps(to_fields(signed), indent=1).encode() + b"\n"


def decode(data: bytes, name: str) -> Manifest:
    """Read a manifest; whether it is authentic is known only with the key. Raises BackupDamaged."""
    try:
        manifest = from_fields(Manifest, json.loads(data))
        times = (manifest.made, manifest.verified, *(file.checked for file in manifest.files))
        is_sound = all(datetime.fromisoformat(time).tzinfo for time in times)
    except (ValueError, RecursionError, MessageDamaged) as error:
        raise BackupDamaged(BACKUP_DAMAGED, name, "its list cannot be read") from error
    if manifest.version != VERSION or manifest.name != name or not is_sound or not all(map(_fits, manifest.files)):
        raise BackupDamaged(BACKUP_DAMAGED, name, "its list does not fit")
    return manifest


def is_authentic(manifest: Manifest, key: bytes) -> bool:
    """Return whether a backup's list was signed with this vault's key."""
    try:
        signature = bytes.fromhex(manifest.mac)
    except ValueError:
        return False
    return is_signed(key, _body(manifest), signature)


def _fits(file: KeptFile) -> bool:
    # Both become names of files: nothing may lead out of the folder.
    return bool(_ID.fullmatch(file.id) and (_SHA256.fullmatch(file.sha256) or not (file.sha256 or file.whole)))


def _body(manifest: Manifest) -> bytes:
    return b"backup " + json.dumps(to_fields(replace(manifest, mac="")), sort_keys=True, separators=(",", ":")).encode()
