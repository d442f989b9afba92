"""`bedside train`: a table of what can be trained; each kind has its own module and describes its own options."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from importlib import import_module

EXAMPLES = """\
examples:
  bedside train lm --text notes.txt --out my-decoder
  bedside train lm --text more.txt --from my-decoder --out my-decoder-2
  bedside train lm --out my-decoder --resume
  bedside train fusion --config assets/configs/fusion.toml --data open-data --out adapters
  bedside train projector --data open-data
  bedside train sections --data open-data --out sections.safetensors
  bedside train placing --data open-data --out placing.safetensors
  bedside train voice --data open-data
"""


@dataclass(frozen=True, slots=True)
class TrainingKind:
    """One thing to train; `module` defines EXAMPLES, add_arguments(parser) and run(args) -> exit code."""

    name: str
    summary: str
    module: str


KINDS = (
    TrainingKind("lm", "train a decoder on text, from scratch or from weights", "desktop.commands.train_lm"),
    TrainingKind("fusion", "train adapters that let a decoder see and hear", "desktop.commands.train_fusion"),
    TrainingKind(
        "projector", "train the projector that shows pictures to a decoder", "desktop.commands.train_projector"
    ),
    TrainingKind("sections", "train what says which section of a note a text is", "desktop.commands.train_sections"),
    TrainingKind("placing", "train what says where in a note a statement belongs", "desktop.commands.train_placing"),
    TrainingKind("voice", "train the projector that lets a decoder hear", "desktop.commands.train_voice"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line of every kind."""
    kinds = parser.add_subparsers(title="what to train", metavar="KIND", required=True)
    for kind in KINDS:
        module = import_module(kind.module)
        described = kinds.add_parser(
            kind.name,
            help=kind.summary,
            description=f"{kind.summary[0].upper()}{kind.summary[1:]}.",
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        described.set_defaults(training=kind.module)
        module.add_arguments(described)


def run(args: argparse.Namespace) -> int:
    """Train what was chosen; returns the exit code."""
    code: int = import_module(args.training).run(args)
    return code
