"""The self-test: a short passage is read aloud, recorded and recognised, and the words that went wrong are shown."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.ui.machine.passages import SAMPLE_RECORDING, Passage, passage_for, sample_passage
from desktop.ui.machine.word_errors import Comparison, compare
from desktop.ui.microphone.recorder import Recorded, RecorderState
from desktop.worker.protocol import (
    Dictate,
    Done,
    Failed,
    FinishDictation,
    PartialWords,
    RecognisedUpTo,
    SettledUtterance,
    Stopped,
    Transcribe,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.settings import Settings
    from desktop.ui.microphone.recorder import Recorder
    from desktop.worker.host import WorkerHost
    from desktop.worker.protocol import Event

QUIET_SHARE = 0.35
"""Loudest moment below 39 dB under full scale: the words drown in the noise of the device."""
LOUD_SHARE = 0.95
"""Loudest moment 3 dB under full scale: speech clips."""


class Phase(Enum):
    """Where the test is."""

    READY = "ready"
    READING = "reading"
    RECOGNISING = "recognising"
    FINISHED = "finished"
    FAILED = "failed"


class LevelAdvice(Enum):
    """What to do about the loudness of what was read."""

    GOOD = "good"
    QUIET = "quiet"
    LOUD = "loud"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """What a finished test found; `delay_s` is from the last word until all words were there."""

    comparison: Comparison
    recognised: str
    delay_s: float
    advice: LevelAdvice


@dataclass(slots=True)
class _Run:
    """One test that is under way."""

    job: str
    passage: Passage
    words: list[str] = field(default_factory=list)
    loudest: float = 0.0
    spoken_at: float = 0.0
    by_microphone: bool = True


class SelfTest(QObject):
    """Runs the test; SelfTestSection shows it.

    What is read goes into a temporary file that is removed with the test: it is nobody's record.
    """

    changed = Signal()
    level_changed = Signal(float)
    """0 to 1, while it is read."""

    def __init__(
        self,
        worker: WorkerHost,
        settings: Settings,
        recorder: Recorder,
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._worker, self._settings, self._recorder, self._clock = worker, settings, recorder, clock
        self._phase = Phase.READY
        self._run: _Run | None = None
        self._count = 0
        self._folder: Path | None = None
        self._file: Path | None = None
        self.result: SelfTestResult | None = None
        """Of the last test that finished."""
        self.failure = ""
        """Phase.FAILED: the worker's sentence; empty where the recording itself failed."""
        self.share = 0.0
        """How much of the sample recording is recognised, 0 to 1."""
        self.partial = ""
        """Words that may still change."""
        recorder.state_changed.connect(self._follow_recorder)
        recorder.level_changed.connect(self._take_level)
        recorder.stopped.connect(self._take_recorded)
        worker.event_received.connect(self._take)

    @property
    def phase(self) -> Phase:
        """Where the test is."""
        return self._phase

    @property
    def passage(self) -> Passage:
        """What is read, or was; otherwise what would be."""
        return self._run.passage if self._run else passage_for(self._settings.text("speech_language"))

    @property
    def heard(self) -> str:
        """The words so far."""
        settled = " ".join(self._run.words) if self._run else ""
        return f"{settled} {self.partial}".strip()

    @property
    def can_record(self) -> bool:
        """The microphone is free; it may be recording an encounter."""
        return self._recorder.state in {RecorderState.IDLE, RecorderState.FAILED, RecorderState.DENIED}

    def begin(self) -> None:
        """Begin to record; recognition follows while it is read."""
        if self._is_under_way() or not self.can_record:
            return
        self._clean()
        self._folder = Path(tempfile.mkdtemp(prefix="bedside-self-test-"))
        self._file = self._folder / "passage.wav"
        passage = passage_for(self._settings.text("speech_language"))
        self._start(_Run(self._new_job(), passage), Phase.READING)
        self._recorder.start(self._file)
        if self._recorder.state in {RecorderState.NO_MICROPHONE, RecorderState.DENIED, RecorderState.FAILED}:
            self._fail("")

    def finish_reading(self) -> None:
        """The passage was read: settle the words."""
        if self._phase is Phase.READING:
            self._recorder.stop()

    def run_sample(self) -> None:
        """Recognise the sample recording instead of a voice."""
        if not self._is_under_way():
            run = _Run(self._new_job(), sample_passage(), by_microphone=False, spoken_at=self._clock())
            self._start(run, Phase.RECOGNISING)
            self._worker.send(Transcribe(run.job, str(SAMPLE_RECORDING), run.passage.language))

    def cancel(self) -> None:
        """Give up what is under way."""
        run, self._run = self._run, None
        if run is None or not self._is_under_way():
            self._run = run
            return
        was_reading = self._phase is Phase.READING
        self._set_phase(Phase.READY)
        if was_reading:
            self._recorder.stop()
        self._worker.cancel(run.job)
        self._clean()

    def _is_under_way(self) -> bool:
        return self._phase in {Phase.READING, Phase.RECOGNISING}

    def _new_job(self) -> str:
        self._count += 1
        return f"self-test-{self._count}"

    def _start(self, run: _Run, phase: Phase) -> None:
        self._run, self.result, self.failure, self.share, self.partial = run, None, "", 0.0, ""
        self._set_phase(phase)

    def _follow_recorder(self, state: RecorderState) -> None:
        run = self._run
        if run is not None and self._phase is Phase.READING and state is RecorderState.RECORDING and not run.spoken_at:
            run.spoken_at = self._clock()
            self._worker.send(Dictate(run.job, str(self._file), run.passage.language))
        elif self._phase is Phase.READING and state in {RecorderState.DENIED, RecorderState.FAILED}:
            self._fail("")
        self.changed.emit()

    def _take_level(self, level: float) -> None:
        if self._run is not None and self._phase is Phase.READING:
            self._run.loudest = max(self._run.loudest, level)
            self.level_changed.emit(level)

    def _take_recorded(self, recorded: Recorded) -> None:
        if self._run is None or recorded.file != self._file or self._phase is not Phase.READING:
            return
        self._run.spoken_at = self._clock()
        self._worker.send(FinishDictation(self._run.job))
        self._set_phase(Phase.RECOGNISING)

    def _take(self, event: Event) -> None:
        run = self._run
        if run is None or getattr(event, "job", None) != run.job or not self._is_under_way():
            return
        match event:
            case PartialWords(words=words):
                self.partial = " ".join(word.text.strip() for word in words)
            case SettledUtterance(utterance=utterance):
                run.words.append(utterance.text.strip())
                self.partial = ""
            case RecognisedUpTo(position_s=position_s, duration_s=duration_s) if duration_s:
                self.share = min(position_s / duration_s, 1.0)
            case Done():
                self._finish(run)
            case Failed(sentence=sentence):
                self._fail(sentence)
            case Stopped():
                self._set_phase(Phase.READY)
        self.changed.emit()

    def _finish(self, run: _Run) -> None:
        recognised = " ".join(run.words)
        delay_s = self._clock() - run.spoken_at
        advice = _advice(run.loudest) if run.by_microphone else LevelAdvice.UNKNOWN
        self.result = SelfTestResult(compare(run.passage.text, recognised), recognised, delay_s, advice)
        self._set_phase(Phase.FINISHED)
        self._clean()

    def _fail(self, sentence: str) -> None:
        was_reading = self._phase is Phase.READING
        self.failure = sentence
        self._set_phase(Phase.FAILED)
        if was_reading:
            self._recorder.stop()
        if self._run is not None and was_reading and not sentence:
            self._worker.cancel(self._run.job)
        self._clean()

    def _set_phase(self, phase: Phase) -> None:
        self._phase = phase
        self.changed.emit()

    def _clean(self) -> None:
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _advice(loudest: float) -> LevelAdvice:
    if loudest >= LOUD_SHARE:
        return LevelAdvice.LOUD
    return LevelAdvice.QUIET if loudest < QUIET_SHARE else LevelAdvice.GOOD
