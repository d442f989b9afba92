"""How a picture is turned, and which side of the patient each edge shows (DICOM PS3.3 C.7.6.2.1.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_AXES = (("L", "R"), ("P", "A"), ("H", "F"))
"""Towards higher and lower x, y, z of the patient: left, right; posterior, anterior; head, feet."""
_LEAST_SHARE = 0.3
"""Directions that lean less than this towards an axis do not name it."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """Mirrored left to right first (`flipped`), then turned clockwise by `turns` quarters."""

    turns: int = 0
    flipped: bool = False

    def turned(self) -> Orientation:
        """Return this, a quarter further clockwise."""
        return replace(self, turns=(self.turns + 1) % 4)

    def mirrored(self) -> Orientation:
        """Return this, mirrored left to right as it is seen."""
        # Mirroring what is seen equals mirroring first and then turning the other way round.
        return Orientation(-self.turns % 4, not self.flipped)

    def apply(self, samples: NDArray[Any]) -> NDArray[Any]:
        """Return a view of a plane (rows, columns, ...) as it is seen."""
        mirrored = samples[:, ::-1] if self.flipped else samples
        return np.rot90(mirrored, -self.turns)

    @property
    def swaps_sides(self) -> bool:
        """Whether rows are seen as columns."""
        return self.turns % 2 == 1


UNTURNED = Orientation()


@dataclass(frozen=True, slots=True)
class EdgeLetters:
    """The side of the patient at each edge of the picture; empty where unknown."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


def edge_letters(directions: Sequence[float] | None, orientation: Orientation) -> EdgeLetters:
    """Return the letters for ImageOrientationPatient, as the picture is turned now."""
    if directions is None:
        return EdgeLetters()
    right, bottom = _letters(directions[:3]), _letters(directions[3:])
    left, top = _letters([-part for part in directions[:3]]), _letters([-part for part in directions[3:]])
    if orientation.flipped:
        left, right = right, left
    for _ in range(orientation.turns % 4):
        left, top, right, bottom = bottom, left, top, right
    return EdgeLetters(left, right, top, bottom)


def _letters(direction: Sequence[float]) -> str:
    named = [(abs(share), pair[share < 0]) for share, pair in zip(direction, _AXES, strict=True)]
    return "".join(letter for share, letter in sorted(named, reverse=True) if share >= _LEAST_SHARE)
