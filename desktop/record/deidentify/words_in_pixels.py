"""What became of words that are burned into a picture: the choice that the doctor made (standard library only)."""

from __future__ import annotations

from enum import StrEnum


class PixelWords(StrEnum):
    """What became of the words in the pixels of a copy."""

    BLACKED_OUT = "blacked out"
    """They were looked for, and none that was found is left."""
    SOME_LEFT = "some left"
    """Some that were found were left on purpose."""
    NOT_LOOKED_FOR = "not looked for"
