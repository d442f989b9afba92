"""QtMultimedia on a machine without a sound server, or without the library that reaches one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pytest
from PySide6.QtCore import qWarning

from desktop.ui.microphone import qt_sound
from desktop.ui.microphone.audio_input import MicrophoneRefused, SoundSystemMissing
from desktop.ui.microphone.player import QtAudioOutput
from desktop.ui.microphone.qt_audio_input import QtAudioInput, samples_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def no_sound_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/no/such/server")


@pytest.mark.usefixtures("no_sound_server")
def test_a_machine_without_sound_server_has_no_microphone_and_no_warning(qtlog: Any) -> None:
    assert QtAudioInput().devices() == ()
    assert not QtAudioOutput().is_available()
    assert [record.message for record in qtlog.records] == []


@pytest.mark.usefixtures("no_sound_server")
def test_a_microphone_that_is_not_there_is_refused() -> None:
    with pytest.raises(MicrophoneRefused):
        QtAudioInput().open("a headset in another room")


def test_a_missing_library_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str) -> NoReturn:
        raise ImportError("libpulse.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(qt_sound, "import_module", refuse)
    with pytest.raises(SoundSystemMissing, match="libpulse"):
        QtAudioInput().devices()
    assert not QtAudioOutput().is_available()


@pytest.mark.qt_log_ignore("something else")
def test_other_warnings_still_reach_whoever_listens(qtlog: Any) -> None:
    with qt_sound.without_expected_warnings():
        qWarning("PulseAudioService: pa_context_connect() failed")
        qWarning("something else")
    assert [record.message for record in qtlog.records] == ["something else"]


@pytest.mark.parametrize(
    ("sample_format", "values"),
    [
        ("UInt8", np.array([128, 192, 64, 128], np.uint8)),
        ("Int16", np.array([0, 16_384, -16_384, 0], "<i2")),
        ("Int32", np.array([0, 1 << 30, -(1 << 30), 0], "<i4")),
        ("Float", np.array([0, 0.5, -0.5, 0], "<f4")),
    ],
)
def test_every_format_of_qt_becomes_the_same_samples(sample_format: str, values: NDArray[Any]) -> None:
    samples = samples_of(values.tobytes(), sample_format, 2)
    assert samples.dtype == np.float32
    assert samples.tolist() == [[0.0, 0.5], [-0.5, 0.0]]
