"""The models of a consultation, each loaded when it is first needed and then kept.

A typed question loads the decoder alone; Whisper and the ViT join when something is said or shown.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lm.engine import LocalEngine
from lm.hardware import choose_device, choose_dtype
from lm.packing import packed_in_place
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
        dtype = choose_dtype(self._device)
        return packed_in_place(load_decoder(decoder_path(self._decoder_wish), device=self._device, dtype=dtype))

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
