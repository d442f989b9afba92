"""A stretch of a recording through the real confined child."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from desktop.ui.microphone.stretch import Stretch
from multimodal.audio import load_audio

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("qapp")


def heard(qtbot: QtBot, file: Path, start_s: float, end_s: float | None) -> np.ndarray:
    stretch = Stretch()
    with qtbot.waitSignal(stretch.ready, timeout=120_000) as ready:
        stretch.decode(file, start_s, end_s)
    with wave.open(io.BytesIO(ready.args[0])) as played:
        assert (played.getframerate(), played.getnchannels(), played.getsampwidth()) == (16_000, 1, 2)
        return np.frombuffer(played.readframes(played.getnframes()), "<i2") / 32_767


def test_the_seconds_that_are_wanted_are_heard(qtbot: QtBot, sample_recording: Path) -> None:
    whole = load_audio(sample_recording).samples
    found = heard(qtbot, sample_recording, 20.8, 24.2)
    assert len(found) == pytest.approx(3.4 * 16_000, abs=2)
    # The file keeps its times by blocks: the place may be off by less than a tenth of a second.
    places = range(int(20.7 * 16_000), int(20.95 * 16_000), 8)
    least = min(float(np.abs(whole[place : place + 16_000] - found[:16_000]).mean()) for place in places)
    assert least < 0.02
    assert float(np.abs(found).mean()) > 0.02


def test_a_stretch_without_end_goes_to_the_end_of_the_file(qtbot: QtBot, sample_recording: Path) -> None:
    whole = load_audio(sample_recording)
    found = heard(qtbot, sample_recording, whole.duration_s - 2, None)
    assert len(found) == pytest.approx(2 * 16_000, abs=3_200)


def test_what_is_no_sound_fails_and_what_is_stopped_says_nothing(
    qtbot: QtBot, tmp_path: Path, sample_recording: Path
) -> None:
    (tmp_path / "letter.wav").write_text("Dear colleague")
    stretch = Stretch()
    with qtbot.waitSignal(stretch.failed, timeout=120_000):
        stretch.decode(tmp_path / "letter.wav", 0.0, 2.0)
    with qtbot.assertNotEmitted(stretch.ready, wait=300):
        stretch.decode(sample_recording, 0.0, 2.0)
        stretch.stop()
