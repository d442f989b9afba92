"""`bedside train placing`: the weights that say which part of a note a statement belongs to, or none."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  bedside train placing --data open-data --out placing.safetensors
"""
_NOTES = "notes.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--data", metavar="FOLDER", type=Path, help="the open notes (default: BEDSIDE_DATA)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="the weights (default: those that Bedside ships)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(args: argparse.Namespace) -> int:
    """Train on the training split, score on the validation split; returns the exit code."""
    from lm.errors import TrainingError
    from lm.tasks.place_training import agreement, train
    from lm.tasks.placing import WEIGHTS, Placer

    file = (args.data or Path(os.environ.get("BEDSIDE_DATA", "../shared/data"))) / _NOTES
    if not file.is_file():
        raise TrainingError(f"{file} is not there. Nothing was trained: name the folder of the open data with --data.")
    placer = Placer.of(train(file))
    out = args.out or WEIGHTS
    placer.save(out)
    right, commonest, of = agreement(placer, file, "valid")
    told = {"event": "trained", "right": right, "commonest": commonest, "of": of, "file": str(out)}
    line = f"{right} of {of} validation statements as their notes have them (always the commonest: {commonest}); {out}"
    sys.stdout.write(f"{json.dumps(told) if args.json else line}\n")
    return 0
