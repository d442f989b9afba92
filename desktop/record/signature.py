"""What the doctor does to a drafted note before it is signed, and the signature: plain frozen values.

A note is edited by adding to a list of edits; what it was drafted as is kept beside it and never touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EditAct(StrEnum):
    """What an edit does."""

    CHANGE = "change"
    STRIKE = "strike"
    ADD = "add"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class NoteEdit:
    """One edit of a note; `by` is the doctor's name, empty where none was given yet."""

    id: str
    at: str
    by: str
    act: EditAct
    line: str
    """Which line; of ADD the one behind which the new one stands; of UNDO the id of the edit that is taken back."""
    text: str = ""
    """The new words of CHANGE and ADD."""
    before: str = ""
    """What stood there."""


@dataclass(frozen=True, slots=True)
class SoundPlace:
    """A stretch of a recording that can be played."""

    label: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """The same seconds, decoded twice with different settings, where they differ in `about`."""

    about: str
    """number, side, negation or drug."""
    first: str
    second: str
    place: SoundPlace


class Hearing(StrEnum):
    """What the second reading of a line's seconds came to."""

    NO_SOUND = "no sound"
    """It was typed, or its recording is not there."""
    AGREES = "agrees"
    UNSURE = "unsure"
    """Both say the same, and yet a word was hard to hear: one model makes the same mistake twice."""
    DIFFERS = "differs"


class Decision(StrEnum):
    """What the doctor decided about a line."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    """The sentence that it is about was changed."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One line to check before signing: a drug with its dose, sides, numbers, what is denied."""

    about: str
    text: str
    lines: tuple[str, ...] = ()
    """The ids of the lines of the note that it is about."""
    quotes: tuple[str, ...] = ()
    """What was said or typed, word for word."""
    places: tuple[SoundPlace, ...] = ()
    hearing: Hearing = Hearing.NO_SOUND
    readings: tuple[TwoReadings, ...] = ()
    hard_to_hear: tuple[str, ...] = ()
    """The words of UNSURE."""
    decision: Decision = Decision.OPEN
    decided_at: str = ""


@dataclass(frozen=True, slots=True)
class DoubleCheck:
    """What was to be checked before signing, and what was decided."""

    at: str
    lines: tuple[CheckLine, ...] = ()
    heard_again_s: float = 0.0
    """How many seconds of sound were decoded a second time."""
    missing: tuple[str, ...] = ()
    """The recordings whose sound could not be read again."""

    @property
    def is_settled(self) -> bool:
        """Whether every line was decided."""
        return all(line.decision is not Decision.OPEN for line in self.lines)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a note, when (UTC, ISO 8601), and the SHA-256 of its canonical bytes in hexadecimal."""

    by: str
    at: str
    sha256: str
