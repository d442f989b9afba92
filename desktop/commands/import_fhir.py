"""`bedside import`: a FHIR Patient or bundle as typed text of an encounter."""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.vault_access import add_passphrase_options, opened
from desktop.imports.reading import entries_of, preview_of, read

if TYPE_CHECKING:
    import argparse

    from desktop.imports.reading import ImportedFile
    from desktop.record.vault.opening import OpenVault

EXAMPLES = """\
examples:
  bedside import summary.json --preview
  bedside import summary.json
  bedside import summary.json --encounter 0123456789abcdef0123456789abcdef
  bedside import summary.json --with-name

FHIR R4 or R5 as JSON, a Patient or a bundle, read by a child without network, keys or other files. Nobody checked what
it says: each line is added as typed text with the resource that it is from. The patient's name is left out unless
--with-name puts it into the title.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a FHIR file in JSON")
    parser.add_argument("--encounter", metavar="ID", help="add to this encounter (default: a new one)")
    parser.add_argument("--with-name", action="store_true", help="put who it is into the title of the encounter")
    parser.add_argument("--preview", action="store_true", help="show what would be added; needs no passphrase")
    add_passphrase_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def run(args: argparse.Namespace) -> int:
    """Show or add; returns the exit code."""
    found = read(args.file)
    if args.preview:
        sys.stdout.write(f"{json.dumps(asdict(found))}\n" if args.json else preview_of(found))
        return 0
    with opened(args) as vault:
        encounter_id, count = _add(vault, found, args)
    told = {"encounter": encounter_id, "entries": count}
    sys.stdout.write(f"{json.dumps(told)}\n" if args.json else f"Added {count} texts to encounter {encounter_id}.\n")
    return 0


def _add(vault: OpenVault, found: ImportedFile, args: argparse.Namespace) -> tuple[str, int]:
    from desktop.record.store import timestamp

    store, now = vault.store, timestamp()
    encounter = store.load(args.encounter) if args.encounter else store.create()
    entries = entries_of(found, now, lambda: uuid.uuid4().hex)
    title = found.who if args.with_name and found.who else encounter.title
    store.save(replace(encounter, title=title, changed=now, entries=(*encounter.entries, *entries)))
    return encounter.id, len(entries)
