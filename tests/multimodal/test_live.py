from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multimodal.audio import load_audio
from multimodal.errors import Cancelled
from multimodal.live import LiveEvent, LiveOptions, LiveRecognizer, Settled, Speaking, agreement
from multimodal.sound import SAMPLE_RATE_HZ, Recording
from multimodal.speech import SpeechRecognizer
from multimodal.transcript import Utterance, Word
from multimodal.vad import WINDOW_SAMPLES, SpeechSpan, VadOptions
from tests.multimodal.test_vad import sounds_without_speech

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample" / "consultation.flac"
SECOND = SAMPLE_RATE_HZ


class LoudnessActivity:
    """Takes every window that is not silent for speech."""

    def __init__(self) -> None:
        self._rest: NDArray[np.float32] = np.zeros(0, np.float32)

    def push(self, samples: NDArray[np.float32]) -> list[float]:
        signal = np.concatenate([self._rest, samples])
        whole = len(signal) // WINDOW_SAMPLES
        self._rest = signal[whole * WINDOW_SAMPLES :]
        windows = signal[: whole * WINDOW_SAMPLES].reshape(whole, WINDOW_SAMPLES)
        return np.where(np.abs(windows).max(axis=1) > 0.1, 0.9, 0.1).tolist() if whole else []


