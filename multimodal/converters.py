"""From a model's verified source files to the folder we load; each converter is imported only when it runs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from multimodal.catalog import Converter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def run(converter: Converter, sources: Mapping[str, Path], folder: Path) -> None:
    """Convert `sources` (by their name in the catalogue) into the new `folder`.

    Raises ConversionFailed, or an error of lm, when a source is not what the converter expects.
    """
    folder.mkdir(parents=True)
    match converter:
        case Converter.COPY:
            _copy(sources, folder)
        case Converter.GGUF:
            _convert_gguf(sources, folder)
        case Converter.WHISPER_CTRANSLATE2:
            _convert_whisper(sources, folder)
        case Converter.VIT_ONNX:
            _convert_vit(sources, folder)
        case Converter.VOICE_ENCODER:
            _convert_voice_encoder(sources, folder)
        case Converter.ICD10_CM | Converter.HPO | Converter.DRUG_NAMES:
            _convert_terms(converter, sources, folder)
        case Converter.HPO_ANNOTATIONS:
            _convert_phenotypes(sources, folder)


def _copy(sources: Mapping[str, Path], folder: Path) -> None:
    for name, path in sources.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)


def _convert_gguf(sources: Mapping[str, Path], folder: Path) -> None:
    from lm.weights import convert_gguf

    (source,) = sources.values()
    convert_gguf(source, folder)


def _convert_whisper(sources: Mapping[str, Path], folder: Path) -> None:
    from multimodal import whisper_weights

    whisper_weights.convert(list(sources.values()), folder)


def _convert_vit(sources: Mapping[str, Path], folder: Path) -> None:
    from multimodal import vision_weights

    vision_weights.convert(list(sources.values()), folder)


def _convert_voice_encoder(sources: Mapping[str, Path], folder: Path) -> None:
    from multimodal import voice_weights

    (source,) = sources.values()
    voice_weights.convert(source, folder)


def _convert_terms(converter: Converter, sources: Mapping[str, Path], folder: Path) -> None:
    from multimodal import glossaries, terminologies

    (source,) = sources.values()
    readers = {
        Converter.ICD10_CM: terminologies.icd10_terms,
        Converter.HPO: terminologies.hpo_terms,
        Converter.DRUG_NAMES: terminologies.drug_terms,
    }
    terminologies.convert(readers[converter], source, folder)
    if converter is Converter.HPO:
        glossaries.write_glossary(glossaries.hpo_glossary(source), folder)


def _convert_phenotypes(sources: Mapping[str, Path], folder: Path) -> None:
    from multimodal import phenotypes

    phenotypes.convert(sources, folder)
