"""Hearing one stretch of a recording again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desktop.ui.microphone import player, stretch
from desktop.ui.microphone.player import AudioPlayer, PlayerState, QtAudioOutput
from multimodal.audio import load_audio
from tests.fakes import multimedia
from tests.fakes.microphones import FakeSpeaker

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")
FILE = Path("recording-1.wav")


def test_a_stretch_is_played_from_its_first_to_its_last_second(qtbot: QtBot) -> None:
    speaker = FakeSpeaker()
    heard = AudioPlayer(speaker)
    heard.play(FILE, 20.8, 24.2)
    assert (heard.state, speaker.playing, speaker.now_s) == (PlayerState.PLAYING, FILE, 20.8)
    speaker.now_s = 24.1
    with qtbot.waitSignal(heard.position_changed) as position:
        pass
    assert position.args == [24.1]
    assert heard.state is PlayerState.PLAYING
    speaker.now_s = 24.21
    with qtbot.waitSignal(heard.state_changed):
        pass
    assert (heard.state, speaker.playing) == (PlayerState.IDLE, None)


def test_the_end_of_the_file_ends_a_stretch_without_end(qtbot: QtBot) -> None:
    speaker = FakeSpeaker()
    heard = AudioPlayer(speaker)
    heard.play(FILE)
    with qtbot.waitSignal(heard.state_changed):
        speaker.ended.emit()
    assert heard.state is PlayerState.IDLE


def test_another_stretch_replaces_the_one_that_plays() -> None:
    speaker = FakeSpeaker()
    heard = AudioPlayer(speaker)
    heard.play(FILE, 0.0, 2.0)
    heard.play(FILE, 9.0, 11.0)
    assert (heard.state, speaker.now_s) == (PlayerState.PLAYING, 9.0)
    heard.stop()
    assert (heard.state, speaker.playing) == (PlayerState.IDLE, None)


def test_a_machine_without_loudspeaker_says_so() -> None:
    speaker = FakeSpeaker(available=False)
    heard = AudioPlayer(speaker)
    heard.play(FILE)
    assert (heard.state, speaker.playing) == (PlayerState.NO_OUTPUT, None)
    speaker.available = True
    heard.play(FILE)
    assert heard.state is PlayerState.PLAYING
    heard.stop()


def test_a_file_that_cannot_be_played_says_so() -> None:
    speaker = FakeSpeaker()
    heard = AudioPlayer(speaker)
    heard.play(FILE)
    speaker.failed.emit()
    assert (heard.state, speaker.playing) == (PlayerState.FAILED, None)


@pytest.mark.parametrize(("length_s", "pieces"), [(None, 3), (3.5, 2), (4.0, 2)])
def test_what_is_longer_than_one_piece_is_heard_to_its_end(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, sample_recording: Path, length_s: float | None, pieces: int
) -> None:
    for module in (player, stretch):
        monkeypatch.setattr(module, "LONGEST_S", 2.0)
    monkeypatch.setattr(player, "load_multimedia", lambda: multimedia)
    monkeypatch.setattr(multimedia.QMediaPlayer, "heard", [])
    start_s = load_audio(sample_recording).duration_s - 4.5
    output = QtAudioOutput()
    with qtbot.waitSignal(output.ended, timeout=120_000):
        output.play(sample_recording, start_s, None if length_s is None else start_s + length_s)
    assert len(multimedia.QMediaPlayer.heard) == pieces
    output.stop()
