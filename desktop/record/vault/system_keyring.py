"""The system's store of secrets: it may hold one that opens the vault, beside the passphrase and the recovery key.

A convenience that may vanish any day: what it holds is random, opens one slot, and is nothing where the slot is gone.
Only the stores that the systems themselves bring are used, whatever the configuration of the `keyring` package says:
never its plaintext files, its null store, or a chain with such a one in it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import secrets
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from desktop.record.errors import KEYRING_GONE, KEYRING_MISSING, KEYRING_REFUSED, KeyringGone, KeyringUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
SERVICE = "Bedside"
SECRET_BYTES = 32
_SEEN = "{} seen"
_KIND = "system keyring"
STORES = (
    ("keyring.backends.macOS", "Keyring"),
    ("keyring.backends.Windows", "WinVaultKeyring"),
    ("keyring.backends.SecretService", "Keyring"),
)
"""Keychain, Credential Locker, and Secret Service, which GNOME and KDE offer: the one of this system is used."""
_FAULTS = (
    ("keyring.errors", "KeyringError"),
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("pywintypes", "error"),
)
"""What the backends let through of the libraries below them."""


class SecretStore(Protocol):
    """A backend of the `keyring` package; its methods raise KeyringError, or what its system reports."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept under a name, None for nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep something under a name."""

    def delete_password(self, service: str, username: str) -> None:
        """Remove what is kept under a name."""


def store_of_the_system() -> SecretStore | None:
    """Return the store that this system has, None for none. May take long: ask away from the window's thread."""
    for module, name in STORES:
        try:
            backend = getattr(importlib.import_module(module), name)
            if backend.priority > 0:
                return cast("SecretStore", backend())
        except (ImportError, AttributeError, RuntimeError, OSError, ValueError):
            continue  # this system is another one
    return None


@dataclass(frozen=True, slots=True)
class Seen:
    """Where the trail of one data key ended at a time."""

    generation: int
    seq: int
    mac: str
    at: str
    """UTC in ISO 8601."""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return f"{self.generation} {self.seq} {self.mac} {self.at}"


def seen_in(text: str) -> Seen | None:
    """Read what `Seen.text` wrote, None for anything else."""
    parts = text.split(" ")
    if len(parts) != len(Seen.__dataclass_fields__) or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return None
    return Seen(int(parts[0]), int(parts[1]), parts[2], parts[3])


def has_keyring_slot(key_file: Path) -> bool:
    """Return whether a key file names the system's store; whoever wrote that into it gains nothing."""
    try:
        slots = json.loads(key_file.read_bytes())["slots"]
        return any(slot["kind"] == _KIND for slot in slots)
    except (OSError, ValueError, KeyError, TypeError):
        return False


class SystemKeyring:
    """What Bedside keeps in the system's store, by the vault's id; methods take as long as the system's questions."""

    def __init__(self, find: Callable[[], SecretStore | None] = store_of_the_system) -> None:
        """`find` is called when the store is first needed."""
        self._find = find
        self._store: SecretStore | None = None

    @property
    def is_there(self) -> bool:
        """Whether this system has a store that is used."""
        return self._found() is not None

    def new_secret(self, vault_id: str) -> bytes:
        """Keep a new random secret of 32 bytes and return it once it was read again. Raises KeyringUnavailable."""
        secret = secrets.token_bytes(SECRET_BYTES)
        store = self._needed()
        _asked(lambda: store.set_password(SERVICE, vault_id, secret.hex()))
        if _asked(lambda: store.get_password(SERVICE, vault_id)) != secret.hex():
            raise KeyringUnavailable(KEYRING_REFUSED, "it does not keep what it is given")
        return secret

    def secret(self, vault_id: str) -> bytes:
        """Return the secret of a vault. Raises KeyringGone or KeyringUnavailable."""
        store = self._needed()
        try:
            found = bytes.fromhex(_asked(lambda: store.get_password(SERVICE, vault_id)) or "")
        except ValueError:
            found = b""
        if len(found) != SECRET_BYTES:
            raise KeyringGone(KEYRING_GONE)
        return found

    def forget(self, vault_id: str) -> None:
        """Remove what is kept of a vault; what is not there any more is none. Raises KeyringUnavailable."""
        store = self._needed()
        for name in (vault_id, _SEEN.format(vault_id)):
            if _asked(partial(store.get_password, SERVICE, name)) is not None:
                _asked(partial(store.delete_password, SERVICE, name))

    # --- where the audit trail ended ---------------------------------------------------------------------------

    def keep_seen(self, vault_id: str, seen: Seen) -> None:
        """Keep where the trail ended; where the store refuses, what it had stays, which vouches for less."""
        with contextlib.suppress(KeyringUnavailable):
            store = self._needed()
            _asked(lambda: store.set_password(SERVICE, _SEEN.format(vault_id), seen.text))

    def seen(self, vault_id: str) -> Seen | None:
        """Return where the trail ended when that was kept last, None where nobody knows."""
        with contextlib.suppress(KeyringUnavailable):
            store = self._needed()
            return seen_in(_asked(lambda: store.get_password(SERVICE, _SEEN.format(vault_id))) or "")
        return None

    def _found(self) -> SecretStore | None:
        if self._store is None:
            self._store = self._find()
        return self._store

    def _needed(self) -> SecretStore:
        store = self._found()
        if store is None:
            raise KeyringUnavailable(KEYRING_MISSING)
        return store


def _asked(question: Callable[[], T]) -> T:
    faults: tuple[type[Exception], ...] = (OSError, RuntimeError, *_faults())
    try:
        return question()
    except faults as error:
        raise KeyringUnavailable(KEYRING_REFUSED, type(error).__name__) from error


def _faults() -> tuple[type[Exception], ...]:
    """Return those of _FAULTS that can be raised: their modules are loaded."""
    found = (getattr(sys.modules.get(module), name, None) for module, name in _FAULTS)
    return tuple(fault for fault in found if isinstance(fault, type) and issubclass(fault, Exception))
