"""A process that is killed while it writes loses nothing that it had acknowledged; `make kill-loop` does it longer."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from desktop.record.vault.backups import Backups, names_in
from tests.fakes.vaults import VaultRecord
from tests.kill_loop import REPOSITORY, kill_again_and_again

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    count, lost = kill_again_and_again(tmp_path, rounds=4, seed=1)
    assert lost == []
    assert count > 8


_BACK_UP = """
import sys
from pathlib import Path
from desktop.record.vault.backing_up import back_up
from desktop.record.vault.backups import Backups
from desktop.record.vault.opening import open_vault
from tests.fakes.vaults import PASSPHRASE, cheap_means
vault = open_vault(Path(sys.argv[1]), PASSPHRASE, cheap_means(Path(sys.argv[1])))
while True:
    vault.store.create("another")
    manifest = back_up(vault.source, Backups(Path(sys.argv[2]), vault.keys, vault.means.disk))
    print(manifest.name, flush=True)
"""


def test_a_backup_that_was_acknowledged_is_whole_after_a_kill_at_any_moment(tmp_path: Path) -> None:
    place = tmp_path / "backups"
    record = VaultRecord(tmp_path / "vault")
    for _ in range(20):
        source = tmp_path / "picture.png"
        source.write_bytes(b"\x89PNG" + os.urandom(100_000))
        record.store.add_file(record.store.create("A").id, source)
    record.close()
    chance, acknowledged = random.Random(2), ""
    for _ in range(4):
        command = [sys.executable, "-c", _BACK_UP, str(record.folder), str(place)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 3)):
                acknowledged = process.stdout.readline().strip() or acknowledged
            time.sleep(chance.random() * 0.2)
            process.kill()
            acknowledged = (process.stdout.read().split() or [acknowledged])[-1]
        record.open()
        backups = Backups(place, record.vault.keys, record.means.disk)
        names = names_in(backups.home)
        assert names[-1] >= acknowledged
        for name in names:
            backups.verify(name)
        record.close()
