"""What `ask`, `transcribe` and `sample` share: options, files that exist, and events shown as text or JSON."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from multimodal.consultation import Event

DEVICES = ("auto", "cpu", "cuda")


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the models and the device."""
    add_decoder_option(parser)
    add_speech_option(parser)
    add_vision_option(parser)
    add_device_option(parser)


def add_decoder_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the decoder."""
    parser.add_argument(
        "--decoder",
        metavar="ID|FOLDER",
        default="smollm2-135m-instruct",
        help="an installed decoder, a Hugging Face folder or a GGUF file (default: %(default)s)",
    )


def add_speech_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the recogniser."""
    parser.add_argument(
        "--speech", metavar="ID", default="whisper-base", help="an installed Whisper (default: %(default)s)"
    )


def add_vision_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the picture encoder."""
    parser.add_argument(
        "--vision", metavar="ID", default="dinov2-small", help="an installed picture encoder (default: %(default)s)"
    )


def add_device_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses the device."""
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="where the models run (default: the GPU if there is one)"
    )


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that recordings and output share."""
    parser.add_argument(
        "--language", metavar="CODE", help="language of the recording, such as en or zh (default: detected)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")


def existing_file(text: str) -> Path:
    """Return the path as it was typed; whether it can be read is said by its reader, in one sentence."""
    return Path(text).expanduser()


def show(events: Iterable[Event], as_json: bool) -> None:
    """Write the events to standard output as they happen."""
    if as_json:
        from desktop.consultation_json import event_json

        for event in events:
            sys.stdout.write(event_json(event) + "\n")
            sys.stdout.flush()
        return
    from desktop.consultation_text import ConsultationText

    text = ConsultationText(sys.stdout)
    for event in events:
        text.show(event)
