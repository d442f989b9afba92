"""The system's voices through QtTextToSpeech: speech-dispatcher, the voices of Windows, those of macOS. All offline."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from desktop.ui.microphone.qt_sound import without_expected_warnings
from desktop.ui.speech.voice import Voice, VoiceState, language_of

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

_NO_VOICES = frozenset({"mock"})
"""An engine of Qt's own tests, which reads nothing."""


class QtVoice(Voice):
    """Finds an engine with voices when it is first asked, and keeps it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine: Any = None
        self._looked = False
        self._state = VoiceState.NO_VOICE

    def state(self) -> VoiceState:
        """Return what the voices are doing."""
        self._find()
        return self._state

    def read(self, text: str) -> None:
        """Begin to read, in the language of the words."""
        self._find()
        if self._engine is None:
            return
        locale = self._locale_for(language_of(text))
        if locale is None:
            self._be(VoiceState.NO_LANGUAGE)
            return
        self._engine.stop()
        self._engine.setLocale(locale)
        self._engine.say(text)

    def stop(self) -> None:
        """Fall silent at once."""
        if self._engine is not None:
            self._engine.stop()

    def _find(self) -> None:
        if self._looked:
            return
        self._looked = True
        with without_expected_warnings():
            self._engine = self._first_engine()
        if self._engine is not None:
            self._engine.stateChanged.connect(self._follow)
            self._state = VoiceState.READY

    def _first_engine(self) -> Any:
        """Return the first engine that has a voice; None where there is none."""
        try:
            speech = import_module("PySide6.QtTextToSpeech").QTextToSpeech
        except ImportError:  # a library of the system is missing
            return None
        for name in speech.availableEngines():
            engine = None if name in _NO_VOICES else speech(name, self)
            if engine is not None and engine.state() is not speech.State.Error and engine.availableLocales():
                return engine
        return None

    def _locale_for(self, language: str) -> Any:
        return next((one for one in self._engine.availableLocales() if one.name().startswith(language)), None)

    def _follow(self, state: Any) -> None:
        kinds = type(self._engine).State
        known = {
            kinds.Speaking: VoiceState.READING,
            kinds.Synthesizing: VoiceState.READING,
            kinds.Error: VoiceState.FAILED,
        }
        self._be(known.get(state, VoiceState.READY))

    def _be(self, state: VoiceState) -> None:
        self._state = state
        self.state_changed.emit(state)
