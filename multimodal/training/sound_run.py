"""Scores of an audio projector as it is shipped, and its card."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import torch

from lm.errors import TrainingError
from multimodal.atomic import write_text
from multimodal.fusion import AudioProjector, load_projector
from multimodal.training.clips import read_clips, silent_clip
from multimodal.training.fusion_run import AUDIO_PROJECTOR_FILE, check_data
from multimodal.training.sound_card import write_sound_card
from multimodal.training.sound_features import compute_sound_features
from multimodal.training.sound_scores import SoundScorer, sound_tasks
from multimodal.training.spoken_sentences import Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from lm.weights import LoadedDecoder
    from multimodal.training.clips import Clip
    from multimodal.training.fusion_run import FusionProgress, FusionRun
    from multimodal.training.sound_features import SoundEncoder
    from multimodal.training.sound_scores import SoundScore, SoundTask

AUDIO_SCORES_FILE = "audio-scores.json"
AUDIO_CARD_FILE = "audio-card.md"


def score_voice(
    run: FusionRun, decoder: LoadedDecoder, encoder: SoundEncoder, on_progress: Callable[[FusionProgress], None]
) -> list[SoundScore]:
    """Score the projector file as it is shipped (bf16) on the test part; write its scores and card."""
    check_data(run)
    every = read_clips(run.data, run.clip_counts)
    tasks = sound_tasks([clip for clip in every if clip.part is Part.TEST], run.questions)
    asked = [question.clip for task in tasks for question in task.questions]
    silence = silent_clip()
    features = compute_sound_features(run.data, [silence, *asked], encoder, run.run_folder / "sounds", on_progress)
    file = run.adapter_folder / AUDIO_PROJECTOR_FILE
    if not file.is_file():
        raise TrainingError(f"There is no {file}: train it first, or name its folder with --out.")
    projector, _ = load_projector(file, decoder.fingerprint)
    if not isinstance(projector, AudioProjector):
        raise TrainingError(f"{file} holds a projector of {projector.kind}, not of sound.")
    scorer = SoundScorer(decoder, projector.to(decoder.model.device), features, features.get(silence.key)[None])
    with torch.inference_mode():
        scores = [scorer.score(task, on_progress) for task in tasks]
        repeated = [scorer.repeat(*group) for group in _groups(tasks)]
    described = {
        "decoder": decoder.name,
        "clips": asdict(run.clip_counts),
        "options": run.config.described(),
        "scores": [asdict(score) for score in scores],
        "repeated": [asdict(score) for score in repeated],
    }
    write_text(run.adapter_folder / AUDIO_SCORES_FILE, json.dumps(described, indent=1) + "\n")
    write_sound_card(run.adapter_folder / AUDIO_CARD_FILE, decoder.name, run, scores, repeated)
    return scores


def _groups(tasks: list[SoundTask]) -> list[tuple[str, list[Clip]]]:
    """Return the clips of the yes/no tasks, by the source they are from."""
    return [
        (task.questions[0].clip.source, [question.clip for question in task.questions])
        for task in tasks
        if not task.questions[0].choices
    ]
