"""From a configuration to the lessons of a run."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lm.training.lessons import LessonPlan
from multimodal.training.conversation_lesson import ConversationLesson, PictureTeaching, SoundTeaching
from multimodal.training.conversations import draw_mixture
from multimodal.training.label_prompts import Distillation, LabelPrompts
from multimodal.training.lesson_options import (
    ConversationOptions,
    LabelPromptsOptions,
    PictureWordsOptions,
    SoundWordsOptions,
)
from multimodal.training.projected_pictures import ProjectedPictures
from multimodal.training.sound_alignment import SoundWords, SpokenWords
from multimodal.training.word_alignment import LabelWords, PictureWords

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import nn

    from lm.lora import Lora
    from lm.weights import LoadedDecoder
    from multimodal.fusion import AudioProjector, ImageProjector
    from multimodal.training.clips import Clip
    from multimodal.training.conversations import Conversation
    from multimodal.training.features import FeatureStore
    from multimodal.training.fusion_config import FusionConfig
    from multimodal.training.lesson_options import LessonOptions
    from multimodal.training.pictures import LabelledPicture
    from multimodal.training.sound_features import SoundFeatures


@dataclass(frozen=True, slots=True, eq=False)
class FusionStores:
    """What the encoders made of pictures and clips, and what is known of them."""

    data: Path
    features: FeatureStore | None
    labelled: Sequence[LabelledPicture]
    sounds: SoundFeatures | None
    clips: Sequence[Clip]


def lesson_plans(
    config: FusionConfig,
    decoder: LoadedDecoder,
    projectors: nn.ModuleDict,
    lora: Lora | None,
    stores: FusionStores,
) -> list[LessonPlan]:
    """Return the lessons of `config` in their order."""
    builder = _Builder(config, decoder, projectors, lora, stores)
    plans: list[LessonPlan] = []
    for lesson in config.lessons:
        plans += builder.plans(lesson, len(plans) + 1)
    return plans


class _Builder:
    """Builds lessons when their turn comes; a configuration names encoders for all that its lessons need."""

    def __init__(
        self,
        config: FusionConfig,
        decoder: LoadedDecoder,
        projectors: nn.ModuleDict,
        lora: Lora | None,
        stores: FusionStores,
    ) -> None:
        self._config, self._decoder, self._projectors = config, decoder, projectors
        self._lora, self._stores = lora, stores
        picture = config.find(PictureWordsOptions) or PictureWordsOptions()
        sound = config.find(SoundWordsOptions) or SoundWordsOptions()
        self._temperatures = picture.temperature, sound.temperature
        # Before anything is sharded: the embedding table is read as a whole.
        self._label_words = (
            LabelWords(decoder, stores.labelled, picture.other_words, config.seed) if stores.labelled else None
        )
        self._spoken_words = SpokenWords(decoder, stores.clips) if stores.clips else None

    def plans(self, lesson: LessonOptions, number: int) -> list[LessonPlan]:
        """Return the plan of a lesson; finding label prompts and seeing them are two."""
        if isinstance(lesson, PictureWordsOptions):
            return [LessonPlan(f"{number} picture words", lesson.steps, lambda: self._picture_words(lesson))]
        if isinstance(lesson, SoundWordsOptions):
            return [LessonPlan(f"{number} sound words", lesson.steps, lambda: self._sound_words(lesson))]
        if isinstance(lesson, LabelPromptsOptions):
            chosen = _of_prompts(lesson)
            asked = self._draw(chosen)
            steps = len(asked) // chosen.batch
            return [
                LessonPlan(f"{number} label prompts", steps, lambda: self._label_prompts(chosen, asked)),
                LessonPlan(f"{number + 1} distillation", lesson.distillation_steps, lambda: self._distillation(lesson)),
            ]
        drawn = self._draw(lesson)
        full = len(drawn) // lesson.batch
        steps = min(full, lesson.stop_after or full)
        return [LessonPlan(f"{number} conversations", steps, lambda: self._conversations(lesson, drawn), full)]

    def _draw(self, chosen: ConversationOptions) -> list[Conversation]:
        """Draw now, since rounding the shares decides how many conversations there are."""
        stores = self._stores
        return draw_mixture(stores.data, stores.clips, chosen, chosen.conversations, self._config.seed)

    def _picture_words(self, chosen: PictureWordsOptions) -> PictureWords:
        _, words = self._pictures()
        return PictureWords(self._image, self._stores.labelled, self._features, words, (chosen, self._config.seed))

    def _sound_words(self, chosen: SoundWordsOptions) -> SoundWords:
        sounds = self._sounds()
        return SoundWords(
            sounds.projector, self._stores.clips, sounds.features, sounds.words, (chosen, self._config.seed)
        )

    def _prompts(self) -> LabelPrompts:
        """Return the prompts, found or not, as a part of what checkpoints keep."""
        if "prompts" not in self._projectors:
            frozen = deepcopy(self._image).requires_grad_(False)
            shown = ProjectedPictures(frozen, self._features)
            self._projectors["prompts"] = LabelPrompts(shown, self._stores.labelled)
        return cast("LabelPrompts", self._projectors["prompts"])

    def _label_prompts(self, chosen: ConversationOptions, asked: Sequence[Conversation]) -> ConversationLesson:
        prompts = self._prompts()
        _, words = self._pictures()
        teaching = PictureTeaching(prompts, lambda: [prompts.prompts], words, self._temperatures[0])
        return ConversationLesson(self._decoder, asked, chosen, teaching)

    def _distillation(self, lesson: LabelPromptsOptions) -> Distillation:
        return Distillation(self._image, self._prompts(), self._features, (lesson, self._config.seed))

    def _conversations(self, chosen: ConversationOptions, asked: Sequence[Conversation]) -> ConversationLesson:
        if "prompts" in self._projectors:
            del self._projectors["prompts"]
        pictures = None
        if chosen.pictures > 0:
            shown, words = self._pictures()
            pictures = PictureTeaching(shown, lambda: list(self._image.parameters()), words, self._temperatures[0])
        sounds = self._sounds() if chosen.sounds > 0 else None
        return ConversationLesson(self._decoder, asked, chosen, pictures, sounds, self._lora)

    @property
    def _image(self) -> ImageProjector:
        return cast("ImageProjector", self._projectors["image"])

    @property
    def _features(self) -> FeatureStore:
        return cast("FeatureStore", self._stores.features)

    def _pictures(self) -> tuple[ProjectedPictures, LabelWords]:
        return ProjectedPictures(self._image, self._features), cast("LabelWords", self._label_words)

    def _sounds(self) -> SoundTeaching:
        return SoundTeaching(
            cast("AudioProjector", self._projectors["audio"]),
            cast("SoundFeatures", self._stores.sounds),
            cast("SpokenWords", self._spoken_words),
            self._temperatures[1],
        )


def _of_prompts(lesson: LabelPromptsOptions) -> ConversationOptions:
    """Return how label prompts are found: conversations about pictures, without their label words."""
    return ConversationOptions(
        conversations=lesson.conversations,
        batch=lesson.batch,
        pack_tokens=lesson.pack_tokens,
        learning_rate=lesson.learning_rate,
        picture_words=0.0,
    )
