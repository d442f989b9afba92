"""`bedside ask`: a question about recordings and pictures, answered with its sources."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.consulting import add_model_options, add_output_options, existing_file, show
from desktop.commands.library import EMPTY_LIBRARY

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from multimodal.consultation import Consultation, Event
    from multimodal.knowledge import Knowledge

EXAMPLES = """\
examples:
  bedside ask "What should I ask a patient with a cough for three weeks?"
  bedside ask --audio visit.m4a "Which medicines does the patient take?"
  bedside ask --image film.dcm --image photo.jpg "What do these pictures show?"
  bedside ask --library "What are the warning signs of dengue?"
  bedside ask --image film.png --explain why --verify "Does this chest X-ray show signs of pneumonia?"
"""
MAX_ANSWER_TOKENS = 160


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("question", help="what you want to know; - reads it from standard input")
    parser.add_argument(
        "--audio", metavar="FILE", type=existing_file, action="append", default=[], help="a recording; can be repeated"
    )
    parser.add_argument(
        "--image",
        metavar="FILE",
        type=existing_file,
        action="append",
        default=[],
        help="a photo, film or DICOM file; can be repeated",
    )
    parser.add_argument(
        "--max-tokens",
        metavar="N",
        type=int,
        default=MAX_ANSWER_TOKENS,
        help="the longest answer, in tokens (default: %(default)s)",
    )
    parser.add_argument(
        "--explain", metavar="FOLDER", type=Path, help="write there what made the answer probable: pictures and numbers"
    )
    parser.add_argument("--word", metavar="WORD", help="with --explain: what this word of the answer draws on")
    parser.add_argument(
        "--verify", action="store_true", help="with --explain: cover the pictures block by block, and ask again"
    )
    parser.add_argument(
        "--library", action="store_true", help="look the question up in your library, so that the answer can cite it"
    )
    add_model_options(parser)
    add_output_options(parser)


def run(args: argparse.Namespace) -> int:
    """Ask and print; returns the exit code."""
    from desktop.confined.reading import ConfinedFileReader
    from lm.errors import InvalidInput
    from multimodal.consultation import Consultation
    from multimodal.models import Models

    if (args.word or args.verify) and not args.explain:
        raise InvalidInput("--word and --verify say how to explain; add --explain FOLDER.")
    models = Models(args.decoder, args.device, args.speech, args.vision)
    with _knowledge(args.library) as knowledge:
        if knowledge is not None and not knowledge.has_documents:
            sys.stderr.write(EMPTY_LIBRARY)
        show(_events(Consultation(models, ConfinedFileReader(), knowledge=knowledge), args), args.json)
    return 0


def _knowledge(wanted: bool) -> AbstractContextManager[Knowledge | None]:
    from multimodal.knowledge import Knowledge

    return Knowledge.open() if wanted else nullcontext()


def _events(consultation: Consultation, args: argparse.Namespace) -> Iterator[Event]:
    from desktop.commands.explaining import explained
    from lm.sampling import GenerationOptions
    from multimodal.consultation import Answered, Saw

    pictures = {}
    for file in args.image:
        for event in consultation.look(file):
            yield event
            if isinstance(event, Saw):
                pictures[event.label] = event.picture.pixels
    for file in args.audio:
        yield from consultation.listen(file, args.language)
    question = sys.stdin.read().strip() if args.question == "-" else args.question
    answering = consultation.ask(question, GenerationOptions(max_new_tokens=args.max_tokens, prompt_lookup=True))
    for event in answering:
        yield event
        if args.explain and isinstance(event, Answered):
            yield from explained(consultation, event, pictures, args)
