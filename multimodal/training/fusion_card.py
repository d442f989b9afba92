"""The card of a training run: what was trained from what, how the losses went, how large the files are.

The scores stand in the cards of the projectors (`projector_card`, `sound_card`), beside what they are held against.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from multimodal.prompt import PROMPT_VERSION
from multimodal.training.lesson_sentences import lesson_sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from multimodal.training.fusion_config import FusionConfig

_ENDS = 10
"""So many steps are averaged at the start and at the end of a lesson."""
_MEGABYTE = 1e6


def write_fusion_card(
    file: Path, decoder: str, config: FusionConfig, records: Sequence[Mapping[str, Any]], files: Sequence[Path]
) -> None:
    """Write the card as Markdown; every figure comes from the configuration, the loss log and the files."""
    lines = [
        f"# Adapters for {decoder}",
        "",
        f"Written by `bedside train fusion`; prompt version {PROMPT_VERSION}. Licence: Apache-2.0.",
        "",
        "Research and education only. It does not diagnose.",
        "",
        "## Training",
        "",
        *lesson_sentences(config),
        "",
        f"Loss in nats, the mean of the first and of the last {_ENDS} steps of each lesson:",
        "",
        "| lesson | steps | first | last |",
        "|---|---|---|---|",
        *_loss_lines(records),
        "",
        "## Files",
        "",
        "| file | MB |",
        "|---|---|",
        *(f"| {one.name} | {one.stat().st_size / _MEGABYTE:.1f} |" for one in files),
        f"| together | {sum(one.stat().st_size for one in files) / _MEGABYTE:.1f} |",
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _loss_lines(records: Sequence[Mapping[str, Any]]) -> list[str]:
    losses: dict[str, list[float]] = {}
    for record in records:
        losses.setdefault(record["lesson"], []).append(record["loss"])
    return [
        f"| {lesson} | {len(of_lesson)} | {_mean(of_lesson[:_ENDS]):.3f} | {_mean(of_lesson[-_ENDS:]):.3f} |"
        for lesson, of_lesson in losses.items()
    ]


def _mean(losses: Sequence[float]) -> float:
    return sum(losses) / len(losses)
