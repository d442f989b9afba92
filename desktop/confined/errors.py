"""What a parent reports of its confined child; each caller turns it into its own sentence about the file."""

from __future__ import annotations


class ConfinedError(Exception):
    """A confined child did not give what it was asked for."""


class TookTooLong(ConfinedError):
    """It had not finished when its time was over, and was ended."""


class Stopped(ConfinedError):
    """Nobody waits for it any more, and it was ended."""


class OutputDamaged(ConfinedError):
    """What it wrote is not whole, too much, or not what was agreed: it died, or the file took it over."""
