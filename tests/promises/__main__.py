"""What SECURITY.md promises, put to the test one promise at a time: `python -m tests.promises NAME`, or all of them.

Every run prints its figures; what SECURITY.md publishes is copied from them. All but `nonet` and `bombs` are tests
that also run in every `make test`; here what they did is counted.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.promises import nonet

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parents[2]

VAULT, DOOR = "tests/desktop/record/vault", "tests/desktop/ui/vault"
DISK = "full or room or read_only or refuses"
TAMPERED = "audit audit_tampering keys header stream sealed_files recovery"
LOCKS = "door idle system_locks clipboard unlock"


@dataclass(frozen=True, slots=True)
class Tests:
    """A promise that tests keep, and what is counted beside them while they run."""

    selection: tuple[str, ...]
    counted: str = ""

    def __call__(self, title: str) -> int:
        """Run them in a process of their own; returns how many failed."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "counts.json"
            command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "tests.promises.counting"]
            environment = os.environ | {"BEDSIDE_COUNTS": str(file)}
            subprocess.run([*command, *self.selection], cwd=REPOSITORY, env=environment, check=False)
            counts = Counter(json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"failed": 1})
        ran = counts["failed"] + counts["passed"]
        more = f", {counts[self.counted]:,} {self.counted}" if self.counted else ""
        skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
        say(f"{title}: {counts['failed']} of {ran:,} tests failed{skipped}{more}")
        return counts["failed"] + (ran == 0)


def _bombs(title: str) -> int:
    from tests.promises import bombs

    return bombs.run(title)


INJECTED = "faults injected"
PROMISES: dict[str, tuple[str, Callable[[str], int]]] = {
    "fault": (
        "every failed write, flush, rename, removal and SQL step leaves the old state or the new",
        Tests(
            tuple(f"{VAULT}/test_{name}.py" for name in "opening vault_store database importing keys backup".split()),
            INJECTED,
        ),
    ),
    "disk": (
        "a full or a read-only disk is told, and loses nothing",
        Tests(
            ("tests/desktop/record", "tests/desktop/ui/microphone", "-k", DISK),
            INJECTED,
        ),
    ),
    "tamper": (
        "what somebody changes in the files is told or refused",
        Tests(tuple(f"{VAULT}/test_{name}.py" for name in TAMPERED.split())),
    ),
    "model": ("the vault does what a dictionary does, in any order", Tests((f"{VAULT}/test_against_a_model.py",))),
    "lock": (
        "a lock leaves no word, no key and no model, and loses nothing",
        Tests((*(f"{DOOR}/test_{name}.py" for name in LOCKS.split()), "tests/desktop/test_hardening.py")),
    ),
    "nophi": (
        "a whole session leaves no word of a patient that can be read",
        Tests((f"{DOOR}/test_no_phi.py", f"{VAULT}/test_canaries.py")),
    ),
    "inject": (
        "what a file, a header or a voice says is never an instruction, markup or a control token",
        Tests(("tests/e2e/test_injections.py",)),
    ),
    "confined": (
        "a parser that a file has taken over reaches no network, no other file, no other process",
        Tests(("tests/desktop/confined", "tests/desktop/burned_in")),
    ),
    "bombs": ("a file that unpacks without end costs bounded memory and time, and never the window's", _bombs),
    "nonet": ("the whole story works where there is no network", nonet.run),
}


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Put promises to the test; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.promises", description="What SECURITY.md promises, tested.")
    parser.add_argument("name", nargs="*", choices=[*PROMISES, []], help="which of them (default: all)")
    names = parser.parse_args().name or list(PROMISES)
    broken = [name for name in names if PROMISES[name][1](PROMISES[name][0])]
    say(f"{len(names) - len(broken)} of {len(names)} promises kept{': broken ' + ', '.join(broken) if broken else ''}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
