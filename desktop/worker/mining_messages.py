"""The messages about measured values; `desktop.worker.protocol` has all others, and the tables."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.record.values import SaidValue  # noqa: TC001 - the codec resolves them at run time
from desktop.worker.known import KnownWords  # noqa: TC001 - ditto


@dataclass(frozen=True, slots=True)
class MineValues:
    """Find the measured values in what was said and typed; each entry is told by one `ValuesMined`."""

    job: str
    entries: tuple[KnownWords, ...]


@dataclass(frozen=True, slots=True)
class ValuesMined:
    """The values of one entry, in order; none where none was recognised."""

    job: str
    entry_id: str
    values: tuple[SaidValue, ...]
