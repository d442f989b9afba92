"""Benchmark figures as plain tables: ours, the peer's taken in the same run, their ratio, and the target."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `ratio_to_peer` and `target` say what it is held against; `met` is None without one."""

    name: str
    ours: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def ratio_to_peer(self) -> float | None:
        """Ours over the peer's."""
        return None if not self.peer else self.ours / self.peer


def write_figures(title: str, figures: Sequence[Figure], notes: Sequence[str] = ()) -> None:
    """Write a table to standard output, the targets that were missed first."""
    ordered = sorted(figures, key=lambda figure: figure.met is not False)
    rows = [("figure", "ours", "peer", "ratio", "target", "")]
    rows += [_row(figure) for figure in ordered]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    sys.stdout.write("\n".join([f"\n{title}", *lines, *notes]) + "\n")
    sys.stdout.flush()


def _row(figure: Figure) -> tuple[str, ...]:
    peer = "" if figure.peer is None else f"{figure.peer:.3g} {figure.unit} ({figure.peer_name})"
    ratio = "" if figure.ratio_to_peer is None else f"{figure.ratio_to_peer:.2f}"
    met = {None: "", True: "met", False: "MISSED"}[figure.met]
    return figure.name, f"{figure.ours:.3g} {figure.unit}", peer, ratio, figure.target, met
