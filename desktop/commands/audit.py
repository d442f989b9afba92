"""`bedside audit`: who did what to which encounter when, and whether the chain of it is whole."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.vault_access import add_passphrase_options, opened
from desktop.record.vault.chain import Action

if TYPE_CHECKING:
    import argparse

    from desktop.record.vault.audit import AuditTrail
    from desktop.record.vault.chain import Row
    from desktop.record.vault.opening import OpenVault

EXAMPLES = """\
examples:
  bedside audit list --newest 20
  bedside audit list --action answer --json
  bedside audit verify
  bedside audit csv --out trail.csv

The trail holds no word of a patient: ids, what was done, which model answered, and keyed hashes. Opening the record
and saving the trail are told in it too.
"""
_SUMMARIES = {
    "list": "list what was done, the newest first",
    "verify": "follow the chain from its first entry, and compare every encounter with what the trail saw written last",
    "csv": "save the whole trail as CSV, which the trail itself then tells",
}
NEWEST = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == "list":
            action.add_argument("--newest", metavar="N", type=int, default=NEWEST, help="default: %(default)s")
            action.add_argument("--action", dest="only", choices=[each.value for each in Action], help="only these")
        elif name == "csv":
            action.add_argument("--out", metavar="FILE", type=Path, help="a new file (default: the terminal)")
        add_passphrase_options(action)
        action.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")


def run(args: argparse.Namespace) -> int:
    """Do one action; returns the exit code, 2 for a broken trail."""
    with opened(args) as vault:
        if args.action == "list":
            for row in vault.audit.latest(args.newest, args.only or ""):
                sys.stdout.write(f"{json.dumps(asdict(row)) if args.json else _line(row)}\n")
            return _tell_fault(vault.audit)
        if args.action == "verify":
            return _verify(vault, args.json)
        return _save(vault.audit, args.out)


def _verify(vault: OpenVault, as_json: bool) -> int:
    fault = vault.audit.check_all()
    altered = vault.store.altered()
    entries = vault.audit.head.seq
    if as_json:
        found = {"entries": entries, "fault": str(fault) if fault else "", "altered": altered}
        sys.stdout.write(f"{json.dumps(found)}\n")
    elif not fault and not altered:
        sys.stdout.write(f"Whole: {entries} entries, and every encounter is as it was written last.\n")
    for encounter_id in altered:
        sys.stderr.write(f"Encounter {encounter_id} is not what was written last. Restore it from a backup.\n")
    return _tell_fault(vault.audit) or (2 if altered else 0)


def _save(audit: AuditTrail, out: Path | None) -> int:
    from desktop.record.new_file import write_new

    text = audit.exported()
    if out:
        write_new(out, text.encode())
        sys.stderr.write(f"Saved: {out}\n")
    else:
        sys.stdout.write(text)
    return _tell_fault(audit)


def _tell_fault(audit: AuditTrail) -> int:
    if audit.fault:
        sys.stderr.write(f"{audit.fault}\n")
    return 2 if audit.fault else 0


def _line(row: Row) -> str:
    answered = " ".join(filter(None, (row.model, row.adapter, row.prompt)))
    refused = "" if row.outcome == "done" else row.outcome
    return "  ".join(filter(None, (f"{row.seq:6}", row.utc, row.action, refused, row.object, answered)))
