"""`bedside sample`: the sample consultation, from voice and picture to an answer with its sources.

The recording is synthetic (two computer voices reading a script of ours); the picture is the small CT slice that
pydicom ships for its tests.
"""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from desktop.commands.consulting import add_model_options

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from desktop.consultation_text import ConsultationText
    from multimodal.consultation import Consultation, Event

EXAMPLES = """\
example:
  bedside sample
"""
RECORDING = Path(__file__).resolve().parent.parent.parent / "assets" / "sample" / "consultation.flac"
ABOUT_THE_PICTURE = "What kind of picture is this?"
ABOUT_THE_RECORDING = "Is the patient allergic to any medicine?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run the sample and write its report; returns the exit code."""
    from desktop.confined.reading import ConfinedFileReader
    from desktop.consultation_text import ConsultationText
    from multimodal.atomic import write_text
    from multimodal.catalog import data_folder
    from multimodal.consultation import Consultation
    from multimodal.models import Models

    started = time.monotonic()
    report = io.StringIO()
    text = ConsultationText(_Tee(sys.stdout, report))
    text.line("Sample consultation: a synthetic recording and the CT slice that pydicom ships. No patient is in it.")
    models = Models(args.decoder, args.device, args.speech, args.vision)
    for event in _events(Consultation(models, ConfinedFileReader()), text):
        text.show(event)
    text.line(f"Whole consultation {time.monotonic() - started:.1f} s")
    file = data_folder() / "reports" / "sample-consultation.txt"
    write_text(file, report.getvalue())
    sys.stdout.write(f"Report {file}\n")
    return 0


class _Tee(io.StringIO):
    """Writes to several streams at once: the terminal and the report."""

    def __init__(self, *streams: TextIO) -> None:
        super().__init__()
        self._streams = streams

    def write(self, text: str, /) -> int:
        for stream in self._streams:
            stream.write(text)
        return len(text)

    def flush(self) -> None:
        for stream in self._streams:
            stream.flush()


def _events(consultation: Consultation, text: ConsultationText) -> Iterator[Event]:
    from pydicom.data import get_testdata_file

    from lm.sampling import GenerationOptions

    def ask(question: str) -> Iterator[Event]:
        text.line(f"\nAsked  {question}")
        yield from consultation.ask(question, GenerationOptions(max_new_tokens=80, prompt_lookup=True))

    yield from consultation.look(Path(str(get_testdata_file("CT_small.dcm", download=False))))
    yield from ask(ABOUT_THE_PICTURE)
    yield from consultation.listen(RECORDING)
    yield from ask(ABOUT_THE_RECORDING)
