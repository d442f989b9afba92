"""`bedside train fusion`: adapters that let a decoder see and hear, from one configuration file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.commands.consulting import add_device_option
from desktop.commands.training_adapters import (
    add_run_options,
    load_encoders,
    plain_decoder,
    planned_run,
    reporter,
    train_or_stop,
)

if TYPE_CHECKING:
    import argparse

    from lm.training.parallel import Processes
    from multimodal.training.fusion_config import FusionConfig

EXAMPLES = """\
examples:
  bedside train fusion --config assets/configs/fusion.toml --data open-data --out adapters/my-decoder
  bedside train fusion --config assets/configs/fusion.toml --data open-data --out adapters/my-decoder --resume
  torchrun --nproc-per-node 4 -m desktop.cli train fusion --config big.toml --parallel fsdp2 --no-scores

The configuration says what learns, in which lessons and from which mixture. A run that was stopped or killed goes on
exactly where its last checkpoint stands. loss.jsonl and loss.png in the run's folder show how the losses went.
"""
SHARINGS = ("ddp", "fsdp2")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--config", metavar="FILE", type=Path, required=True, help="TOML file that says what is taught")
    add_run_options(parser)
    parser.add_argument("--decoder", metavar="NAME", help="in the place of the configuration's")
    add_device_option(parser)
    parser.add_argument(
        "--parallel",
        choices=SHARINGS,
        default="ddp",
        help="how several processes share the work (default: %(default)s)",
    )
    parser.add_argument("--no-scores", action="store_true", help="leave the scores and their cards for --score-only")
    parser.add_argument("--score-only", action="store_true", help="score the adapters in --out without training")
    parser.add_argument("--merge", metavar="FOLDER", type=Path, help="also write the decoder with its adapters merged")


def run(args: argparse.Namespace) -> int:
    """Train, describe and score; returns the exit code."""
    from multimodal.training.fusion_config import read_fusion_config

    config = read_fusion_config(args.config)
    from lm.errors import TrainingError
    from lm.hardware import choose_device
    from lm.training.parallel import Sharing, joined_processes

    sharing = Sharing(args.parallel)
    if sharing is Sharing.FSDP2 and (args.merge or not args.no_scores):
        raise TrainingError(
            "With fsdp2 no process holds the whole decoder: add --no-scores and leave --merge out, and ask for both "
            "afterwards with --score-only and without --parallel. Nothing was started."
        )
    with joined_processes(sharing, choose_device(args.device)) as processes:
        return _train(args, config, processes)


def _train(args: argparse.Namespace, config: FusionConfig, processes: Processes) -> int:
    from multimodal.models import decoder_path
    from multimodal.training.fusion_scores import adapted_decoder, describe_run, score_adapters, write_merged

    decoder = plain_decoder(args, args.decoder or config.decoder)
    encoders = load_encoders(config, decoder)
    plan = planned_run(args, config, decoder, args.config.stem)
    tell = reporter(args.json)
    if not args.score_only:
        code = train_or_stop(plan, decoder, encoders, tell, processes)
        if code or not processes.first:
            return code
    card = describe_run(plan, decoder.name)
    if not args.no_scores or args.merge:
        decoder = adapted_decoder(plan, decoder)
    if args.merge:
        write_merged(plan, decoder, decoder_path(args.decoder or config.decoder), args.merge)
    if not args.no_scores:
        score_adapters(plan, decoder, encoders, tell)
    sys.stdout.write(f"{card}\n")
    return 0
