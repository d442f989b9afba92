"""The models of a consultation, each loaded when it is first needed and then kept.

A typed question loads the decoder alone; Whisper and the ViT join when something is said or shown.
"""

from __future__ import annotations

import gc
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from lm.engine import LocalEngine
from lm.hardware import choose_device, choose_dtype
from lm.lora import find_lora, read_lora_options, with_lora
from lm.low_rank import LoraPositions
from lm.packing import load_for_answers
from lm.weights import load_decoder
from multimodal.catalog import installed_path
from multimodal.dependence import warm_up
from multimodal.errors import AdapterError
from multimodal.fusion import SHIPPED_ADAPTERS, AudioProjector, ImageProjector, find_projectors
from multimodal.own_models import converted_gguf
from multimodal.prompt import PromptBuilder
from multimodal.reference_pictures import find_references, grey_picture
from multimodal.speech import DecodingChoices, SpeechRecognizer
from multimodal.vision import ImageEncoder
from multimodal.voice_encoder import VoiceEncoder
from multimodal.word_list import favoured_names

if TYPE_CHECKING:
    from lm.weights import LoadedDecoder
    from multimodal.fusion import Projector
    from multimodal.reference_pictures import ReferenceTokens

DEFAULT_DECODER = "smollm2-135m-instruct"
DEFAULT_SPEECH = "whisper-base"
DEFAULT_VISION = "dinov2-small"
VOICES = "ge2e-voice"
DICTATION = DecodingChoices(beams=5)
"""Settled speech: five beams made 6.6 % of the words wrong where greedy decoding made 7.1 %, in 1.15 times its time."""
_OF_THE_DECODER = ("_decoder", "_engine", "_prompts", "_projectors", "_references")


class Models:
    """The decoder, the encoders and the projectors between them, on one device.

    `decoder` is the name of an installed model, or the path of a Hugging Face folder or a GGUF file; `speech` and
    `vision` are names of installed models.
    """

    def __init__(
        self,
        decoder: str = DEFAULT_DECODER,
        device: str = "auto",
        speech: str = DEFAULT_SPEECH,
        vision: str = DEFAULT_VISION,
    ) -> None:
        self._decoder_wish, self._speech_id, self._vision_id = decoder, speech, vision
        self._device = choose_device(device)

    def change_decoder(self, wish: str) -> None:
        """Let go of the decoder with its cache and projectors; the encoders stay. The next use loads `wish`."""
        self._decoder_wish = wish
        self._drop(*_OF_THE_DECODER)

    def let_go(self) -> None:
        """Let go of everything; the next use loads it anew."""
        self._drop(*_OF_THE_DECODER, "_speech", "_vision", "_voices")

    def _drop(self, *names: str) -> None:
        for name in names:
            self.__dict__.pop(name, None)
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def forget(self) -> None:
        """Drop what the engine keeps of an encounter; nothing is loaded for it."""
        if self.has_decoder:
            self._engine.forget()

    @property
    def decoder_wish(self) -> str:
        """The identifier or path that was asked for."""
        return self._decoder_wish

    @property
    def has_decoder(self) -> bool:
        """Whether the decoder is loaded."""
        return "_engine" in self.__dict__

    @property
    def device(self) -> torch.device:
        """Where the models run."""
        return self._device

    @property
    def decoder_name(self) -> str:
        """The name that answers are signed with."""
        return self._decoder.name

    def engine(self) -> LocalEngine:
        """Return the engine with the encounter's KV prefix."""
        return self._engine

    def prompts(self) -> PromptBuilder:
        """Return the builder of prompts for this decoder."""
        return self._prompts

    def speech(self) -> SpeechRecognizer:
        """Return Whisper with its voice activity detector."""
        return self._speech

    def vision(self) -> ImageEncoder:
        """Return the picture encoder."""
        return self._vision

    def voices(self) -> VoiceEncoder:
        """Return what tells voices apart."""
        return self._voices

    def image_projector(self) -> ImageProjector | None:
        """Return the projector that shows pictures to this decoder, None where none was trained for it."""
        projector = self._projectors.get(ImageProjector.kind)
        return projector if isinstance(projector, ImageProjector) else None

    def audio_projector(self) -> AudioProjector | None:
        """Return the projector that lets this decoder hear, None where none was trained for it."""
        projector = self._projectors.get(AudioProjector.kind)
        return projector if isinstance(projector, AudioProjector) else None

    def reference_tokens(self) -> ReferenceTokens:
        """Return what answers about pictures are held against; only where there is a picture projector."""
        return self._references

    def warm_up_references(self) -> None:
        """Make the first answer about a picture as quick to check as the later ones."""
        warm_up(self._engine, self._prompts, self._references)

    @cached_property
    def _decoder(self) -> LoadedDecoder:
        source, dtype = decoder_path(self._decoder_wish), choose_dtype(self._device)
        decoder = load_for_answers(source, self._device, dtype)
        lora = find_lora(SHIPPED_ADAPTERS, decoder.fingerprint)
        if lora is None:
            return decoder
        if read_lora_options(lora).positions is LoraPositions.EVERYWHERE:
            # Merged, the weights are not in the groups any more that they were published in.
            decoder = load_decoder(source, device=self._device, dtype=dtype)
        return with_lora(decoder, lora)

    @cached_property
    def _engine(self) -> LocalEngine:
        return LocalEngine(self._decoder)

    @cached_property
    def _prompts(self) -> PromptBuilder:
        return PromptBuilder(self._decoder.tokens)

    @cached_property
    def _projectors(self) -> dict[str, Projector]:
        encoders = {self._speech_id, self._vision_id}
        found = find_projectors(SHIPPED_ADAPTERS, self._decoder.text_fingerprint, encoders)
        if self._decoder.text_fingerprint != self._decoder.fingerprint:
            # Pictures are read otherwise than when a projector of the plain decoder was trained; sound is not.
            found.pop(ImageProjector.kind, None)
            found |= find_projectors(SHIPPED_ADAPTERS, self._decoder.fingerprint, encoders)
        return {kind: projector.to(self._device) for kind, projector in found.items()}

    @cached_property
    def _references(self) -> ReferenceTokens:
        projector = self.image_projector()
        if projector is None:
            raise AdapterError("This decoder sees no pictures, so there is nothing to hold its answers against.")
        found = find_references(SHIPPED_ADAPTERS, self._decoder.fingerprint, self._vision_id)
        return (found or grey_picture(self.vision())).project(projector)

    @cached_property
    def _speech(self) -> SpeechRecognizer:
        choices = replace(DICTATION, names=favoured_names())
        whisper, vad = installed_path(self._speech_id), installed_path("silero-vad")
        return SpeechRecognizer.load(whisper, vad, self._device, decoding=choices)

    @cached_property
    def _voices(self) -> VoiceEncoder:
        return VoiceEncoder.load(installed_path(VOICES))

    @cached_property
    def _vision(self) -> ImageEncoder:
        return ImageEncoder.load(installed_path(self._vision_id), self._device)


def decoder_path(wish: str) -> Path:
    """Return the folder of a decoder: a path where there is one, else an installed model of that name.

    A GGUF file is converted the first time, and its folder is found again by the file's sha256.
    """
    path = Path(wish).expanduser()
    if path.is_file() and path.suffix.lower() == ".gguf":
        return converted_gguf(path)
    return path if path.exists() else installed_path(wish)
