"""What a card says of how adapters were trained, from the configuration alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lm.low_rank import LoraPositions
from multimodal.training.lesson_options import (
    ConversationOptions,
    LabelPromptsOptions,
    PictureWordsOptions,
    SoundWordsOptions,
)
from multimodal.training.picture_questions import MOST_QUESTIONS

if TYPE_CHECKING:
    from multimodal.training.fusion_config import FusionConfig
    from multimodal.training.lesson_options import LessonOptions


def lesson_sentences(config: FusionConfig) -> list[str]:
    """Return one numbered line for each lesson."""
    lines = [f"{number}. {_sentence(lesson)}" for number, lesson in enumerate(config.lessons, 1)]
    if config.lora is not None:
        lora = config.lora
        where = "at the tokens of pictures alone" if _at_pictures(config) else "at every token"
        lines += [
            "",
            f"The decoder's adapters act {where}; rank {lora.rank}, alpha {lora.alpha:g}, dropout {lora.dropout:g}.",
        ]
    return [*lines, "", f"AdamW, warm-up and cosine decay, seed {config.seed}."]


def frozen_sentence(config: FusionConfig) -> str:
    """Return what did not learn."""
    if config.lora is None:
        return "Encoder and decoder stay frozen: what the decoder answers to text is as it was."
    if _at_pictures(config):
        return (
            "The encoder stays frozen, and so does the decoder: it has adapters beside its weights that act at the "
            "tokens of pictures alone, so what it answers to text is to the last bit as it was."
        )
    return "The encoder stays frozen; it is used with the decoder whose adapters learned beside it alone."


def _at_pictures(config: FusionConfig) -> bool:
    return config.lora is not None and config.lora.positions is LoraPositions.PICTURES


def _sentence(lesson: LessonOptions) -> str:
    if isinstance(lesson, PictureWordsOptions):
        return (
            f"{lesson.steps} steps of {lesson.batch} pictures without the decoder: picture tokens towards the "
            f"decoder's embeddings of the words that name the picture; learning rate {lesson.learning_rate:g}."
        )
    if isinstance(lesson, SoundWordsOptions):
        return (
            f"{lesson.steps} steps of {lesson.batch} clips without the decoder: connectionist temporal classification "
            f"over the embeddings of the words that are said; learning rate {lesson.learning_rate:g}."
        )
    if isinstance(lesson, LabelPromptsOptions):
        return (
            "Two vectors for each label (prompts, for the CLS token and the patch tokens) through the frozen decoder, "
            f"{lesson.conversations} pictures with their questions, and {lesson.distillation_steps} steps of "
            f"{lesson.distillation_batch} pictures that teach the projector to give them itself."
        )
    return _conversations(lesson)


def _conversations(lesson: ConversationOptions) -> str:
    total = lesson.pictures + lesson.sounds + lesson.texts
    shares = [
        f"{share / total:.0%} {kind}"
        for kind, share in (
            (f"with a picture and up to {MOST_QUESTIONS} questions", lesson.pictures),
            ("with a clip", lesson.sounds),
            ("of text alone", lesson.texts),
        )
        if share
    ]
    learns = (
        f"the decoder's adapters learn too, at {lesson.decoder_pace:g} of the rate"
        if lesson.decoder_pace
        else "the decoder stays as it is"
    )
    parts = [
        f"{lesson.conversations} conversations through the decoder, one pass, batch {lesson.batch}: "
        f"{', '.join(shares)}; learning rate {lesson.learning_rate:g}; {learns}; cross-entropy on the answers' tokens "
        "alone."
    ]
    if lesson.stop_after:
        parts.append(f"It ended after {lesson.stop_after} of {lesson.conversations // lesson.batch} steps.")
    if lesson.withheld:
        parts.append(f"{lesson.withheld:.0%} of pictures and clips are withheld, which the answer then says.")
    if lesson.mismatched:
        parts.append(f"{lesson.mismatched:.0%} of the pictures are of another kind than the question is about.")
    if lesson.sounds:
        parts.append(
            f"{lesson.distilled:.0%} of the loss on clips is the distance to the same decoder reading the transcript; "
            f"{lesson.with_words:.0%} of the clips are shown with it."
        )
    return " ".join(parts)
