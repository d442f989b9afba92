"""The vault of this user, as the window holds it: made, unlocked and locked away from the window's thread.

What takes long (Argon2id needs about a second on purpose) runs in the background, one thing after another.
"""

from __future__ import annotations

import contextlib
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.record.errors import RecordError, disk_errors
from desktop.record.vault.system_keyring import has_keyring_slot
from desktop.ui.encounter.background import Background

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desktop.record.vault.audit import AuditTrail
    from desktop.record.vault.live_recording import LiveRecording
    from desktop.record.vault.opening import Means, OpenVault
    from desktop.record.vault.store import VaultStore
    from desktop.record.vault.system_keyring import SystemKeyring

T = TypeVar("T")
KEY_FILE = "vault.json"
"""As `desktop.record.vault.keys` calls it; a test holds the two together, so that the window starts without it."""


class VaultState(StrEnum):
    """How the vault stands."""

    ABSENT = "absent"
    """There is none yet."""
    LOCKED = "locked"
    OPEN = "open"


class VaultSession(QObject):
    """Owns the open vault; nothing else keeps a key of it."""

    made = Signal(str)
    """The recovery key of the vault that was just made; it is shown once and kept nowhere. `opened` follows."""
    opened = Signal()
    locked = Signal()
    """Sent as soon as nobody may use the record any more; what is left to do is done in the background."""
    refused = Signal(object)
    """The RecordError that says why it was not made or not unlocked."""
    busy_changed = Signal(bool)

    def __init__(
        self,
        folder: Path,
        means: Means | None = None,
        parent: QObject | None = None,
        make_means: Callable[[], Means] | None = None,
        keyring: SystemKeyring | None = None,
    ) -> None:
        """`make_means` is called in the background when the vault is first opened: its imports take a while.

        `keyring` is the system's store of secrets; without one it is not offered.
        """
        super().__init__(parent)
        self.folder = folder
        self._means = means
        self._make_means = make_means
        self.keyring = keyring
        self._finish_restoring()
        self._background = Background(self)
        self._vault: OpenVault | None = None
        self._running: tuple[LiveRecording, ...] = ()
        self._is_busy = False
        self.came_by_recovery_key = False
        """The passphrase is not known any more: a new one must take its place."""

    # --- how it stands -----------------------------------------------------------------------------------------

    @property
    def state(self) -> VaultState:
        """How it stands now; a folder with anything in it is a vault, so that none is ever made over it."""
        if self._vault is not None:
            return VaultState.OPEN
        return VaultState.LOCKED if _holds_anything(self.folder) else VaultState.ABSENT

    @property
    def is_busy(self) -> bool:
        """Whether it is being made or unlocked."""
        return self._is_busy

    @property
    def vault(self) -> OpenVault:
        """All of it, for work that ends before the vault is closed; only while it is open."""
        return self._open_vault()

    @property
    def store(self) -> VaultStore:
        """The record; only while it is open."""
        return self._open_vault().store

    @property
    def audit(self) -> AuditTrail:
        """The trail of what was done; only while the vault is open."""
        return self._open_vault().audit

    # --- making, unlocking, locking ----------------------------------------------------------------------------

    def make(self, passphrase: str) -> None:
        """Make the vault and open it; `made` and `opened` follow, or `refused`."""

        def work() -> tuple[str, OpenVault]:
            from desktop.record.vault.opening import make_vault, open_vault_with_recovery_key

            recovery_key = make_vault(self.folder, passphrase, self._known_means())
            return recovery_key, open_vault_with_recovery_key(self.folder, recovery_key, self._means)

        def done(made: tuple[str, OpenVault]) -> None:
            self._vault = made[1]
            self.made.emit(made[0])
            self.opened.emit()

        self._try(work, done)

    def unlock(self, passphrase: str) -> None:
        """Open the vault; `opened` follows, or `refused`."""

        def work() -> OpenVault:
            from desktop.record.vault.opening import open_vault

            return open_vault(self.folder, passphrase, self._known_means(), self._running)

        self._try(work, lambda vault: self._take(vault, by_recovery_key=False))

    def unlock_with_recovery_key(self, recovery_key: str) -> None:
        """Open the vault by its printed key; `opened` follows, or `refused`."""

        def work() -> OpenVault:
            from desktop.record.vault.opening import open_vault_with_recovery_key

            return open_vault_with_recovery_key(self.folder, recovery_key, self._known_means(), self._running)

        self._try(work, lambda vault: self._take(vault, by_recovery_key=True))

    @property
    def opens_with_keyring(self) -> bool:
        """Whether the system's store of secrets is to open it too."""
        return self.keyring is not None and has_keyring_slot(self.folder / KEY_FILE)

    def unlock_with_keyring(self) -> None:
        """Open the vault by what the system's store of secrets holds; `opened` follows, or `refused`."""
        keyring = self.keyring
        if keyring is None:
            return

        def work() -> OpenVault:
            from desktop.record.vault.opening import open_vault_with_keyring

            return open_vault_with_keyring(self.folder, keyring, self._known_means(), self._running)

        self._try(work, lambda vault: self._take(vault, by_recovery_key=False))

    def lock(self) -> None:
        """Let go of the keys; a recording that runs goes on without them. The next unlocking waits for the end."""
        vault, self._vault = self._vault, None
        if vault is None:
            return
        self.came_by_recovery_key = False
        vault.let_recordings_go()

        def work() -> None:
            self._running = vault.close()

        self._background.run(work, lambda _nothing: None, lambda _sentence: None)
        self.locked.emit()

    def close(self) -> None:
        """Let go of everything and wait for it; for the end of the program."""
        self.lock()
        self._background.finish()

    # --- what opens it -----------------------------------------------------------------------------------------

    def renew_recovery_key(self, done: Callable[[str], None], failed: Callable[[RecordError], None]) -> None:
        """Put a new recovery key in the place of the old one, which is void from then on, and hand it to `done`."""
        keys = self._open_vault().keys
        self._try(keys.renew_recovery_key, done, failed)

    def reset_passphrase(self, new: str, done: Callable[[], None], failed: Callable[[RecordError], None]) -> None:
        """Put a new passphrase in the place of all, for who came in with the recovery key."""
        keys = self._open_vault().keys

        def finish(_nothing: None) -> None:
            self.came_by_recovery_key = False
            done()

        self._try(lambda: keys.reset_passphrase(new), finish, failed)

    def change_passphrase(
        self, old: str, new: str, done: Callable[[], None], failed: Callable[[RecordError], None]
    ) -> None:
        """Exchange the passphrase."""
        keys = self._open_vault().keys
        self._try(lambda: keys.change_passphrase(old, new), lambda _nothing: done(), failed)

    def use_keyring(self, used: bool, done: Callable[[], None], failed: Callable[[RecordError], None]) -> None:
        """Let the system's store of secrets open the vault too, or no longer."""
        vault, keyring = self._open_vault(), self.keyring
        if keyring is not None:
            change = vault.add_keyring if used else vault.remove_keyring
            self._try(lambda: change(keyring), lambda _nothing: done(), failed)

    # --- within ------------------------------------------------------------------------------------------------

    def _known_means(self) -> Means | None:
        if self._means is None and self._make_means is not None:
            self._means = self._make_means()
        return self._means

    def _finish_restoring(self) -> None:
        """Bring a restored record into its place before anybody asks whether there is a record."""
        if not self.folder.exists() and self.folder.parent.is_dir():
            from desktop.record.disk import Disk
            from desktop.record.vault.opening import finish_restoring

            with contextlib.suppress(RecordError):  # opening it says why
                finish_restoring(self.folder, self._means.disk if self._means else Disk())

    def _take(self, vault: OpenVault, *, by_recovery_key: bool) -> None:
        self._vault = vault
        self._running = ()
        self.came_by_recovery_key = by_recovery_key
        self.opened.emit()

    def _open_vault(self) -> OpenVault:
        if self._vault is None:
            raise ValueError("the vault is locked")
        return self._vault

    def _try(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[RecordError], None] | None = None
    ) -> None:
        """Do `work` in the background, and hand over its result or its error itself, not only its sentence."""

        def attempt() -> T | RecordError:
            try:
                with disk_errors():
                    return work()
            except RecordError as error:
                return error

        def hand_over(outcome: T | RecordError) -> None:
            self._set_busy(False)
            if isinstance(outcome, RecordError):
                (failed or self.refused.emit)(outcome)
            else:
                done(outcome)

        self._set_busy(True)
        self._background.run(attempt, hand_over, lambda _sentence: None)

    def _set_busy(self, busy: bool) -> None:
        self._is_busy = busy
        self.busy_changed.emit(busy)


def _holds_anything(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it is there and cannot be looked into: unlocking says why
