"""A store of secrets as the systems have one, held in memory: it can be away, forget, or keep nothing."""

from __future__ import annotations

from keyring.errors import KeyringLocked, PasswordDeleteError

from desktop.record.vault.system_keyring import SystemKeyring


class FakeSecretStore:
    """Has the methods of a backend of the `keyring` package that Bedside calls."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False
        """The doctor does not answer the system's question, or the service does not."""
        self.drops = False
        """Takes what it is given and keeps nothing of it."""

    def get_password(self, service: str, username: str) -> str | None:
        self._answer()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answer()
        if not self.drops:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._answer()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(username)

    def _answer(self) -> None:
        if self.is_locked:
            raise KeyringLocked("nobody answered")


def keyring_of(store: FakeSecretStore | None) -> SystemKeyring:
    """Return what Bedside makes of a store; None is a system without one."""
    return SystemKeyring(lambda: store)
