"""The whole run behind `bedside train voice`: clips, features, two lessons, scores, card.

The run folder keeps the features (computed once) and the loss log; the adapter folder gets the three files that are
shipped beside those of the picture projector: the projector, its scores as JSON and its card.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import torch

from multimodal.atomic import write_text
from multimodal.fusion import AdapterBinding, AudioProjector, load_projector, save_projector
from multimodal.training.clips import ClipCounts, read_clips, silent_clip
from multimodal.training.projector import StepReport
from multimodal.training.sound_alignment import SoundAlignmentReport, SpokenWords, align_sound_to_words
from multimodal.training.sound_card import write_sound_card
from multimodal.training.sound_features import SoundProgress, compute_sound_features
from multimodal.training.sound_lesson import SoundLesson, VoiceOptions, new_audio_projector, teach_through_decoder
from multimodal.training.sound_questions import draw_sound_conversations
from multimodal.training.sound_scores import SoundScorer, sound_tasks
from multimodal.training.spoken_sentences import Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lm.weights import LoadedDecoder
    from multimodal.training.clips import Clip
    from multimodal.training.sound_features import SoundEncoder, SoundFeatures
    from multimodal.training.sound_scores import SoundScore, SoundTask

AUDIO_PROJECTOR_FILE = "audio-projector.safetensors"
AUDIO_SCORES_FILE = "audio-scores.json"
AUDIO_CARD_FILE = "audio-card.md"

VoiceProgress = SoundProgress | SoundAlignmentReport | StepReport | str
"""What a run reports: clips encoded, steps of the lessons, or the name of the score that is being computed."""


@dataclass(frozen=True, slots=True)
class VoiceRun:
    """Where a run reads and writes."""

    data: Path
    """Folder of the open data, with `audio.jsonl` and `notes.jsonl`."""
    run_folder: Path
    adapter_folder: Path
    encoder_id: str = "whisper-base"
    clips: ClipCounts = field(default_factory=ClipCounts)
    trained_clips: int = 2400
    """The first of the training clips, in their order of chance."""
    questions: int = 60
    """Scored of each task at most."""
    options: VoiceOptions = field(default_factory=VoiceOptions)


def run_voice(
    run: VoiceRun, decoder: LoadedDecoder, encoder: SoundEncoder, on_progress: Callable[[VoiceProgress], None]
) -> list[SoundScore]:
    """Train, save, score and describe an audio projector for `decoder`; return the scores.

    Raises TrainingError when the open data or a speech synthesizer is not there.
    """
    every = read_clips(run.data, run.clips)
    clips = [clip for clip in every if clip.part is Part.TRAIN][: run.trained_clips]
    features = _features(run, clips, encoder, on_progress)
    projector = new_audio_projector(decoder, features.d_encoder, run.options)
    with (run.run_folder / "loss.jsonl").open("w", encoding="utf-8") as log:

        def record(step: SoundAlignmentReport | StepReport) -> None:
            log.write(json.dumps(asdict(step)) + "\n")
            log.flush()
            on_progress(step)

        _teach(run, decoder, projector, clips, features, record)
    binding = AdapterBinding(decoder.name, decoder.fingerprint, run.encoder_id)
    save_projector(projector, binding, run.adapter_folder / AUDIO_PROJECTOR_FILE)
    return score_voice(run, decoder, encoder, on_progress)


def _teach(
    run: VoiceRun,
    decoder: LoadedDecoder,
    projector: AudioProjector,
    clips: list[Clip],
    features: SoundFeatures,
    record: Callable[[SoundAlignmentReport | StepReport], None],
) -> None:
    """The lessons: words without the decoder, then conversations through it."""
    options = run.options
    words = SpokenWords(decoder, clips)
    align_sound_to_words(projector, clips, features, words, options.alignment, record)
    asked = draw_sound_conversations(clips, options.conversations, options.with_words, options.seed)
    teach_through_decoder(SoundLesson(decoder, features, words, options), projector, asked, record)


def score_voice(
    run: VoiceRun, decoder: LoadedDecoder, encoder: SoundEncoder, on_progress: Callable[[VoiceProgress], None]
) -> list[SoundScore]:
    """Score the projector file as it is shipped (bf16) on the test part; write its scores and card."""
    every = read_clips(run.data, run.clips)
    tasks = sound_tasks([clip for clip in every if clip.part is Part.TEST], run.questions)
    asked = [question.clip for task in tasks for question in task.questions]
    silence = silent_clip()
    features = _features(run, [silence, *asked], encoder, on_progress)
    projector, _ = load_projector(run.adapter_folder / AUDIO_PROJECTOR_FILE, decoder.fingerprint)
    if not isinstance(projector, AudioProjector):
        raise TypeError(f"{AUDIO_PROJECTOR_FILE} holds a projector of {projector.kind}")
    device = decoder.model.device
    scorer = SoundScorer(decoder, projector.to(device), features, features.get(silence.key)[None].to(device))
    with torch.inference_mode():
        scores = [scorer.score(task, on_progress) for task in tasks]
        repeated = [scorer.repeat(*group) for group in _groups(tasks)]
    described = {
        "decoder": decoder.name,
        "clips": asdict(run.clips),
        "options": asdict(run.options),
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


def _features(
    run: VoiceRun, clips: list[Clip], encoder: SoundEncoder, on_progress: Callable[[VoiceProgress], None]
) -> SoundFeatures:
    return compute_sound_features(run.data, clips, encoder, run.run_folder / "features", on_progress)
