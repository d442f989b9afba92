"""The record as it grows: `make bench-vault`.

What an unlock costs with a trail of many entries, beside checking all of it as every unlock did before; what a backup
costs where nothing, one file or everything is new; and how long one that runs holds back who writes meanwhile.
Medians of n runs with a 95 % confidence interval (order statistics).
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.vault import audit as audit_module
from desktop.record.vault.audit import AuditTrail
from desktop.record.vault.backing_up import Due, back_up, due
from desktop.record.vault.backups import Backups
from desktop.record.vault.chain import Action
from tests.bench.report import Figure, write_figures
from tests.fakes.vaults import VaultRecord

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRIES = (1_000, 20_000, 100_000)
RUNS = 15
FILES, FILE_BYTES = 200, 1_000_000
UNLOCK_TARGET_MS = 200.0
BLOCKED_TARGET_MS = 50.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        write_figures("The vault as it grows", [*_unlocks(Path(folder) / "long"), *_backups(Path(folder) / "large")])


def _unlocks(folder: Path) -> list[Figure]:
    """Time reading the trail at an unlock: with the last whole check noted, and from the first entry."""
    folder.mkdir()
    record = VaultRecord(folder / "vault")
    source = record.vault.source
    figures = []
    for count in ENTRIES:
        with source.database.transaction():
            while (have := source.audit.head.seq) < count:
                for _ in range(min(1_000, count - have)):
                    source.audit.add(Action.EDIT, "0" * 32, "1" * 64)
        source.audit.check_all()
        figures.append(_beside(f"unlock, {count:,} entries", record, UNLOCK_TARGET_MS))
    record.close()
    return figures


def _beside(name: str, record: VaultRecord, target_ms: float) -> Figure:
    ours = _median(name, lambda: _opened(record))
    whole = audit_module.WHOLE_AT_OPENING
    audit_module.WHOLE_AT_OPENING = sys.maxsize
    peer = _median(f"{name}, from the first", lambda: _opened(record))
    audit_module.WHOLE_AT_OPENING = whole
    return Figure(name, ours, "ms", peer, "from the first entry", f"<= {target_ms:g} ms", ours <= target_ms)


def _opened(record: VaultRecord) -> None:
    vault = record.vault
    trail = AuditTrail(vault.source.database, vault.keys.key_for("audit"), vault.audit._anchor, "")
    assert trail.fault is None


def _backups(folder: Path) -> list[Figure]:
    folder.mkdir()
    record = VaultRecord(folder / "vault")
    encounter = record.store.create("A")
    for _ in range(FILES):
        (folder / "picture.png").write_bytes(b"\x89PNG" + os.urandom(FILE_BYTES))
        record.store.add_file(encounter.id, folder / "picture.png")
    backups = Backups(folder / "backups", record.vault.keys, record.means.disk)
    source = record.vault.source
    started = time.perf_counter()
    manifest = back_up(source, backups)
    everything = time.perf_counter() - started
    assert due(source, backups, manifest.verified_at) is Due.NOTHING
    nothing = _median("nothing changed", lambda: due(source, backups, manifest.verified_at))
    started = time.perf_counter()
    record.store.create("B")
    back_up(source, backups)
    one = time.perf_counter() - started
    blocked = _blocked_ms(record, backups)
    record.close()
    free = VaultRecord(folder / "free")
    unblocked = _longest_save_ms(free, 2.0)
    free.close()
    size = f"{FILES} files, {FILES * FILE_BYTES / 1e6:.0f} MB"
    return [
        Figure(f"backup, all new ({size})", everything, "s"),
        Figure(f"backup, one encounter new ({size})", one, "s"),
        Figure("backup, nothing changed", nothing, "ms", target="<= 50 ms", met=nothing <= 50),
        Figure(
            "longest save during a backup",
            blocked,
            "ms",
            unblocked,
            "no backup",
            f"<= {BLOCKED_TARGET_MS:g} ms",
            blocked <= BLOCKED_TARGET_MS,
        ),
    ]


def _blocked_ms(record: VaultRecord, backups: Backups) -> float:
    """Return how long the slowest save took while backups were made."""
    ended = threading.Event()

    def work() -> None:
        for _ in range(5):
            back_up(record.vault.source, backups)
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    longest = 0.0
    while not ended.is_set():
        longest = max(longest, _save_ms(record))
    thread.join()
    return longest


def _longest_save_ms(record: VaultRecord, seconds: float) -> float:
    end, longest = time.perf_counter() + seconds, 0.0
    while time.perf_counter() < end:
        longest = max(longest, _save_ms(record))
    return longest


def _save_ms(record: VaultRecord) -> float:
    started = time.perf_counter()
    record.store.create("typed meanwhile")
    return 1_000 * (time.perf_counter() - started)


def _median(name: str, work: Callable[[], object]) -> float:
    """Return the median in milliseconds; writes it with its 95 % interval."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        times.append(1_000 * (time.perf_counter() - started))
    times.sort()
    # Of 15 sorted values the 4th and the 12th enclose the median with 96.5 % (binomial).
    sys.stdout.write(f"{name}: {statistics.median(times):.2f} ms [{times[3]:.2f}, {times[11]:.2f}], n = {RUNS}\n")
    return statistics.median(times)


if __name__ == "__main__":
    main()
