"""A process that is killed while it writes loses nothing that it had acknowledged; `make kill-loop` does it longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kill_loop import kill_again_and_again

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_that_was_acknowledged_is_lost(tmp_path: Path) -> None:
    count, lost = kill_again_and_again(tmp_path, rounds=4, seed=1)
    assert lost == []
    assert count > 8
