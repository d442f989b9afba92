"""`bedside train projector`: the projector that shows pictures to a decoder, with its scores and its card.

A configuration of `bedside train fusion` (assets/configs/image-projector.toml) that can be varied by options.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.commands.consulting import add_decoder_option, add_device_option, add_vision_option
from desktop.commands.training_adapters import (
    CONFIGS,
    add_run_options,
    load_encoders,
    plain_decoder,
    planned_run,
    reporter,
    train_or_stop,
)

if TYPE_CHECKING:
    import argparse

    from multimodal.training.fusion_config import FusionConfig

EXAMPLES = """\
examples:
  bedside train projector --data open-data
  bedside train projector --data open-data --decoder /models/my-decoder --out adapters/my-decoder
"""
CONFIG = CONFIGS / "image-projector.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_run_options(parser)
    parser.add_argument("--conversations", metavar="N", type=int, help="how often a picture is shown and asked about")
    parser.add_argument(
        "--label-prompts", action="store_true", help="also find what each label needs, and teach the projector that"
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=int,
        default=0,
        help="of the first weights and of every order (default: %(default)s)",
    )
    parser.add_argument("--score-only", action="store_true", help="score the projector in --out without training")
    parser.add_argument(
        "--calibrate-only", action="store_true", help="calibrate the dependence check of the projector in --out alone"
    )
    add_decoder_option(parser)
    add_vision_option(parser)
    add_device_option(parser)


def run(args: argparse.Namespace) -> int:
    """Train, score and describe; returns the exit code."""
    from multimodal.training.projector_run import calibrate_projector, score_projector

    config = _config(args)
    decoder = plain_decoder(args, args.decoder)
    encoders = load_encoders(config, decoder)
    plan = planned_run(args, config, decoder, CONFIG.stem)
    tell = reporter(args.json)
    if not (args.score_only or args.calibrate_only):
        code = train_or_stop(plan, decoder, encoders, tell)
        if code:
            return code
    if encoders.vision is not None:
        work = calibrate_projector if args.calibrate_only else score_projector
        work(plan, decoder, encoders.vision, tell)
    sys.stdout.write(f"{plan.adapter_folder / 'README.md'}\n")
    return 0


def _config(args: argparse.Namespace) -> FusionConfig:
    """Return the shipped configuration, varied as the command line says."""
    from multimodal.training.fusion_config import read_fusion_config
    from multimodal.training.lesson_options import ConversationOptions, LabelPromptsOptions

    config = read_fusion_config(CONFIG)
    words, *others = config.lessons
    if args.conversations is not None:
        others = [
            replace(one, conversations=args.conversations) if isinstance(one, ConversationOptions) else one
            for one in others
        ]
    prompts = (LabelPromptsOptions(),) if args.label_prompts else ()
    return replace(config, lessons=(words, *prompts, *others), vision=args.vision, seed=args.seed)
