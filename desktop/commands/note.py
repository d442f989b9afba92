"""`bedside note`: a dialogue or a recording as a note, each sentence with the words that it rests on."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.consulting import add_device_option, add_speech_option, existing_file
from desktop.commands.text_files import read_text
from desktop.record.new_file import write_new

if TYPE_CHECKING:
    import argparse

    from lm.grounding.answer import Evidence
    from lm.tasks.double_check import CheckLine
    from lm.tasks.writing import Writing

EXAMPLES = """\
examples:
  bedside note visit.m4a
  bedside note dialogue.txt --template soap --out note.txt
  bedside note --templates
  bedside note dialogue.txt --like old-note.txt --json

A line that begins with [unverified] is what was said, word for word: the rules could not word it safely. Read the note
and the lines to check before you sign; nothing is signed here.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "file", metavar="FILE", type=existing_file, nargs="?", help="a dialogue as text, or a recording"
    )
    parser.add_argument("--template", metavar="NAME|FILE", default="visit", help="a template (default: %(default)s)")
    parser.add_argument("--like", metavar="NOTE", type=existing_file, help="take the headings of this example note")
    parser.add_argument("--templates", action="store_true", help="list the templates")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the note into a new file")
    parser.add_argument("--language", metavar="CODE", help="language of the recording (default: detected)")
    add_speech_option(parser)
    add_device_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(args: argparse.Namespace) -> int:
    """Write the note; returns the exit code."""
    from lm.errors import InvalidInput
    from lm.tasks.templates import load_template, template_from_note
    from multimodal.catalog import templates_folder
    from multimodal.writing import checked_note

    if args.templates:
        return _list_templates(args.json)
    if args.file is None:
        raise InvalidInput("Name a dialogue or a recording, or list the templates with --templates.")
    template = (
        template_from_note(read_text(args.like)) if args.like else load_template(args.template, templates_folder())
    )
    writing, lines = checked_note(_evidence(args), template)
    text = _as_json(writing, lines) if args.json else as_text(writing, lines)
    if args.out:
        write_new(args.out, text.encode())
    else:
        sys.stdout.write(text)
    return 0


def _list_templates(as_json: bool) -> int:
    from lm.tasks.templates import load_template, template_names
    from multimodal.catalog import templates_folder

    own = templates_folder()
    for template in (load_template(name, own) for name in template_names(own)):
        headings = [section.heading for section in template.sections]
        if as_json:
            row = {"name": template.name, "title": template.title, "summary": template.summary, "sections": headings}
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{template.name:22} {template.summary}\n{'':22} {', '.join(headings)}\n")
    return 0


def _evidence(args: argparse.Namespace) -> tuple[Evidence, ...]:
    from desktop.record.kinds import FileKind, kind_of
    from lm.grounding.answer import Evidence
    from lm.sequence import SourceKind

    if kind_of(args.file) in (FileKind.AUDIO, FileKind.VIDEO):
        return (_heard(args),)
    return (Evidence.from_text(SourceKind.TRANSCRIPT, args.file.name, read_text(args.file)),)


def _heard(args: argparse.Namespace) -> Evidence:
    from desktop.confined.reading import ConfinedFileReader
    from lm.grounding.answer import Evidence, EvidenceWord
    from lm.sequence import SourceKind
    from multimodal.consultation import Consultation, Heard
    from multimodal.models import Models

    models = Models(device=args.device, speech=args.speech)
    events = Consultation(models, ConfinedFileReader()).transcribe(args.file, args.language)
    said = [word for event in events if isinstance(event, Heard) for word in event.utterance.words]
    words = tuple(EvidenceWord(word.text, word.start_s, word.end_s) for word in said)
    return Evidence(SourceKind.TRANSCRIPT, args.file.name, words)


def as_text(writing: Writing, lines: tuple[CheckLine, ...]) -> str:
    """Return a note as plain text, with what to check before signing below it."""
    parts = [writing.title, "DRAFT - not signed", *(f"! {notice}" for notice in writing.notices)]
    for section in writing.sections:
        if not section.sentences:
            continue
        parts += ["", section.heading.upper()]
        for said in section.sentences:
            place = next((c.start_s for c in said.citations if c.start_s is not None), None)
            mark = "" if said.verdict == "supported" else "[unverified] "
            parts.append(f"{mark}{said.text}{'' if place is None else f'  ({place:.1f} s)'}")
    parts += ["", "CHECK BEFORE SIGNING", *(f"{line.about}: {line.text}" for line in lines)]
    return "\n".join([*parts, ""])


def _as_json(writing: Writing, lines: tuple[CheckLine, ...]) -> str:
    row = {**asdict(writing), "double_check": [asdict(line) for line in lines]}
    return json.dumps(row, ensure_ascii=False) + "\n"
