"""The whole run behind `bedside train projector`: features, training, scores, card, in one folder.

The run folder keeps the features (computed once) and the loss log; the adapter folder gets the three files that are
shipped: the projector, its scores as JSON and its card.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import torch

from lm.errors import TrainingError
from multimodal.fusion import AdapterBinding, load_projector, save_projector
from multimodal.reference_pictures import PROJECTOR_FILE
from multimodal.training.dependence_calibration import calibrate
from multimodal.training.features import FeatureProgress, compute_features
from multimodal.training.label_prompts import DistillationReport, LabelPrompts, distil
from multimodal.training.picture_questions import (
    draw_conversations,
    read_vqa_rad,
    training_pictures,
)
from multimodal.training.pictures import Split, read_pictures
from multimodal.training.projected_pictures import ProjectedPictures
from multimodal.training.projector import (
    BatchMaker,
    Lesson,
    ProjectorOptions,
    StepReport,
    new_projector,
    train_through_decoder,
)
from multimodal.training.projector_card import write_card
from multimodal.training.projector_scores import Scorer, kind_task, yes_no_tasks
from multimodal.training.word_alignment import AlignmentReport, LabelWords, align_to_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lm.weights import LoadedDecoder
    from multimodal.fusion import ImageProjector
    from multimodal.training.dependence_calibration import Calibration
    from multimodal.training.features import FeatureStore
    from multimodal.training.projector_scores import Score
    from multimodal.vision import ImageEncoder

SCORES_FILE = "scores.json"
CARD_FILE = "README.md"

Progress = FeatureProgress | AlignmentReport | DistillationReport | StepReport | str
"""What a run reports: pictures encoded, steps of the lessons, or the name of the score that is being computed."""


@dataclass(frozen=True, slots=True)
class ProjectorRun:
    """Where a run reads and writes."""

    data: Path
    """Folder of the open data, with `images.jsonl`."""
    run_folder: Path
    adapter_folder: Path
    encoder_id: str = "dinov2-small"
    options: ProjectorOptions = field(default_factory=ProjectorOptions)


def run_projector(
    run: ProjectorRun,
    decoder: LoadedDecoder,
    encoder: ImageEncoder,
    on_progress: Callable[[Progress], None],
) -> list[Score]:
    """Train, save, score and describe an image projector for `decoder`; return the scores.

    Raises TrainingError when the open data is not there.
    """
    features = _features(run, encoder, on_progress)
    projector = new_projector(decoder, encoder.d_model, run.options)
    with (run.run_folder / "loss.jsonl").open("w", encoding="utf-8") as log:

        def record(step: AlignmentReport | DistillationReport | StepReport) -> None:
            log.write(json.dumps(asdict(step)) + "\n")
            log.flush()
            on_progress(step)

        _teach(run, decoder, projector, features, record)
    binding = AdapterBinding(decoder.name, decoder.fingerprint, run.encoder_id)
    save_projector(projector, binding, run.adapter_folder / PROJECTOR_FILE)
    return score_projector(run, decoder, encoder, on_progress)


def _teach(
    run: ProjectorRun,
    decoder: LoadedDecoder,
    projector: ImageProjector,
    features: FeatureStore,
    record: Callable[[AlignmentReport | DistillationReport | StepReport], None],
) -> None:
    """The lessons: words, label prompts where they are wanted, and conversations through the decoder."""
    options, batches = run.options, BatchMaker(decoder)
    labelled = training_pictures(run.data, options.seed)
    words = LabelWords(decoder, labelled, options.alignment)
    align_to_words(projector, labelled, features, words, options.alignment, record)
    if options.prompts:
        asked = draw_conversations(run.data, options.prompts.conversations, options.prompts.seed)
        prompts = LabelPrompts(ProjectedPictures(deepcopy(projector).requires_grad_(False), features), labelled)
        alone = replace(options, learning_rate=options.prompts.learning_rate, alignment_weight=0.0)
        train_through_decoder(Lesson("label prompts", decoder, batches, words, alone), prompts, asked, record)
        distil(projector, prompts, features, options.prompts, record)
    conversations = draw_conversations(run.data, options.conversations, options.seed)
    lesson = Lesson("conversations", decoder, batches, words, options)
    train_through_decoder(lesson, ProjectedPictures(projector, features), conversations, record)


def score_projector(
    run: ProjectorRun,
    decoder: LoadedDecoder,
    encoder: ImageEncoder,
    on_progress: Callable[[Progress], None],
) -> list[Score]:
    """Score the projector file as it is shipped (bf16), calibrate its dependence check, write scores and card."""
    features = _features(run, encoder, on_progress)
    projector, _ = load_projector(run.adapter_folder / PROJECTOR_FILE, decoder.fingerprint)
    scores = _scores(run, decoder, projector, features, on_progress)  # type: ignore[arg-type] # our file holds an image projector
    described = {"decoder": decoder.name, "options": asdict(run.options), "scores": [asdict(s) for s in scores]}
    (run.adapter_folder / SCORES_FILE).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    calibration = calibrate(run.adapter_folder, run.data, decoder, features, on_progress)
    write_card(run.adapter_folder / CARD_FILE, decoder.name, run, scores, calibration)
    return scores


def calibrate_projector(
    run: ProjectorRun,
    decoder: LoadedDecoder,
    encoder: ImageEncoder,
    on_progress: Callable[[Progress], None],
) -> Calibration:
    """Write the references of the projector and the thresholds of its dependence check alone."""
    features = _features(run, encoder, on_progress)
    return calibrate(run.adapter_folder, run.data, decoder, features, on_progress)


def _features(run: ProjectorRun, encoder: ImageEncoder, on_progress: Callable[[Progress], None]) -> FeatureStore:
    if not (run.data / "images.jsonl").is_file():
        raise TrainingError(
            f"There is no images.jsonl in {run.data}. Name the folder of the open data with --data or BEDSIDE_DATA."
        )
    run.run_folder.mkdir(parents=True, exist_ok=True)
    return compute_features(run.data, needed_pictures(run), encoder, run.run_folder / "features", on_progress)


def needed_pictures(run: ProjectorRun) -> list[str]:
    """Return the pictures that are trained on and all held-back ones, sorted."""
    trained = {picture.path for picture in training_pictures(run.data, run.options.seed)}
    held = {picture.path for picture in read_pictures(run.data) if picture.split is Split.DEV}
    return sorted(trained | held)


def _scores(
    run: ProjectorRun,
    decoder: LoadedDecoder,
    projector: ImageProjector,
    features: FeatureStore,
    on_progress: Callable[[Progress], None],
) -> list[Score]:
    pictures = read_pictures(run.data)
    scorer = Scorer(decoder, projector, features)
    with torch.inference_mode():
        scores = [scorer.kind(kind_task(pictures), on_progress)]
        scores += [scorer.yes_no(task, on_progress) for task in yes_no_tasks(pictures, read_vqa_rad(run.data))]
    return scores
