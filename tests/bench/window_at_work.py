"""The window with everything going on at once, measured from inside: `bench_window` runs this as a fresh process.

    python -m tests.bench.window_at_work FOLDER_OF_A_CT

Nothing is imported here that the window does not import itself, so that its memory is the window's.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from desktop.app import load_ahead, make_application, make_services
from desktop.files import data_folder
from desktop.record.encounter import Attachment, ConsentState, Dictation
from desktop.record.store import FolderStore
from desktop.settings import Settings
from desktop.ui.collecting import Collecting
from desktop.ui.looks import Looks
from desktop.ui.microphone.recorder import Recorder, RecorderState
from desktop.ui.window import MainWindow
from desktop.worker.protocol import Done, Failed, Stopped
from desktop.worker.status import WorkerState
from tests.bench.beats import Beats, beat_until
from tests.bench.window_opening import HEAVY
from tests.fakes.microphones import BUILT_IN, STEP_S, FakeMicrophone

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.ui.services import Services
    from desktop.worker.protocol import Event

IDLE_S, LEAST_WORK_S, MOST_S = 3.0, 12.0, 600.0
CANCELS = 5
QUESTION = "Explain in detail what high blood pressure does to the body, step by step."
_MB = 1 << 20


class AtWork:
    """The real window on the real worker; only the microphone is played by us."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(folder / "settings.json")
        self.settings.set("max_answer_tokens", 1024)
        self.microphone = FakeMicrophone(BUILT_IN)
        services = make_services(self.settings, FolderStore(folder / "encounters"))
        self.services: Services = dataclasses.replace(services, recorder=Recorder(self.microphone))
        self.window = MainWindow(self.services)
        self.window.show()
        self.screen = self.window.encounters
        self.ends: list[tuple[float, Event]] = []
        self.states: list[tuple[float, WorkerState]] = []
        worker = self.services.worker
        worker.event_received.connect(self._note_end)
        worker.state_changed.connect(lambda status: self.states.append((time.monotonic(), status.state)))

    def _note_end(self, event: Event) -> None:
        if isinstance(event, Done | Stopped | Failed):
            self.ends.append((time.monotonic(), event))

    def begin(self) -> Beats:
        """Load the models and recognise the sample; returns the beats of the window at rest."""
        load_ahead()
        self.window.open_sample()
        wait_until(lambda: all(entry.finished for entry in self.entries(Dictation)))
        rests_until = time.monotonic() + IDLE_S
        return beat_until(lambda: time.monotonic() > rests_until)

    def entries(self, kind: type) -> list:
        """The entries of one kind in the encounter that is shown."""
        return [entry for entry in self.screen.controller.encounter.entries if isinstance(entry, kind)]

    def everything(self, series: Path, speech: np.ndarray) -> Beats:
        """Dictate, decode and open a CT together until the CT is whole; returns the beats meanwhile."""
        pictures = len(self.entries(Attachment))
        self.screen.controller.attach([series])
        wait_until(lambda: any(entry.files for entry in self.entries(Attachment)[pictures:]))
        self.screen.microphone.toggle()
        self.screen.controller.consenting.answer(ConsentState.DICTATION_ALONE)
        wait_until(lambda: self.services.recorder.state is RecorderState.RECORDING)
        player = Player(self.microphone, speech)
        self.ask()
        whole = [False]
        self.services.pictures.series_progressed.connect(
            lambda _token, read, total: whole.__setitem__(0, whole[0] or read == total)
        )
        self.screen._open_picture(self.entries(Attachment)[-1].label)
        least = time.monotonic() + LEAST_WORK_S
        beats = beat_until(lambda: whole[0] and time.monotonic() > least)
        player.stop()
        self.screen.microphone.toggle()
        return beats

    def ask(self) -> None:
        """Type a question and ask it."""
        field = self.screen.composer.field
        field.setPlainText(QUESTION)
        field.setFocus()
        QTest.keyClick(field, Qt.Key.Key_Return)

    def cancel(self) -> tuple[float, float]:
        """Stop an answer with Esc; returns the seconds until the window shows it and until the worker has stopped."""
        if not self.screen.controller.asking.runs_in(self.screen.controller.encounter.id):
            self.ask()
        wait_until(lambda: self.services.worker.status.state is WorkerState.BUSY)
        QTest.qWait(700)
        self.states.clear()
        self.ends.clear()
        pressed = time.monotonic()
        QTest.keyClick(self.screen.composer.field, Qt.Key.Key_Escape)
        wait_until(lambda: any(isinstance(event, Stopped) for _, event in self.ends))
        shown = next(at for at, state in self.states if state is WorkerState.CANCELLING)
        stopped = next(at for at, event in self.ends if isinstance(event, Stopped))
        return shown - pressed, stopped - pressed

    def end(self) -> None:
        """Close the window and wait for what it started."""
        self.window.close()
        self.services.worker.stop()
        self.services.pictures.stop()


class Player:
    """Plays speech into the microphone in real time, over and over."""

    def __init__(self, microphone: FakeMicrophone, speech: np.ndarray) -> None:
        self._microphone, self._speech, self._at = microphone, speech, 0
        self._timer = QTimer()
        self._timer.timeout.connect(self._play)
        self._timer.start(round(1000 * STEP_S))

    def stop(self) -> None:
        """Fall silent."""
        self._timer.stop()

    def _play(self) -> None:
        step = round(STEP_S * 16_000)
        self._microphone.play(self._speech[self._at : self._at + step])
        self._at = (self._at + step) % (len(self._speech) - step)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Let the window run until something is so; `QTest.qWait` would keep its other threads from running."""
    ends = time.monotonic() + MOST_S
    beat_until(lambda: is_so() or time.monotonic() > ends)
    if not is_so():
        raise RuntimeError(f"the window did not get so far in {MOST_S:.0f} s")


def main(series: Path, speech_file: Path) -> None:
    """Measure and write one line of JSON."""
    application = make_application()
    folder = data_folder()
    with wave.open(str(speech_file)) as file:
        speech = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
    work = AtWork(folder)
    looks, collecting = Looks(application, work.settings), Collecting(application)
    idle = work.begin()
    beats = work.everything(series, speech)
    resident_mb = psutil.Process().memory_info().rss / _MB
    cancels = [work.cancel() for _ in range(CANCELS)]
    work.end()
    looks.stop()
    collecting.stop()
    found = {
        "idle_p99_ms": idle.p99_ms(),
        "idle_work_p99_ms": idle.work_p99_ms(),
        "busy_p99_ms": beats.p99_ms(),
        "busy_work_p99_ms": beats.work_p99_ms(),
        "busy_longest_work_ms": max(beats.work_ms),
        "beats": len(beats.intervals_ms),
        "resident_mb": resident_mb,
        "cancel_shown_s": max(shown for shown, _ in cancels),
        "cancel_stopped_s": max(stopped for _, stopped in cancels),
        "imported": [name for name in HEAVY if name in sys.modules],
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
