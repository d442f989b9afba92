"""The values inside the messages of `desktop.worker.protocol`: what the worker is told of an encounter, and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from desktop.record.encounter import Sentence, Utterance  # noqa: TC001 - the codec resolves them at run time

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of a picture's width and height."""


@dataclass(frozen=True, slots=True)
class KnownRecording:
    """A recording of the encounter with its recognised words; `file` is an absolute path, empty for erased sound."""

    label: str
    file: str
    utterances: tuple[Utterance, ...]


@dataclass(frozen=True, slots=True)
class KnownPicture:
    """A picture of the encounter; `file` is an absolute path, `frame` counts from 0 and None is the middle one."""

    label: str
    file: str
    frame: int | None = None
    region: Box | None = None
    """From 0 to 1; None is the whole picture."""


@dataclass(frozen=True, slots=True)
class KnownTurn:
    """An earlier question of the encounter with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class EncounterContext:
    """All that a question is asked with. The worker keeps nothing that it could not rebuild from this."""

    encounter_id: str
    recordings: tuple[KnownRecording, ...] = ()
    pictures: tuple[KnownPicture, ...] = ()
    turns: tuple[KnownTurn, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownWords:
    """What was said or typed in one entry: the utterances of a recording, or a text."""

    entry_id: str
    label: str = ""
    """Of a recording."""
    utterances: tuple[Utterance, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class NoteSentence:
    """A sentence of a note as it stands, with the id of its line."""

    line: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class PictureWeights:
    """How much the answer hangs on each part of a picture."""

    label: str
    rows: tuple[tuple[float, ...], ...]
    """Rows from the top, 0 to 1, the heaviest being 1, evenly over `square`."""
    square: Box
    """Where the rows lie on the stored picture; they may reach beyond it."""
    region: Box
    """The part of the picture that was asked about; only there the weights mean anything."""


@dataclass(frozen=True, slots=True)
class WordWeight:
    """How much the answer hangs on a word of a recording, 0 to 1, the heaviest being 1."""

    label: str
    start_s: float
    weight: float
