"""A training run in small: every kind of lesson, with a tiny decoder, made-up data and encoders that need no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lm.lora import LoraOptions
from multimodal.training.clips import ClipCounts
from multimodal.training.fusion_config import FusionConfig
from multimodal.training.fusion_run import Encoders, FusionRun
from multimodal.training.lesson_options import ConversationOptions, PictureWordsOptions, SoundWordsOptions
from tests.fakes.consultations import WatchedVision
from tests.fakes.open_pictures import write_open_pictures, write_open_questions
from tests.fakes.spoken_clips import LevelEncoder, write_spoken_data

if TYPE_CHECKING:
    from pathlib import Path

    from multimodal.training.lesson_options import LessonOptions

STAGE_A = ConversationOptions(
    conversations=16, batch=4, pack_tokens=400, sounds=0.5, withheld=0.2, mismatched=0.2, learning_rate=3e-3
)
STAGE_B = ConversationOptions(
    conversations=16, batch=4, pack_tokens=400, sounds=0.4, texts=0.4, decoder_pace=0.5, learning_rate=3e-3
)
EVERYTHING: tuple[LessonOptions, ...] = (
    PictureWordsOptions(steps=3, batch=8),
    SoundWordsOptions(steps=3, batch=4, hidden_frames=4),
    STAGE_A,
    STAGE_B,
)
LORA = LoraOptions(rank=4, alpha=8.0)


def write_open_data(data: Path) -> None:
    """Write all manifests that a run can need."""
    write_spoken_data(data)
    write_open_pictures(data)
    write_open_questions(data)


def everything(
    data: Path, folder: Path, decoder: str, *, checkpoint_every: int = 50, resume: bool = False
) -> FusionRun:
    """Return a run that teaches pictures, sound and the decoder."""
    config = FusionConfig(
        EVERYTHING,
        decoder,
        vision="dinov2-small",
        speech="whisper-base",
        image_hidden=12,
        audio_hidden=12,
        clips=14,
        checkpoint_every=checkpoint_every,
        lora=LORA,
    )
    counts = ClipCounts(train=16, dev=2, test=8)
    return FusionRun(data, folder / "run", folder / "adapters" / "tiny", config, counts, questions=3, resume=resume)


def encoders() -> Encoders:
    """Return encoders for everything."""
    return Encoders(WatchedVision(), LevelEncoder())
