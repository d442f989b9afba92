"""`bedside ask`: a question about recordings and pictures, answered with its sources."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from desktop.commands.consulting import add_model_options, add_output_options, existing_file, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from multimodal.consultation import Consultation, Event

EXAMPLES = """\
examples:
  bedside ask "What should I ask a patient with a cough for three weeks?"
  bedside ask --audio visit.m4a "Which medicines does the patient take?"
  bedside ask --image film.dcm --image photo.jpg "What do these pictures show?"
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
    add_model_options(parser)
    add_output_options(parser)


def run(args: argparse.Namespace) -> int:
    """Ask and print; returns the exit code."""
    from multimodal.consultation import Consultation
    from multimodal.models import Models

    show(_events(Consultation(Models(args.decoder, args.device, args.speech, args.vision)), args), args.json)
    return 0


def _events(consultation: Consultation, args: argparse.Namespace) -> Iterator[Event]:
    from lm.sampling import GenerationOptions

    for file in args.image:
        yield from consultation.look(file)
    for file in args.audio:
        yield from consultation.listen(file, args.language)
    question = sys.stdin.read().strip() if args.question == "-" else args.question
    yield from consultation.ask(question, GenerationOptions(max_new_tokens=args.max_tokens, prompt_lookup=True))
