"""`bedside templates`: the doctor's own forms of notes, made from the headings of an example."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from desktop.commands.consulting import existing_file
from desktop.commands.text_files import read_text

if TYPE_CHECKING:
    import argparse

    from lm.tasks.templates import Template

EXAMPLES = """\
examples:
  bedside templates list
  bedside templates add old-note.txt --name clinic     # its headings alone are taken over
  bedside templates remove clinic
  bedside note visit.m4a --template clinic
"""
_SUMMARIES = {
    "list": "show the templates of your own",
    "add": "make a template from an example note",
    "remove": "remove a template of your own",
}
_EMPTY = "There is no template of your own. Type: bedside templates add NOTE\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name == "add":
            action.add_argument("file", metavar="NOTE", type=existing_file, help="a note as text")
            action.add_argument("--name", metavar="NAME", help="what it is called (default: as its file)")
        elif name == "remove":
            action.add_argument("name", metavar="NAME", help="as it is listed")
        action.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")


def run(args: argparse.Namespace) -> int:
    """Do one action; returns the exit code."""
    from lm.tasks.own_templates import OwnTemplates
    from multimodal.catalog import templates_folder

    own = OwnTemplates(templates_folder())
    if args.action == "list":
        templates = own.templates()
        for template in templates:
            _tell("listed", template, args.json)
        if not templates and not args.json:
            sys.stdout.write(_EMPTY)
    elif args.action == "add":
        _tell("added", own.add(args.name or args.file.stem, read_text(args.file)), args.json)
    else:
        _tell("removed", own.remove(args.name), args.json)
    return 0


def _tell(event: str, template: Template, as_json: bool) -> None:
    headings = [section.heading for section in template.sections]
    row = {"event": event, "name": template.name, "sections": headings}
    line = json.dumps(row, ensure_ascii=False) if as_json else f"{template.name:22} {', '.join(headings)}"
    sys.stdout.write(f"{line}\n")
