"""`bedside transcribe`: a recording as text, utterance by utterance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.commands.consulting import add_device_option, add_output_options, add_speech_option, existing_file, show

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  bedside transcribe visit.m4a
  bedside transcribe --speakers visit.m4a
  bedside transcribe --language es --json visita.ogg > visita.jsonl
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("file", metavar="FILE", type=existing_file, help="any audio or video file")
    add_speech_option(parser)
    add_device_option(parser)
    parser.add_argument(
        "--speakers",
        action="store_true",
        help="say whether doctor or patient speaks, by their voices; the words then come once all are heard",
    )
    add_output_options(parser)


def run(args: argparse.Namespace) -> int:
    """Transcribe and print; returns the exit code."""
    from desktop.confined.reading import ConfinedFileReader
    from multimodal.consultation import Consultation
    from multimodal.models import Models

    models = Models(device=args.device, speech=args.speech)
    consultation = Consultation(models, ConfinedFileReader())
    show(consultation.transcribe(args.file, args.language, speakers=args.speakers), args.json)
    return 0
