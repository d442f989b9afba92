"""`bedside train projector`: the projector that shows pictures to a decoder, with its scores and its card."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.consulting import add_model_options
from desktop.commands.progress_line import training_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from multimodal.training.projector_run import Progress

EXAMPLES = """\
examples:
  bedside train projector --data open-data
  bedside train projector --data open-data --decoder /models/my-decoder --out adapters/my-decoder
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--data", metavar="FOLDER", type=Path, help="the open picture sets (default: BEDSIDE_DATA)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="for the projector, its scores and its card")
    parser.add_argument("--run", metavar="FOLDER", type=Path, dest="run_folder", help="for features and the loss log")
    parser.add_argument("--conversations", metavar="N", type=int, help="how often a picture is shown and asked about")
    parser.add_argument(
        "--label-prompts", action="store_true", help="also find what each label needs, and teach the projector that"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0)
    parser.add_argument("--score-only", action="store_true", help="score the projector in --out without training")
    parser.add_argument(
        "--calibrate-only", action="store_true", help="calibrate the dependence check of the projector in --out alone"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    """Train, score and describe; returns the exit code."""
    from lm.hardware import choose_device, choose_dtype
    from lm.weights import load_decoder
    from multimodal.catalog import data_folder, installed_path
    from multimodal.fusion import SHIPPED_ADAPTERS
    from multimodal.models import DEFAULT_VISION, decoder_path
    from multimodal.training.label_prompts import PromptOptions
    from multimodal.training.projector import ProjectorOptions
    from multimodal.training.projector_run import ProjectorRun, calibrate_projector, run_projector, score_projector
    from multimodal.vision import ImageEncoder

    device = choose_device(args.device)
    decoder = load_decoder(decoder_path(args.decoder), device=device, dtype=choose_dtype(device))
    options = ProjectorOptions(seed=args.seed, prompts=PromptOptions() if args.label_prompts else None)
    name = decoder.name if args.vision == DEFAULT_VISION else f"{decoder.name}-{args.vision}"
    plan = ProjectorRun(
        data=args.data or Path(os.environ.get("BEDSIDE_DATA", "../shared/data")),
        run_folder=args.run_folder or data_folder() / "runs" / f"image-projector-{name}",
        adapter_folder=args.out or SHIPPED_ADAPTERS / name,
        encoder_id=args.vision,
        options=replace(options, conversations=args.conversations) if args.conversations else options,
    )
    encoder = ImageEncoder.load(installed_path(plan.encoder_id), device)
    work: Callable[..., object] = score_projector if args.score_only else run_projector
    if args.calibrate_only:
        work = calibrate_projector

    def tell(progress: Progress) -> None:
        sys.stdout.write(training_line(progress, args.json) + "\n")
        sys.stdout.flush()

    work(plan, decoder, encoder, tell)
    sys.stdout.write(f"{plan.adapter_folder / 'README.md'}\n")
    return 0
