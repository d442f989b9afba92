"""`bedside export`: an encounter as a file, after the same choices as in the window; told in the audit trail."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.vault_access import add_passphrase_options, opened
from desktop.record.export.choices import Choices, Format, Level, Part, Purpose, Recipient
from desktop.record.export.leaving import WRITERS
from desktop.record.export.preparing import Preparing, prepare, shown

if TYPE_CHECKING:
    import argparse

    from desktop.record.export.preparing import Prepared
    from desktop.record.vault.opening import OpenVault

EXAMPLES = """\
examples:
  bedside export
  bedside export 0123456789abcdef0123456789abcdef
  bedside export 0123456789abcdef0123456789abcdef --as r4.json --names "Ana Ruiz" --out encounter.r4.json
  bedside export 0123456789abcdef0123456789abcdef --as r5.json --level named --parts drafts files --out all.r5.json

Without an encounter those of the record are listed; without --out the text is shown as it would leave, and nothing is
written. r4.json and r5.json are FHIR document bundles. PDF, paper and marked pictures as DICOM leave from the window.
"""
FORMATS = tuple(form for form in Format if form in WRITERS or form.is_fhir)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    usual = Choices()
    parser.add_argument("encounter", metavar="ENCOUNTER", nargs="?", help="the id of an encounter (default: list them)")
    parser.add_argument("--as", dest="form", choices=[*map(str, FORMATS)], default="txt", help="default: %(default)s")
    parser.add_argument(
        "--for",
        dest="recipient",
        choices=[*map(str, Recipient)],
        default=str(usual.recipient),
        help="who gets it; the audit trail tells (default: %(default)s)",
    )
    parser.add_argument(
        "--why",
        dest="purpose",
        choices=[*map(str, Purpose)],
        default=str(usual.purpose),
        help="what for; the audit trail tells (default: %(default)s)",
    )
    parser.add_argument(
        "--level",
        choices=[*map(str, Level)],
        default=str(usual.level),
        help="replace identifiers and keep years, move dates, or leave all as it is (default: %(default)s)",
    )
    parser.add_argument(
        "--parts",
        nargs="+",
        choices=[*map(str, Part)],
        default=sorted(map(str, usual.parts)),
        help="what is in it (default: %(default)s)",
    )
    parser.add_argument("--names", metavar="NAME", nargs="+", default=[], help="names that are known: patient, family")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the file goes, which must be a new one")
    add_passphrase_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line, instead of text")


def run(args: argparse.Namespace) -> int:
    """List, show or write; returns the exit code."""
    with opened(args) as vault:
        if args.encounter is None:
            _list(vault, args.json)
        else:
            _export(vault, args)
    return 0


def _list(vault: OpenVault, as_json: bool) -> None:
    for summary in vault.store.summaries():
        line = json.dumps(asdict(summary)) if as_json else f"{summary.id}  {summary.changed[:16]}  {summary.title}"
        sys.stdout.write(f"{line}\n")


def _export(vault: OpenVault, args: argparse.Namespace) -> None:
    from desktop.record.errors import TARGET_EXISTS, TargetExists
    from desktop.record.export.leaving import checked, write_export

    choices = _choices(args)
    given = Preparing(vault.keys.key_for("date shift"), tuple(args.names), version=version("bedside"))
    prepared = prepare(vault.store.load(args.encounter), choices, given)
    document = prepared.without()
    if args.out is None:
        sys.stdout.write(f"{json.dumps({'text': shown(document)})}\n" if args.json else shown(document))
    else:
        if args.out.exists():
            raise TargetExists(TARGET_EXISTS, args.out.name)
        checked(document)
        write_export(document, choices, args.encounter, vault.store, args.out)
    _tell(prepared, args)


def _choices(args: argparse.Namespace) -> Choices:
    return Choices(
        frozenset(map(Part, args.parts)),
        Format(args.form),
        Recipient(args.recipient),
        Purpose(args.purpose),
        Level(args.level),
    )


def _tell(prepared: Prepared, args: argparse.Namespace) -> None:
    count = len(prepared.changes)
    if args.out is not None and args.json:
        sys.stdout.write(f"{json.dumps({'file': str(args.out), 'replaced': count})}\n")
    saved = f"Saved: {args.out}. It is not encrypted.\n" if args.out else ""
    sys.stderr.write(f"{saved}{count} identifier{'' if count == 1 else 's'} replaced.\n{prepared.residual_risk}\n")
