"""Models that the user brings: recognised by what the file or folder holds, converted, and installed by a name.

A decoder comes as a Hugging Face folder with safetensors or as a GGUF file, a recogniser as a checkpoint that
OpenAI publishes, a picture encoder as safetensors of a timm vision transformer. The source is only read.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from multimodal.atomic import sha256_of
from multimodal.catalog import ModelKind, ModelState, check_model_id, load_catalog, manifest_of, models_folder, state
from multimodal.errors import ConversionFailed, MissingFile, NameTaken
from multimodal.fetch import (
    Progress,
    Stage,
    ignore_progress,
    install,
    lock,
    require_space,
    staging_folder,
    storage_errors,
)
from multimodal.own_licences import licence_name, licence_of_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from multimodal.fetch import OnProgress

REVISION = 1
"""Rises when a conversion below changes what it writes."""
_HASH_CHARACTERS = 12


class SourceForm(StrEnum):
    """In which of the known forms a model was brought."""

    DECODER_FOLDER = "decoder-folder"
    GGUF = "gguf"
    OFFICIAL_WHISPER = "official-whisper"
    TIMM_VIT = "timm-vit"


_KINDS = {
    SourceForm.DECODER_FOLDER: ModelKind.DECODER,
    SourceForm.GGUF: ModelKind.DECODER,
    SourceForm.OFFICIAL_WHISPER: ModelKind.SPEECH,
    SourceForm.TIMM_VIT: ModelKind.VISION,
}


_GROWTH = {
    SourceForm.DECODER_FOLDER: 1,
    SourceForm.GGUF: 8,  # 4-bit weights become float32
    SourceForm.OFFICIAL_WHISPER: 2,  # float16 becomes float32
    SourceForm.TIMM_VIT: 2,
}
"""How much room an installed model takes at most, as a multiple of its source's size."""


@dataclass(frozen=True, slots=True)
class OwnModel:
    """What the user brought: `files` are read, `architecture` is timm's name where no config.json says it."""

    source: Path
    form: SourceForm
    files: tuple[Path, ...]
    architecture: str | None = None

    @property
    def kind(self) -> ModelKind:
        """What the model is used for."""
        return _KINDS[self.form]


@dataclass(frozen=True, slots=True)
class Added:
    """An installed model of the user's."""

    id: str
    kind: ModelKind
    folder: Path
    was_here: bool


def recognise(source: Path, architecture: str | None = None) -> OwnModel:
    """Say what `source` is, by its name and the names beside it; nothing of it is trusted yet.

    Raises:
        MissingFile: there is nothing at `source`.
        ConversionFailed: it has none of the known forms.
    """
    if not source.exists():
        raise MissingFile(f"There is no file or folder {source.name}; it may have been moved or renamed.")
    if source.is_file():
        form = {".gguf": SourceForm.GGUF, ".pt": SourceForm.OFFICIAL_WHISPER}.get(source.suffix.lower())
        if form:
            return OwnModel(source, form, (source,))
        if source.suffix.lower() == ".safetensors" and architecture:
            return OwnModel(source, SourceForm.TIMM_VIT, (source,), architecture)
    elif (source / "config.json").is_file():
        from lm.weights import read_json, refuse_pickles

        refuse_pickles(source)
        config = read_json(source / "config.json")
        if "architecture" in config:
            files = (source / "model.safetensors", source / "config.json")
            return OwnModel(source, SourceForm.TIMM_VIT, files, architecture)
        if "model_type" in config:
            return OwnModel(source, SourceForm.DECODER_FOLDER, tuple(_decoder_files(source)))
    raise ConversionFailed(
        f"{source.name} is no model that Bedside knows, and nothing was added. Bring a Hugging Face folder with "
        "safetensors, a .gguf file, a Whisper checkpoint (.pt) that OpenAI publishes, or safetensors of a timm vision "
        "transformer with its config.json or --architecture."
    )


def add(own: OwnModel, model_id: str | None = None, on_progress: OnProgress = ignore_progress) -> Added:
    """Install a model under `models_folder()`; one that is there already from the same files is left as it is.

    `model_id` None makes one of the source's name. To stop it, raise from `on_progress`.

    Raises:
        NameTaken: the name belongs to another model.
        UnknownModel: the name cannot name a model.
        StorageFull: the disk has no room.
        ConversionFailed: the files are not what their form expects.
        LanguageModelError: a decoder or an encoder that cannot be loaded.
    """
    name = check_model_id(model_id or suggested_id(own.source))
    if name in load_catalog().entries:
        raise NameTaken(f"{name} is a model of the catalogue; give yours another name with --as. Nothing was added.")
    sources = _hashes(own, name, on_progress)
    folder = models_folder() / name
    with storage_errors(name), lock(name, on_progress):
        if _holds(name, sources):
            return Added(name, own.kind, folder, was_here=True)
        require_space(name, _GROWTH[own.form] * sum(path.stat().st_size for path in own.files))
        _install(own, name, sources, on_progress)
    return Added(name, own.kind, folder, was_here=False)


