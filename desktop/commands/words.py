"""`bedside words`: names and terms that the doctor says, which are then recognised more readily."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  bedside words add Kowalczyk Siponimod
  bedside words add @drug-names                 # every installed drug name
  bedside words list
  bedside words remove Kowalczyk
"""
_SUMMARIES = {
    "add": "put words on the list",
    "list": "show the list",
    "remove": "take words off the list",
}
_EMPTY = "The list is empty. Type: bedside words add WORD\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    for name, summary in _SUMMARIES.items():
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name != "list":
            action.add_argument(
                "words",
                metavar="WORD",
                nargs="+",
                help="one name or term, as it is written; @drug-names: every installed drug name",
            )
        action.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")


def run(args: argparse.Namespace) -> int:
    """Do one action; returns the exit code."""
    from multimodal.word_list import WordList

    words = WordList()
    if args.action == "list":
        _tell("listed", words.words(), args.json)
        if not words.words() and not args.json:
            sys.stdout.write(_EMPTY)
    elif args.action == "add":
        _tell("added", words.add(args.words), args.json)
    else:
        _tell("removed", words.remove(args.words), args.json)
    return 0


def _tell(event: str, words: tuple[str, ...], as_json: bool) -> None:
    for word in words:
        line = json.dumps({"event": event, "word": word}, ensure_ascii=False) if as_json else word
        sys.stdout.write(f"{line}\n")
