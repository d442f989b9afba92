"""`bedside backup`: encrypted copies of the record, each proven whole, and bringing one back."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.vault_access import add_passphrase_options, ask, means, opened, unlocked, vault_folder
from desktop.record.errors import BACKUP_MISSING, BackupDamaged, BackupMissing
from desktop.record.vault.backups import Backups, homes_in, names_in, place_of, read_manifest

if TYPE_CHECKING:
    import argparse

    from desktop.record.vault.manifest import Manifest

EXAMPLES = """\
examples:
  bedside backup now
  bedside backup now --folder /media/usb
  bedside backup list
  bedside backup verify
  bedside backup restore 2026-11-28T13-16-39.120Z

The window makes backups by itself. They are encrypted as the record is: a backup opens with the passphrase, or the
recovery key, that opened the record when it was made. Restoring keeps the record that was there under another name.
"""
_SUMMARIES = {
    "now": "make a backup and prove it whole",
    "list": "list the backups; needs no passphrase, and proves nothing",
    "verify": "prove a backup whole: its database, its audit trail and every file",
    "restore": "put a backup in the place of the record, which is kept under another name",
}
NO_BACKUP = "There is no backup yet. Type: bedside backup now\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == "verify":
            action.add_argument("name", metavar="NAME", nargs="?", help="a backup of the list (default: the newest)")
        elif name == "restore":
            action.add_argument("name", metavar="NAME", help="a backup of the list")
            action.add_argument("--to", metavar="FOLDER", type=Path, help="another folder than that of the record")
        action.add_argument("--folder", metavar="FOLDER", help="where the backups are (default: as in the settings)")
        if name != "list":
            add_passphrase_options(action)
        action.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")


def run(args: argparse.Namespace) -> int:
    """Do one action; returns the exit code."""
    place = _place(args)
    if args.action == "now":
        _back_up(place, args)
    elif args.action == "list":
        _list(place, args.json)
    elif args.action == "verify":
        _verify(place, args)
    else:
        _restore(place, args)
    return 0


def _place(args: argparse.Namespace) -> Path:
    from desktop.settings import Settings

    chosen = args.folder if args.folder is not None else Settings().text("backup_folder")
    return place_of(str(Path(chosen).expanduser()) if chosen else "", vault_folder().parent, means().disk)


def _back_up(place: Path, args: argparse.Namespace) -> None:
    from desktop.record.vault.backing_up import back_up

    with opened(args) as vault:
        manifest = back_up(vault.source, Backups(place, vault.keys, vault.means.disk))
    _tell(manifest, f"Backed up and proven whole: {manifest.name} ({_counted(len(manifest.files))}).", args.json)
    if manifest.damaged:
        sys.stderr.write(f"Damaged or missing in the record itself: {_counted(manifest.damaged)}.\n")


def _list(place: Path, as_json: bool) -> None:
    found = [(home, name) for home in homes_in(place) for name in names_in(home)]
    if not found and not as_json:
        sys.stdout.write(NO_BACKUP)
    for home, name in found:
        try:
            manifest = read_manifest(home, name)
        except BackupDamaged as error:
            line = json.dumps({"name": name, "vault": home.name, "damaged": str(error)}) if as_json else str(error)
            sys.stdout.write(f"{line}\n")
            continue
        _tell(manifest, f"{name}  proven whole {manifest.verified}  {_counted(len(manifest.files))}", as_json)


def _verify(place: Path, args: argparse.Namespace) -> None:
    home, name = _chosen(place, args.name)
    backups = _backups(home, name, args)
    manifest = backups.verify(name)
    _tell(manifest, f"Whole: {name} ({_counted(len(manifest.files))}).", args.json)


def _restore(place: Path, args: argparse.Namespace) -> None:
    from desktop.record.vault.restoring import restore

    home, name = _chosen(place, args.name)
    backups = _backups(home, name, args)
    target = (args.to or vault_folder()).expanduser().absolute()
    restored = restore(place, name, backups.keys, target, means())
    kept = f" The record that was there is kept in {restored.replaced}." if restored.replaced else ""
    _tell(restored.manifest, f"Restored from {name} into {target}.{kept}", args.json)


def _chosen(place: Path, name: str | None) -> tuple[Path, str]:
    """Return a backup with the folder that it is in; the newest of all where none is named."""
    found = [(home, each) for home in homes_in(place) for each in names_in(home) if name in (None, each)]
    if not found:
        raise BackupMissing(BACKUP_MISSING, name or "")
    return max(found, key=lambda pair: pair[1])


def _backups(home: Path, name: str, args: argparse.Namespace) -> Backups:
    from desktop.record.vault.restoring import keys_of

    secret = ask(args)
    keys = keys_of(home, name, lambda file: unlocked(file, secret, args), means())
    return Backups(home.parent, keys, means().disk)


def _tell(manifest: Manifest, sentence: str, as_json: bool) -> None:
    if as_json:
        values = {key: value for key, value in asdict(manifest).items() if key not in {"files", "mac", "state"}}
        sys.stdout.write(json.dumps(values | {"files": len(manifest.files), "damaged": manifest.damaged}) + "\n")
    else:
        sys.stdout.write(f"{sentence}\n")


def _counted(files: int) -> str:
    return f"{files} file{'' if files == 1 else 's'}"
