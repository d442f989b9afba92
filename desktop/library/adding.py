"""Filling the library: which files a folder holds, which of them are new, and what became of each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.library.errors import DocumentRefused, LibraryError, Problem, UnknownDocument
from desktop.library.reading import SUFFIXES, read
from lm.grounding.passages import passages_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lm.grounding.knowledge import Document, KnowledgeBase

MAX_FILES = 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """A document is being read: the `number`-th of `total`."""

    file: Path
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Added:
    """A document is in the library now; `was_here` where its content is what it was."""

    file: Path
    document: int
    title: str
    was_here: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A document cannot be read; the sentence says why."""

    file: Path
    sentence: str


def files_of(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return the files to add: those named, and of folders all that are of a kind that is read.

    Raises DocumentRefused where a path does not exist, LibraryError where a folder holds too many files.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file == path or (file.suffix.lower() in SUFFIXES and file.is_file() and not _is_hidden(file, path)):
                found[file.absolute()] = None
            if len(found) > MAX_FILES:
                raise LibraryError(f"{path} holds more than {MAX_FILES} documents. Nothing was added: add its parts.")
        if not path.exists():
            raise DocumentRefused(Problem.MISSING, path.name)
    return tuple(found)


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in file.relative_to(folder).parts)


def add(library: KnowledgeBase, files: Iterable[Path]) -> Iterator[Reading | Added | Refused]:
    """Add documents one after the other; one that cannot be read stops no other."""
    files = tuple(files)
    known = {document.key: document for document in library.documents()}
    for number, file in enumerate(files, start=1):
        yield Reading(file, number, len(files))
        try:
            yield _added(library, file, known.get(str(file)))
        except DocumentRefused as refused:
            yield Refused(file, str(refused))


def _added(library: KnowledgeBase, file: Path, known: Document | None) -> Added:
    digest = _digest(file)
    if known is not None and known.digest == digest:
        return Added(file, known.id, known.title, was_here=True)
    found = read(file)
    document = library.add(str(file), found.title, digest, passages_of(found.title, found.blocks))
    return Added(file, document, found.title, was_here=False)


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        raise DocumentRefused(Problem.MISSING, file.name) from None


def document_named(library: KnowledgeBase, name: str) -> Document:
    """Return the document of a number, a path or a title. Raises UnknownDocument."""
    for document in library.documents():
        if name in {str(document.id), document.key, document.title}:
            return document
    raise UnknownDocument(
        f"There is no document {name!r} in the library. Nothing was changed: `bedside library list` shows the numbers."
    )
