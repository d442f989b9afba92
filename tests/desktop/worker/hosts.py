"""A worker's host on a scripted process, and what it said, for the tests in this folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.worker.known import EncounterContext
from desktop.worker.process import Patience, WorkerProgram
from desktop.worker.protocol import Ask, Done, Event, Failed, Measured, Stopped

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.worker.host import WorkerHost
    from desktop.worker.status import WorkerState, WorkerStatus

SCRIPT = Path(__file__).resolve().parents[2] / "fakes" / "scripted_worker.py"
QUICK = Patience(
    ping_s=0.4, silent_s=0.8, silent_loading_s=8.0, terminate_s=0.3, kill_s=0.8, stop_s=3.0, restart_s=0.05
)


class FakeClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class HeardHost:
    """A host with everything that it told."""

    def __init__(self, host: WorkerHost, qtbot: QtBot) -> None:
        self.host, self.qtbot = host, qtbot
        self.events: list[Event] = []
        self.statuses: list[WorkerStatus] = []
        host.event_received.connect(self.events.append)
        host.state_changed.connect(self.statuses.append)

    def let_go(self) -> None:
        """Hear no more of a host that lives on."""
        self.host.event_received.disconnect(self.events.append)
        self.host.state_changed.disconnect(self.statuses.append)

    @property
    def states(self) -> list[WorkerState]:
        """The states in order, repetitions left out."""
        states = [status.state for status in self.statuses]
        return [state for place, state in enumerate(states) if place == 0 or state is not states[place - 1]]

    def ends(self, job: str) -> list[Event]:
        """The ends of `job`: there must never be two."""
        return [e for e in self.events if isinstance(e, Done | Stopped | Failed | Measured) and e.job == job]

    def wait_for_end(self, job: str) -> Event:
        self.qtbot.waitUntil(lambda: bool(self.ends(job)), timeout=15_000)
        return self.ends(job)[0]

    def wait_for_state(self, state: WorkerState) -> None:
        self.qtbot.waitUntil(lambda: self.host.status.state is state, timeout=15_000)

    def ask(self, job: str) -> None:
        self.host.send(ask(job))


def scripted(behaviour: str, folder: Path | None = None) -> WorkerProgram:
    rest = () if folder is None else (str(folder),)
    return WorkerProgram(sys.executable, ("-S", str(SCRIPT), behaviour, *rest))


def ask(job: str, question: str = "What time is it?") -> Ask:
    return Ask(job, EncounterContext("e1"), question, "scripted")
