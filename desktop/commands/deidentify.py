"""`bedside deidentify`: a text, a DICOM file or a picture without what names a person, written to a new file."""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.consulting import existing_file

if TYPE_CHECKING:
    import argparse

    from desktop.record.deidentify.text import Deidentified, TextOptions

EXAMPLES = """\
examples:
  bedside deidentify note.txt --names "Ana Ruiz" "Dr. Weber" --preview
  bedside deidentify note.txt --dates shift --shift-days 112 --out shared.txt

Rules find names, places, dates, numbers and addresses (Safe Harbor, 45 CFR 164.514(b)(2)); rules miss some. Read the
result before it leaves this machine. Voices and faces cannot be de-identified.
"""
MAX_TEXT_BYTES = 16 << 20
_SHIFT_DAYS = 365


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", metavar="FILE", type=existing_file, help="a text")
    parser.add_argument("--names", metavar="NAME", nargs="+", default=[], help="names that are known: patient, family")
    parser.add_argument(
        "--dates", choices=("year", "shift"), default="year", help="keep only years, or move dates (default: year)"
    )
    parser.add_argument(
        "--shift-days", metavar="N", type=int, help="by how many days dates move; the same for all files of one record"
    )
    parser.add_argument("--day-first", action="store_true", default=None, help="03/04/2019 is the third of April")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the result goes (a text: the terminal)")
    parser.add_argument("--preview", action="store_true", help="list every change and write nothing")
    parser.add_argument("--json", action="store_true", help="print the changes as JSON, one a line")


def run(args: argparse.Namespace) -> int:
    """De-identify one file; returns the exit code."""
    from desktop.record.deidentify.text import deidentify

    text = _read_text(args.file)
    result = deidentify(text, _options(args))
    if args.preview or args.json:
        sys.stdout.write("".join(f"{line}\n" for line in _changes(result, args.json)))
    elif not args.out:
        sys.stdout.write(result.text)
    if args.out and not args.preview:
        _write_new(args.out, result.text.encode("utf-8"))
    sys.stderr.write(f"{_counted(result)}\n{result.residual_risk}\n")
    return 0


def _options(args: argparse.Namespace) -> TextOptions:
    from desktop.record.deidentify.dates import DateRule
    from desktop.record.deidentify.text import TextOptions

    days = args.shift_days if args.shift_days is not None else -1 - secrets.randbelow(_SHIFT_DAYS)
    return TextOptions(tuple(args.names), DateRule(args.dates), days, args.day_first)


def _read_text(file: Path) -> str:
    from desktop.record.deidentify.errors import NO_TEXT, TOO_LARGE, NotDeidentifiable
    from desktop.record.errors import SOURCE_CLOSED, SourceUnreadable

    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise SourceUnreadable(SOURCE_CLOSED, file.name, error.strerror) from error
    if len(data) > MAX_TEXT_BYTES:
        raise NotDeidentifiable(TOO_LARGE, file.name, MAX_TEXT_BYTES >> 20)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotDeidentifiable(NO_TEXT, file.name) from None
    if "\0" in text:
        raise NotDeidentifiable(NO_TEXT, file.name)
    return text


def _write_new(path: Path, data: bytes) -> None:
    from desktop.record.deidentify.errors import TARGET_EXISTS, TargetRefused
    from desktop.record.errors import disk_errors

    with disk_errors():
        try:
            file = path.open("xb")
        except FileExistsError:
            raise TargetRefused(TARGET_EXISTS, path.name) from None
        with file:
            file.write(data)


def _changes(result: Deidentified, as_json: bool) -> list[str]:
    from desktop.record.deidentify.kinds import letter_of

    if as_json:
        return [
            json.dumps(
                {
                    "letter": letter_of(change.kind),
                    "kind": change.kind.value,
                    "start": change.start,
                    "end": change.end,
                    "original": change.original,
                    "replacement": change.replacement,
                },
                ensure_ascii=False,
            )
            for change in result.replacements
        ]
    return [
        f"{letter_of(change.kind)}  {change.start:6}-{change.end:<6} {_on_one_line(change.original)} -> "
        f"{change.replacement}"
        for change in result.replacements
    ]


def _on_one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _counted(result: Deidentified) -> str:
    number = len(result.replacements)
    return f"{number} identifier{'' if number == 1 else 's'} found."
