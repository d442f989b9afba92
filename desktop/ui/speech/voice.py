"""What reading aloud needs of a system's voices. `QtVoice` (qt_voice.py) implements it; tests bring a stand-in."""

from __future__ import annotations

import re
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


class VoiceState(StrEnum):
    """What a machine's voices are doing."""

    READY = "ready"
    READING = "reading"
    NO_VOICE = "no voice"
    """No voice is installed, or what reaches the voices is missing."""
    NO_LANGUAGE = "no language"
    """There are voices, but none for the language of the words."""
    FAILED = "failed"
    """The voice stopped in the middle."""


class Voice(QObject):
    """The voices of a machine; one text is read at a time."""

    state_changed = Signal(object)
    """VoiceState"""

    def state(self) -> VoiceState:
        """Return what the voices are doing; asking makes no sound."""
        raise NotImplementedError

    def read(self, text: str) -> None:
        """Begin to read aloud; what is read already ends."""
        raise NotImplementedError

    def stop(self) -> None:
        """Fall silent at once."""
        raise NotImplementedError


def language_of(text: str) -> str:
    """Return the language in which words are read: "zh" where they hold Chinese characters, "en" otherwise."""
    return "zh" if _CHINESE.search(text) else "en"
