"""`bedside deidentify`: a text, a DICOM file or a picture without what names a person, written to a new file."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.commands.consulting import existing_file
from desktop.record.new_file import write_new

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from desktop.burned_in.asking import Copy, FoundWords
    from desktop.burned_in.marks import Mark
    from desktop.record.deidentify.errors import DeidentifyError
    from desktop.record.deidentify.text import Deidentified, TextOptions
    from desktop.record.deidentify.words_in_pixels import PixelWords

EXAMPLES = """\
examples:
  bedside deidentify note.txt --names "Ana Ruiz" "Dr. Weber" --preview
  bedside deidentify note.txt --dates shift --shift-days 112 --out shared.txt
  bedside deidentify scan.dcm --secret "kept by us" --out shared.dcm
  bedside deidentify wound.jpg --preview
  bedside deidentify film.png --keep "2 weeks" --black 0,0,200,40 --out shared.png
  bedside deidentify gait.mp4 --frame 3 --out still.png

Rules find names, places, dates, numbers and addresses (Safe Harbor, 45 CFR 164.514(b)(2)); rules miss some. Read the
result before it leaves this machine. Words in pictures are looked for and blacked out in the copy; some are missed.
Voices and faces cannot be de-identified: of a film only a still can be copied, and what it shows stays as it is.
"""
MAX_TEXT_BYTES = 16 << 20
_PREAMBLE = 128


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", metavar="FILE", type=existing_file, help="a text, a DICOM file, a picture or a film")
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
    parser.add_argument(
        "--keep-text", action="store_true", help="leave the words in the pixels of a DICOM file or picture as they are"
    )
    parser.add_argument(
        "--keep", metavar="WORDS", nargs="+", default=[], help="leave these words in the picture as they are"
    )
    parser.add_argument(
        "--black",
        metavar="L,T,R,B",
        nargs="+",
        type=_rectangle,
        default=[],
        help="more rectangles, in pixels",
    )
    parser.add_argument("--frame", metavar="N", type=int, help="of a film: the still that is copied, from 0")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the result goes (a text: the terminal)")
    parser.add_argument("--preview", action="store_true", help="list every change and write nothing")
    parser.add_argument("--json", action="store_true", help="print the changes as JSON, one a line")


def run(args: argparse.Namespace) -> int:
    """De-identify one file; returns the exit code."""
    from desktop.record.kinds import FileKind, kind_of

    if _head(args.file)[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        return _run_picture(args, is_dicom=True)
    kind = kind_of(args.file)
    if kind is FileKind.PICTURE or (kind is FileKind.VIDEO and args.frame is not None):
        return _run_picture(args, is_dicom=False)
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


def _run_picture(args: argparse.Namespace, is_dicom: bool) -> int:
    """Copy a DICOM file, a photo or a still of a film, without the words in its pixels unless they are to stay."""
    from desktop.burned_in.asking import copy_without, find_words
    from desktop.burned_in.marks import Ask, Task
    from desktop.record.deidentify.dates import DateRule
    from desktop.record.deidentify.errors import TARGET_NEEDED, TargetRefused

    if not args.out and not args.preview:
        raise TargetRefused(TARGET_NEEDED)
    found = None if args.keep_text else find_words(args.file, args.frame)
    black, left, words = _sorted_marks(found, args)
    shift_days = _shift_days(args) if DateRule(args.dates) is DateRule.SHIFT else None
    task = Task(Ask.COPY, str(args.file.absolute()), args.frame, black, words, _key(args).hex(), shift_days)
    copy = copy_without(task)
    if args.preview or args.json:
        _print(_picture_changes(copy, black, left, args.json))
    if not args.preview:
        write_new(args.out, copy.content)
    sys.stderr.write("".join(f"{line}\n" for line in _said_of_picture(copy, found, len(black), is_dicom)))
    return 0


def _sorted_marks(
    found: FoundWords | None, args: argparse.Namespace
) -> tuple[tuple[Mark, ...], tuple[Mark, ...], PixelWords]:
    """Return what becomes black, what was found and stays, and what that amounts to."""
    from desktop.record.deidentify.words_in_pixels import PixelWords

    if found is None:
        return tuple(args.black), (), PixelWords.NOT_LOOKED_FOR
    kept = {words.casefold() for words in args.keep}
    refused = [mark for mark in found.marks if mark.words.casefold() in kept]
    left = tuple(mark for mark in found.marks if mark in refused or mark.is_position)
    black = (*(mark for mark in found.marks if mark not in left), *args.black)
    return black, left, PixelWords.SOME_LEFT if refused else PixelWords.BLACKED_OUT


def _rectangle(text: str) -> Mark:
    """Return a mark typed as LEFT,TOP,RIGHT,BOTTOM in pixels."""
    from desktop.burned_in.marks import Mark

    left, top, right, bottom = map(int, text.split(","))
    if not (0 <= left < right and 0 <= top < bottom):
        raise ValueError(text)
    return Mark(left, top, right, bottom)


def _said_of_picture(copy: Copy, found: FoundWords | None, blacked: int, is_dicom: bool) -> list[str]:
    from desktop.record.deidentify.dicom import DICOM_RISK
    from desktop.record.deidentify.errors import PICTURE_RISK

    lines = [_counted(len(copy.changes), "attribute")] if is_dicom else ["Nothing but its pixels was copied, as PNG."]
    if found is None:
        lines.append("Words in the picture were not looked for.")
    else:
        looked = found.looked
        where = f" Looked at {looked.looked_at} of its {looked.frames} frames." if looked.frames > 1 else ""
        lines.append(f"{blacked} place{'' if blacked == 1 else 's'} with words blacked out.{where}")
    return [*lines, DICOM_RISK if is_dicom else PICTURE_RISK]


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
    from desktop.record.deidentify.errors import NO_TEXT, VOICE, NotDeidentifiable
    from desktop.record.kinds import FileKind, kind_of

    reasons = {FileKind.AUDIO: VOICE, FileKind.VIDEO: VOICE}
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


def _picture_changes(copy: Copy, black: Sequence[Mark], left: Sequence[Mark], as_json: bool) -> list[str]:
    if as_json:
        marks = [_json(mark, becomes=what) for what, some in (("black", black), ("kept", left)) for mark in some]
        return [*map(_json, copy.changes), *marks]
    lines = [
        f"{change.action}  {change.path} {change.name}: {change.original} -> {change.replacement or '-'}"
        for change in copy.changes
    ]
    for what, some in (("black", black), ("kept ", left)):
        lines += [f"{what}  {mark.left},{mark.top},{mark.right},{mark.bottom}  {mark.words}" for mark in some]
    return lines


def _json(change: Any, **more: str) -> str:
    return json.dumps(more | asdict(change), ensure_ascii=False)


def _on_one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'} changed."
