"""The double check in the worker: lines by rules, the sound behind them heard again by a scripted recogniser."""

from __future__ import annotations

import wave
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Citation, CitedKind, Sentence, Verdict
from desktop.record.signature import Hearing, SoundPlace
from desktop.worker.checking import checked
from desktop.worker.known import KnownRecording, NoteSentence
from desktop.worker.protocol import Check, CheckedSoFar, NoteChecked
from multimodal.errors import Cancelled, ModelNotFetched
from multimodal.transcript import Utterance, Word
from tests.fakes.encounters import utterance
from tests.fakes.files_read_here import FilesReadHere

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from multimodal.vad import SpeechSpan

SAID = "I take metformin five hundred milligrams for my left knee."
CITED = Citation(CitedKind.TRANSCRIPT, "Recording 1", SAID, 3.0, 7.0)

pytestmark = pytest.mark.models


class ScriptedSpeech:
    """Hears the same words whatever it is given, and notes which seconds that was."""

    def __init__(self, text: str, cancelled: Callable[[], bool] = lambda: False) -> None:
        self.text, self.heard = text, []  # type: ignore[var-annotated]  # spans
        self.cancelled = cancelled

    def read_again(
        self, _samples: object, span: SpeechSpan, language: str | None, cancelled: Callable[[], bool]
    ) -> Utterance | None:
        if self.cancelled() or cancelled():
            raise Cancelled("Listening was stopped.")
        self.heard.append((span.start / 16_000, span.end / 16_000, language))
        words = tuple(Word(word, 3.0 + 0.4 * at, 3.35 + 0.4 * at, 0.9) for at, word in enumerate(self.text.split()))
        return Utterance(3.0, 7.0, self.text, words, "en", 0.9, 0.0) if words else None


@pytest.fixture
def sound(tmp_path: Path) -> str:
    file = tmp_path / "recording-1.wav"
    with wave.open(str(file), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(b"\0\0" * 16_000 * 12)
    return str(file)


def command(file: str) -> Check:
    cited = Sentence("The patient takes metformin 500 mg for their left knee.", Verdict.SUPPORTED, (CITED,))
    typed = Sentence("No fever.", Verdict.OWN)
    recording = KnownRecording("Recording 1", file, (utterance(SAID, 3.0),))
    return Check("j", (NoteSentence("0.0", cited), NoteSentence("e1", typed)), (recording,))


def result(file: str, speech: ScriptedSpeech) -> NoteChecked:
    *progress, whole = checked(command(file), lambda: False, lambda: speech, FilesReadHere())  # type: ignore[arg-type, return-value]
    assert all(isinstance(event, CheckedSoFar) for event in progress)
    assert isinstance(whole, NoteChecked)
    return whole


def test_two_readings_that_say_the_same_agree(sound: str) -> None:
    speech = ScriptedSpeech(SAID)
    whole = result(sound, speech)
    lines = {line.about: line for line in whole.lines}
    assert lines["Drug"].hearing is lines["Sides"].hearing is Hearing.AGREES
    assert lines["Drug"].places == (SoundPlace("Recording 1", 3.0, 7.0),)
    assert lines["Drug"].lines == ("0.0",)
    assert speech.heard == [(1.5, 8.5, "en")]
    assert (whole.heard_again_s, whole.missing) == (7.0, ())


def test_a_word_that_was_hard_to_hear_is_listened_to_although_both_readings_say_it(sound: str) -> None:
    asked = command(sound)
    (recording,) = asked.recordings
    (said,) = recording.utterances
    unsure = replace(said, words=(*said.words[:2], replace(said.words[2], confidence=0.2), *said.words[3:]))
    asked = replace(asked, recordings=(replace(recording, utterances=(unsure,)),))
    *_, whole = checked(asked, lambda: False, lambda: ScriptedSpeech(SAID), FilesReadHere())  # type: ignore[arg-type, return-value]
    assert isinstance(whole, NoteChecked)
    lines = {line.about: line for line in whole.lines}
    assert lines["Drug"].hearing is Hearing.UNSURE
    assert lines["Drug"].hard_to_hear == ("metformin",)
    assert lines["Denied"].hearing is Hearing.NO_SOUND


def test_what_was_typed_has_no_sound(sound: str) -> None:
    (denied,) = [line for line in result(sound, ScriptedSpeech(SAID)).lines if line.about == "Denied"]
    assert (denied.hearing, denied.places, denied.lines) == (Hearing.NO_SOUND, (), ("e1",))


@pytest.mark.parametrize(
    ("again", "about"),
    [
        ("I take metformin fifty milligrams for my left knee.", {"number"}),
        ("I take metformin five hundred milligrams for my right knee.", {"side"}),
        ("I do not take metformin five hundred milligrams for my left knee.", {"negation"}),
        ("I take aspirin five hundred milligrams for my left knee.", {"drug"}),
    ],
)
def test_a_difference_stands_beside_every_line_of_these_seconds(sound: str, again: str, about: set[str]) -> None:
    lines = [line for line in result(sound, ScriptedSpeech(again)).lines if line.places]
    assert lines
    for line in lines:
        assert line.hearing is Hearing.DIFFERS
        assert {pair.about for pair in line.readings} == about
        assert all(pair.first != pair.second and pair.place.label == "Recording 1" for pair in line.readings)


def test_where_nothing_is_heard_again_that_is_a_difference(sound: str) -> None:
    drug = next(line for line in result(sound, ScriptedSpeech("")).lines if line.about == "Drug")
    assert drug.hearing is Hearing.DIFFERS
    assert drug.readings[0].second == ""


@pytest.mark.parametrize("file", ["", "/nowhere/recording-1.wav"])
def test_sound_that_is_gone_is_told_and_holds_nothing_up(file: str) -> None:
    whole = result(file, ScriptedSpeech(SAID))
    assert whole.missing == ("Recording 1",)
    assert {line.hearing for line in whole.lines} == {Hearing.NO_SOUND}


def test_a_recogniser_that_is_not_there_leaves_the_lines(sound: str) -> None:
    def missing() -> ScriptedSpeech:
        raise ModelNotFetched("Whisper is not on this machine yet.")

    *_, whole = checked(command(sound), lambda: False, missing, FilesReadHere())  # type: ignore[arg-type]
    assert isinstance(whole, NoteChecked)
    assert whole.missing == ("Recording 1",)
    assert whole.lines


def test_it_stops_where_it_is(sound: str) -> None:
    speech = ScriptedSpeech(SAID, cancelled=lambda: True)
    events = list(checked(command(sound), lambda: False, lambda: speech, FilesReadHere()))  # type: ignore[arg-type, return-value]
    assert all(isinstance(event, CheckedSoFar) for event in events)
    events = list(checked(command(sound), lambda: True, lambda: speech, FilesReadHere()))  # type: ignore[arg-type, return-value]
    assert all(isinstance(event, CheckedSoFar) for event in events)
