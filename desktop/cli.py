"""The command `bedside`: a table of commands, each imported only when it is used.

`bedside --help` therefore starts without torch. Exit codes: 0 done, 1 a fault of ours, 2 the input or the command
line cannot be used, 3 something is missing on this machine, 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, FAULT, BAD_INPUT, MISSING, STOPPED = 0, 1, 2, 3, 130

_ENVIRONMENT = {
    # No library may ask a hub for anything at run time.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    # Its threads and ours would fight over the same cores.
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait for work sleep instead of spinning against those that have it.
    "OMP_WAIT_POLICY": "PASSIVE",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `module` defines EXAMPLES, add_arguments(parser) and run(args) -> exit code."""

    name: str
    summary: str
    module: str


COMMANDS = (
    Command("start", "open the window, or run the sample where there is no display", "desktop.commands.start"),
    Command("window", "open the window", "desktop.commands.window"),
    Command("ask", "ask a question about recordings and pictures", "desktop.commands.ask"),
    Command("dx", "rank what goes with findings, for a clinician's own reasoning", "desktop.commands.dx"),
    Command("library", "add, list, search and remove documents that answers can cite", "desktop.commands.library"),
    Command("transcribe", "turn a recording into text with times", "desktop.commands.transcribe"),
    Command("mine", "list what notes and conversations say of a patient, with codes", "desktop.commands.mine"),
    Command("note", "write a note from a dialogue or a recording, with its sources", "desktop.commands.note"),
    Command("templates", "make note templates from example notes, list and remove them", "desktop.commands.templates"),
    Command("words", "keep a list of words that are recognised more readily", "desktop.commands.words"),
    Command("sample", "run the sample consultation", "desktop.commands.sample"),
    Command("deidentify", "take out of a file what names a person, into a new file", "desktop.commands.deidentify"),
    Command("export", "write an encounter as text, Word or FHIR, after a preview", "desktop.commands.export"),
    Command("import", "add what a FHIR file says to an encounter, after a preview", "desktop.commands.import_fhir"),
    Command("card", "say a note in plain words, as a card for the patient", "desktop.commands.card"),
    Command("teach", "ask questions to learn from, again when they are due", "desktop.commands.teach"),
    Command("backup", "back the record up, verify backups and restore one", "desktop.commands.backup"),
    Command("audit", "list, verify and save the trail of what was done with the record", "desktop.commands.audit"),
    Command("models", "list, fetch, verify and remove models", "desktop.commands.models"),
    Command("check", "say what this machine has and what is missing", "desktop.commands.check"),
    Command("train", "train a decoder, or adapters that let it see and hear", "desktop.commands.train"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    arguments = (sys.argv[1:] if argv is None else list(argv)) or _without_command()
    as_json = "--json" in arguments
    try:
        args = _parser(arguments).parse_args(arguments)
        code: int = import_module(args.module).run(args)
        sys.stdout.flush()  # here, where a reader that has gone is known to be no fault
        return code
    except KeyboardInterrupt:
        return _tell("Stopped.", STOPPED, as_json)
    except BrokenPipeError:
        # The reader of our output has gone (`bedside ... | head`): nothing is wrong, and nobody listens.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the outermost boundary: a fault of ours becomes one sentence too
        code = _code_of(error)
        if code != FAULT:
            return _tell(str(error), code, as_json)
        sentence = f"Something went wrong inside Bedside ({type(error).__name__}: {error}). Your files are unchanged."
        return _tell(f"{sentence} Set BEDSIDE_DEBUG=1 and report what it then says.", FAULT, as_json)


def _without_command() -> list[str]:
    """Plain `bedside` opens the window where there is a display; elsewhere it explains itself."""
    from desktop.display import has_display

    return ["window"] if has_display() else ["--help"]


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Describe all commands in a line each, and the one that is used in full."""
    parser = argparse.ArgumentParser(
        prog="bedside",
        description="Voice, pictures and questions at the bedside, answered on this machine with their sources.",
        epilog="For research and education. Not a medical device.",
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        used = command.name in arguments
        module = import_module(command.module) if used else None
        subparser = subparsers.add_parser(
            command.name,
            help=command.summary,
            description=command.summary[0].upper() + command.summary[1:] + ".",
            epilog=module.EXAMPLES if module else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        subparser.set_defaults(module=command.module)
        if module:
            module.add_arguments(subparser)
    return parser


def _code_of(error: Exception) -> int:
    from desktop.record.errors import RecordError

    if isinstance(error, RecordError):
        return BAD_INPUT
    # Imported here: the window is started from this module too, and knows nothing of the models' packages.
    from desktop.library.errors import LibraryError
    from lm.errors import LanguageModelError
    from multimodal.errors import CatalogError, ConversionFailed, MultimodalError, NameTaken, UnknownModel

    if isinstance(error, LibraryError):
        return BAD_INPUT
    if not isinstance(error, (LanguageModelError, MultimodalError)):
        return FAULT
    is_input = isinstance(error, UnknownModel | NameTaken | ConversionFailed)
    return MISSING if isinstance(error, CatalogError) and not is_input else BAD_INPUT


def _tell(sentence: str, code: int, as_json: bool) -> int:
    if os.environ.get("BEDSIDE_DEBUG") and code != STOPPED:
        traceback.print_exc()
    if as_json:
        sys.stdout.write(json.dumps({"event": "error", "message": sentence, "exit_code": code}) + "\n")
    sys.stderr.write(f"bedside: {' '.join(sentence.split())}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
