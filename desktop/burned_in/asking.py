"""Asking for the words that are burned into a picture, and for a copy without them; a confined child does both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.burned_in.marks import MOST_MARKS, TASKS, WORDS, Ask, Changed, Done, Looked, Mark, Refused, Task
from desktop.confined.child import ConfinedChild
from desktop.confined.errors import OutputDamaged, Stopped, TookTooLong
from desktop.record.deidentify.errors import GIVEN_UP, READER_STOPPED, SENTENCE_OF_READER, NotDeidentifiable

if TYPE_CHECKING:
    from collections.abc import Callable

TIME_S = 300.0
MOST_COPY_BYTES = (1 << 30) + (64 << 20)
_MOST_CHANGES = 100_000
_BEGINNINGS = {"dcm": (128, b"DICM"), "png": (0, b"\x89PNG\r\n\x1a\n")}


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class FoundWords:
    """The words that were found, and where they were looked for."""

    looked: Looked
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy without what names a person: a whole file of the kind `suffix`, and its DICOM attributes that changed."""

    content: bytes
    suffix: str
    changes: tuple[Changed, ...]


def find_words(file: Path, frame: int | None = None, cancelled: Callable[[], bool] = _never) -> FoundWords:
    """Find the words in a picture, a DICOM object or a still of a film.

    Raises NotDeidentifiable, and Stopped once `cancelled` returns True.
    """
    marks: list[Mark] = []
    with _ReaderOf(Task(Ask.FIND, str(file.absolute()), frame), cancelled) as child:
        while isinstance(said := WORDS.read(child), Mark):
            marks.append(said)
            if len(marks) > MOST_MARKS:
                raise OutputDamaged("a confined child marked more than it may")
        if not isinstance(said, Looked):
            raise _refusal(said)
        return FoundWords(said.check(tuple(marks)), tuple(marks))


def copy_without(task: Task, cancelled: Callable[[], bool] = _never) -> Copy:
    """Return the copy that `task` describes. Raises NotDeidentifiable, and Stopped once `cancelled` returns True."""
    content = bytearray()
    changes: list[Changed] = []
    with _ReaderOf(task, cancelled) as child:
        while isinstance(said := WORDS.read(child), bytes | Changed):
            if isinstance(said, Changed):
                changes.append(said)
            else:
                content += said
            if len(changes) > _MOST_CHANGES or len(content) > MOST_COPY_BYTES:
                raise OutputDamaged("a confined child wrote more than it may")
        if not isinstance(said, Done):
            raise _refusal(said)
        return Copy(_checked(bytes(content), said.suffix), said.suffix, tuple(changes))


class _ReaderOf(ConfinedChild):
    """The child for one task; what goes wrong with it is told as a sentence about its file."""

    def __init__(self, task: Task, cancelled: Callable[[], bool]) -> None:
        self._name = Path(task.file).name
        asked = json.dumps(TASKS.plain(task)).encode()
        super().__init__("desktop.burned_in.reader", (task.file,), TIME_S, cancelled, asked)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        super().__exit__(kind, error, trace)
        if isinstance(error, TookTooLong):
            raise NotDeidentifiable(GIVEN_UP, self._name) from error
        if isinstance(error, OutputDamaged):
            raise NotDeidentifiable(READER_STOPPED, self._name) from error


def _checked(content: bytes, suffix: str) -> bytes:
    start, beginning = _BEGINNINGS.get(suffix, (0, b"\0"))
    if content[start : start + len(beginning)] != beginning:
        raise OutputDamaged("a confined child wrote no such file")
    return content


def _refusal(said: object) -> Exception:
    if isinstance(said, Refused):
        return NotDeidentifiable(SENTENCE_OF_READER, said.sentence)
    return OutputDamaged("a confined child said something else than was asked")


__all__ = ["Copy", "FoundWords", "Stopped", "copy_without", "find_words"]
