"""Stand-ins for the models of a consultation: they hear, see and answer what they were told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from lm.engine import FinishReason, GeneratedToken, Timings
from lm.tokens import Tokens
from lm.weights import LoadedDecoder, load_decoder
from multimodal.errors import Cancelled
from multimodal.fusion import ImageProjector, ProjectorShape
from multimodal.prompt import PromptBuilder
from multimodal.reference_pictures import ReferencePictures, Thresholds
from multimodal.transcript import Utterance, Word
from multimodal.vision import ImageFeatures
from tests.fakes.checkpoints import VOCABULARY, save_checkpoint, save_tokenizer, shuffled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

    from lm.sampling import GenerationOptions
    from lm.sequence import FusionSequence
    from multimodal.fusion import AudioProjector
    from multimodal.reference_pictures import ReferenceTokens
    from multimodal.sound import Recording

D_MODEL = 32
D_ENCODER = 8


def roomy_decoder(folder: Path) -> LoadedDecoder:
    """Return a tiny random Llama whose context holds a whole prompt with a picture."""
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=D_MODEL,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
    )
    return load_decoder(save_checkpoint(shuffled(LlamaForCausalLM(config)), folder))


def tiny_tokens(folder: Path) -> Tokens:
    """Return the tokenizer of the tiny checkpoints, with a ChatML template."""
    folder.mkdir(parents=True, exist_ok=True)
    save_tokenizer(folder)
    return Tokens.load(folder)


def utterance(text: str, start_s: float = 0.0) -> Utterance:
    """Return an utterance whose words last half a second each."""
    words = tuple(Word(w, start_s + i / 2, start_s + (i + 1) / 2, 0.9) for i, w in enumerate(text.split()))
    return Utterance(start_s, words[-1].end_s, text, words, "en", 0.9, 0.01)


class ScriptedSpeech:
    """Hears the utterances it was given, whatever the recording."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self.utterances = utterances

    def transcribe(
        self, recording: Recording, *, language: str | None = None, cancelled: Callable[[], bool]
    ) -> Iterator[Utterance]:
        for heard in self.utterances:
            if cancelled():
                return
            yield heard

    def encode(self, samples: NDArray[np.float32], cancelled: Callable[[], bool] = bool) -> torch.Tensor:
        return torch.ones(max(1, len(samples) // 320), D_ENCODER)


class ConstantVision:
    """Sees the mean brightness of a picture in every patch."""

    def encode(self, pictures: Sequence[Image.Image], cancelled: Callable[[], bool] = bool) -> ImageFeatures:
        brightness = torch.tensor([float(np.asarray(picture).mean()) / 255 for picture in pictures])
        patches = brightness.view(-1, 1, 1).expand(-1, 256, D_ENCODER)
        return ImageFeatures(patches, brightness.view(-1, 1).expand(-1, D_ENCODER))


class WatchedVision(ConstantVision):
    """Counts the pictures it encodes."""

    config = "constant vision"
    grid = (16, 16)
    d_model = D_ENCODER

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, pictures: Sequence[Image.Image], cancelled: Callable[[], bool] = bool) -> ImageFeatures:
        self.encoded += len(pictures)
        return super().encode(pictures, cancelled)


class StoppedVision(ConstantVision):
    """Is stopped between two of its layers, as the real one is by Stop."""

    def encode(self, pictures: Sequence[Image.Image], cancelled: Callable[[], bool] = bool) -> ImageFeatures:
        assert cancelled()
        raise Cancelled("Looking was stopped.")


class ScriptedEngine:
    """Answers with the texts it was given, one for each question, and keeps the prompts it was asked with."""

    def __init__(self, answers: Sequence[str], notices: Sequence[str] = ()) -> None:
        self.answers = list(answers)
        self.prompts: list[FusionSequence] = []
        self.notices: list[str] = []
        self.timings = Timings(prompt_tokens=10, generated_tokens=3, first_token_s=0.5, prefill_s=0.4, decode_s=0.6)
        self._to_tell = list(notices)
        self.drops = (2.0, 2.0)
        """By how many nats a token an answer becomes less probable with the mean and with another picture."""
        self.scored: list[tuple[list[FusionSequence], list[int]]] = []
        """The prompts and answers that were scored again."""

    def generate(
        self, sequence: FusionSequence, options: GenerationOptions, cancelled: Callable[[], bool]
    ) -> Iterator[GeneratedToken]:
        self.prompts.append(sequence)
        self.notices += self._to_tell
        for place, word in enumerate(self.answers.pop(0).split(" ")):
            yield GeneratedToken(place, word if place == 0 else f" {word}", -0.1)
        yield GeneratedToken(-1, "", 0.0, FinishReason.END)

    def answer_logprobs(
        self, prompts: Sequence[FusionSequence], answer: Sequence[int], cancelled: Callable[[], bool]
    ) -> list[list[float]] | None:
        self.scored.append((list(prompts), list(answer)))
        return [[-0.1 - drop] * len(answer) for drop, _ in zip(self.drops, prompts, strict=False)]


class FakeModels:
    """What `Consultation` asks of `multimodal.models.Models`."""

    decoder_name = "tiny-decoder"

    def __init__(
        self,
        tokens: Tokens,
        engine: ScriptedEngine,
        heard: Sequence[Utterance] = (),
        *,
        sees: bool = True,
        hears: AudioProjector | None = None,
    ) -> None:
        torch.manual_seed(0)
        self._prompts = PromptBuilder(tokens)
        self._engine, self._speech, self._audio = engine, ScriptedSpeech(heard), hears
        shape = ProjectorShape(D_ENCODER, 12, D_MODEL, 0.15)
        self._image = ImageProjector(shape).eval() if sees else None
        self.eyes = ConstantVision()

    def engine(self) -> ScriptedEngine:
        return self._engine

    def prompts(self) -> PromptBuilder:
        return self._prompts

    def speech(self) -> ScriptedSpeech:
        return self._speech

    def vision(self) -> ConstantVision:
        return self.eyes

    def image_projector(self) -> ImageProjector | None:
        return self._image

    def audio_projector(self) -> AudioProjector | None:
        return self._audio

    def reference_tokens(self) -> ReferenceTokens:
        assert self._image is not None
        mean = ImageFeatures(torch.zeros(1, 1, D_ENCODER), torch.zeros(1, D_ENCODER))
        other = ImageFeatures(torch.ones(1, 64, D_ENCODER), torch.ones(1, D_ENCODER))
        return ReferencePictures(mean, other, Thresholds(0.1, 1.0), calibrated=True).project(self._image)
