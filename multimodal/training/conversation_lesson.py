"""The lesson through the decoder: cross-entropy on the tokens of the answers alone, and the decoder's own teaching.

Pictures are taught by the right answers (LLaVA, arXiv:2304.08485; the recipe of AdamW, cosine, 3 % warm-up and clip
1.0 follows nanoVLM and LLaVA-Med for a decoder of this size, at half their learning rate, since other lessons have
gone before). For sound and for text the decoder itself is the teacher as well: shown the true transcript, without
adapters, it gives each token of an answer a distribution; shown the sound, it is to give the same one (Ultravox's
knowledge distillation, Hinton et al. 2015, arXiv:1503.02531). Where the transcript is shown too, and where there is
nothing but text, only the teacher counts, so that nothing is taken away from what the words say.

The projectors learn; with a `decoder_pace` the decoder's low-rank adapters do too.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from lm.training.lessons import Learning, StepOptions
from lm.training.parallel import Sharing
from multimodal.fusion import AUDIO_STACK, IMAGE_TOKENS
from multimodal.training.laying_out import Layout, Shown
from multimodal.training.sound_alignment import sound_batch, summed_ctc_loss
from multimodal.training.word_alignment import alignment_losses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import nn

    from lm.lora import Lora
    from lm.training.parallel import Processes
    from lm.weights import LoadedDecoder
    from multimodal.fusion import AudioProjector
    from multimodal.training.clips import Clip
    from multimodal.training.conversations import Conversation
    from multimodal.training.laying_out import Packed
    from multimodal.training.lesson_options import ConversationOptions
    from multimodal.training.projected_pictures import PictureTokens
    from multimodal.training.sound_alignment import SpokenWords
    from multimodal.training.sound_features import SoundFeatures
    from multimodal.training.word_alignment import LabelWords

ANSWERS, TEACHER, PICTURE_WORDS, SOUND_WORDS = "answers", "teacher", "label words", "words"


@dataclass(frozen=True, slots=True, eq=False)
class PictureTeaching:
    """What shows pictures, what learns of it, and the label words of the pictures."""

    tokens: PictureTokens
    learning: Callable[[], Sequence[nn.Parameter]]
    words: LabelWords
    temperature: float = 0.07


@dataclass(frozen=True, slots=True, eq=False)
class SoundTeaching:
    """What makes clips heard, their states, and the words that are said in them."""

    projector: AudioProjector
    features: SoundFeatures
    words: SpokenWords
    temperature: float = 0.07


@dataclass(frozen=True, slots=True)
class StepTotals:
    """What the losses of one step are means over, whichever process and pack they fall to."""

    taught: int
    by_teacher: int
    pictures: int
    said: int


@dataclass(frozen=True, slots=True)
class Pack:
    """Conversations of one forward."""

    conversations: tuple[Conversation, ...]
    totals: StepTotals
    in_step: bool = False
    """Whether the decoder must read as often as in the other processes: FSDP2 gathers its blocks from all of them."""


class ConversationLesson:
    """Conversations in their order, each once."""

    def __init__(
        self,
        decoder: LoadedDecoder,
        conversations: Sequence[Conversation],
        chosen: ConversationOptions,
        pictures: PictureTeaching | None = None,
        sounds: SoundTeaching | None = None,
        lora: Lora | None = None,
    ) -> None:
        self._decoder, self._conversations, self._chosen = decoder, conversations, chosen
        self._pictures, self._sounds, self._lora = pictures, sounds, lora
        self._layout = Layout(decoder)

    @property
    def options(self) -> StepOptions:
        """How fast it is taught."""
        chosen = self._chosen
        return StepOptions(chosen.learning_rate, chosen.warmup, chosen.final_share, chosen.clip)

    @property
    def figures(self) -> tuple[str, ...]:
        """The mean cross-entropy of the answers, and what else is taught, in nats a token."""
        taught = {
            TEACHER: any(one.teacher_reads is not None for one in self._conversations),
            PICTURE_WORDS: self._pictures is not None,
            SOUND_WORDS: self._sounds is not None,
        }
        return (ANSWERS, *(name for name, is_taught in taught.items() if is_taught))

    def learning(self) -> Sequence[Learning]:
        """Return the projectors' weights, and those of the decoder's adapters where they learn too."""
        learning = list(self._pictures.learning()) if self._pictures else []
        learning += list(self._sounds.projector.parameters()) if self._sounds else []
        groups = [Learning(learning)] if learning else []
        if self._lora is not None and self._chosen.decoder_pace > 0:
            decay = self._chosen.decoder_weight_decay
            groups.append(Learning(list(self._lora.parameters()), self._chosen.decoder_pace, decay))
        return groups

    def parts(self, step: int, processes: Processes) -> Sequence[Pack]:
        """Return the packs of this process, as many as in every other."""
        size = self._chosen.batch
        batch = self._conversations[(step - 1) * size : step * size]
        totals = self._totals(batch)
        lengths = [self._tokens(one) for one in batch]
        shares = [range(rank, size, processes.world) for rank in range(processes.world)]
        processes.share(size)
        packs = [_packs(share, lengths, self._chosen.pack_tokens) for share in shares]
        most = max(map(len, packs))
        own = _split_to(packs[processes.rank], most)
        in_step = processes.sharing is Sharing.FSDP2 and TEACHER in self.figures
        return [Pack(tuple(batch[place] for place in places), totals, in_step) for places in own]

    def _totals(self, batch: Sequence[Conversation]) -> StepTotals:
        taught = [self._layout.tokens(one.turns, one.transcript)[1] for one in batch]
        return StepTotals(
            sum(taught),
            sum(count for count, one in zip(taught, batch, strict=True) if one.teacher_reads is not None),
            sum(bool(one.picture) for one in batch),
            sum(len(self._sounds.words.columns(one.clip)) for one in batch if one.clip) if self._sounds else 0,
        )

    def _tokens(self, one: Conversation) -> int:
        """Return how long a conversation is at most; tokens of sound that say nothing are left out later."""
        sound = 0
        if one.clip and self._sounds:
            sound = -(-len(self._sounds.features.get(one.clip.key)) // AUDIO_STACK)
        return self._layout.tokens(one.turns, one.transcript)[0] + IMAGE_TOKENS * bool(one.picture) + sound

    def loss(self, part: Pack) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the pack's share of the step's loss."""
        shown = [Shown(one.turns, transcript=one.transcript) for one in part.conversations]
        figures: dict[str, torch.Tensor] = {}
        losses = []
        if self._pictures:
            figures[PICTURE_WORDS], shown = self._with_pictures(self._pictures, part, shown)
            losses.append(self._chosen.picture_words * figures[PICTURE_WORDS])
        if self._sounds:
            figures[SOUND_WORDS], shown = self._with_sounds(self._sounds, part, shown)
            losses.append(self._chosen.sound_words * figures[SOUND_WORDS])
        packed = self._layout.pack(shown)
        taught, figures[ANSWERS], figures[TEACHER] = self._answers(part, packed)
        reported = torch.stack([figures[name].detach() for name in self.figures])
        return torch.stack([taught, *losses]).sum(), reported

    def _with_pictures(
        self, teaching: PictureTeaching, part: Pack, shown: list[Shown]
    ) -> tuple[torch.Tensor, list[Shown]]:
        places = [place for place, one in enumerate(part.conversations) if one.picture]
        if not places:
            return _nothing(self._decoder), shown
        paths = [part.conversations[place].picture for place in places]
        tokens = teaching.tokens(paths)
        seen = dict(zip(places, tokens, strict=True))
        by_cls, by_patches = alignment_losses(tokens, paths, teaching.words, teaching.temperature)
        share = len(places) / part.totals.pictures
        return share * (by_cls + by_patches), [_also(one, picture=seen.get(place)) for place, one in enumerate(shown)]

    def _with_sounds(self, teaching: SoundTeaching, part: Pack, shown: list[Shown]) -> tuple[torch.Tensor, list[Shown]]:
        clips: dict[int, Clip] = {place: one.clip for place, one in enumerate(part.conversations) if one.clip}
        if not clips:
            return _nothing(self._decoder), shown
        frames, lengths = sound_batch(teaching.features, list(clips.values()))
        sound = teaching.projector(frames.to(teaching.projector.modality.device), lengths)
        heard = dict(zip(clips, sound.said(), strict=True))
        summed = summed_ctc_loss(sound, list(clips.values()), teaching.words, teaching.temperature)
        said = [_also(one, sound=heard.get(place)) for place, one in enumerate(shown)]
        return summed / max(1, part.totals.said), said

    def _answers(self, part: Pack, packed: Packed) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return what is taught of the answers, the mean cross-entropy, and the mean distance to the teacher."""
        pupil = packed.logits(self._decoder)
        entropy = F.cross_entropy(pupil, packed.targets, reduction="none")
        weight, taught = torch.ones_like(entropy), part.totals.taught
        mean = entropy.sum() / taught
        teacher = self._teacher(part)
        if teacher is None:
            return mean, mean, _nothing(self._decoder)
        learns, share = self._shares(part, packed)
        weight = 1 - share
        warm = self._chosen.temperature
        student = (pupil[learns] / warm).log_softmax(-1)
        expected = (teacher / warm).log_softmax(-1)
        distance = F.kl_div(student, expected, reduction="none", log_target=True).sum(-1)
        summed = (weight * entropy).sum() + (share[learns] * warm**2 * distance).sum()
        return summed / taught, mean, distance.sum() / part.totals.by_teacher

    def _shares(self, part: Pack, packed: Packed) -> tuple[torch.Tensor, torch.Tensor]:
        """Return which taught tokens `(taught,)` have a teacher, and the teacher's share in the loss of each."""
        shares = [
            0.0 if one.teacher_reads is None else 1.0 if one.taught_by_teacher else self._chosen.distilled
            for one in part.conversations
        ]
        counts = torch.tensor(packed.taught)
        has_teacher = torch.tensor([one.teacher_reads is not None for one in part.conversations])
        device = packed.labels.device
        return (
            has_teacher.repeat_interleave(counts).to(device),
            torch.tensor(shares).repeat_interleave(counts).to(device),
        )

    @torch.no_grad()
    def _teacher(self, part: Pack) -> torch.Tensor | None:
        """Return what the decoder without adapters expects that reads the words, None where nobody teaches."""
        read = [
            Shown(one.turns, transcript=one.teacher_reads)
            for one in part.conversations
            if one.teacher_reads is not None
        ]
        if not read and not part.in_step:
            return None
        packed = self._layout.pack(read or [Shown(part.conversations[0].turns)])
        with self._lora.off() if self._lora is not None else nullcontext():
            logits = packed.logits(self._decoder)
        return logits if read else None