class CountingRecognizer:
    """Hears one word for each second of sound, numbered over the whole recording, and keeps what it was asked."""

    def __init__(self, clock: Clock) -> None:
        self.drafts: list[SpeechSpan] = []
        self.settled: list[SpeechSpan] = []
        self.languages: list[str | None] = []
        self.translated: list[bool] = []
        self._clock = clock
        self.takes_s = 0.0

    def known_language(self, language: str) -> str:
        return language

    def voice_activity(self) -> LoudnessActivity:
        return LoudnessActivity()

    def hear(
        self,
        samples: NDArray[np.float32],
        span: SpeechSpan,
        language: str | None,
        cancelled: Callable[[], bool],
        *,
        translate: bool = False,
    ) -> Utterance | None:
        self.settled.append(span)
        self.translated.append(translate)
        return self._words(samples, span, language, cancelled)

    def draft(
        self,
        samples: NDArray[np.float32],
        span: SpeechSpan,
        language: str | None,
        said: Sequence[Word],
        cancelled: Callable[[], bool],
    ) -> Utterance | None:
        self.drafts.append(span)
        heard = self._words(samples, span, language, cancelled)
        assert [word.text for word in said] == [word.text for word in heard.words[: len(said)]]
        return heard

    def _words(
        self,
        samples: NDArray[np.float32],
        span: SpeechSpan,
        language: str | None,
        cancelled: Callable[[], bool],
    ) -> Utterance:
        assert len(samples) == span.end - span.start
        if cancelled():
            raise Cancelled
        self._clock.now_s += self.takes_s
        self.languages.append(language)
        first, last = span.start // SECOND, span.end // SECOND
        words = tuple(Word(f"w{second}", second, second + 1.0, 0.9) for second in range(first, last + 1))
        return Utterance(span.start / SECOND, span.end / SECOND, "text", words, language or "fr", 0.9, 0.0)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Desk:
    """A dictation of loud and silent seconds, pushed in small pieces as a recorder would."""

    def __init__(self, options: LiveOptions | None = None, language: str | None = None) -> None:
        self.clock = Clock()
        self.recognizer = CountingRecognizer(self.clock)
        self.live = LiveRecognizer(cast("SpeechRecognizer", self.recognizer), language, options, self.clock)
        self.events: list[LiveEvent] = []

    def play(self, *seconds: float) -> None:
        """Speak for the first number of seconds, be silent for the second, and so on."""
        for place, duration in enumerate(seconds):
            level = 0.0 if place % 2 else 0.5
            for _ in range(round(duration * 10)):
                self.live.push(np.full(SECOND // 10, level, np.float32))
                self.clock.now_s += 0.1
                self.step()

    def step(self, *, whole: bool = False) -> None:
        while (event := self.live.step(lambda: False, whole=whole)) is not None:
            self.events.append(event)

    @property
    def settled(self) -> list[Utterance]:
        return [event.utterance for event in self.events if isinstance(event, Settled)]


def test_an_utterance_is_settled_when_a_pause_ends_it() -> None:
    desk = Desk()
    desk.play(2.0, 0.4)
    assert not desk.settled
    desk.play(0.0, 0.4)
    (utterance,) = desk.settled
    assert utterance.start_s == 0.0
    assert utterance.end_s == pytest.approx(2.2, abs=0.05)
    assert 2.15 <= desk.live.settled_to_s <= 2.8


def test_words_are_shown_once_two_passes_agree_on_them() -> None:
    desk = Desk()
    desk.play(0.7)
    assert len(desk.recognizer.drafts) == 1
    assert desk.events == []
    desk.play(0.5)
    assert len(desk.recognizer.drafts) == 2
    desk.play(2.3)
    shown = [[word.text for word in event.words] for event in desk.events if isinstance(event, Speaking)]
    assert shown[0] == ["w0"]
    assert shown[-1][:3] == ["w0", "w1", "w2"]
    assert not desk.settled


def test_times_count_from_the_start_of_the_recording() -> None:
    desk = Desk()
    desk.play(1.0, 2.0, 1.0, 5.0, 1.0, 1.0)
    assert [round(u.start_s) for u in desk.settled] == [0, 3, 9]
    desk.step(whole=True)
    assert desk.live.duration_s == pytest.approx(11.0)


def test_nothing_comes_from_silence_and_it_is_not_kept() -> None:
    desk = Desk()
    desk.play(0.0, 60.0)
    desk.step(whole=True)
    assert desk.events == []
    assert not desk.recognizer.drafts
    assert len(desk.live._samples) < SECOND


def test_the_end_of_the_recording_settles_what_is_open() -> None:
    desk = Desk()
    desk.play(2.0)
    desk.step(whole=True)
    assert len(desk.settled) == 1
    desk.step(whole=True)
    assert len(desk.settled) == 1


def test_speech_without_a_pause_is_settled_in_pieces_that_leave_nothing_out() -> None:
    desk = Desk(LiveOptions(vad=VadOptions(max_speech_s=6.0)))
    desk.play(30.0, 1.0)
    spans = desk.recognizer.settled
    assert len(spans) >= 5
    assert all(span.duration_s <= 6.0 for span in spans)
    assert all(after.start == before.end for before, after in pairwise(spans))
    assert desk.settled[-1].end_s == pytest.approx(30.2, abs=0.05)


def test_a_slow_machine_listens_less_often() -> None:
    counts = []
    for takes_s in (0.0, 1.2):
        desk = Desk()
        desk.recognizer.takes_s = takes_s
        desk.play(8.0)
        counts.append(len(desk.recognizer.drafts) / desk.clock.now_s)
    assert counts[0] == pytest.approx(1.9, abs=0.3)
    assert counts[1] * 1.2 < 0.7


def test_the_language_is_kept_once_enough_was_heard() -> None:
    desk = Desk()
    desk.play(4.0, 1.0, 4.0, 1.0, 2.0, 1.0)
    assert desk.recognizer.languages[0] is None
    assert desk.recognizer.languages[-1] == "fr"
    told = Desk(language="de")
    told.play(2.0, 1.0)
    assert set(told.recognizer.languages) == {"de"}


def test_a_pass_that_was_given_up_is_done_again() -> None:
    desk = Desk()
    desk.play(2.0)
    desk.live.push(np.zeros(SECOND, np.float32))
    assert desk.live.step(lambda: True) is None
    desk.step()
    assert len(desk.settled) == 1


@given(st.lists(st.floats(0.1, 4.0), min_size=1, max_size=8))
def test_every_loud_moment_is_settled_exactly_once(seconds: list[float]) -> None:
    desk = Desk()
    desk.play(*seconds)
    desk.step(whole=True)
    spans = desk.recognizer.settled
    assert all(before.end <= after.start for before, after in pairwise(spans))
    loud = np.concatenate([np.full(round(10 * s) * SECOND // 10, p % 2 == 0) for p, s in enumerate(seconds)])
    covered = np.zeros(len(loud), bool)
    for span in spans:
        covered[span.start : span.end] = True
    # What lies at the very end or is too short for speech may be missing, not more.
    assert (loud & ~covered).sum() <= SECOND * 0.2 * len(seconds)


@pytest.mark.parametrize(
    ("before", "now", "agreed"),
    [
        ("", "a b", ""),
        ("a b", "a b c", "a b"),
        ("A, b", "a b.", "a b."),
        ("a x c", "a b c", "a"),
        ("a b c", "a b", "a b"),
    ],
)
def test_words_agree_up_to_the_first_that_differs(before: str, now: str, agreed: str) -> None:
    def words(text: str) -> list[Word]:
        return [Word(word, 0.0, 1.0, 1.0) for word in text.split()]

    assert " ".join(word.text for word in agreement(words(before), words(now))) == agreed


@pytest.fixture(scope="module")
def recognizer(whisper_folder: Path, vad_folder: Path) -> SpeechRecognizer:
    return SpeechRecognizer.load(whisper_folder, vad_folder, dtype=torch.float32)


def dictated(recognizer: SpeechRecognizer, samples: NDArray[np.float32]) -> list[tuple[float, LiveEvent]]:
    """Return what is told while `samples` are spoken, each with the second of the recording at which it came."""
    clock = Clock()
    live = LiveRecognizer(recognizer, clock=clock)
    told = []
    for start in range(0, len(samples), SECOND // 10):
        live.push(samples[start : start + SECOND // 10])
        clock.now_s += 0.1
        event = live.step(lambda: False)
        if event is not None:
            told.append((live.duration_s, event))
    while (event := live.step(lambda: False, whole=True)) is not None:
        told.append((live.duration_s, event))
    return told


@pytest.mark.models
def test_the_sample_is_heard_while_it_is_spoken(recognizer: SpeechRecognizer) -> None:
    samples = load_audio(SAMPLE).samples[: 8 * SECOND]
    told = dictated(recognizer, samples)
    settled = [event.utterance for _, event in told if isinstance(event, Settled)]
    whole = list(recognizer.transcribe(Recording(samples)))
    assert [u.text for u in settled] == [u.text for u in whole]
    assert len(settled) == 2
    assert settled[-1].start_s == pytest.approx(whole[-1].start_s, abs=0.1)
    # A word counts as shown when it or its settled form first comes; the time to compute is not counted.
    first: dict[tuple[str, int], float] = {}
    for at_s, event in told:
        for word in event.words if isinstance(event, Speaking) else event.utterance.words:
            first.setdefault((word.text.strip(".,?").lower(), round(word.end_s)), at_s - word.end_s)
    assert np.percentile(list(first.values()), 50) < 1.5
    assert sum(isinstance(event, Speaking) for _, event in told) >= 5


@pytest.mark.models
@pytest.mark.parametrize("name", ["silence", "white noise"])
def test_no_word_is_shown_for_silence_noise_and_music(recognizer: SpeechRecognizer, name: str) -> None:
    assert dictated(recognizer, sounds_without_speech()[name]) == []


def test_each_utterance_tells_its_own_language_where_several_are_spoken() -> None:
    desk = Desk(LiveOptions(mixed=True), language="en")
    desk.play(8.0, 1.0, 3.0, 1.0)
    assert len(desk.settled) == 2
    assert set(desk.recognizer.translated) == {True}
    assert desk.recognizer.languages[-1] is None


def test_a_short_utterance_is_of_the_language_before_it_where_several_are_spoken() -> None:
    desk = Desk(LiveOptions(mixed=True), language="en")
    desk.play(0.6, 1.0, 4.0, 1.0, 0.6, 1.0)
    assert [utterance.language for utterance in desk.settled] == ["en", "fr", "fr"]


def test_in_one_language_nothing_is_translated() -> None:
    desk = Desk()
    desk.play(8.0, 1.0)
    assert set(desk.recognizer.translated) == {False}