def converted_gguf(gguf: Path, on_progress: OnProgress = ignore_progress) -> Path:
    """Return the folder that a GGUF file was converted to, converting it the first time; named after its sha256."""
    name = f"{suggested_id(gguf)[:48]}-{sha256_of(gguf)[:_HASH_CHARACTERS]}"
    return add(recognise(gguf), name, on_progress).folder


def suggested_id(source: Path) -> str:
    """Return a model name made of the name of the file or folder."""
    stem = source.stem if source.is_file() else source.resolve().name
    return re.sub(r"[^a-z0-9._]+", "-", stem.lower()).strip("-._")[:64].rstrip("-._") or "model"


def _holds(name: str, sources: dict[str, str]) -> bool:
    """Return whether `name` is installed from these files; raises NameTaken where it is another's."""
    manifest = manifest_of(models_folder() / name)
    if manifest is None:
        return False
    if manifest.get("sources") != sources:
        raise NameTaken(
            f"There is already another model {name}. It was left as it is: remove it first, or give the new one a name "
            "of its own (bedside models add --as)."
        )
    return state(name) is ModelState.INSTALLED and manifest.get("revision") == REVISION


def _hashes(own: OwnModel, name: str, on_progress: OnProgress) -> dict[str, str]:
    total, before = sum(path.stat().st_size for path in own.files), 0
    hashes = {}
    for path in own.files:

        def tell(done: int, before: int = before) -> None:
            on_progress(Progress(name, Stage.VERIFY, before + done, total))

        hashes[path.name] = sha256_of(path, tell)
        before += path.stat().st_size
    return hashes


def _install(own: OwnModel, name: str, sources: dict[str, str], on_progress: OnProgress) -> None:
    total = sum(path.stat().st_size for path in own.files)
    on_progress(Progress(name, Stage.CONVERT, 0, total))
    ready = staging_folder() / "ready"
    _convert(own, ready)
    on_progress(Progress(name, Stage.WRITE, total, total))
    manifest = {
        "kind": own.kind,
        "title": name,
        "licence": _licence(own),
        "source": own.source.name,
        "converter": own.form,
        "revision": REVISION,
        "sources": sources,
    }
    install(ready, name, manifest)


def _licence(own: OwnModel) -> str:
    """Return the licence that the source names itself, empty for none; only its owner can say."""
    if own.form is SourceForm.GGUF:
        from lm.gguf_weights import licence_field

        return licence_name(licence_field(own.source))
    return licence_of_folder(own.source) if own.source.is_dir() else ""


def _convert(own: OwnModel, ready: Path) -> None:
    """Write the folder that is loaded, and load it once: what cannot be used is never installed."""
    match own.form:
        case SourceForm.OFFICIAL_WHISPER:
            from multimodal import whisper_weights

            whisper_weights.convert_official(own.source, ready)
        case SourceForm.TIMM_VIT:
            from multimodal import vision, vision_weights

            config = next((path for path in own.files if path.name == "config.json"), None)
            vision_weights.convert_timm(own.files[0], config, own.architecture, ready)
            vision.ImageEncoder.load(ready)
        case SourceForm.GGUF:
            from lm.weights import convert_gguf

            convert_gguf(own.source, ready)
        case SourceForm.DECODER_FOLDER:
            _copy_decoder(own.files, ready)


def _copy_decoder(files: Iterable[Path], ready: Path) -> None:
    import torch

    from lm.weights import load_decoder

    ready.mkdir()
    for path in files:
        shutil.copyfile(path, ready / path.name)
    load_decoder(ready, dtype=torch.bfloat16)


def _decoder_files(folder: Path) -> list[Path]:
    """Return weights, configuration and tokenizer; code and pickles beside them are left behind."""
    from lm.weights import TOKENIZER_FILES

    named = ["config.json", "model.safetensors.index.json", *TOKENIZER_FILES, "vocab.json", "merges.txt", "vocab.txt"]
    weights = sorted(folder.glob("*.safetensors"))
    return [*weights, *(folder / name for name in named if (folder / name).is_file())]
