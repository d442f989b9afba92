"""What follows a training run: its card, the decoder with its adapters, and the scores of what was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lm.errors import TrainingError
from lm.lora import LORA_FILE, adapter_sha256, with_lora
from lm.model import Decoder
from lm.weights import save_decoder
from multimodal.training.fusion_card import write_fusion_card
from multimodal.training.projector_run import score_projector
from multimodal.training.sound_run import score_voice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lm.weights import LoadedDecoder
    from multimodal.training.fusion_run import Encoders, FusionProgress, FusionRun

CARD_FILE = "fusion-card.md"


def describe_run(run: FusionRun, decoder: str) -> Path:
    """Write the card of what was trained, from the loss log and the files; return it."""
    card = run.adapter_folder / CARD_FILE
    files = [*sorted(run.adapter_folder.glob("*-projector.safetensors")), *run.adapter_folder.glob(LORA_FILE)]
    write_fusion_card(card, decoder, run.config, run.log.records(), files)
    return card


def adapted_decoder(run: FusionRun, decoder: LoadedDecoder) -> LoadedDecoder:
    """Return the decoder with the run's adapters; itself where the run trained none."""
    file = run.adapter_folder / LORA_FILE
    if run.config.lora is None or not file.is_file():
        return decoder
    return with_lora(decoder, file)


def write_merged(run: FusionRun, decoder: LoadedDecoder, original: Path, folder: Path) -> None:
    """Write the decoder that `adapted_decoder` returned as a Hugging Face checkpoint, beside the folder `original`."""
    file = run.adapter_folder / LORA_FILE
    if not isinstance(decoder.model, Decoder) or not file.is_file():
        raise TrainingError("Only a decoder of our own kind, with adapters that were trained, can be written merged.")
    if decoder.plain_fingerprint:
        raise TrainingError("Adapters that act at pictures alone cannot be merged into the decoder's weights.")
    save_decoder(decoder.model, folder, original=original, adapter_sha256=adapter_sha256(file))


def score_adapters(
    run: FusionRun, decoder: LoadedDecoder, encoders: Encoders, on_progress: Callable[[FusionProgress], None]
) -> None:
    """Score every projector of the run as it is shipped."""
    if encoders.vision is not None:
        score_projector(run, decoder, encoders.vision, on_progress)
    if encoders.speech is not None:
        score_voice(run, decoder, encoders.speech, on_progress)