def _nothing(decoder: LoadedDecoder) -> torch.Tensor:
    return torch.zeros((), device=decoder.model.device)


def _also(shown: Shown, picture: torch.Tensor | None = None, sound: torch.Tensor | None = None) -> Shown:
    return Shown(
        shown.turns,
        shown.picture if picture is None else picture,
        shown.sound if sound is None else sound,
        shown.transcript,
    )


def _packs(places: Sequence[int], lengths: Sequence[int], most: int) -> list[list[int]]:
    """Return the places in packs of at most `most` tokens: first fit, the longest first, then in their order."""
    packs: list[list[int]] = []
    rooms: list[int] = []
    for place in sorted(places, key=lambda place: (-lengths[place], place)):
        fitting = next((number for number, room in enumerate(rooms) if room >= lengths[place]), None)
        if fitting is None:
            packs.append([])
            rooms.append(most)
            fitting = len(packs) - 1
        packs[fitting].append(place)
        rooms[fitting] -= lengths[place]
    return [sorted(pack) for pack in packs]


def _split_to(packs: list[list[int]], count: int) -> list[list[int]]:
    """Return the packs, the fullest halved until there are `count`."""
    split = list(packs)
    while len(split) < count:
        fullest = max(range(len(split)), key=lambda number: len(split[number]))
        pack = split.pop(fullest)
        split += [pack[: len(pack) // 2], pack[len(pack) // 2 :]]
    return split
