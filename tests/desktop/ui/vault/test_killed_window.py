"""The window's process dies while it records: what was said is sealed on the disk, and offered at the next start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.fakes.encounter_services import recording_in
from tests.kill_loop import REPOSITORY, SPOKEN_LOST_S

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.houses import House

SPOKEN_S = 5.6
"""Within a second that is not full yet."""


def killed_while_it_records(vault: Path, how: signal.Signals) -> float:
    """Let a process record, and kill it; returns how many seconds it said it had heard."""
    command = [sys.executable, "-m", "tests.recording_window", str(vault)]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY, env=environment) as process:
        assert process.stdout is not None
        heard_s = 0.0
        while heard_s < SPOKEN_S:
            heard_s = float(process.stdout.readline())
        process.send_signal(how)
        rest = process.stdout.read().splitlines()
    assert process.returncode == -how
    return float(rest[-1]) if rest else heard_s


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_at_most_the_last_two_seconds_are_gone_and_the_rest_is_offered(
    house: House, folder: Path, how: signal.Signals
) -> None:
    heard_s = killed_while_it_records(folder, how)
    house.unlock()
    assert "A recording was not ended" in house.banner()
    (summary,) = house.session.store.summaries()
    recording = recording_in(house.session.store.load(summary.id))
    assert heard_s - SPOKEN_LOST_S <= recording.duration_s <= heard_s + 1
    assert not recording.finished
    path = house.session.store.path(summary.id, recording.file)
    assert path.stat().st_size == pytest.approx(44 + 32_000 * recording.duration_s, abs=100)
    house.act()
    assert house.screen.controller.encounter is not None
    assert house.screen.controller.encounter.id == summary.id
