from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from lm.errors import InvalidInput
from multimodal.audio import load_audio
from multimodal.errors import Cancelled
from multimodal.sound import SAMPLE_RATE_HZ, Recording
from multimodal.speech import SpeechRecognizer, group_spans
from multimodal.vad import SpeechSpan, VadOptions
from tests.multimodal.test_vad import sounds_without_speech

if TYPE_CHECKING:
    from collections.abc import Iterator

    from multimodal.transcript import Transcript, Utterance

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample"


def plain(text: str) -> list[str]:
    return re.sub(r"[^\w\s.]|\.(?!\d)", " ", text.lower()).split()


@pytest.fixture(scope="module")
def recognizer(whisper_folder: Path, vad_folder: Path) -> SpeechRecognizer:
    return SpeechRecognizer.load(whisper_folder, vad_folder, dtype=torch.float32)


@pytest.fixture(scope="module")
def sample() -> Recording:
    return load_audio(SAMPLE / "consultation.flac")


@pytest.fixture(scope="module")
def transcript(recognizer: SpeechRecognizer, sample: Recording) -> Transcript:
    return recognizer.transcribe_all(sample)


@pytest.mark.models
def test_the_sample_is_understood(transcript: Transcript) -> None:
    heard = " ".join(plain(transcript.text))
    for fact in (
        "cough for three days",
        "chest hurts on the right side",
        "allergic to penicillin",
        "500",
        "140 over 90",
    ):
        assert fact in heard
    assert transcript.language == "en"


@pytest.mark.models
def test_every_turn_of_the_sample_is_an_utterance_at_its_time(transcript: Transcript) -> None:
    turns = json.loads((SAMPLE / "script.json").read_text(encoding="utf-8"))["turns"]
    assert len(transcript.utterances) >= len(turns)
    for turn in turns:
        middle = (turn["start_s"] + turn["end_s"]) / 2
        assert any(utterance.start_s < middle < utterance.end_s for utterance in transcript.utterances)


@pytest.mark.models
def test_words_are_in_order_inside_their_utterances_and_make_up_the_text(transcript: Transcript) -> None:
    for utterance in transcript.utterances:
        times = [time for word in utterance.words for time in (word.start_s, word.end_s)]
        assert times == sorted(times)
        assert utterance.start_s <= times[0]
        assert times[-1] <= utterance.end_s + 0.02
        assert " ".join(word.text for word in utterance.words) == utterance.text
        assert all(0 <= word.confidence <= 1 for word in utterance.words)
        assert 0 <= utterance.confidence <= 1


def spoken_by_others(folder: Path, sample: Recording) -> Iterator[tuple[str, float, float]]:
    """Words and times of openai-whisper's own transcribe on our weights."""
    from multimodal.whisper_layers import load_checkpoint

    checkpoint = load_checkpoint(folder, torch.device("cpu"))
    model = checkpoint.model
    heads = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
    heads[tuple(torch.tensor(checkpoint.alignment_heads).T)] = True
    model.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)
    result = model.transcribe(
        sample.samples, language="en", fp16=False, word_timestamps=True, condition_on_previous_text=False
    )
    for segment in result["segments"]:
        for word in segment["words"]:
            yield word["word"], word["start"], word["end"]


@pytest.mark.models
def test_words_and_times_agree_with_openai_whisper(
    transcript: Transcript, whisper_folder: Path, sample: Recording
) -> None:
    theirs = [(" ".join(plain(text)), start) for text, start, _ in spoken_by_others(whisper_folder, sample)]
    ours = [(" ".join(plain(word.text)), word.start_s) for word in transcript.words]
    # Each word of ours that they heard too is looked up near its own time.
    agreed = [
        abs(start - other_start) for text, start in ours if (other_start := nearest(theirs, text, start)) is not None
    ]
    assert len(agreed) >= 0.9 * len(theirs)
    assert np.median(agreed) <= 0.1
    assert np.percentile(agreed, 90) <= 0.4


def nearest(words: list[tuple[str, float]], text: str, start_s: float) -> float | None:
    starts = [start for other, start in words if other == text and abs(start - start_s) < 1.0]
    return min(starts, key=lambda start: abs(start - start_s), default=None)


