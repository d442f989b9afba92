"""What the parent asks of the reader of burned-in words, and what comes back (standard library only)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.confined.errors import OutputDamaged
from desktop.confined.frames import Frames
from desktop.record.deidentify.words_in_pixels import PixelWords
from desktop.strict_json import Limits, StrictJson

MOST_MARKS = 2000
MOST_FRAMES_LOOKED_AT = 5
"""Of one file. What is found in any of them is blacked out in all: burned-in words stay where they are."""
_POSITIONS = frozenset(
    "L R LT RT LEFT RIGHT AP PA LAT LATERAL ERECT SUPINE PRONE UPRIGHT PORTABLE LCC RCC LMLO RMLO CC MLO".split()
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle of a picture as it is shown, in its pixels, and the words that were read in it.

    `right` and `bottom` are the first column and row outside. One that was drawn by hand has no words.
    """

    left: int
    top: int
    right: int
    bottom: int
    words: str = ""

    @property
    def is_position(self) -> bool:
        """Whether it says how the picture was taken, and nothing of whose it is: a film without its side is useless."""
        return self.words.strip(" .()").upper() in _POSITIONS


@dataclass(frozen=True, slots=True)
class Looked:
    """The picture that was looked at: its size as shown, its frames, and in how many of them words were sought."""

    width: int
    height: int
    frames: int
    looked_at: int

    def check(self, marks: tuple[Mark, ...]) -> Looked:
        """Return it; raises OutputDamaged where a mark lies outside of the picture."""
        fits = all(
            0 <= mark.left < mark.right <= self.width and 0 <= mark.top < mark.bottom <= self.height for mark in marks
        )
        if not fits or not 0 < self.looked_at <= self.frames:
            raise OutputDamaged("a confined child marked what is no part of the picture")
        return self


class Ask(StrEnum):
    """What the reader is to do."""

    FIND = "find"
    COPY = "copy"
    """Write a copy without what names a person."""


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of work for the reader."""

    ask: Ask
    file: str
    frame: int | None = None
    """Of a film: the still that is meant, from 0."""
    marks: tuple[Mark, ...] = ()
    words: PixelWords = PixelWords.NOT_LOOKED_FOR
    key_hex: str = ""
    """New DICOM UIDs come from it."""
    shift_days: int | None = None
    """By how many days DICOM dates move; None empties them."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The file cannot be used: a sentence for the doctor."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One DICOM attribute that was changed; see `desktop.record.deidentify.dicom.DicomChange`."""

    path: str
    name: str
    action: str
    original: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Done:
    """Everything was said; `suffix` is the ending of the copy that was written."""

    suffix: str = ""


WORDS = Frames({"mark": Mark, "looked": Looked, "refused": Refused, "changed": Changed, "done": Done})
"""How the reader answers."""
TASKS = StrictJson(Limits(largest_int=1 << 53, most_characters=1 << 16))
"""How it is asked."""
