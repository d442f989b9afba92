"""Vaults for tests: the real thing with a key derivation that costs next to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.disk import Disk
from desktop.record.store import FolderStore
from desktop.record.vault.kdf import KdfParameters, KdfPolicy
from desktop.record.vault.opening import Means, make_vault, open_vault

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.record.store import EncounterStore
    from desktop.record.vault.store import VaultStore

PASSPHRASE = "correct horse battery"  # noqa: S105 - it opens nothing but the vaults of tests
ANOTHER = "staple under the bed"
CHEAP = KdfPolicy(
    start=KdfParameters(64, 1, 1), least=KdfParameters(64, 1, 1), most=KdfParameters(64, 1, 1), wanted_s=0.0
)


def cheap_means(folder: Path, disk: Disk | None = None) -> Means:
    """Return what opens a vault in a test: its readable copies lie beside `folder`."""
    return Means(disk or Disk(), CHEAP, folder.with_name(f"{folder.name}-working"))


class FolderRecord:
    """An open record in a folder, as the tests that every store passes use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: EncounterStore = FolderStore(folder)

    def reopen(self) -> None:
        """Come back as another start of the window."""
        self.store = FolderStore(self.folder)

    def close(self) -> None:
        """Nothing is held."""


class VaultRecord:
    """An open record in a vault; the same methods."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder
        self.means = cheap_means(folder, disk)
        self.recovery_key = make_vault(folder, PASSPHRASE, cheap_means(folder))
        self.vault = open_vault(folder, PASSPHRASE, self.means)

    @property
    def store(self) -> VaultStore:
        """The store that is open now."""
        return self.vault.store

    def reopen(self) -> None:
        """Lock and open again."""
        self.close()
        self.open()

    def open(self) -> None:
        """Come back after `close` or `crash`."""
        self.vault = open_vault(self.folder, PASSPHRASE, self.means)

    def close(self) -> None:
        """Lock."""
        self.vault.close()

    def crash(self) -> None:
        """End without any of what closing does, as a killed process; the system closes its files and its lock."""
        self.vault.store._records.database.close()
        self.vault._lock.release()
