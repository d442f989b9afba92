"""The audit trail: who did what to which encounter when, in rows that nobody can change unnoticed (`chain.py`).

A row is written in the transaction of what it tells, so that neither is there without the other. The head of the chain
is anchored outside the database: what is cut off, and an older database that is put back, show when the vault is
opened. A long trail is followed from the row up to which it was found whole last; `check_all` follows it from its
first. No row holds a word of a patient: ids, enumerated actions and keyed hashes only.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from desktop.record.errors import (
    AUDIT_OLDER,
    AUDIT_OTHER,
    FAILED,
    AuditBroken,
    DiskFailed,
    RecordReadOnly,
)
from desktop.record.vault.anchor import Anchor, Checked
from desktop.record.vault.chain import (
    COLUMNS,
    NO_STAMP,
    Action,
    Link,
    Outcome,
    Row,
    Stamp,
    csv_text,
    digest_of,
    fault_of_anchor,
    is_authentic,
    signed,
    values_of,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desktop.record.vault.anchor import AnchorFile
    from desktop.record.vault.database import Database

WHOLE_AT_OPENING = 1_000
"""A trail of up to so many rows is checked from its first row whenever the vault is opened."""
CHECK_ALL_EVERY = timedelta(days=1)
_PAGE = 500
_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_PLACES = ", ".join("?" * len(COLUMNS))
TABLE = (
    "CREATE TABLE audit (seq INTEGER PRIMARY KEY, "
    + ", ".join(f'"{name}" TEXT NOT NULL' for name in COLUMNS[1:])
    + ") STRICT"
)
_GUARDS = tuple(
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT, 'audit is "
    f"append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
"""Against our own mistakes; against others there is the chain."""
STATEMENTS = (TABLE, *_GUARDS)
SIGNED_INDEX = f"CREATE INDEX audit_signed ON audit (object) WHERE action = '{Action.SIGN}'"
"""Finds the signed notes of an encounter without reading the whole trail."""


class AuditTrail:
    """The trail of an open vault. `fault` says that it is broken; until it is accepted nothing may be written."""

    def __init__(
        self, database: Database, key: bytes, anchor: AnchorFile, actor: str, seen: AnchorFile | None = None
    ) -> None:
        """Read the trail and check it, without changing anything. `seen` lies outside the vault's folder."""
        self._database = database
        self._key = key
        self._anchor = anchor
        self._actor = actor
        self._seen = seen
        self._anchoring = threading.Lock()
        noted = anchor.read()
        self._checked = noted.checked if noted and noted.is_authentic else Checked()
        self._head = self._newest()
        self.fault = self._fault(self._known_at_opening(), noted)[1]
        """The sentence that says what is wrong with it."""

    @property
    def is_empty(self) -> bool:
        """Whether it has not begun."""
        return self._newest() is None

    @property
    def checked(self) -> Checked:
        """Up to which row it was followed from its first one, and when."""
        return self._checked

    @property
    def head(self) -> Link:
        """Where it ends."""
        newest = self._newest()
        return Link(newest.seq, newest.mac) if newest else Link()

    @property
    def newest(self) -> Row | None:
        """The last row."""
        return self._newest()

    def rows(self) -> tuple[Row, ...]:
        """Return every row, the first one first."""
        return tuple(self._since(0))

    def latest(self, count: int, action: str = "") -> tuple[Row, ...]:
        """Return the newest rows, the last one first, of one action or of all."""
        return tuple(self._select("WHERE ? IN ('', action) ORDER BY seq DESC LIMIT ?", action, count))

    def signed_notes(self, encounter_id: str) -> dict[str, str]:
        """Return the SHA-256 of each note of an encounter that was signed, by the note's id: as it was signed first."""
        found = self._select(
            f"WHERE action = '{Action.SIGN}' AND object >= ? AND object < ? ORDER BY seq",
            f"{encounter_id}/",
            f"{encounter_id}0",  # "0" is the sign behind "/"
        )
        told: dict[str, str] = {}
        for row in found:
            if is_authentic(row, self._key):
                told.setdefault(row.object.partition("/")[2], row.content)
        return told

    def check_writable(self) -> None:
        """Raise RecordReadOnly while the trail is broken."""
        if self.fault:
            raise RecordReadOnly(self.fault.template, *self.fault.values)

    def hash_of(self, content: bytes) -> str:
        """Return the keyed hash of a content: whoever guesses it cannot check the guess."""
        return hmac.digest(self._key, b"content " + content, hashlib.sha256).hex()

    # --- checking ----------------------------------------------------------------------------------------------

    def is_check_due(self, now: datetime) -> bool:
        """Return whether it was not followed from its first row for a day."""
        last = self._checked.time
        return last is None or not timedelta(0) <= now - last < CHECK_ALL_EVERY

    def check_all(self, go_on: Callable[[], None] = lambda: None) -> AuditBroken | None:
        """Follow it from its first row; keeps how far it is whole, or sets `fault`, which is returned.

        May be called from any thread, and holds nobody back. `go_on` is called again and again; what it raises ends
        the checking.
        """
        if self.fault is None:
            last, self.fault = self._fault(self._accepted(), self._anchor.read(), go_on)
            if self.fault is None:
                self._keep_checked(Checked(last.seq, last.mac, _now()))
        return self.fault

    def _keep_checked(self, checked: Checked) -> None:
        with self._anchoring:
            self._checked = checked
            head = self._head
            if head and head.seq >= checked.seq:
                self._anchor.write(head.seq, head.mac, checked)

    def _known_at_opening(self) -> Link:
        """Return up to where the trail need not be followed now."""
        if self._head is None or self._head.seq <= WHOLE_AT_OPENING or not self._checked.seq:
            return self._accepted()
        accepted_since = self._database.value(
            "SELECT 1 FROM audit WHERE seq > ? AND action = ?", self._checked.seq, Action.ACCEPT.value
        )
        return self._accepted() if accepted_since else Link(self._checked.seq, self._checked.mac)

    def _accepted(self) -> Link:
        """Return up to where a later row vouches for the rows as they are."""
        for row in self._select("WHERE action = ? ORDER BY seq DESC", Action.ACCEPT.value):
            if is_authentic(row, self._key):
                before = (earlier for earlier in self._since(0) if earlier.seq < row.seq)
                is_vouched = hmac.compare_digest(row.content, digest_of(before, self._key))
                return Link(row.seq - 1, row.previous) if is_vouched else Link()
        return Link()

    def _fault(
        self, known: Link, anchor: Anchor | None, go_on: Callable[[], None] = lambda: None
    ) -> tuple[Link, AuditBroken | None]:
        """Follow the trail behind a place that is known, and compare its end with what was noted elsewhere."""
        last, fault = walk(self._since(known.seq, go_on), self._key, known)
        newest = self._newest()
        ends = fault_of_anchor(newest.seq if newest else 0, anchor, self._mac_at)
        if fault is None and ends is None and known.seq and self._mac_at(known.seq) != known.mac:
            fault = AuditBroken(AUDIT_OTHER, known.seq)
        return last, fault or ends or self._fault_of_seen()

    def _fault_of_seen(self) -> AuditBroken | None:
        """Return that the whole folder is older than the one that was opened here last."""
        seen = self._seen.read() if self._seen else None
        if seen is None or self._restored_over(seen):
            return None
        if not seen.is_authentic:  # of a later data key: an older folder was put back; else anybody's
            return AuditBroken(AUDIT_OLDER) if self._seen and seen.generation > self._seen.generation else None
        return AuditBroken(AUDIT_OLDER) if self._mac_at(seen.seq) != seen.mac else None

    def is_behind(self, known: Link, at: str) -> bool:
        """Return whether somebody knew at a time (UTC, ISO 8601) of a row that is not here.

        A restoration and an acceptance after that time explain it.
        """
        if self._mac_at(known.seq) == known.mac:
            return False
        wanted = (Action.RESTORE.value, Action.ACCEPT.value, at)
        explained = self._select("WHERE action IN (?, ?) AND utc > ?", *wanted)
        return not any(is_authentic(row, self._key) for row in explained)

    def tell_older(self) -> None:
        """Say from now on that this record is older than one that was known."""
        self.fault = self.fault or AuditBroken(AUDIT_OLDER)

    def _restored_over(self, seen: Anchor) -> bool:
        found = self._select("WHERE action = ? AND content = ?", Action.RESTORE.value, seen.mark)
        return any(is_authentic(row, self._key) for row in found)

    # --- writing -----------------------------------------------------------------------------------------------

    def add(
        self,
        action: Action,
        thing: str = "",
        content: str = "",
        stamp: Stamp = NO_STAMP,
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
        with self._anchoring:
            if head and not self.fault and head != self._head:
                self._head = head if self._anchor.write(head.seq, head.mac, self._checked) else self._head

    def note_seen(self) -> None:
        """Keep the head outside the vault's folder too: an older folder that is put back shows."""
        head = self._newest()
        if self._seen and head and not self.fault:
            self._seen.write(head.seq, head.mac)

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
        checked, self._checked = self._checked, Checked()
        try:
            self.add(Action.ACCEPT, type(fault).__name__, digest_of(self._since(0), self._key))
        except BaseException:
            self.fault, self._checked = fault, checked
            raise
        self.note_seen()

    def exported(self) -> str:
        """Return all of it as CSV, which is itself told in it; a broken one is exported as it is."""
        if self.fault is None:
            self.add(Action.EXPORT_TRAIL)
        return csv_text(self.rows())

    def resigned(self, database: Database, key: bytes, anchor: AnchorFile, seen: AnchorFile | None) -> AuditTrail:
        """Sign the trail in a copy of the database under another key. Raises RecordReadOnly where it is broken."""
        self.check_all()  # what is signed anew must be what was signed before
        self.check_writable()
        rows, previous = [], ""
        for row in self.rows():
            rows.append(signed(replace(row, previous=previous), key))
            previous = rows[-1].mac
        for verb in ("update", "delete"):
            database.rows(f"DROP TRIGGER IF EXISTS audit_no_{verb}")
        database.rows("DELETE FROM audit")
        for row in rows:
            _insert(database, row)
        for guard in _GUARDS:
            database.rows(guard)
        return AuditTrail.unchecked(database, key, anchor, self._actor, seen)

    @classmethod
    def unchecked(
        cls, database: Database, key: bytes, anchor: AnchorFile, actor: str, seen: AnchorFile | None
    ) -> AuditTrail:
        """Return a trail that was signed just now: its anchor is still the old one."""
        trail = cls(database, key, anchor, actor, seen)
        trail.fault, trail._head, trail._checked = None, None, Checked()
        return trail

    # --- reading -----------------------------------------------------------------------------------------------

    def _newest(self) -> Row | None:
        return next(iter(self._select("ORDER BY seq DESC LIMIT 1")), None)

    def _mac_at(self, seq: int) -> str | None:
        mac: str | None = self._database.value("SELECT mac FROM audit WHERE seq = ?", seq)
        return mac

    def _since(self, seq: int, go_on: Callable[[], None] = lambda: None) -> Iterator[Row]:
        """Yield the rows behind a number, a page at a time: between two of them others may write."""
        while page := self._select("WHERE seq > ? ORDER BY seq LIMIT ?", seq, _PAGE):
            go_on()
            yield from page
            seq = page[-1].seq

    def _select(self, how: str, *values: str | int) -> list[Row]:
        found = self._database.rows(f"SELECT {_NAMES} FROM audit {how}", *values)  # noqa: S608 - our own names
        return [Row(*row) for row in found]

    def _insert(self, row: Row) -> None:
        _insert(self._database, row)


def _insert(database: Database, row: Row) -> None:
    database.rows(f"INSERT INTO audit ({_NAMES}) VALUES ({_PLACES})", *values_of(row))  # noqa: S608 - our own names


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
