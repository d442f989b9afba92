"""What the commands of the record share: the passphrase, which is never an argument, and the open vault."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop.files import VAULT, data_folder
from desktop.record.errors import PASSPHRASE_NEEDED, PassphraseNeeded
from desktop.record.vault.opening import Means, open_vault, open_vault_with_recovery_key

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from desktop.record.vault.keys import KeyFile, VaultKeys
    from desktop.record.vault.opening import OpenVault

_MOST_BYTES = 4096


def means() -> Means:
    """Return what opening a vault uses."""
    return Means()


def vault_folder() -> Path:
    """Return the folder of this user's record."""
    return data_folder() / VAULT


def add_passphrase_options(parser: argparse.ArgumentParser) -> None:
    """Add how the passphrase comes in; it is asked for in the terminal otherwise."""
    parser.add_argument(
        "--passphrase-fd",
        metavar="N",
        type=int,
        help="read the passphrase from this file descriptor, one line",
    )
    parser.add_argument("--recovery-key", action="store_true", help="open it with the printed recovery key instead")


def ask(args: argparse.Namespace) -> str:
    """Return the passphrase or the recovery key. Raises PassphraseNeeded."""
    if args.passphrase_fd is not None:
        try:
            with os.fdopen(args.passphrase_fd, "rb") as file:
                line = file.readline(_MOST_BYTES)
            return line.decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise PassphraseNeeded(PASSPHRASE_NEEDED) from error
    if not sys.stdin.isatty():
        raise PassphraseNeeded(PASSPHRASE_NEEDED)
    return getpass.getpass("Recovery key: " if args.recovery_key else "Passphrase: ")


def unlocked(file: KeyFile, secret: str, args: argparse.Namespace) -> VaultKeys:
    """Open a key file with what was asked for."""
    return file.unlock_with_recovery_key(secret) if args.recovery_key else file.unlock(secret)


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[OpenVault]:
    """Open this user's vault for as long as a command needs it."""
    opening = open_vault_with_recovery_key if args.recovery_key else open_vault
    vault = opening(vault_folder(), ask(args), means())
    try:
        yield vault
    finally:
        vault.close()
