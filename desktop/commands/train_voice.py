"""`bedside train voice`: the projector that lets a decoder hear, with its scores and its card."""

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

    from multimodal.training.sound_run import VoiceProgress

EXAMPLES = """\
examples:
  bedside train voice --data open-data
  bedside train voice --data open-data --decoder /models/my-decoder --out adapters/my-decoder
  bedside train voice --data open-data --score-only
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--data", metavar="FOLDER", type=Path, help="the open data sets (default: BEDSIDE_DATA)")
    parser.add_argument("--out", metavar="FOLDER", type=Path, help="for the projector, its scores and its card")
    parser.add_argument("--run", metavar="FOLDER", type=Path, dest="run_folder", help="for features and the loss log")
    parser.add_argument("--clips", metavar="N", type=int, default=2400, help="heard in training (default: %(default)s)")
    parser.add_argument("--steps", metavar="N", type=int, help="of the lesson without the decoder")
    parser.add_argument("--conversations", metavar="N", type=int, help="of the lesson through the decoder; 0 for none")
    parser.add_argument(
        "--questions", metavar="N", type=int, default=60, help="scored of each task at most (default: %(default)s)"
    )
    parser.add_argument("--seed", metavar="N", type=int, default=0)
    parser.add_argument("--score-only", action="store_true", help="score the projector in --out without training")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    """Train, score and describe; returns the exit code."""
    from lm.hardware import choose_device, choose_dtype
    from lm.weights import load_decoder
    from multimodal.catalog import data_folder, installed_path
    from multimodal.fusion import SHIPPED_ADAPTERS
    from multimodal.models import DEFAULT_SPEECH, decoder_path
    from multimodal.speech import SpeechRecognizer
    from multimodal.training.sound_lesson import VoiceOptions
    from multimodal.training.sound_run import VoiceRun, run_voice, score_voice

    device = choose_device(args.device)
    decoder = load_decoder(decoder_path(args.decoder), device=device, dtype=choose_dtype(device))
    options = VoiceOptions(seed=args.seed)
    alignment = replace(options.alignment, steps=args.steps or options.alignment.steps, seed=args.seed)
    conversations = options.conversations if args.conversations is None else args.conversations
    name = decoder.name if args.speech == DEFAULT_SPEECH else f"{decoder.name}-{args.speech}"
    plan = VoiceRun(
        data=args.data or Path(os.environ.get("BEDSIDE_DATA", "../shared/data")),
        run_folder=args.run_folder or data_folder() / "runs" / f"audio-projector-{name}",
        adapter_folder=args.out or SHIPPED_ADAPTERS / name,
        encoder_id=args.speech,
        trained_clips=args.clips,
        questions=args.questions,
        options=replace(options, alignment=alignment, conversations=conversations),
    )
    encoder = SpeechRecognizer.load(installed_path(args.speech), installed_path("silero-vad"), device)
    work: Callable[..., object] = score_voice if args.score_only else run_voice

    def tell(progress: VoiceProgress) -> None:
        sys.stdout.write(training_line(progress, args.json) + "\n")
        sys.stdout.flush()

    work(plan, decoder, encoder, tell)
    sys.stdout.write(f"{plan.adapter_folder / 'audio-card.md'}\n")
    return 0
