"""Scores of an image projector as it is shipped, the thresholds of its dependence check, and its card."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import torch

from lm.errors import TrainingError
from multimodal.fusion import ImageProjector, load_projector
from multimodal.reference_pictures import PROJECTOR_FILE
from multimodal.training.dependence_calibration import calibrate
from multimodal.training.fusion_run import picture_features
from multimodal.training.picture_questions import read_vqa_rad
from multimodal.training.picture_tasks import cause_task, kind_task, yes_no_tasks
from multimodal.training.pictures import read_pictures
from multimodal.training.projector_card import write_card
from multimodal.training.projector_scores import Scorer

if TYPE_CHECKING:
    from collections.abc import Callable

    from lm.weights import LoadedDecoder
    from multimodal.training.dependence_calibration import Calibration
    from multimodal.training.features import FeatureStore
    from multimodal.training.fusion_run import FusionProgress, FusionRun
    from multimodal.training.projector_scores import Score
    from multimodal.vision import ImageEncoder

SCORES_FILE = "scores.json"
CARD_FILE = "README.md"


def score_projector(
    run: FusionRun,
    decoder: LoadedDecoder,
    encoder: ImageEncoder,
    on_progress: Callable[[FusionProgress], None],
) -> list[Score]:
    """Score the projector file as it is shipped (bf16), calibrate its dependence check, write scores and card."""
    features = picture_features(run, encoder, on_progress)
    scores = _scores(run, decoder, shipped_projector(run, decoder), features, on_progress)
    described = {"decoder": decoder.name, "options": run.config.described(), "scores": [asdict(s) for s in scores]}
    (run.adapter_folder / SCORES_FILE).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    calibration = calibrate(run.adapter_folder, run.data, decoder, features, on_progress)
    write_card(run.adapter_folder / CARD_FILE, decoder.name, run, scores, calibration)
    return scores


def calibrate_projector(
    run: FusionRun,
    decoder: LoadedDecoder,
    encoder: ImageEncoder,
    on_progress: Callable[[FusionProgress], None],
) -> Calibration:
    """Write the references of the projector and the thresholds of its dependence check alone."""
    features = picture_features(run, encoder, on_progress)
    return calibrate(run.adapter_folder, run.data, decoder, features, on_progress)


def shipped_projector(run: FusionRun, decoder: LoadedDecoder) -> ImageProjector:
    """Return the image projector in the adapter folder. Raises TrainingError where there is none."""
    file = run.adapter_folder / PROJECTOR_FILE
    if not file.is_file():
        raise TrainingError(f"There is no {file}: train it first, or name its folder with --out.")
    projector, _ = load_projector(file, decoder.fingerprint)
    if not isinstance(projector, ImageProjector):
        raise TrainingError(f"{file} holds a projector of {projector.kind}, not of pictures.")
    return projector.to(decoder.model.device)


def _scores(
    run: FusionRun,
    decoder: LoadedDecoder,
    projector: ImageProjector,
    features: FeatureStore,
    on_progress: Callable[[FusionProgress], None],
) -> list[Score]:
    pictures = read_pictures(run.data)
    scorer = Scorer(decoder, projector, features)
    with torch.inference_mode():
        scores = [scorer.kind(kind_task(pictures), on_progress)]
        tasks = [*yes_no_tasks(pictures, read_vqa_rad(run.data)), cause_task(pictures)]
        scores += [scorer.yes_no(task, on_progress) for task in tasks]
    return scores
