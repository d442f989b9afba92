"""A run that begins where another one ended: with the projectors that its first lessons led to.

What a lesson leads to follows from the configuration and the seed, so lessons that were given already need not be
given again. The other run wrote down what it was (`scores.json`), and is held to it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lm.errors import TrainingError
from multimodal.fusion import load_projector

if TYPE_CHECKING:
    from pathlib import Path

    from torch import nn

    from multimodal.training.fusion_config import FusionConfig

SCORES_FILE = "scores.json"
_SAME = ("decoder", "vision", "speech", "image_hidden", "audio_hidden", "seed")


def lessons_given(folder: Path, config: FusionConfig) -> int:
    """Return how many of the lessons of `config` led to the adapters in `folder`.

    Raises TrainingError where they are not the first lessons of `config`, or the decoder had learned in them.
    """
    before = _options_of(folder)
    described = json.loads(json.dumps(config.described()))
    given = before.get("lessons", [])
    changed = [name for name in _SAME if before.get(name) != described[name]]
    if changed or not given or described["lessons"][: len(given)] != given or len(given) == len(described["lessons"]):
        raise TrainingError(
            f"The adapters in {folder} were not trained by the first lessons of this configuration"
            f"{': ' + ', '.join(changed) if changed else ''}. Nothing was started."
        )
    if any(lesson["teaches"] == "label prompts" or lesson.get("decoder_pace") for lesson in given):
        raise TrainingError("A run goes on from projectors alone, not from label prompts or a decoder that learned.")
    return len(given)


def take_over(folder: Path, decoder_fingerprint: str, projectors: nn.ModuleDict) -> None:
    """Put the weights of the projectors in `folder` into those that are to learn.

    Raises TrainingError where one is missing; AdapterError where one is damaged or for another decoder.
    """
    for kind, projector in projectors.items():
        file = folder / f"{kind}-projector.safetensors"
        if not file.is_file():
            raise TrainingError(f"There is no {file.name} in {folder} to begin with. Nothing was started.")
        found, _ = load_projector(file, decoder_fingerprint)
        projector.load_state_dict(found.state_dict())


def _options_of(folder: Path) -> dict[str, Any]:
    try:
        options: dict[str, Any] = json.loads((folder / SCORES_FILE).read_text(encoding="utf-8"))["options"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{folder} does not say how its adapters were trained ({error}). Nothing was started."
        ) from error
    return options
