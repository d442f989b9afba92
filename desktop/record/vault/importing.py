"""Moving the encounters of a folder into a vault: copied, compared byte by byte, and only then removed.

Interrupted at any moment, each encounter is in the folder, in the vault, or in both; the next run goes on from there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.record.codec import is_file_name, is_id
from desktop.record.errors import NOT_TAKEN_OVER, NotTakenOver, RecordError, disk_errors
from desktop.record.store import DELETED_PREFIX, FILE, FolderStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from desktop.record.disk import Disk
    from desktop.record.encounter import Encounter
    from desktop.record.vault.store import VaultStore

_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Left:
    """An encounter that stayed in the folder, and the sentence that says why."""

    encounter_id: str
    reason: RecordError


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the encounters of a folder."""

    moved: tuple[str, ...]
    left: tuple[Left, ...]


def import_folder(
    folder: Path, store: VaultStore, disk: Disk, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> Imported:
    """Move every encounter of a folder that can be read into the vault; the others stay as they are.

    `progress` is called after each with how many are done, of how many. Raises what the disk refuses outside of a
    single encounter.
    """
    source = FolderStore(folder, disk)
    moved, left = [], []
    with disk_errors():
        names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
        for name in names:
            if name.startswith(DELETED_PREFIX):
                disk.remove_folder(folder / name)  # the doctor deleted it, the system was interrupted
    ids = list(filter(is_id, names))
    for done, encounter_id in enumerate(ids, 1):
        try:
            with disk_errors():
                _move(source, folder / encounter_id, store)
        except RecordError as error:
            left.append(Left(encounter_id, error))
        else:
            moved.append(encounter_id)
        progress(done, len(ids))
    return Imported(tuple(moved), tuple(left))


def _move(source: FolderStore, folder: Path, store: VaultStore) -> None:
    encounter = source.load(folder.name)
    files = _files(folder)
    if not store.has(encounter.id):
        store.add_encounter(encounter, files)
    _compare(encounter, files, store)
    source.delete(encounter.id)


def _files(folder: Path) -> dict[str, Path]:
    """Return what lies beside the words, under the names it gets: what was set aside earlier comes along too."""
    files, aside = {}, 0
    for path in sorted(folder.iterdir()):
        if path.name == FILE or path.suffix == ".new":
            continue  # the second is what an interrupted writing left
        if not path.is_file():
            raise NotTakenOver(NOT_TAKEN_OVER, "there is a folder in it")
        name = path.name
        if not is_file_name(name):
            aside += 1
            name = f"aside-{aside}"
        files[name] = path
    return files


def _compare(encounter: Encounter, files: dict[str, Path], store: VaultStore) -> None:
    if store.load(encounter.id) != encounter:
        raise NotTakenOver(NOT_TAKEN_OVER, "the vault holds other words of it")
    contents = store.contents(encounter.id)
    if contents.keys() != files.keys():
        raise NotTakenOver(NOT_TAKEN_OVER, "the vault holds other files of it")
    for name, path in files.items():
        with path.open("rb") as original:
            if _digest(contents[name]) != _digest(iter(lambda: original.read(_READ_BYTES), b"")):
                raise NotTakenOver(NOT_TAKEN_OVER, f"{name} is another one in the vault")


def _digest(pieces: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()
