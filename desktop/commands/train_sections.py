"""`bedside train sections`: the weights that say which section of a note a conversation belongs to."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

EXAMPLES = """\
examples:
  bedside train sections --data open-data --out sections.safetensors
"""
_NOTES = "notes.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("--data", metavar="FOLDER", type=Path, help="the open notes (default: BEDSIDE_DATA)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="the weights (default: those that Bedside ships)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def run(args: argparse.Namespace) -> int:
    """Train on the training split, score on the validation split; returns the exit code."""
    from lm.clinical.sections import SectionClassifier
    from lm.errors import TrainingError
    from multimodal.clinical_lexicon import SECTION_WEIGHTS

    file = (args.data or Path(os.environ.get("BEDSIDE_DATA", "../shared/data"))) / _NOTES
    if not file.is_file():
        raise TrainingError(f"{file} is not there. Nothing was trained: name the folder of the open data with --data.")
    training, validation = list(_texts(file, "train")), list(_texts(file, "valid"))
    if not training or not validation:
        raise TrainingError(f"{file} holds no MTS-Dialog texts for training and validation. Nothing was trained.")
    classifier = SectionClassifier.train(training)
    out = args.out or SECTION_WEIGHTS
    classifier.save(out)
    right = sum(classifier.classify(text).label == label for text, label in validation)
    told = {"event": "trained", "texts": len(training), "right": right, "of": len(validation), "file": str(out)}
    line = f"{len(training)} texts; {right} of {len(validation)} validation texts right; {out}"
    sys.stdout.write(f"{json.dumps(told) if args.json else line}\n")
    return 0


def _texts(file: Path, split: str) -> Iterator[tuple[str, str]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["source"] == "mts" and row["split"] == split:
                yield row["dialogue"], row["section"]
