from __future__ import annotations

import pytest

from desktop.ui.speech import qt_voice
from desktop.ui.speech.qt_voice import QtVoice
from desktop.ui.speech.voice import VoiceState, language_of


@pytest.mark.usefixtures("qapp")
def test_an_engine_that_reads_nothing_is_no_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt ships an engine for its own tests; on a machine with nothing else, the state is "no voice"."""
    from PySide6.QtTextToSpeech import QTextToSpeech

    monkeypatch.setattr(QTextToSpeech, "availableEngines", staticmethod(lambda: ["mock"]))
    voice = QtVoice()
    assert voice.state() is VoiceState.NO_VOICE
    voice.read("Take one tablet.")
    voice.stop()
    assert voice.state() is VoiceState.NO_VOICE


def test_reading_is_followed_to_its_end(qtbot: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt's own test engine takes the place of a voice: it says its words to nobody, in time."""
    from PySide6.QtTextToSpeech import QTextToSpeech

    monkeypatch.setattr(QTextToSpeech, "availableEngines", staticmethod(lambda: ["mock"]))
    monkeypatch.setattr(qt_voice, "_NO_VOICES", frozenset())
    voice = QtVoice()
    assert voice.state() is VoiceState.READY
    seen: list[VoiceState] = []
    voice.state_changed.connect(seen.append)
    voice.read("Take one tablet.")
    qtbot.waitUntil(lambda: seen[-1:] == [VoiceState.READY], timeout=5_000)  # type: ignore[attr-defined]
    assert VoiceState.READING in seen
    voice.read("Take one tablet, and then another one, and rest for a while.")
    voice.stop()
    qtbot.waitUntil(lambda: voice.state() is VoiceState.READY, timeout=5_000)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("qapp")
def test_a_language_without_a_voice_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtTextToSpeech import QTextToSpeech

    monkeypatch.setattr(QTextToSpeech, "availableEngines", staticmethod(lambda: ["mock"]))
    monkeypatch.setattr(qt_voice, "_NO_VOICES", frozenset())
    voice = QtVoice()
    voice.state()
    monkeypatch.setattr(voice, "_locale_for", lambda _language: None)
    voice.read("每天一片。")
    assert voice.state() is VoiceState.NO_LANGUAGE


def test_the_language_follows_the_words() -> None:
    assert language_of("Take one tablet.") == "en"
    assert language_of("每天一片 ibuprofen。") == "zh"
