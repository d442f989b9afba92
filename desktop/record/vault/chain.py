"""The rows of the audit trail, and what makes them a chain that nobody can change unnoticed.

Each row carries an HMAC-SHA-256 over its own fields and the MAC of the row before it.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING

from desktop.record.errors import AUDIT_ANCHOR, AUDIT_CHANGED, AUDIT_MISSING, AUDIT_OTHER, AUDIT_SHORT, AuditBroken
from desktop.record.vault.crypto import is_signed, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from desktop.record.vault.anchor import Anchor


class Action(StrEnum):
    """What was done."""

    BEGIN = "begin"
    """The trail began."""
    UNLOCK = "unlock"
    FAILED_UNLOCK = "failed unlock"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    LINK = "link"
    """The doctor said that an encounter is of the same patient as others; `content` is the same for all of them."""
    UNLINK = "unlink"
    """That was taken back."""
    CONSENT = "consent"
    """What holds about recording was answered, or taken back."""
    RECORD = "record"
    DELETE_RECORDING = "delete recording"
    ANSWER = "answer"
    DRAFT = "draft"
    SIGN = "sign"
    """A note was signed; `content` is the SHA-256 of its canonical bytes, so that an export can be held against it."""
    ERASE = "erase"
    """The sound of a recording was erased after its note was signed."""
    EXPORT = "export"
    EXPORT_TRAIL = "export trail"
    BACK_UP = "back up"
    RESTORE = "restore"
    """The record was brought back from a backup."""
    KEYRING_ON = "keyring on"
    """The system's store of secrets opens the vault too from then on."""
    KEYRING_OFF = "keyring off"
    ROTATE = "rotate"
    """The vault was given another data key."""
    ACCEPT = "accept"
    """A broken trail was looked at, and the record is written again."""


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which model answered: the hash or the name of its weights and of its adapter, and the prompt's version."""

    model: str = ""
    adapter: str = ""
    prompt: str = ""


NO_STAMP = Stamp()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the trail; `mac` and `previous` are hexadecimal."""

    seq: int
    """From 1, without a gap."""
    utc: str
    actor: str
    """By which slot of the key file the vault was opened."""
    action: str
    object: str = ""
    """The id of an encounter or of a file, or the name of a backup."""
    outcome: str = Outcome.DONE
    model: str = ""
    adapter: str = ""
    prompt: str = ""
    content: str = ""
    """A keyed hash of what it is about; of a signed note its plain SHA-256, which holds a random id and so no guess."""
    previous: str = ""
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the chain: a row's number and its MAC, in hexadecimal; 0 is before the first row."""

    seq: int = 0
    mac: str = ""


COLUMNS = tuple(field.name for field in fields(Row))
_SIGNED = attrgetter(*COLUMNS[:-1])
_ALL = attrgetter(*COLUMNS)


def signed(row: Row, key: bytes) -> Row:
    """Return a row with its MAC."""
    return replace(row, mac=sign(key, _canonical(row)).hex())


def is_authentic(row: Row, key: bytes) -> bool:
    """Return whether the row is what was signed."""
    return is_signed(key, _canonical(row), _bytes(row.mac))


def walk(rows: Iterable[Row], key: bytes, known: Link = Link()) -> tuple[Link, AuditBroken | None]:
    """Follow the chain from a place that is known to be whole; returns the last place that is, and what is wrong."""
    for row in rows:
        if row.seq != known.seq + 1:
            return known, AuditBroken(AUDIT_MISSING, known.seq + 1)
        if row.previous != known.mac or not is_authentic(row, key):
            return known, AuditBroken(AUDIT_CHANGED, row.seq)
        known = Link(row.seq, row.mac)
    return known, None


def fault_of_anchor(newest: int, anchor: Anchor | None, mac_at: Callable[[int], str | None]) -> AuditBroken | None:
    """Return how a trail that ends with row `newest` disagrees with its anchor, None where it does not.

    A crash between a row and its anchor leaves rows behind the anchor: they are whole, nobody else could sign them.
    """
    if anchor is None or not anchor.is_authentic:
        return AuditBroken(AUDIT_ANCHOR) if newest or anchor else None
    if newest < anchor.seq:
        return AuditBroken(AUDIT_SHORT, anchor.seq - newest, newest)
    if anchor.seq and anchor.mac != mac_at(anchor.seq):
        return AuditBroken(AUDIT_OTHER, anchor.seq)
    return None


def digest_of(rows: Iterable[Row], key: bytes) -> str:
    """Return the keyed digest of rows as they are, in hexadecimal."""
    digest = hmac.new(key, b"rows ", hashlib.sha256)
    for row in rows:
        digest.update(json.dumps(_ALL(row)).encode())
    return digest.hexdigest()


def csv_text(rows: Iterable[Row]) -> str:
    """Return rows as CSV (RFC 4180), with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(map(values_of, rows))
    return text.getvalue()


def values_of(row: Row) -> tuple[int | str, ...]:
    """Return the fields of a row in the order of COLUMNS."""
    values: tuple[int | str, ...] = _ALL(row)
    return values


def _canonical(row: Row) -> bytes:
    return b"row " + json.dumps((*_SIGNED(row), ""), ensure_ascii=True, separators=(",", ":")).encode()


def _bytes(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""
