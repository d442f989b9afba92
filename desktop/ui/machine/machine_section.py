"""What this machine is, what runs on it, how fast, and how much memory is left."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QWidget

from desktop.ui.machine.parts import Section, plain_label, push_button, size_text
from desktop.ui.theme import SPACE, set_role
from desktop.worker.protocol import Failed, Measure, Measured, Stopped

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from desktop.worker.host import WorkerHost
    from desktop.worker.protocol import Event

_LOOK_MS = 2_000
_ROWS = ("processor", "memory", "gpu", "runs", "speed", "worker", "window")
_MOST_FREE_SHARE_FOR_WARNING = 0.1


class MachineSection(Section):
    """Facts that are known at once, and those that a measurement brings."""

    def __init__(self, worker: WorkerHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._measured: Measured | None = None
        self._job = ""
        self._count = 0
        self._failure = ""
        self._names = {row: QLabel() for row in _ROWS}
        self._values = {row: plain_label("", f"machine-{row}") for row in _ROWS}
        self._build()
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._show_memory)
        worker.event_received.connect(self._take)
        worker.state_changed.connect(self._show)
        self.retranslate()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(1, 1)
        for place, row in enumerate(_ROWS):
            set_role(self._names[row], "caption")
            grid.addWidget(self._names[row], place, 0)
            grid.addWidget(self._values[row], place, 1)
        self._button = push_button("measure")
        self._button.clicked.connect(self._measure_or_stop)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._note = plain_label("caption", "measure-note")
        line = QHBoxLayout()
        line.addWidget(self._button)
        line.addWidget(self._note, 1)
        self.body.addLayout(grid)
        self.body.addLayout(line)
        self.body.addWidget(self._progress)

    def retranslate(self) -> None:
        """Set every word."""
        self.heading.setText(self.tr("This machine"))
        names = {
            "processor": self.tr("Processor"),
            "memory": self.tr("Memory"),
            "gpu": self.tr("Graphics processor"),
            "runs": self.tr("The models run on"),
            "speed": self.tr("Speed of answers"),
            "worker": self.tr("Memory of the models"),
            "window": self.tr("Memory of this window"),
        }
        for row, name in names.items():
            self._names[row].setText(name)
        self._progress.setAccessibleName(self.tr("Measuring"))
        self._show()

    def _show(self, _change: object = None) -> None:
        measured, ready, unknown = self._measured, self._worker.ready, self.tr("not measured yet")
        cores = measured.cores if measured else _usable_cores()
        cpu = measured.cpu if measured else _cpu_name()
        self._values["processor"].setText(self.tr("{name}, {cores} cores").format(name=cpu, cores=cores))
        self._values["gpu"].setText(self._gpu_text() if measured else unknown)
        device, dtype = (ready.device, ready.dtype) if ready else ("", "")
        if measured:
            device, dtype = measured.device, measured.dtype
        runs = self.tr("{device}, numbers in {dtype}").format(device=device, dtype=dtype)
        self._values["runs"].setText(runs if device else self.tr("nothing is loaded"))
        speed = self.tr("{speed} tokens a second with {decoder}")
        self._values["speed"].setText(
            speed.format(speed=round(measured.tokens_per_s), decoder=measured.decoder) if measured else unknown
        )
        self._values["worker"].setText(size_text(measured.resident_bytes) if measured else unknown)
        self._button.setText(self.tr("Stop measuring") if self._job else self.tr("Measure"))
        self._progress.setVisible(bool(self._job))
        self._note.setText(self._failure or self.tr("Takes some seconds and loads the models where they are not."))
        if (role := "error" if self._failure else "caption") != self._note.property("role"):
            set_role(self._note, role)
        self._show_memory()

    def _gpu_text(self) -> str:
        if self._measured is None or not self._measured.gpu:
            return self.tr("none that the models can use")
        memory = size_text(self._measured.gpu_memory_bytes)
        return self.tr("{name}, {memory}").format(name=self._measured.gpu, memory=memory)

    def _show_memory(self) -> None:
        memory = psutil.virtual_memory()
        text = self.tr("{free} of {total} free").format(free=size_text(memory.available), total=size_text(memory.total))
        if memory.available < _MOST_FREE_SHARE_FOR_WARNING * memory.total:
            text += " " + self.tr("Close other programs: the models may run out of memory.")
        self._values["memory"].setText(text)
        self._values["window"].setText(size_text(psutil.Process().memory_info().rss))

    def _measure_or_stop(self) -> None:
        if self._job:
            self._worker.cancel(self._job)
            return
        self._count += 1
        self._job, self._failure = f"measure-{self._count}", ""
        self._worker.send(Measure(self._job))
        self._show()

    def _take(self, event: Event) -> None:
        if not self._job or getattr(event, "job", None) != self._job:
            return
        if isinstance(event, Measured):
            self._measured = event
        elif isinstance(event, Failed):
            self._failure = event.sentence
        elif not isinstance(event, Stopped):
            return
        self._job = ""
        self._show()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the memory while somebody looks."""
        super().showEvent(event)
        self._show_memory()
        self._look.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the machine alone."""
        self._look.stop()
        super().hideEvent(event)


@cache
def _usable_cores() -> int:
    """Return how many cores this process may use, which a container may have limited."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _cpu_name() -> str:
    """Return the processor's name; `platform` gives only its architecture on Linux."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
