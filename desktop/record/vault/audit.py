"""The audit trail: who did what to which encounter when, as a chain of rows that nobody can change unnoticed.

Each row carries an HMAC-SHA-256 over its own fields and the row before it, under a key that only the data key gives. A
row is written in the transaction of what it tells, so that neither is there without the other. The head of the chain is
anchored outside the database: what is cut off, and an older database that is put back, show when the vault is opened.
No row holds a word of a patient: ids, enumerated actions and keyed hashes only.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import json
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.record.errors import (
    AUDIT_ANCHOR,
    AUDIT_CHANGED,
    AUDIT_MISSING,
    AUDIT_OTHER,
    AUDIT_SHORT,
    FAILED,
    AuditBroken,
    DiskFailed,
    RecordReadOnly,
)
from desktop.record.vault.crypto import is_signed, sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop.record.vault.anchor import Anchor, AnchorFile
    from desktop.record.vault.database import Database


class Action(StrEnum):
    """What was done."""

    BEGIN = "begin"
    """The trail began."""
    UNLOCK = "unlock"
    FAILED_UNLOCK = "failed unlock"
    CREATE = "create"
    EDIT = "edit"
    DELETE = "delete"
    RECORD = "record"
    ANSWER = "answer"
    EXPORT = "export"
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
    """The id of an encounter or of a file."""
    outcome: str = Outcome.DONE
    model: str = ""
    adapter: str = ""
    prompt: str = ""
    content: str = ""
    """A keyed hash of what it is about."""
    previous: str = ""
    mac: str = ""


_COLUMNS = tuple(field.name for field in fields(Row))
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
_PLACES = ", ".join("?" * len(_COLUMNS))
TABLE = (
    "CREATE TABLE audit (seq INTEGER PRIMARY KEY, "
    + ", ".join(f'"{name}" TEXT NOT NULL' for name in _COLUMNS[1:])
    + ") STRICT"
)
_GUARDS = tuple(
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT, 'audit is "
    f"append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
"""Against our own mistakes; against others there is the chain."""
STATEMENTS = (TABLE, *_GUARDS)


class AuditTrail:
    """The trail of an open vault. `fault` says that it is broken; until it is accepted nothing may be written."""

    def __init__(self, database: Database, key: bytes, anchor: AnchorFile, actor: str) -> None:
        """Read the trail and check it, without changing anything."""
        self._database = database
        self._key = key
        self._anchor = anchor
        self._actor = actor
        rows = self.rows()
        self._head = rows[-1] if rows else None
        self.fault = find_fault(rows, key, anchor.read())
        """The sentence that says what is wrong with it."""

    @property
    def is_empty(self) -> bool:
        """Whether it has not begun."""
        return self._newest() is None

    def rows(self) -> tuple[Row, ...]:
        """Return every row, the first one first."""
        return tuple(Row(*row) for row in self._database.rows(f"SELECT {_NAMES} FROM audit ORDER BY seq"))  # noqa: S608 - our own names

    def check_writable(self) -> None:
        """Raise RecordReadOnly while the trail is broken."""
        if self.fault:
            raise RecordReadOnly(self.fault.template, *self.fault.values)

    def hash_of(self, content: bytes) -> str:
        """Return the keyed hash of a content: whoever guesses it cannot check the guess."""
        return hmac.digest(self._key, b"content " + content, hashlib.sha256).hex()

    def add(
        self,
        action: Action,
        thing: str = "",
        content: str = "",
        stamp: Stamp = Stamp(),
        outcome: Outcome = Outcome.DONE,
        utc: str = "",
    ) -> None:
        """Add a row, in the transaction that is under way or in one of its own. Raises RecordReadOnly."""
        self.check_writable()
        with self._database.joined():
            head = self._newest()
            row = Row(
                head.seq + 1 if head else 1,
                utc or _now(),
                self._actor,
                action.value,
                thing,
                outcome.value,
                stamp.model,
                stamp.adapter,
                stamp.prompt,
                content,
                head.mac if head else "",
            )
            self._insert(signed(row, self._key))

    def anchor(self) -> None:
        """Keep the head outside the database, once what was written is on the disk; the database calls it."""
        head = self._newest()
        if head and not self.fault and head != self._head:
            self._head = head if self._anchor.write(head.seq, head.mac) else self._head

    def begin(self) -> None:
        """Make a trail that is empty begin, with an anchor before its first row. Raises DiskFailed."""
        if not self._anchor.write(0, ""):
            raise DiskFailed(FAILED, "audit trail")
        self.add(Action.BEGIN)

    def accept(self) -> None:
        """Go on after a fault: a row says that it was seen, and vouches for the rows before it as they are now."""
        fault, self.fault = self.fault, None
        if fault is None:
            return
        rows = self.rows()
        try:
            self.add(Action.ACCEPT, type(fault).__name__, _digest(rows, self._key))
        except BaseException:
            self.fault = fault
            raise

    def resigned(self, database: Database, key: bytes, anchor: AnchorFile) -> AuditTrail:
        """Sign the trail in a copy of the database under another key. Raises RecordReadOnly where it is broken."""
        self.check_writable()
        rows, previous = [], ""
        for row in self.rows():
            rows.append(signed(replace(row, previous=previous), key))
            previous = rows[-1].mac
        for verb in ("update", "delete"):
            database.rows(f"DROP TRIGGER IF EXISTS audit_no_{verb}")
        database.rows("DELETE FROM audit")
        for row in rows:
            database.rows(f"INSERT INTO audit ({_NAMES}) VALUES ({_PLACES})", *astuple(row))  # noqa: S608 - our own names
        for guard in _GUARDS:
            database.rows(guard)
        return AuditTrail.unchecked(database, key, anchor, self._actor)

    @classmethod
    def unchecked(cls, database: Database, key: bytes, anchor: AnchorFile, actor: str) -> AuditTrail:
        """Return a trail that was signed just now: its anchor is still the old one."""
        trail = cls(database, key, anchor, actor)
        trail.fault, trail._head = None, None
        return trail

    def _newest(self) -> Row | None:
        found = self._database.rows(f"SELECT {_NAMES} FROM audit ORDER BY seq DESC LIMIT 1")  # noqa: S608 - our own names
        return Row(*found[0]) if found else None

    def _insert(self, row: Row) -> None:
        self._database.rows(f"INSERT INTO audit ({_NAMES}) VALUES ({_PLACES})", *astuple(row))  # noqa: S608 - our own names


def signed(row: Row, key: bytes) -> Row:
    """Return a row with its MAC."""
    return replace(row, mac=sign(key, _canonical(row)).hex())


def find_fault(rows: Sequence[Row], key: bytes, anchor: Anchor | None) -> AuditBroken | None:
    """Return what is wrong with a trail, None where it is whole.

    A crash between a row and its anchor leaves rows behind the anchor: they are whole, nobody else could sign them.
    """
    start = _accepted(rows, key)
    previous = rows[start - 1].mac if start else ""
    for place, row in enumerate(rows[start:], rows[start].seq if start else 1):
        if row.seq != place:
            return AuditBroken(AUDIT_MISSING, place)
        if row.previous != previous or not is_signed(key, _canonical(row), _bytes(row.mac)):
            return AuditBroken(AUDIT_CHANGED, row.seq)
        previous = row.mac
    return _fault_of_anchor(rows, anchor)


def _fault_of_anchor(rows: Sequence[Row], anchor: Anchor | None) -> AuditBroken | None:
    if anchor is None or not anchor.is_authentic:
        return AuditBroken(AUDIT_ANCHOR) if rows or anchor else None
    newest = rows[-1].seq if rows else 0
    if newest < anchor.seq:
        return AuditBroken(AUDIT_SHORT, anchor.seq - newest, newest)
    if anchor.seq and anchor.mac not in {row.mac for row in rows if row.seq == anchor.seq}:
        return AuditBroken(AUDIT_OTHER, anchor.seq)
    return None


def _accepted(rows: Sequence[Row], key: bytes) -> int:
    """Return how many rows at the beginning a later one vouches for, as they are."""
    for place in range(len(rows) - 1, -1, -1):
        row = rows[place]
        if row.action == Action.ACCEPT and is_signed(key, _canonical(row), _bytes(row.mac)):
            return place if hmac.compare_digest(row.content, _digest(rows[:place], key)) else 0
    return 0


def csv_text(rows: Iterable[Row]) -> str:
    """Return rows as CSV (RFC 4180), with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue()


def _canonical(row: Row) -> bytes:
    return b"row " + json.dumps(astuple(replace(row, mac="")), ensure_ascii=True, separators=(",", ":")).encode()


def _digest(rows: Iterable[Row], key: bytes) -> str:
    return sign(key, b"rows " + b"".join(json.dumps(astuple(row)).encode() for row in rows)).hex()


def _bytes(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        return b""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
