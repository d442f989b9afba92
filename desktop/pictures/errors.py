"""What the two sides of picture reading report; the window turns each into a sentence of its own."""

from __future__ import annotations


class PictureError(Exception):
    """Anything that goes wrong between the window and its picture reader."""


class MessageDamaged(PictureError):
    """A line from the other side is no message of this protocol."""


class PlaneDamaged(PictureError):
    """A sealed file does not hold what its header says, or says something outside the limits."""


class MixedSizes(PictureError):
    """A picture of a series differs in size from the others, although their headers agreed."""


class NothingToShow(PictureError):
    """None of the files of a series holds a picture."""


class NoSpace(PictureError):
    """The disk has no room for the series."""


class SeriesTooLarge(PictureError):
    """The series passes the limit on what is unpacked at once."""
