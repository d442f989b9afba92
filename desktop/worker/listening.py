"""The worker's ears: a recording of a file, or one that still grows, as protocol events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop.worker.converting import recorded_utterance, recorded_words
from desktop.worker.protocol import Dictate, Notice, PartialWords, RecognisedUpTo, SettledUtterance, Transcribe
from desktop.worker.schedule import Pause
from multimodal.errors import Cancelled
from multimodal.growing_wav import GrowingWav
from multimodal.live import LiveOptions, LiveRecognizer, Speaking
from multimodal.sound import SAMPLE_RATE_HZ, Recording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from desktop.worker.schedule import Step, Work
    from desktop.worker.voices import Voices
    from multimodal.files import FileReader
    from multimodal.speech import SpeechRecognizer
    from multimodal.transcript import Utterance

_LISTEN_AGAIN_S = 0.1
_NO_SPEECH = "No speech was found in the recording."


def transcribed(
    command: Transcribe, work: Work, speech: SpeechRecognizer, files: FileReader, voices: Voices | None = None
) -> Iterator[Step]:
    """Recognise a file from `resume_s` on; where a question gives the thread no time, go on after it."""
    try:
        recording = files.load_audio(Path(command.file), cancelled=work.cancelled)
    except Cancelled:
        return
    job, duration_s = command.job, recording.duration_s
    position_s, language, silent = command.resume_s, command.language, not command.resume_s
    while True:
        yield RecognisedUpTo(job, position_s, duration_s)
        rest = Recording(recording.samples[_sample(position_s) :])
        watch, offset_s = Watch(work.must_give_way), position_s
        for utterance in speech.transcribe(rest, language=language, cancelled=watch):
            heard = utterance.shifted(offset_s)
            position_s, language, silent = heard.end_s, language or heard.language, False
            yield (
                SettledUtterance(job, recorded_utterance(heard, command.form)),
                RecognisedUpTo(job, position_s, duration_s),
            )
            yield from _speakers(voices, heard, recording.samples[_sample(heard.start_s) : _sample(heard.end_s)])
        if work.cancelled():
            return
        if not watch.said_yes:
            break
    if silent:
        yield Notice(job, _NO_SPEECH)
    yield RecognisedUpTo(job, duration_s, duration_s)


class Dictation:
    """One recording that is recognised while it grows."""

    def __init__(self, command: Dictate, work: Work, speech: SpeechRecognizer, voices: Voices | None = None) -> None:
        self._job, self._work, self._form = command.job, work, command.form
        self._wav = GrowingWav(Path(command.file))
        self._voices = voices
        self._live = LiveRecognizer(speech, command.language, LiveOptions(mixed=command.mixed))

    def steps(self) -> Iterator[Step]:
        """Tell words as they come until the recording is whole and all of it is settled."""
        silent = True
        while not self._work.cancelled():
            whole = self._work.finished()  # asked before reading: what is read afterwards is then all there is
            samples = self._wav.read()
            self._live.push(samples)
            at_end = whole and not len(samples)
            watch = Watch(self._work.must_give_way)
            event = self._live.step(watch, whole=at_end)
            if isinstance(event, Speaking):
                yield PartialWords(self._job, recorded_words(event.words))
            elif event is not None:
                silent = False
                utterance = recorded_utterance(event.utterance, self._form)
                yield SettledUtterance(self._job, utterance), RecognisedUpTo(self._job, self._live.settled_to_s)
                yield from _speakers(self._voices, event.utterance, event.sound)
            elif at_end and not watch.said_yes:
                break
            else:
                yield Pause(0.0 if whole else _LISTEN_AGAIN_S)
        if self._work.cancelled():
            return
        if silent:
            yield Notice(self._job, _NO_SPEECH)
        yield RecognisedUpTo(self._job, self._live.duration_s, self._live.duration_s)


def _speakers(voices: Voices | None, heard: Utterance, sound: NDArray[np.float32]) -> Iterator[Step]:
    """Tell who speaks, in a step of its own: the words never wait for it."""
    told = voices.take(heard, sound) if voices else None
    if told is not None:
        yield told


def _sample(seconds: float) -> int:
    return int(seconds * SAMPLE_RATE_HZ)


class Watch:
    """Asks a question again and again and remembers whether the answer was ever yes."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._ask = ask
        self.said_yes = False

    def __call__(self) -> bool:
        """Return whether the answer is or was yes."""
        self.said_yes = self.said_yes or self._ask()
        return self.said_yes
