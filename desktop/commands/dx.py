"""`bedside dx`: a ranked differential from findings, with what speaks for each candidate, against it and is missing."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from desktop.commands.consulting import existing_file
from desktop.commands.text_files import read_text

if TYPE_CHECKING:
    from lm.clinical.findings import Finding
    from lm.clinical.ontology import Ontology

EXAMPLES = """\
examples:
  bedside dx visit.txt --age 67
  bedside dx --finding cough fever crackles --absent "chest pain" --age 67 --sex female
  bedside dx --finding HP:0001083 arachnodactyly "tall stature" --sources

Findings are terms of the Human Phenotype Ontology, by code or by name. Support for a clinician's own reasoning, not a
diagnosis: the order comes from annotations and from a list of common conditions that was written by judgement.
"""
OLDEST = 130.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "file", metavar="FILE", nargs="?", type=existing_file, help="the text of an encounter; - is standard input"
    )
    parser.add_argument("--finding", metavar="TERM", nargs="+", default=[], help="what was found, by name or HPO code")
    parser.add_argument("--absent", metavar="TERM", nargs="+", default=[], help="what was denied or looked for in vain")
    parser.add_argument("--age", metavar="YEARS", type=_years, help="the patient's age; 0.5 is six months")
    parser.add_argument("--sex", choices=("female", "male"), help="as far as it bears on what is possible")
    parser.add_argument("--most", metavar="N", type=_number, default=3, help="candidates to show, 1 to 10 (default: 3)")
    parser.add_argument("--sources", action="store_true", help="print the source of every statement")
    parser.add_argument("--json", action="store_true", help="print the differential as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print one differential; returns the exit code."""
    from desktop.writing_text import writing_json, writing_text
    from lm.clinical.conditions import Sex
    from lm.errors import InvalidInput
    from multimodal.differential import Known, differential_from, heard_in, installed_ranker

    if not args.file and not args.finding and not args.absent:
        raise InvalidInput('Nothing was found yet: name findings, such as --finding cough "chest pain", or a file.')
    text = read_text(args.file) if args.file else ""
    ranker = installed_ranker()
    typed = (*_typed(ranker.ontology, args.finding, True), *_typed(ranker.ontology, args.absent, False))
    heard = [heard_in(text, args.file.name)] if args.file else []
    known = Known(typed, args.age, Sex(args.sex) if args.sex else None)
    writing = differential_from(ranker, heard, known, args.most)
    if args.json:
        sys.stdout.write(writing_json("differential", writing))
    else:
        sys.stdout.write(writing_text(writing, with_sources=args.sources))
    return 0


def _typed(ontology: Ontology, names: list[str], is_present: bool) -> list[Finding]:
    from lm.clinical.findings import Finding
    from lm.grounding.answer import Citation
    from lm.sequence import SourceKind

    label = "typed" if is_present else "typed as absent"
    return [Finding(ontology.place(name), is_present, Citation(SourceKind.QUESTION, label, name)) for name in names]


def _years(text: str) -> float:
    try:
        years = float(text)
    except ValueError:
        years = -1.0
    if not 0 <= years <= OLDEST:
        raise argparse.ArgumentTypeError(f"{text!r} is no age in years")
    return years


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 10")
    return int(text)
