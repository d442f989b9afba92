"""A stand-in for the system's voices: it notes what it is told to read, and is silent when a test says so."""

from __future__ import annotations

from desktop.ui.speech.voice import Voice, VoiceState


class FakeVoice(Voice):
    def __init__(self, state: VoiceState = VoiceState.READY) -> None:
        super().__init__()
        self.now = state
        self.read_texts: list[str] = []
        self.stops = 0

    def state(self) -> VoiceState:
        return self.now

    def read(self, text: str) -> None:
        self.read_texts.append(text)
        self.become(VoiceState.READING)

    def stop(self) -> None:
        self.stops += 1
        if self.now is VoiceState.READING:
            self.become(VoiceState.READY)

    def become(self, state: VoiceState) -> None:
        """Be in another state, as a voice is that has ended or failed."""
        self.now = state
        self.state_changed.emit(state)
