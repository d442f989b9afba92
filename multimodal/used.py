"""What a decoder was given for an answer, as values: whoever shows it words it in its own language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UsedKind(StrEnum):
    """What of a source the decoder was given."""

    WORDS = "words"
    """The recognised words of a recording."""
    SOUND = "sound"
    """A recording as audio tokens."""
    PICTURE = "picture"
    """A picture as image tokens."""
    HEADER = "header"
    """Of a picture that the decoder cannot see, what its file header says."""
    PASSAGE = "passage"
    """Passages of a document of the library."""
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Used:
    """One thing that the decoder was given; `label` names the source, empty for the question."""

    kind: UsedKind
    label: str = ""
    words: int = 0
    """How many, for WORDS."""
    frame: int = 0
    """Of a picture with several frames, the one that was given, from 1."""
    frames: int = 1
    time_s: float | None = None
    """Of a film, when the frame is shown."""