@pytest.mark.models
@pytest.mark.parametrize("name", sounds_without_speech())
def test_silence_noise_and_music_yield_no_words(recognizer: SpeechRecognizer, name: str) -> None:
    assert list(recognizer.transcribe(Recording(sounds_without_speech()[name]))) == []


@pytest.mark.models
@pytest.mark.parametrize("name", ["silence", "white noise", "mains hum"])
def test_the_guards_hold_where_the_detector_let_noise_pass(
    recognizer: SpeechRecognizer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = sounds_without_speech()[name]
    everything = [SpeechSpan(0, len(sound) // 2)]
    monkeypatch.setattr(recognizer, "_vad", DetectorThatHearsSpeech(everything))
    assert list(recognizer.transcribe(Recording(sound), language="en")) == []


class DetectorThatHearsSpeech:
    """A voice activity detector whose answer is given."""

    def __init__(self, spans: list[SpeechSpan]) -> None:
        self._spans = spans

    def speech_spans(self, _samples: object, _options: VadOptions, _cancelled: object) -> list[SpeechSpan]:
        return self._spans


@pytest.mark.models
def test_utterances_come_one_after_another_and_stop_when_cancelled(
    recognizer: SpeechRecognizer, sample: Recording, transcript: Transcript
) -> None:
    heard: list[Utterance] = []
    stop = Event()
    for utterance in recognizer.transcribe(sample, language="en", cancelled=stop.is_set):
        heard.append(utterance)
        if len(heard) == 2:
            stop.set()
    assert 2 <= len(heard) < len(transcript.utterances)
    assert [utterance.text for utterance in heard] == [u.text for u in transcript.utterances[: len(heard)]]


@pytest.mark.models
def test_cancelled_from_the_start_yields_nothing(recognizer: SpeechRecognizer, sample: Recording) -> None:
    assert list(recognizer.transcribe(sample, cancelled=lambda: True)) == []


class CancelledAfter:
    """Wants to stop from the n-th time on that it is asked, and measures the work that is still done then."""

    def __init__(self, times: int) -> None:
        self._left = times
        self.since_s: float | None = None

    def __call__(self) -> bool:
        self._left -= 1
        if self._left < 0 and self.since_s is None:
            self.since_s = time.process_time()
        return self._left < 0


@pytest.mark.models
@pytest.mark.parametrize("times", [1, 2, 5, 8, 20, 60])
def test_recognising_stops_soon_after_it_is_cancelled(
    recognizer: SpeechRecognizer, sample: Recording, times: int
) -> None:
    cancelled = CancelledAfter(times)
    for _ in recognizer.transcribe(sample, language="en", cancelled=cancelled):
        assert cancelled.since_s is None
    assert cancelled.since_s is not None
    # Seconds of all threads together: two of them make a third of a second of it.
    assert time.process_time() - cancelled.since_s < 0.6


@pytest.mark.models
def test_it_is_asked_often_enough_whether_it_is_cancelled(recognizer: SpeechRecognizer, sample: Recording) -> None:
    asked: list[float] = []

    def cancelled() -> bool:
        asked.append(time.process_time())
        return len(asked) > 80

    list(recognizer.transcribe(sample, language="en", cancelled=cancelled))
    assert max(after - before for before, after in pairwise(asked)) < 0.6


@pytest.mark.models
def test_one_stretch_is_heard_and_a_cancelled_one_raises(recognizer: SpeechRecognizer, sample: Recording) -> None:
    span = SpeechSpan(0, round(3.4 * SAMPLE_RATE_HZ))
    heard = recognizer.hear(sample.samples[: span.end], span, None)
    assert heard is not None
    assert plain(heard.text)[:2] == ["good", "morning"]
    assert heard.language == "en"
    with pytest.raises(Cancelled):
        recognizer.hear(sample.samples[: span.end], span, "en", lambda: True)


@pytest.mark.models
def test_a_draft_behind_known_words_says_what_one_without_them_says(
    recognizer: SpeechRecognizer, sample: Recording
) -> None:
    span = SpeechSpan(0, round(3.4 * SAMPLE_RATE_HZ))
    samples = sample.samples[: span.end]
    whole = recognizer.draft(samples, span, "en", ())
    assert whole is not None
    behind = recognizer.draft(samples, span, "en", whole.words[:3])
    assert behind is not None
    assert behind.text == whole.text
    assert [word.start_s for word in behind.words] == pytest.approx([word.start_s for word in whole.words], abs=0.1)
    told_otherwise = [replace(word, text="Goodbye,") for word in whole.words[:1]]
    other = recognizer.draft(samples, span, "en", told_otherwise)
    assert other is not None
    assert other.text.startswith("Goodbye,")


@pytest.mark.models
def test_encoder_states_have_the_real_length(recognizer: SpeechRecognizer, sample: Recording) -> None:
    for seconds in (1, 31):
        states = recognizer.encode(sample.samples[: seconds * SAMPLE_RATE_HZ])
        assert states.shape == (50 * seconds, 512)
        assert states.dtype == torch.float32
        assert torch.isfinite(states).all()
    assert recognizer.encode(np.zeros(0, np.float32)).shape == (0, 512)


@pytest.mark.models
def test_a_language_nobody_speaks_is_refused(recognizer: SpeechRecognizer, sample: Recording) -> None:
    with pytest.raises(InvalidInput, match="does not know the language 'xx'"):
        next(recognizer.transcribe(sample, language="xx"))


@pytest.mark.models
@pytest.mark.shared_data
@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_the_language_is_detected(recognizer: SpeechRecognizer, open_data: Path, language: str) -> None:
    clips = sorted((open_data / "files" / "asr-asterisk" / language).glob("*.flac"))[:4]
    joined = np.concatenate([load_audio(clip).samples for clip in clips])
    first = next(recognizer.transcribe(Recording(joined)))
    assert first.language == language


@pytest.mark.models
@pytest.mark.shared_data
def test_real_speech_is_written_down(recognizer: SpeechRecognizer, open_data: Path) -> None:
    recording = load_audio(open_data / "files" / "asr-whisper-clips" / "tests" / "data" / "jfk.flac")
    text = " ".join(plain(recognizer.transcribe_all(recording).text))
    assert text == (
        "and so my fellow americans ask not what your country can do for you ask what you can do for your country"
    )


def test_groups_grow_and_the_first_holds_enough_to_tell_the_language() -> None:
    second = SAMPLE_RATE_HZ
    spans = [SpeechSpan(index * second, (index + 1) * second) for index in range(20)]
    assert [len(group) for group in group_spans(spans, 0.0)] == [1, 2, 4, 8, 5]
    assert [len(group) for group in group_spans(spans, 6.0)] == [6, 2, 4, 8]
    assert [span for group in group_spans(spans, 6.0) for span in group] == spans
    assert list(group_spans([], 6.0)) == []


@pytest.mark.models
def test_a_second_reading_hears_the_same_facts_at_the_same_seconds(
    recognizer: SpeechRecognizer, sample: Recording, transcript: Transcript
) -> None:
    first = next(utterance for utterance in transcript.utterances if "penicillin" in utterance.text)
    span = SpeechSpan(int((first.start_s - 0.5) * SAMPLE_RATE_HZ), int((first.end_s + 0.5) * SAMPLE_RATE_HZ))
    again = recognizer.read_again(sample.samples[span.start : span.end], span, "en")
    assert again is not None
    assert "allergic to penicillin" in " ".join(plain(again.text))
    named = next(word for word in again.words if "penicillin" in word.text)
    known = next(word for word in first.words if "penicillin" in word.text)
    assert abs(named.start_s - known.start_s) < 0.3
    with pytest.raises(Cancelled):
        recognizer.read_again(sample.samples[span.start : span.end], span, "en", lambda: True)


@pytest.mark.models
def test_a_second_reading_of_silence_hears_nothing(recognizer: SpeechRecognizer) -> None:
    silence = np.zeros(4 * SAMPLE_RATE_HZ, np.float32)
    assert recognizer.read_again(silence, SpeechSpan(0, len(silence)), "en") is None
