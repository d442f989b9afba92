"""What lies beside the database about its audit trail: the anchor of its head, and tries to open that failed.

The anchor says up to which row the trail reached, under a MAC, and up to which it was checked from its first row. It is
written after the row is on the disk, beside itself and renamed; so the trail may be ahead of it, and is never behind it
unless somebody took rows away. Another one lies beside the vault's folder, written when the vault is opened and closed:
an older folder that is put back as a whole is behind that one.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from desktop.record.vault.crypto import is_signed, sign

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.disk import Disk

ANCHOR = "audit-{}.json"
"""Of each data key its own, as databases have: while a key is exchanged both are whole."""
FAILED = "failed-unlocks"
MAX_BYTES = 4096
MOST_FAILED = 1000
_UTC_CHARACTERS = len("2026-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Checked:
    """The row up to which the trail was whole when it was followed from its first one; 0 for never."""

    seq: int = 0
    mac: str = ""
    at: str = ""

    @property
    def time(self) -> datetime | None:
        """When that was."""
        return datetime.fromisoformat(self.at) if self.at else None


@dataclass(frozen=True, slots=True)
class Anchor:
    """Which row was the last one: its number and its MAC, in hexadecimal; `generation` counts the data keys."""

    seq: int
    mac: str
    generation: int
    is_authentic: bool
    checked: Checked = Checked()

    @property
    def mark(self) -> str:
        """The place in one line."""
        return f"{self.generation} {self.seq} {self.mac}"


_NOTHING = Anchor(0, "", 0, is_authentic=False)


class AnchorFile:
    """The anchor of one data key's trail."""

    def __init__(self, path: Path, key: bytes, generation: int, disk: Disk) -> None:
        self._path = path
        self._key = key
        self.generation = generation
        self._disk = disk

    def read(self) -> Anchor | None:
        """Return the anchor, one that is not authentic where the file is not what was written, None for no file."""
        try:
            data = self._path.read_bytes()[:MAX_BYTES]
        except FileNotFoundError:
            return None
        except OSError:
            return _NOTHING
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
            return self._decoded(json.loads(data))
        return _NOTHING

    def mark(self) -> str:
        """Return what it says in one line, whoever wrote it; empty for no file."""
        found = self.read()
        return found.mark if found else ""

    def write(self, seq: int, mac: str, checked: Checked = Checked()) -> bool:
        """Put a new anchor in the place of the old one, in one step, and return whether it is there.

        Where the disk refuses it the old one stays, which vouches for less; the next row tries again.
        """
        body = {"seq": seq, "mac": mac, "generation": self.generation}
        if checked.seq:
            body |= {"checked": checked.seq, "checked_mac": checked.mac, "checked_at": checked.at}
        signature = sign(self._key, self._body(seq, mac, checked)).hex()
        data = json.dumps(body | {"signature": signature}).encode() + b"\n"
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            self._disk.write(beside, data)
            self._disk.replace(beside, self._path)
            self._disk.sync_folder(self._path.parent)
        except OSError:
            with contextlib.suppress(OSError):
                self._disk.remove(beside)
            return False
        return True

    def _decoded(self, found: dict[str, Any]) -> Anchor:
        seq, mac, generation = int(found["seq"]), str(found["mac"]), int(found["generation"])
        checked = Checked(
            int(found.get("checked", 0)), str(found.get("checked_mac", "")), str(found.get("checked_at", ""))
        )
        signature = bytes.fromhex(found["signature"])
        is_ours = generation == self.generation and is_signed(self._key, self._body(seq, mac, checked), signature)
        return Anchor(seq, mac, generation, is_ours, checked)

    def _body(self, seq: int, mac: str, checked: Checked) -> bytes:
        more = f" checked {checked.seq} {checked.mac} {checked.at}" if checked.seq else ""
        return f"anchor {self.generation} {seq} {mac}{more}".encode()


def note_failed_unlock(folder: Path, disk: Disk) -> None:
    """Keep that somebody could not open the vault, until it is opened and the trail takes it up."""
    times = failed_unlocks(folder)[-(MOST_FAILED - 1) :]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with contextlib.suppress(OSError):  # it must never stand in the way of trying again
        beside = folder / f"{FAILED}.new"
        disk.write(beside, "".join(f"{time}\n" for time in (*times, now)).encode())
        disk.replace(beside, folder / FAILED)


def failed_unlocks(folder: Path) -> tuple[str, ...]:
    """Return when the vault could not be opened since it was opened last, in UTC."""
    try:
        lines = (folder / FAILED).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
    return tuple(line for line in lines[-MOST_FAILED:] if _is_time(line))


def forget_failed_unlocks(folder: Path, disk: Disk) -> None:
    """Remove them, once the trail has them."""
    with contextlib.suppress(OSError):
        disk.remove(folder / FAILED)


def _is_time(line: str) -> bool:
    try:
        datetime.fromisoformat(line)
    except ValueError:
        return False
    return len(line) == _UTC_CHARACTERS
