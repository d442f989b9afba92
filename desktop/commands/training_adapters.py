"""What the commands that train adapters share: where a run reads and writes, and how it tells how far it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.progress_line import training_line
from desktop.commands.stopping import STOPPED, stop_requested

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from lm.training.parallel import Processes
    from lm.weights import LoadedDecoder
    from multimodal.training.fusion_config import FusionConfig
    from multimodal.training.fusion_run import Encoders, FusionProgress, FusionRun

CONFIGS = Path(__file__).resolve().parents[2] / "assets" / "configs"
"""One file for each adapter that is shipped, and one for all that can be trained together."""


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Describe where a run reads and writes."""
    parser.add_argument("--data", metavar="FOLDER", type=Path, help="the open data sets (default: BEDSIDE_DATA)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="for the adapters, their scores and their cards")
    parser.add_argument(
        "--run", metavar="FOLDER", type=Path, dest="run_folder", help="for features, checkpoints and the loss log"
    )
    parser.add_argument(
        "--after",
        metavar="FOLDER",
        type=Path,
        help="leave out the first lessons: begin with what they led to in the run in FOLDER",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on from the last checkpoint of the run (default: begin anew; what a run left there is set aside)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")


def reporter(as_json: bool) -> Callable[[FusionProgress], None]:
    """Return what writes a line for each report."""

    def tell(progress: FusionProgress) -> None:
        sys.stdout.write(training_line(progress, as_json) + "\n")
        sys.stdout.flush()

    return tell


def planned_run(args: argparse.Namespace, config: FusionConfig, decoder: LoadedDecoder, name: str) -> FusionRun:
    """Return the run that the command line asks for; `name` is that of its folder."""
    from multimodal.catalog import data_folder
    from multimodal.fusion import SHIPPED_ADAPTERS
    from multimodal.models import DEFAULT_SPEECH, DEFAULT_VISION
    from multimodal.training.fusion_run import FusionRun

    others = [
        encoder for encoder in (config.vision, config.speech) if encoder not in {"", DEFAULT_VISION, DEFAULT_SPEECH}
    ]
    of_decoder = "-".join([decoder.name, *others])
    return FusionRun(
        data=args.data or Path(os.environ.get("BEDSIDE_DATA", "../shared/data")),
        run_folder=args.run_folder or data_folder() / "runs" / f"{name}-{of_decoder}",
        adapter_folder=args.out or SHIPPED_ADAPTERS / of_decoder,
        config=config,
        resume=args.resume,
        after=args.after,
    )


def plain_decoder(args: argparse.Namespace, wish: str) -> LoadedDecoder:
    """Load the decoder that is trained for, on the device that was asked for."""
    from lm.hardware import choose_device, choose_dtype
    from lm.weights import load_decoder
    from multimodal.models import decoder_path

    device = choose_device(args.device)
    return load_decoder(decoder_path(wish), device=device, dtype=choose_dtype(device))


def load_encoders(config: FusionConfig, decoder: LoadedDecoder) -> Encoders:
    """Load the frozen encoders that the configuration names."""
    from multimodal.catalog import installed_path
    from multimodal.speech import SpeechRecognizer
    from multimodal.training.fusion_run import Encoders
    from multimodal.vision import ImageEncoder

    device = decoder.model.device
    vad = "silero-vad"
    return Encoders(
        ImageEncoder.load(installed_path(config.vision), device) if config.vision else None,
        SpeechRecognizer.load(installed_path(config.speech), installed_path(vad), device) if config.speech else None,
    )


def train_or_stop(
    run: FusionRun,
    decoder: LoadedDecoder,
    encoders: Encoders,
    tell: Callable[[FusionProgress], None],
    processes: Processes | None = None,
) -> int:
    """Train; return 0, or STOPPED with a sentence that says how to go on.

    Raises KeyboardInterrupt when it is stopped before the first step: there is no checkpoint to speak of.
    """
    from lm.training.lessons import LessonStep
    from multimodal.training.fusion_run import train_adapters

    with stop_requested() as stopped:

        def told(progress: FusionProgress) -> None:
            tell(progress)
            if stopped() and not isinstance(progress, LessonStep):
                raise KeyboardInterrupt

        finished = train_adapters(run, decoder, encoders, told, cancelled=stopped, processes=processes)
    if not finished:
        sys.stdout.write(f"Stopped, with a checkpoint in {run.run_folder}; the same command with --resume goes on.\n")
    return 0 if finished else STOPPED
