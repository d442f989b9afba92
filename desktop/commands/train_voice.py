"""`bedside train voice`: the projector that lets a decoder hear, with its scores and its card.

A configuration of `bedside train fusion` (assets/configs/audio-projector.toml) that can be varied by options.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.commands.consulting import add_decoder_option, add_device_option, add_speech_option
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
    from multimodal.training.lesson_options import LessonOptions

EXAMPLES = """\
examples:
  bedside train voice --data open-data
  bedside train voice --data open-data --decoder /models/my-decoder --out adapters/my-decoder
  bedside train voice --data open-data --score-only
"""
CONFIG = CONFIGS / "audio-projector.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    add_run_options(parser)
    parser.add_argument("--clips", metavar="N", type=int, help="heard in training")
    parser.add_argument("--steps", metavar="N", type=int, help="of the lesson without the decoder")
    parser.add_argument("--conversations", metavar="N", type=int, help="of the lesson through the decoder; 0 for none")
    parser.add_argument(
        "--questions", metavar="N", type=int, default=60, help="scored of each task at most (default: %(default)s)"
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=int,
        default=0,
        help="of the first weights and of every order (default: %(default)s)",
    )
    parser.add_argument("--score-only", action="store_true", help="score the projector in --out without training")
    add_decoder_option(parser)
    add_speech_option(parser)
    add_device_option(parser)


def run(args: argparse.Namespace) -> int:
    """Train, score and describe; returns the exit code."""
    from multimodal.training.sound_run import AUDIO_CARD_FILE, score_voice

    config = _config(args)
    decoder = plain_decoder(args, args.decoder)
    encoders = load_encoders(config, decoder)
    plan = replace(planned_run(args, config, decoder, CONFIG.stem), questions=args.questions)
    tell = reporter(args.json)
    if not args.score_only:
        code = train_or_stop(plan, decoder, encoders, tell)
        if code:
            return code
    if encoders.speech is not None:
        score_voice(plan, decoder, encoders.speech, tell)
    sys.stdout.write(f"{plan.adapter_folder / AUDIO_CARD_FILE}\n")
    return 0


def _config(args: argparse.Namespace) -> FusionConfig:
    """Return the shipped configuration, varied as the command line says."""
    from multimodal.training.fusion_config import read_fusion_config

    config = read_fusion_config(CONFIG)
    varied = tuple(_varied(lesson, args) for lesson in config.lessons)
    # A lesson of no conversations is none.
    lessons = tuple(lesson for lesson in varied if getattr(lesson, "conversations", 1))
    clips = config.clips if args.clips is None else args.clips
    return replace(config, lessons=lessons, speech=args.speech, clips=clips, seed=args.seed)


def _varied(lesson: LessonOptions, args: argparse.Namespace) -> LessonOptions:
    from multimodal.training.lesson_options import ConversationOptions, SoundWordsOptions

    if isinstance(lesson, SoundWordsOptions) and args.steps is not None:
        return replace(lesson, steps=args.steps)
    if isinstance(lesson, ConversationOptions) and args.conversations is not None:
        return replace(lesson, conversations=args.conversations)
    return lesson
