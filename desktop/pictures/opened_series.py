"""A series that the window holds open: which of its pictures are there and who waits for one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.pictures.messages import FailureKind, Request
    from desktop.pictures.planes import SeriesInfo
    from desktop.pictures.sealed import PlaneFile

PREFETCHED = 6
"""Neighbours on each side that the system is asked to have at hand."""


@dataclass(slots=True)
class OpenedSeries:
    """One series with its sealed file."""

    command: Request
    """What to ask again if the reader dies."""
    info: SeriesInfo
    file: PlaneFile
    ready: set[int] = field(default_factory=set)
    broken: dict[int, FailureKind] = field(default_factory=dict)
    _waiting: dict[int, list[int]] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether every picture is there or known to be broken."""
        return len(self.ready) + len(self.broken) >= self.info.count

    def want(self, token: int, index: int) -> bool:
        """Note that `token` waits for a picture; return whether it can be had at once."""
        self._waiting.setdefault(index, []).append(token)
        self.file.prefetch(index - PREFETCHED, min(index + PREFETCHED, self.info.count - 1))
        return index in self.ready or index in self.broken

    def take_waiting(self, index: int) -> list[int]:
        """Return, once, who waits for this picture."""
        return self._waiting.pop(index, [])

    def forget(self, token: int) -> None:
        """Nobody waits with this token any more."""
        for tokens in self._waiting.values():
            if token in tokens:
                tokens.remove(token)

    def close(self) -> None:
        """Close the sealed file; with it the pictures are gone."""
        self.file.close()
