"""`bedside deidentify`: a text or a DICOM file without what names a person, written to a new file."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.commands.consulting import existing_file
from desktop.record.new_file import write_new

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from desktop.record.deidentify.dicom import DicomChange
    from desktop.record.deidentify.errors import DeidentifyError
    from desktop.record.deidentify.text import Deidentified, TextOptions

EXAMPLES = """\
examples:
  bedside deidentify note.txt --names "Ana Ruiz" "Dr. Weber" --preview
  bedside deidentify note.txt --dates shift --shift-days 112 --out shared.txt
  bedside deidentify scan.dcm --secret "kept by us" --out shared.dcm

Rules find names, places, dates, numbers and addresses (Safe Harbor, 45 CFR 164.514(b)(2)); rules miss some. Read the
result before it leaves this machine. Voices and faces cannot be de-identified.
"""
MAX_TEXT_BYTES = 16 << 20
_PREAMBLE = 128


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", metavar="FILE", type=existing_file, help="a text or a DICOM file")
    parser.add_argument("--names", metavar="NAME", nargs="+", default=[], help="names that are known: patient, family")
    parser.add_argument(
        "--dates", choices=("year", "shift"), default="year", help="keep only years, or move dates (default: year)"
    )
    parser.add_argument(
        "--shift-days", metavar="N", type=int, help="by how many days dates move; the same for all files of one record"
    )
    parser.add_argument(
        "--secret", metavar="WORDS", help="the same words for all files of one record give the same UIDs and shift"
    )
    parser.add_argument("--day-first", action="store_true", default=None, help="03/04/2019 is the third of April")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the result goes (a text: the terminal)")
    parser.add_argument("--preview", action="store_true", help="list every change and write nothing")
    parser.add_argument("--json", action="store_true", help="print the changes as JSON, one a line")


def run(args: argparse.Namespace) -> int:
    """De-identify one file; returns the exit code."""
    if _head(args.file)[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        return _run_dicom(args)
    return _run_text(args)


def _run_text(args: argparse.Namespace) -> int:
    from desktop.record.deidentify.text import deidentify

    result = deidentify(_read_text(args.file), _options(args))
    if args.preview or args.json:
        _print(_text_changes(result, args.json))
    elif not args.out:
        sys.stdout.write(result.text)
    if args.out and not args.preview:
        write_new(args.out, result.text.encode())
    sys.stderr.write(f"{_counted(len(result.replacements), 'identifier')}\n{result.residual_risk}\n")
    return 0


def _run_dicom(args: argparse.Namespace) -> int:
    from desktop.record.deidentify.dates import DateRule
    from desktop.record.deidentify.dicom import DICOM_RISK, DicomOptions, deidentify_dataset
    from desktop.record.deidentify.errors import TARGET_NEEDED, TargetRefused
    from multimodal.dicom import quiet, read_dataset

    if not args.out and not args.preview:
        raise TargetRefused(TARGET_NEEDED)
    with quiet("pydicom"), _damage_of(args.file):
        dataset = read_dataset(args.file)
        options = DicomOptions(_key(args), DateRule(args.dates), _shift_days(args))
        changes = deidentify_dataset(dataset, options)
        if args.preview or args.json:
            _print(_dicom_changes(changes, args.json))
        if not args.preview:
            whole = BytesIO()
            dataset.save_as(whole, enforce_file_format=True)
            write_new(args.out, whole.getvalue())
    sys.stderr.write(f"{_counted(len(changes), 'attribute')}\n{DICOM_RISK}\n")
    return 0


@contextmanager
def _damage_of(file: Path) -> Iterator[None]:
    """Turn what pydicom says of a damaged file into one sentence."""
    from desktop.record.deidentify.errors import DAMAGED_DICOM, NotDeidentifiable
    from desktop.record.errors import RecordError
    from multimodal.errors import MultimodalError

    try:
        yield
    except (RecordError, MultimodalError, OSError):
        raise
    except Exception as error:
        # pydicom reports damage through nearly every kind of exception.
        raise NotDeidentifiable(DAMAGED_DICOM, file.name) from error


def _options(args: argparse.Namespace) -> TextOptions:
    from desktop.record.deidentify.dates import DateRule
    from desktop.record.deidentify.text import TextOptions

    return TextOptions(tuple(args.names), DateRule(args.dates), _shift_days(args), args.day_first)


def _key(args: argparse.Namespace) -> bytes:
    if args.secret is None:
        return secrets.token_bytes(32)
    return hashlib.sha256(args.secret.encode()).digest()


def _shift_days(args: argparse.Namespace) -> int:
    from desktop.record.deidentify.dates import shift_for

    days: int | None = args.shift_days
    return shift_for(_key(args), "") if days is None else days


def _head(file: Path) -> bytes:
    from desktop.record.errors import SOURCE_CLOSED, SourceUnreadable

    try:
        with file.open("rb") as opened:
            return opened.read(_PREAMBLE + 4)
    except OSError as error:
        raise SourceUnreadable(SOURCE_CLOSED, file.name, error.strerror) from error


def _read_text(file: Path) -> str:
    from desktop.record.deidentify.errors import TOO_LARGE, NotDeidentifiable
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
        raise _refusal(file) from None
    if "\0" in text:
        raise _refusal(file)
    return text


def _refusal(file: Path) -> DeidentifyError:
    """Return why a file that is no text is refused."""
    from desktop.record.deidentify.errors import NO_TEXT, PICTURE, VOICE, NotDeidentifiable
    from desktop.record.kinds import FileKind, kind_of

    reasons = {FileKind.AUDIO: VOICE, FileKind.VIDEO: VOICE, FileKind.PICTURE: PICTURE}
    return NotDeidentifiable(reasons.get(kind_of(file), NO_TEXT), file.name)


def _print(lines: list[str]) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _text_changes(result: Deidentified, as_json: bool) -> list[str]:
    from desktop.record.deidentify.kinds import letter_of

    if as_json:
        return [_json(change, letter=letter_of(change.kind)) for change in result.replacements]
    return [
        f"{letter_of(change.kind)}  {change.start:6}-{change.end:<6} {_on_one_line(change.original)} -> "
        f"{change.replacement}"
        for change in result.replacements
    ]


def _dicom_changes(changes: tuple[DicomChange, ...], as_json: bool) -> list[str]:
    if as_json:
        return [_json(change) for change in changes]
    return [
        f"{change.action}  {change.path} {change.name}: {_on_one_line(change.original)} -> {change.replacement or '-'}"
        for change in changes
    ]


def _json(change: Any, **more: str) -> str:
    return json.dumps(more | asdict(change), ensure_ascii=False)


def _on_one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'} changed."
