"""What lies beside the database about its audit trail: the anchor of its head, and tries to open that failed.

The anchor says up to which row the trail reached, under a MAC. It is written after the row is on the disk, beside
itself and renamed; so the trail may be ahead of it, and is never behind it unless somebody took rows away. Whoever puts
anchor and database back together goes unnoticed: nothing outside the folder knows better.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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
class Anchor:
    """Which row was the last one: its number and its MAC, in hexadecimal; `generation` counts the data keys."""

    seq: int
    mac: str
    generation: int
    is_authentic: bool


class AnchorFile:
    """The anchor of one data key's trail."""

    def __init__(self, folder: Path, key: bytes, generation: int, disk: Disk) -> None:
        self._path = folder / ANCHOR.format(generation)
        self._key = key
        self._generation = generation
        self._disk = disk

    def read(self) -> Anchor | None:
        """Return the anchor, one that is not authentic where the file is not what was written, None for no file."""
        try:
            data = self._path.read_bytes()[:MAX_BYTES]
        except FileNotFoundError:
            return None
        except OSError:
            return Anchor(0, "", 0, is_authentic=False)
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
            found = json.loads(data)
            seq, mac, generation = int(found["seq"]), str(found["mac"]), int(found["generation"])
            signature = bytes.fromhex(found["signature"])
            is_ours = generation == self._generation
            return Anchor(seq, mac, generation, is_ours and is_signed(self._key, self._body(seq, mac), signature))
        return Anchor(0, "", 0, is_authentic=False)

    def write(self, seq: int, mac: str) -> bool:
        """Put a new anchor in the place of the old one, in one step, and return whether it is there.

        Where the disk refuses it the old one stays, which vouches for less; the next row tries again.
        """
        body = {"seq": seq, "mac": mac, "generation": self._generation}
        data = json.dumps(body | {"signature": sign(self._key, self._body(seq, mac)).hex()}).encode() + b"\n"
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

    def _body(self, seq: int, mac: str) -> bytes:
        return f"anchor {self._generation} {seq} {mac}".encode()


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
