"""`bedside train lm`: a decoder learns next tokens from text files."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.commands.stopping import STOPPED, stop_requested
from lm.training.events import Prepared, Sampled, Validated
from lm.training.options import options_from, read_config, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from lm.training.events import LmTrainingResult, TrainingEvent
    from lm.training.options import Setting

EXAMPLES = """\
examples:
  bedside train lm --text notes.txt --out my-decoder --sample-prompt "The patient"
  bedside train lm --text notes.txt --from smollm2-folder --out tuned --learning-rate 0.0001
  bedside train lm --config run.toml --steps 5000
  bedside train lm --out my-decoder --resume

A stopped or killed run goes on exactly where its last checkpoint stands. OUT is a Hugging Face folder that
bedside, transformers and vLLM read; loss.jsonl and loss.png in it show how the losses went.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line, generated from the table of options."""
    for key, setting in settings().items():
        _add_option(parser, key, setting)
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="TOML file with these options; the command line wins over it"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out from its last checkpoint")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line instead of text")
    parser.set_defaults(options=tuple(settings()))


def _add_option(parser: argparse.ArgumentParser, key: str, setting: Setting) -> None:
    several: dict[str, Any] = {"nargs": "+", "action": "extend"} if setting.several else {}
    # What is not typed stays absent: a resumed run takes it from its checkpoint, another from --config.
    parser.add_argument(
        f"--{key}",
        dest=key,
        help=setting.help,
        metavar=setting.metavar or None,
        choices=setting.choices or None,
        default=argparse.SUPPRESS,
        **several,
    )


def run(args: argparse.Namespace) -> int:
    """Train and report; returns the exit code."""
    given = read_config(args.config) if args.config else {}
    given |= {key: value for key, value in vars(args).items() if key in args.options}
    report = _report_json if args.json else _report_text
    # Threads that wait for each other by spinning stall a busy machine; torch reads this when it is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with stop_requested() as stopped:
        result = _train(args, given, report, stopped)
    _report_result(result, args.json)
    return 0 if result.finished else STOPPED


def _train(
    args: argparse.Namespace,
    given: dict[str, Any],
    report: Callable[[TrainingEvent], None],
    stopped: Callable[[], bool],
) -> LmTrainingResult:
    # Options are checked before torch is imported: a typing error is answered at once.
    if args.resume:
        from lm.errors import TrainingError

        if "out" not in given:
            raise TrainingError("Name the folder of the run to go on with by --out.")
        from lm.training.loop import resume_lm

        return resume_lm(Path(given["out"]).expanduser(), given, report, stopped)
    options = options_from(given)
    from lm.training.loop import train_lm

    return train_lm(options, report, stopped)


def _report_json(event: TrainingEvent) -> None:
    _write(json.dumps({"event": type(event).__name__.lower()} | asdict(event), ensure_ascii=False))


def _report_text(event: TrainingEvent) -> None:
    if isinstance(event, Prepared):
        _write(_prepared_text(event))
    elif isinstance(event, Validated):
        _write(_validated_text(event))
    elif isinstance(event, Sampled):
        _write(f"Sample: {event.prompt}{event.text}")


def _prepared_text(event: Prepared) -> str:
    going_on = f", going on after step {event.step}" if event.step else ""
    return (
        f"Decoder of {event.parameters:,} weights and {event.vocabulary:,} subwords on {event.device}{going_on}\n"
        f"Text of {event.training_tokens:,} tokens to learn from and {event.validation_tokens:,} to measure on, "
        f"in blocks of {event.context_tokens}"
    )


def _validated_text(event: Validated) -> str:
    parts = [f"step {event.step:,} of {event.steps:,}", f"validation loss {event.validation_loss:.4f}"]
    if event.training_loss is not None and event.tokens_per_s is not None:
        parts += [f"training loss {event.training_loss:.4f}", f"{event.tokens_per_s:,.0f} tokens/s"]
    return "  ".join(parts) + ("" if event.best else "  (the weights kept are those of a lower loss)")


def _report_result(result: LmTrainingResult, as_json: bool) -> None:
    if as_json:
        _write(json.dumps({"event": "result"} | asdict(result) | {"folder": str(result.folder)}, ensure_ascii=False))
        return
    losses = f"validation loss {result.first_validation_loss:.4f} before, {result.best_validation_loss:.4f} at best"
    _write(f"{losses} (step {result.best_step:,}), {result.elapsed_s:.0f} s. Written to {result.folder}")
    if not result.finished:
        _write(f"Stopped at step {result.step:,}; go on with: bedside train lm --out {result.folder} --resume")


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
