"""The recorder with microphones that vanish, refuse, fall silent and change their format, and disks that fill."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from desktop.record.wav import WavWriter
from desktop.ui.microphone.audio_input import Permission
from desktop.ui.microphone.recorder import Recorded, Recorder, RecorderState, Trouble
from tests.desktop.record.test_wav import FillingDisk
from tests.fakes.microphones import BUILT_IN, HEADSET, FakeMicrophone, tone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")


class Heard:
    """Everything a recorder said, in order."""

    def __init__(self, recorder: Recorder) -> None:
        self.states: list[RecorderState] = []
        self.silences: list[bool] = []
        self.levels: list[float] = []
        self.recorded: list[Recorded] = []
        recorder.state_changed.connect(self.states.append)
        recorder.silence_changed.connect(self.silences.append)
        recorder.level_changed.connect(self.levels.append)
        recorder.stopped.connect(self.recorded.append)


@pytest.fixture
def microphone() -> FakeMicrophone:
    return FakeMicrophone(BUILT_IN, HEADSET)


@pytest.fixture
def recorder(microphone: FakeMicrophone) -> Iterator[Recorder]:
    recorder = Recorder(microphone)
    yield recorder
    recorder.stop()


def read(file: Path) -> NDArray[np.int16]:
    with wave.open(str(file)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def test_what_is_said_is_in_the_file(recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path) -> None:
    heard = Heard(recorder)
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(1.0))
    recorder.stop()
    assert heard.states == [RecorderState.RECORDING, RecorderState.IDLE]
    assert heard.recorded == [Recorded(tmp_path / "a.wav", 1.0)]
    assert np.abs(read(tmp_path / "a.wav") / 32_768 - tone(1.0)).max() < 1e-3
    assert microphone.opened == ""


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (44_100, 2), (48_000, 2), (48_000, 6), (96_000, 1)])
def test_any_format_of_a_device_becomes_16_khz_mono(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path, rate_hz: int, channels: int
) -> None:
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(2.0, rate_hz), rate_hz, channels)
    recorder.stop()
    samples = read(tmp_path / "a.wav")
    assert len(samples) == pytest.approx(32_000, abs=40)
    assert np.abs(np.fft.rfft(samples[8_000:24_000])).argmax() == 440
    assert np.abs(samples[8_000:24_000]).max() / 32_768 == pytest.approx(0.5, abs=0.01)


def test_nothing_above_the_kept_band_folds_into_speech(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(2.0, 48_000, hz=11_000), 48_000)
    recorder.stop()
    assert np.abs(read(tmp_path / "a.wav")[4_000:28_000]).max() / 32_768 < 10 ** (-60 / 20)


def test_a_device_that_changes_its_format_loses_nothing(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(1.0, 44_100), 44_100)
    microphone.play(tone(1.0, 48_000), 48_000)
    recorder.stop()
    assert len(read(tmp_path / "a.wav")) == pytest.approx(32_000, abs=40)


def test_a_pause_lets_go_of_the_microphone_and_leaves_no_gap(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    heard = Heard(recorder)
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(1.0))
    recorder.pause()
    assert microphone.opened == ""
    microphone.play(tone(5.0))
    recorder.resume()
    microphone.play(tone(0.5))
    recorder.stop()
    assert heard.recorded[0].duration_s == pytest.approx(1.5, abs=0.01)
    assert heard.states == ["recording", "paused", "recording", "idle"]


def test_an_unplugged_microphone_pauses_and_another_one_goes_on_in_the_same_file(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    heard = Heard(recorder)
    recorder.device_id = HEADSET.id
    recorder.start(tmp_path / "a.wav")
    assert microphone.opened == HEADSET.id
    microphone.play(tone(1.0, 48_000), 48_000)
    microphone.unplug(HEADSET)
    assert (recorder.state, recorder.trouble) == (RecorderState.PAUSED, Trouble.UNPLUGGED)
    assert len(read(tmp_path / "a.wav")) == pytest.approx(16_000, abs=40)
    recorder.resume()
    assert microphone.opened == BUILT_IN.id
    assert recorder.trouble is Trouble.ANOTHER_MICROPHONE
    microphone.play(tone(1.0))
    recorder.stop()
    assert heard.recorded[0].duration_s == pytest.approx(2.0, abs=0.01)


def test_the_last_microphone_unplugged_waits_for_another(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(1.0))
    microphone.unplug(HEADSET)
    microphone.unplug(BUILT_IN)
    recorder.resume()
    assert (recorder.state, recorder.trouble) == (RecorderState.PAUSED, Trouble.UNPLUGGED)
    microphone.plug(HEADSET)
    recorder.resume()
    assert (recorder.state, microphone.opened) == (RecorderState.RECORDING, HEADSET.id)


def test_no_microphone_is_a_state_that_ends_when_one_is_plugged_in(qtbot: QtBot, tmp_path: Path) -> None:
    microphone = FakeMicrophone()
    recorder = Recorder(microphone)
    recorder.start(tmp_path / "a.wav")
    assert recorder.state is RecorderState.NO_MICROPHONE
    assert not (tmp_path / "a.wav").exists()
    with qtbot.waitSignal(recorder.devices_changed):
        microphone.plug(HEADSET)
    assert recorder.state is RecorderState.IDLE


def test_a_remembered_microphone_that_is_not_there_falls_back_and_says_so(
    recorder: Recorder, microphone: FakeMicrophone
) -> None:
    recorder.device_id = "the one at the other desk"
    recorder.look_for_devices()
    assert recorder.used_device() == BUILT_IN
    assert recorder.trouble is Trouble.ANOTHER_MICROPHONE
    microphone.plug(type(BUILT_IN)("the one at the other desk", "Desk", default=False))
    assert recorder.trouble is Trouble.NONE


def test_choosing_another_microphone_while_recording_goes_on_with_it(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(0.5))
    recorder.device_id = HEADSET.id
    assert (recorder.state, microphone.opened) == (RecorderState.RECORDING, HEADSET.id)
    assert recorder.duration_s == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("peak", [0.0, 1e-4])
def test_a_silent_microphone_is_noticed_after_two_seconds_and_forgiven(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path, peak: float
) -> None:
    heard = Heard(recorder)
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(1.9, peak=peak))
    assert heard.silences == []
    microphone.play(tone(0.2, peak=peak))
    assert heard.silences == [True]
    microphone.play(tone(0.1, peak=0.01))
    assert heard.silences == [True, False]


def test_a_pause_between_two_sentences_is_not_taken_for_a_silent_microphone(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    heard = Heard(recorder)
    recorder.start(tmp_path / "a.wav")
    room = np.random.default_rng(0).normal(0, 10 ** (-62 / 20), 16_000 * 5).astype(np.float32)
    microphone.play(room)
    assert heard.silences == []


def test_a_device_that_never_delivers_sound_is_silent_too(recorder: Recorder, qtbot: QtBot, tmp_path: Path) -> None:
    recorder._flow_timer.setInterval(1)
    with qtbot.waitSignal(recorder.silence_changed) as silence:
        recorder.start(tmp_path / "a.wav")
    assert silence.args == [True]
    assert recorder.state is RecorderState.RECORDING


def test_sound_that_stops_to_flow_is_an_unplugged_microphone(
    recorder: Recorder, microphone: FakeMicrophone, qtbot: QtBot, tmp_path: Path
) -> None:
    recorder._flow_timer.setInterval(1)
    recorder._grace_timer.setInterval(1)
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(0.5))
    with qtbot.waitSignal(recorder.state_changed):
        pass
    assert (recorder.state, recorder.trouble) == (RecorderState.PAUSED, Trouble.UNPLUGGED)
    assert recorder.duration_s == pytest.approx(0.5)


def test_sound_that_was_only_late_goes_on(
    recorder: Recorder, microphone: FakeMicrophone, qtbot: QtBot, tmp_path: Path
) -> None:
    recorder._flow_timer.setInterval(1)
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(0.5))
    qtbot.waitUntil(recorder._grace_timer.isActive)
    microphone.play(tone(0.5))
    assert not recorder._grace_timer.isActive()
    assert recorder.state is RecorderState.RECORDING


def test_the_level_follows_the_voice(
    recorder: Recorder, microphone: FakeMicrophone, qtbot: QtBot, tmp_path: Path
) -> None:
    recorder.start(tmp_path / "a.wav")
    levels = []
    for peak in (0.01, 0.1, 1.0):
        with qtbot.waitSignal(recorder.level_changed) as level:
            microphone.play(tone(0.2, peak=peak))
        levels.append(level.args[0])
    assert levels == pytest.approx([1 - 43 / 60, 1 - 23 / 60, 1 - 3 / 60], abs=0.01)


def test_permission_is_asked_before_the_first_recording(tmp_path: Path) -> None:
    microphone = FakeMicrophone(BUILT_IN, permission=Permission.NOT_ASKED)
    recorder = Recorder(microphone)
    recorder.start(tmp_path / "a.wav")
    assert (microphone.asked, recorder.state, microphone.opened) == (1, RecorderState.IDLE, "")
    microphone.decide(granted=True)
    assert (recorder.state, microphone.opened) == (RecorderState.RECORDING, BUILT_IN.id)
    recorder.stop()


def test_denied_is_a_state_until_the_system_says_otherwise(tmp_path: Path) -> None:
    microphone = FakeMicrophone(BUILT_IN, permission=Permission.NOT_ASKED)
    recorder = Recorder(microphone)
    recorder.start(tmp_path / "a.wav")
    microphone.decide(granted=False)
    assert recorder.state is RecorderState.DENIED
    recorder.start(tmp_path / "a.wav")
    assert recorder.state is RecorderState.DENIED
    microphone.answer = Permission.GRANTED
    recorder.start(tmp_path / "a.wav")
    assert recorder.state is RecorderState.RECORDING
    recorder.stop()


def test_an_answer_after_the_doctor_gave_up_begins_nothing(tmp_path: Path) -> None:
    microphone = FakeMicrophone(BUILT_IN, permission=Permission.NOT_ASKED)
    recorder = Recorder(microphone)
    recorder.start(tmp_path / "a.wav")
    recorder.stop()
    microphone.decide(granted=True)
    assert (recorder.state, microphone.opened) == (RecorderState.IDLE, "")


def test_a_microphone_in_use_elsewhere_fails_with_its_reason(
    recorder: Recorder, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    heard = Heard(recorder)
    microphone.refuses = True
    recorder.start(tmp_path / "a.wav")
    assert (recorder.state, recorder.trouble) == (RecorderState.FAILED, Trouble.REFUSED)
    assert heard.recorded == [Recorded(tmp_path / "a.wav", 0.0)]
    microphone.refuses = False
    recorder.start(tmp_path / "b.wav")
    assert (recorder.state, recorder.trouble) == (RecorderState.RECORDING, Trouble.NONE)


def test_a_missing_sound_library_is_a_state(tmp_path: Path) -> None:
    microphone = FakeMicrophone()
    microphone.library_missing = True
    recorder = Recorder(microphone)
    recorder.start(tmp_path / "a.wav")
    assert (recorder.state, recorder.trouble) == (RecorderState.NO_MICROPHONE, Trouble.NO_SOUND_SYSTEM)


def test_a_full_disk_stops_and_hands_over_what_fitted(tmp_path: Path) -> None:
    microphone = FakeMicrophone(BUILT_IN)
    recorder = Recorder(
        microphone, open_writer=lambda file: WavWriter(file, lambda path: FillingDisk(path, 44 + 16_000))
    )
    heard = Heard(recorder)
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(2.0))
    assert (recorder.state, recorder.trouble) == (RecorderState.FAILED, Trouble.DISK_FULL)
    assert heard.recorded == [Recorded(tmp_path / "a.wav", 0.5)]
    assert len(read(tmp_path / "a.wav")) == 8_000
    assert microphone.opened == ""


@pytest.mark.parametrize("action", ["pause", "stop", "unplug"])
def test_a_disk_that_fills_with_the_last_samples_ends_once(tmp_path: Path, action: str) -> None:
    # At 48 kHz the converter holds samples back: they are written when the microphone is let go.
    microphone = FakeMicrophone(BUILT_IN)
    probe = Recorder(microphone)
    probe.start(tmp_path / "probe.wav")
    microphone.play(tone(1.0, 48_000), 48_000)
    held_bytes = round(probe.duration_s * 32_000)
    probe.stop()
    recorder = Recorder(
        microphone, open_writer=lambda file: WavWriter(file, lambda path: FillingDisk(path, 44 + held_bytes))
    )
    heard = Heard(recorder)
    recorder.start(tmp_path / "a.wav")
    microphone.play(tone(1.0, 48_000), 48_000)
    actions = {"pause": recorder.pause, "stop": recorder.stop, "unplug": lambda: microphone.unplug(BUILT_IN)}
    actions[action]()
    assert (recorder.state, recorder.trouble) == (RecorderState.FAILED, Trouble.DISK_FULL)
    assert [recorded.file for recorded in heard.recorded] == [tmp_path / "a.wav"]
