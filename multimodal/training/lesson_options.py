"""How each lesson of a training run is taught: what a configuration file may say of it.

No torch in here, so that a configuration is checked before anything is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass

from lm.errors import TrainingError


@dataclass(frozen=True, slots=True)
class PictureWordsOptions:
    """Picture tokens are moved to the words that name the picture (`word_alignment`)."""

    steps: int = 120
    batch: int = 64
    learning_rate: float = 2e-3
    warmup: float = 0.08
    final_share: float = 0.1
    temperature: float = 0.07
    """Cosine similarities are divided by it, as in CLIP (arXiv:2103.00020)."""
    other_words: int = 512
    """Tokens drawn from the vocabulary as wrong answers, beside the words of the other labels."""


@dataclass(frozen=True, slots=True)
class SoundWordsOptions:
    """What is said becomes the embeddings of its words (`sound_alignment`)."""

    steps: int = 1000
    batch: int = 32
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    warmup: float = 0.05
    final_share: float = 0.05
    temperature: float = 0.07
    hidden_frames: int = 16
    """At most so many frames in a row are hidden, twice a clip (SpecAugment, arXiv:1904.08779)."""


@dataclass(frozen=True, slots=True)
class LabelPromptsOptions:
    """What each label needs is found through the decoder, and then seen in pictures (`label_prompts`)."""

    conversations: int = 1280
    batch: int = 16
    learning_rate: float = 0.03
    """Of the prompts, in units of the picture tokens' root mean square."""
    distillation_steps: int = 400
    distillation_batch: int = 48
    distillation_rate: float = 1e-3
    warmup: float = 0.05
    final_share: float = 0.05
    weight_decay: float = 0.01
    pack_tokens: int = 1024


@dataclass(frozen=True, slots=True)
class ConversationOptions:
    """Conversations through the decoder (`conversation_lesson`)."""

    conversations: int = 1536
    batch: int = 16
    pack_tokens: int = 1024
    """Of one forward: a batch is the sum of several, so that its size does not decide the memory needed."""
    stop_after: int = 0
    """Steps after which the lesson ends, its learning rate still on the way down; 0 takes every conversation."""
    learning_rate: float = 1e-3
    warmup: float = 0.03
    final_share: float = 0.1
    clip: float = 1.0
    decoder_pace: float = 0.0
    """The learning rate of the decoder's adapters as a share of the projectors'; 0 leaves the decoder as it is."""
    decoder_weight_decay: float = 0.01
    pictures: float = 1.0
    """The shares of conversations about pictures, about clips and of text alone."""
    sounds: float = 0.0
    texts: float = 0.0
    withheld: float = 0.0
    """The share of pictures and clips that are not shown, which the answer then says (modality dropout)."""
    mismatched: float = 0.0
    """The share of pictures that are of another kind than the question is about."""
    with_words: float = 0.3
    """The share of clips whose transcript is shown too."""
    distilled: float = 0.5
    """The share of the teacher in the loss where the transcript is withheld; the rest is cross-entropy."""
    temperature: float = 2.0
    """Of the teacher's and the pupil's distributions."""
    picture_words: float = 0.2
    """How much the first lesson of pictures counts beside this one, so that it is not forgotten."""
    sound_words: float = 0.3

    def __post_init__(self) -> None:
        if min(self.pictures, self.sounds, self.texts) < 0 or self.pictures + self.sounds + self.texts <= 0:
            raise TrainingError("The shares of pictures, sounds and texts are not negative, and not all are 0.")
        if 0 < self.conversations < self.batch:
            raise TrainingError(
                f"{self.conversations} conversations are less than one batch of {self.batch}, so nothing would be "
                "learned: ask for more conversations or a smaller batch. Nothing was started."
            )
        if self.mismatched + self.withheld > 1 or min(self.mismatched, self.withheld) < 0:
            raise TrainingError("mismatched and withheld are shares: neither is negative, together at most 1.")


LessonOptions = PictureWordsOptions | SoundWordsOptions | LabelPromptsOptions | ConversationOptions
