"""Kills a process that writes into a vault, again and again, and looks whether everything it had acknowledged is there.

`make kill-loop` does it 1,000 times and prints the figures; the tests do it a few times.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import select
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.errors import EncounterMissing
from desktop.record.vault.opening import OpenVault, make_vault, open_vault
from tests.fakes.encounters import agreed
from tests.fakes.vaults import PASSPHRASE, cheap_means

if TYPE_CHECKING:
    from desktop.record.vault.store import VaultStore

REPOSITORY = Path(__file__).resolve().parents[1]
ROUNDS = 1_000
SECOND = bytes(range(256)) * 125
SPOKEN_LOST_S = 2.0
"""The most that may be missing of what was said before the process was killed."""


# --- the process that is killed -----------------------------------------------------------------------------------


def write_until_killed(folder: Path, seed: int) -> None:
    """Change a vault without end; each line says what is about to be done or what has been acknowledged."""
    chance = random.Random(seed)
    vault = open_vault(folder, PASSPHRASE, cheap_means(folder))
    ids: list[str] = []
    actions = (_create, _rename, _rename, _attach, _delete, _record)
    while True:
        action = chance.choice(actions) if len(ids) > 2 else _create
        action(vault.store, ids, chance)


def _tell(*words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _create(store: VaultStore, ids: list[str], _chance: random.Random) -> None:
    made = agreed(store, store.create("0"))
    ids.append(made.id)
    _tell("titled", made.id, 0)


def _rename(store: VaultStore, ids: list[str], chance: random.Random) -> None:
    found = store.load(chance.choice(ids))
    store.save(replace(found, title=str(int(found.title) + 1)))
    _tell("titled", found.id, int(found.title) + 1)


def _attach(store: VaultStore, ids: list[str], chance: random.Random) -> None:
    encounter_id = chance.choice(ids)
    content = chance.randbytes(chance.choice([1, 1_000, 65_536, 200_000]))
    with tempfile.NamedTemporaryFile(suffix=".png") as source:
        source.write(content)
        source.flush()
        name = store.add_file(encounter_id, Path(source.name))
    _tell("attached", encounter_id, name, hashlib.sha256(content).hexdigest())


def _delete(store: VaultStore, ids: list[str], chance: random.Random) -> None:
    encounter_id = ids.pop(chance.randrange(len(ids)))
    _tell("deleting", encounter_id)
    store.delete(encounter_id)
    _tell("deleted", encounter_id)


def _record(store: VaultStore, ids: list[str], chance: random.Random) -> None:
    encounter_id = chance.choice(ids)
    name, path = store.new_file(encounter_id, ".wav")
    path.unlink()
    writer = store.open_recording(path)
    for second in range(chance.randrange(1, 6)):
        writer.append(SECOND)
        _tell("heard", encounter_id, name, second + 1)
    writer.close()


# --- who kills it -------------------------------------------------------------------------------------------------


@dataclass
class Acknowledged:
    """What must be there, from what the process said."""

    titles: dict[str, int] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    heard_s: dict[tuple[str, str], int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    maybe_gone: set[str] = field(default_factory=set)
    count: int = 0

    def take(self, line: str) -> None:
        """Take one line of the process."""
        what, encounter_id, *rest = json.loads(line)
        self.count += what != "deleting"
        match what, rest:
            case "titled", [title]:
                self.titles[encounter_id] = title
            case "attached", [name, digest]:
                self.files[encounter_id, name] = digest
            case "heard", [name, seconds]:
                self.heard_s[encounter_id, name] = seconds
            case "deleting", []:
                self.maybe_gone.add(encounter_id)
            case "deleted", []:
                self.gone.add(encounter_id)

    def missing_from(self, vault: OpenVault) -> list[str]:
        """Return what is not in the vault although it was acknowledged; raises where the vault is damaged."""
        with vault.store.exchanging() as records:
            records.database.check()
        lost = [f"{one} came back" for one in self.gone if vault.store.has(one)]
        for encounter_id, title in self.titles.items():
            if encounter_id in self.maybe_gone and not vault.store.has(encounter_id):
                continue
            try:
                found = int(vault.store.load(encounter_id).title)
            except EncounterMissing:
                found = -1
            lost += [f"{encounter_id}: title {title}, found {found}"] * (found not in {title, title + 1})
            lost += self._missing_files(vault.store, encounter_id)
        return lost

    def _missing_files(self, store: VaultStore, encounter_id: str) -> list[str]:
        lost, contents = [], store.contents(encounter_id)
        for (owner, name), digest in self.files.items():
            if owner == encounter_id and _digest(contents.get(name)) != digest:
                lost.append(f"{encounter_id}: {name} is not what was attached")
        for (owner, name), seconds in self.heard_s.items():
            found_s = sum(len(piece) for piece in contents.get(name, ())) / len(SECOND) if owner == encounter_id else 0
            if owner == encounter_id and found_s < seconds - SPOKEN_LOST_S:
                lost.append(f"{encounter_id}: {name} has {found_s:.0f} of {seconds} s")
        return lost


def kill_once(folder: Path, acknowledged: Acknowledged, chance: random.Random) -> list[str]:
    """Let a process write for a moment, kill it, and return what was acknowledged and is lost."""
    command = [
        sys.executable,
        "-m",
        "tests.kill_loop",
        "--write",
        str(folder),
        "--seed",
        str(chance.randrange(1 << 30)),
    ]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as child:
        if child.stdout is None:
            raise RuntimeError("the process has no output")
        acknowledged.take(child.stdout.readline())
        ends_at = time.monotonic() + chance.uniform(0, 0.5)
        while time.monotonic() < ends_at:  # a full pipe would stop it
            if select.select([child.stdout], [], [], 0.01)[0]:
                acknowledged.take(child.stdout.readline())
        child.kill()
        for line in child.stdout:
            if line.endswith("\n"):
                acknowledged.take(line)
    vault = open_vault(folder, PASSPHRASE, cheap_means(folder))
    try:
        return acknowledged.missing_from(vault)
    finally:
        vault.close()


def kill_again_and_again(folder: Path, rounds: int, seed: int) -> tuple[int, list[str]]:
    """Return how many writes were acknowledged, and which of them are lost."""
    chance = random.Random(seed)
    count, lost = 0, []
    for number in range(rounds):
        if number % 25 == 0:
            vault_folder, acknowledged = folder / f"vault-{number}", Acknowledged()
            make_vault(vault_folder, PASSPHRASE, cheap_means(vault_folder))
        before = acknowledged.count
        lost += kill_once(vault_folder, acknowledged, chance)
        count += acknowledged.count - before
    return count, lost


def _digest(pieces: object) -> str:
    digest = hashlib.sha256()
    for piece in pieces or ():  # type: ignore[attr-defined]
        digest.update(piece)
    return digest.hexdigest()


def main() -> int:
    """Write until killed, or kill; returns 1 where anything is lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    if asked.write:
        write_until_killed(asked.write, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        count, lost = kill_again_and_again(Path(folder), asked.rounds, asked.seed)
    sys.stdout.write(f"{asked.rounds} kills, {count} acknowledged writes, {len(lost)} lost\n")
    sys.stdout.writelines(f"{line}\n" for line in lost)
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
