"""The microphone bar: what it says and offers in every state, without looking at its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton

from desktop.record.wav import WavWriter
from desktop.settings import Settings
from desktop.ui.microphone.audio_input import Permission
from desktop.ui.microphone.bar import SPEAK_HEIGHT, MicrophoneBar
from desktop.ui.microphone.indicators import LevelMeter, RecordingLight
from desktop.ui.microphone.recorder import Recorder, RecorderState
from desktop.ui.microphone.shapes import Shape
from desktop.ui.theme import TARGET
from tests.desktop.record.test_wav import FillingDisk
from tests.fakes.microphones import BUILT_IN, HEADSET, FakeMicrophone, tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


class Bench:
    """A bar with everything around it."""

    def __init__(self, microphone: FakeMicrophone, folder: Path, room_bytes: int = 1 << 30) -> None:
        self.microphone = microphone
        self.file = folder / "recording.wav"
        self.recorder = Recorder(
            microphone, open_writer=lambda file: WavWriter(file, lambda path: FillingDisk(path, room_bytes))
        )
        self.settings = Settings(folder / "settings.json")
        self.bar = MicrophoneBar(self.recorder, self.settings)
        self.bar.start_wanted.connect(lambda: self.recorder.start(self.file))
        self.bar.stop_wanted.connect(self.recorder.stop)

    def button(self, name: str) -> QPushButton:
        found = self.bar.findChild(QPushButton, name)
        assert isinstance(found, QPushButton)
        return found

    def text(self, name: str) -> str:
        found = self.bar.findChild(QLabel, name)
        assert isinstance(found, QLabel)
        return found.text()

    @property
    def choice(self) -> QComboBox:
        found = self.bar.findChild(QComboBox, "microphone-choice")
        assert isinstance(found, QComboBox)
        return found


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []

    def build(*devices: object, microphone: FakeMicrophone | None = None, room_bytes: int = 1 << 30) -> Bench:
        bench = Bench(microphone or FakeMicrophone(*(devices or (BUILT_IN, HEADSET))), tmp_path, room_bytes)
        benches.append(bench)
        qtbot.addWidget(bench.bar)
        with qtbot.waitSignal(bench.recorder.devices_changed):
            bench.bar.show()
        return bench

    yield build
    for bench in benches:
        bench.recorder.stop()


def press(qtbot: QtBot, button: QPushButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_one_press_speaks_and_one_stops(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    speak = bench.button("speak")
    assert speak.text() == "Speak"
    press(qtbot, speak)
    assert bench.recorder.state is RecorderState.RECORDING
    assert (speak.text(), bench.text("recording-state")) == ("Stop", "Recording")
    press(qtbot, speak)
    assert (speak.text(), bench.text("recording-state")) == ("Speak", "Ready")


def test_the_speak_button_is_as_large_as_a_gloved_thumb(make: Callable[..., Bench]) -> None:
    bench = make()
    for width in (900, bench.bar.minimumSizeHint().width()):
        bench.bar.resize(width, bench.bar.sizeHint().height())
        assert bench.button("speak").height() >= SPEAK_HEIGHT
    assert bench.button("pause").height() >= TARGET
    assert bench.choice.height() >= TARGET


def test_it_becomes_narrow_enough_for_a_pane(make: Callable[..., Bench]) -> None:
    bench = make()
    bench.bar.resize(bench.bar.minimumSizeHint().width(), 300)
    assert bench.bar.width() < 520
    assert bench.button("speak").geometry().bottom() < bench.choice.geometry().top()


def test_pausing_is_said_in_words_and_shape(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    light = bench.bar.findChild(RecordingLight)
    assert light.shape is Shape.NOTHING
    press(qtbot, bench.button("speak"))
    assert light.shape is Shape.RECORD
    bench.microphone.play(tone(65))
    press(qtbot, bench.button("pause"))
    assert (bench.text("recording-state"), bench.text("recording-time")) == ("Paused", "1:05")
    assert light.shape is Shape.PAUSE
    assert not light.is_pulsing
    assert bench.button("pause").text() == "Go on"
    press(qtbot, bench.button("pause"))
    assert bench.recorder.state is RecorderState.RECORDING


def test_the_level_rises_at_once_and_falls_gently(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    meter = bench.bar.findChild(LevelMeter)
    press(qtbot, bench.button("speak"))
    with qtbot.waitSignal(bench.recorder.level_changed):
        bench.microphone.play(tone(0.1, peak=0.5))
    loud = meter.level
    assert loud > 0.8
    with qtbot.waitSignal(bench.recorder.level_changed):
        bench.microphone.play(tone(0.1, peak=0.001))
    assert 0.5 < meter.level < loud
    press(qtbot, bench.button("speak"))
    assert meter.level == 0


def test_no_microphone_says_what_to_do_and_offers_to_look_again(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(microphone=FakeMicrophone())
    assert bench.text("recording-state") == "No microphone"
    assert "attach a sound file" in bench.text("microphone-message")
    assert not bench.button("speak").isEnabled()
    bench.microphone.plugged.append(HEADSET)
    press(qtbot, bench.button("microphone-mend"))
    assert bench.text("recording-state") == "Ready"
    assert bench.button("speak").isEnabled()
    assert not bench.button("microphone-mend").isVisible()


def test_a_silent_microphone_says_so_until_it_is_heard(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    press(qtbot, bench.button("speak"))
    bench.microphone.play(tone(2.1, peak=0.0))
    assert "Nothing is heard" in bench.text("microphone-message")
    assert bench.recorder.state is RecorderState.RECORDING
    bench.microphone.play(tone(0.1))
    assert bench.text("microphone-message") == "The sound stays on this machine."


def test_an_unplugged_microphone_says_that_the_words_are_kept(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    press(qtbot, bench.button("speak"))
    bench.microphone.play(tone(1.0))
    bench.microphone.unplug(BUILT_IN)
    assert bench.text("recording-state") == "Paused"
    assert "What was said is kept" in bench.text("microphone-message")
    press(qtbot, bench.button("pause"))
    assert bench.microphone.opened == HEADSET.id


def test_denied_says_where_to_allow_it(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(microphone=FakeMicrophone(BUILT_IN, permission=Permission.DENIED))
    press(qtbot, bench.button("speak"))
    assert bench.text("recording-state") == "Microphone not allowed"
    assert "privacy settings" in bench.text("microphone-message")
    assert bench.button("speak").isEnabled()


def test_a_missing_library_names_it(make: Callable[..., Bench]) -> None:
    microphone = FakeMicrophone()
    microphone.library_missing = True
    assert "libpulse0" in make(microphone=microphone).text("microphone-message")


def test_a_full_disk_says_what_is_safe_and_what_to_do(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make(room_bytes=44 + 16_000)
    press(qtbot, bench.button("speak"))
    bench.microphone.play(tone(1.0))
    assert bench.text("recording-state") == "Recording ended"
    assert "disk is full" in bench.text("microphone-message")
    assert bench.button("speak").text() == "Speak"


def test_a_choice_is_remembered(make: Callable[..., Bench], qtbot: QtBot) -> None:
    bench = make()
    row = bench.choice.findText(HEADSET.name)
    bench.choice.setCurrentIndex(row)
    bench.choice.activated.emit(row)
    assert bench.settings.text("microphone") == HEADSET.id
    again = Recorder(FakeMicrophone(BUILT_IN, HEADSET))
    later = MicrophoneBar(again, Settings(bench.settings.file))
    qtbot.addWidget(later)
    again.look_for_devices()
    assert again.used_device() == HEADSET


def test_a_remembered_microphone_that_is_gone_is_said_and_stays_remembered(make: Callable[..., Bench]) -> None:
    bench = make()
    row = bench.choice.findText(HEADSET.name)
    bench.choice.activated.emit(row)
    bench.microphone.unplug(HEADSET)
    assert "Built-in microphone is used" in bench.text("microphone-message")
    assert bench.choice.currentData() == ""
    bench.microphone.plug(HEADSET)
    assert bench.choice.currentData() == HEADSET.id
    assert bench.settings.text("microphone") == HEADSET.id


def test_every_control_has_a_name(make: Callable[..., Bench]) -> None:
    bench = make()
    for button in bench.bar.findChildren(QPushButton):
        assert button.text() or button.accessibleName() or button.isHidden()
    assert bench.choice.accessibleName() == "Microphone"
    assert bench.bar.findChild(LevelMeter).accessibleName()
