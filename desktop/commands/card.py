"""`bedside card`: a doctor's text as a card for the patient, in plain words, with what was changed."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.commands.consulting import existing_file
from desktop.commands.text_files import read_text
from desktop.record.new_file import write_new

if TYPE_CHECKING:
    import argparse

    from lm.tasks.patient_card import PatientCard

EXAMPLES = """\
examples:
  bedside card note.txt
  bedside card note.txt --out handout.txt
  echo "Take ibuprofen 400 mg p.o. t.i.d. for dyspnea." | bedside card -

Every number, medicine, denial and side of a sentence stays; where plain words would change one, the sentence stands as
you wrote it, marked with (!). Read the card before you hand it over.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", metavar="FILE", type=existing_file, help="a note or an answer; - is standard input")
    parser.add_argument("--out", metavar="FILE", type=Path, help="a new file for the card (default: the terminal)")
    parser.add_argument("--json", action="store_true", help="print the card with every change as JSON")


def run(args: argparse.Namespace) -> int:
    """Write one card; returns the exit code."""
    from desktop.consultation_text import printable
    from lm.errors import InvalidInput
    from lm.tasks.handout import handout, text_sentences
    from multimodal.cards import card_maker

    sentences = text_sentences(read_text(args.file), args.file.name)
    if not sentences:
        raise InvalidInput(f"{args.file.name} holds no sentence for a patient. Nothing was written.")
    with card_maker() as maker:
        card = maker.make(sentences)
    page = printable(handout(card))
    if args.out:
        write_new(args.out, page.encode())
    if args.json:
        sys.stdout.write(json.dumps(_fields(card), ensure_ascii=False) + "\n")
    elif not args.out:
        sys.stdout.write(page)
    sys.stderr.write("".join(f"{notice}\n" for notice in card.writing.notices))
    return 0


def _fields(card: PatientCard) -> dict[str, Any]:
    return {
        "event": "card",
        "grade_before": round(card.before.grade, 2),
        "grade_after": round(card.after.grade, 2),
        **asdict(card),
    }
