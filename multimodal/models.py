"""The models of a consultation, each loaded when it is first needed and then kept.

A typed question loads the decoder alone; Whisper and the ViT join when something is said or shown.
"""

from __future__ import annotations

import gc
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from lm.engine import LocalEngine
from lm.hardware import choose_device, choose_dtype
from lm.weights import load_decoder
from multimodal.catalog import installed_path
from multimodal.fusion import SHIPPED_ADAPTERS, AudioProjector, ImageProjector, find_projectors
from multimodal.prompt import PromptBuilder
from multimodal.speech import SpeechRecognizer
from multimodal.vision import ImageEncoder

if TYPE_CHECKING:
    from lm.weights import LoadedDecoder
    from multimodal.fusion import Projector

DEFAULT_DECODER = "smollm2-135m-instruct"


class Models:
    """The decoder, the encoders and the projectors between them, on one device.

    `decoder` is an identifier of the catalogue, or the path of a Hugging Face folder or a GGUF file.
    """

    def __init__(self, decoder: str = DEFAULT_DECODER, device: str = "auto") -> None:
        self._decoder_wish = decoder
        self._device = choose_device(device)

    def change_decoder(self, wish: str) -> None:
        """Let go of the decoder with its cache and projectors; the encoders stay. The next use loads `wish`."""
        self._decoder_wish = wish
        for name in ("_decoder", "_engine", "_prompts", "_projectors"):
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

    def image_projector(self) -> ImageProjector | None:
        """Return the projector that shows pictures to this decoder, None where none was trained for it."""
        projector = self._projectors.get(ImageProjector.kind)
        return projector if isinstance(projector, ImageProjector) else None

    def audio_projector(self) -> AudioProjector | None:
        """Return the projector that lets this decoder hear, None where none was trained for it."""
        projector = self._projectors.get(AudioProjector.kind)
        return projector if isinstance(projector, AudioProjector) else None

    @cached_property
    def _decoder(self) -> LoadedDecoder:
        return load_decoder(decoder_path(self._decoder_wish), device=self._device, dtype=choose_dtype(self._device))

    @cached_property
    def _engine(self) -> LocalEngine:
        return LocalEngine(self._decoder)

    @cached_property
    def _prompts(self) -> PromptBuilder:
        return PromptBuilder(self._decoder.tokens)

    @cached_property
    def _projectors(self) -> dict[str, Projector]:
        return find_projectors(SHIPPED_ADAPTERS, self._decoder.fingerprint)

    @cached_property
    def _speech(self) -> SpeechRecognizer:
        return SpeechRecognizer.load(installed_path("whisper-base"), installed_path("silero-vad"), self._device)

    @cached_property
    def _vision(self) -> ImageEncoder:
        return ImageEncoder.load(installed_path("dinov2-small"), self._device)


def decoder_path(wish: str) -> Path:
    """Return the folder or file of a decoder: a path where there is one, else an entry of the catalogue."""
    path = Path(wish).expanduser()
    return path if path.exists() else installed_path(wish)
