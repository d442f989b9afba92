"""Hearing one stretch of a recording again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desktop.ui.microphone.player import AudioPlayer, PlayerState
from tests.fakes.microphones import FakeSpeaker

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")
FILE = Path("recording-1.wav")


def test_a_stretch_is_played_from_its_first_to_its_last_second(qtbot: QtBot) -> None:
    speaker = FakeSpeaker()
    player = AudioPlayer(speaker)
    player.play(FILE, 20.8, 24.2)
    assert (player.state, speaker.playing, speaker.now_s) == (PlayerState.PLAYING, FILE, 20.8)
    speaker.now_s = 24.1
    with qtbot.waitSignal(player.position_changed) as position:
        pass
    assert position.args == [24.1]
    assert player.state is PlayerState.PLAYING
    speaker.now_s = 24.21
    with qtbot.waitSignal(player.state_changed):
        pass
    assert (player.state, speaker.playing) == (PlayerState.IDLE, None)


def test_the_end_of_the_file_ends_a_stretch_without_end(qtbot: QtBot) -> None:
    speaker = FakeSpeaker()
    player = AudioPlayer(speaker)
    player.play(FILE)
    with qtbot.waitSignal(player.state_changed):
        speaker.ended.emit()
    assert player.state is PlayerState.IDLE


def test_another_stretch_replaces_the_one_that_plays() -> None:
    speaker = FakeSpeaker()
    player = AudioPlayer(speaker)
    player.play(FILE, 0.0, 2.0)
    player.play(FILE, 9.0, 11.0)
    assert (player.state, speaker.now_s) == (PlayerState.PLAYING, 9.0)
    player.stop()
    assert (player.state, speaker.playing) == (PlayerState.IDLE, None)


def test_a_machine_without_loudspeaker_says_so() -> None:
    speaker = FakeSpeaker(available=False)
    player = AudioPlayer(speaker)
    player.play(FILE)
    assert (player.state, speaker.playing) == (PlayerState.NO_OUTPUT, None)
    speaker.available = True
    player.play(FILE)
    assert player.state is PlayerState.PLAYING
    player.stop()


def test_a_file_that_cannot_be_played_says_so() -> None:
    speaker = FakeSpeaker()
    player = AudioPlayer(speaker)
    player.play(FILE)
    speaker.failed.emit()
    assert (player.state, speaker.playing) == (PlayerState.FAILED, None)
