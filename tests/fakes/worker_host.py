"""A stand-in for the worker's host that a test drives by hand: no process, no models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.worker.protocol import Cancel, Command, Ready
from desktop.worker.status import WorkerState, WorkerStatus

if TYPE_CHECKING:
    from desktop.worker.protocol import Event

READY = Ready("smollm2-135m-instruct", "cpu", "bfloat16", sees=True, hears=False)


class FakeWorkerHost(QObject):
    """Has the signals and methods of `desktop.worker.host.WorkerHost`; the test says what the worker says."""

    state_changed = Signal(object)
    event_received = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sent: list[Command] = []
        """Every command that was sent, in order; `cancel(job)` is kept as `Cancel(job)`."""
        self.calls: list[str] = []
        """Which of start, restart and stop were called, in order."""
        self._status = WorkerStatus()
        self._ready: Ready | None = None

    @property
    def status(self) -> WorkerStatus:
        return self._status

    @property
    def ready(self) -> Ready | None:
        return self._ready

    def start(self) -> None:
        self.calls.append("start")

    def send(self, command: Command) -> None:
        self.sent.append(command)

    def cancel(self, job: str) -> None:
        self.sent.append(Cancel(job))

    def restart(self) -> None:
        self.calls.append("restart")

    def stop(self) -> None:
        self.calls.append("stop")

    def emit(self, event: Event) -> None:
        """Say `event` as the worker; a `Ready` also becomes `ready`."""
        if isinstance(event, Ready):
            self._ready = event
        self.event_received.emit(event)

    def set_status(self, status: WorkerStatus) -> None:
        """Stand as `status` and tell everyone."""
        self._status = status
        self.state_changed.emit(status)

    def become_ready(self, ready: Ready = READY) -> None:
        """Stand READY with `ready` as the loaded models, which is where most tests start."""
        self.emit(ready)
        self.set_status(WorkerStatus(WorkerState.READY))

    def sent_of(self, kind: type[Command]) -> list[Command]:
        """Return the commands of one kind that were sent."""
        return [command for command in self.sent if isinstance(command, kind)]
