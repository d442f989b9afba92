"""QtMultimedia, imported only when sound is wanted, and without its complaints about a machine that has none."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLoggingCategory, QtMsgType, qInstallMessageHandler

from desktop.ui.microphone.audio_input import SoundSystemMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QMessageLogContext

_EXPECTED = ("PulseAudioService:", "No audio device detected", "Error loading text-to-speech plug-in")
"""What Qt warns of where no sound server or no voice is there: the window shows that state itself."""
_QUIET_RULES = "qt.multimedia.symbolsresolver=false\nqt.multimedia.ffmpeg.*=false\nqt.multimedia.ffmpeg.info=false"
"""The second also keeps the names of recordings out of the terminal."""


def load_multimedia() -> Any:
    """Import QtMultimedia; raises SoundSystemMissing where a library of the system is missing (libpulse0)."""
    QLoggingCategory.setFilterRules(_QUIET_RULES)
    try:
        return import_module("PySide6.QtMultimedia")
    except ImportError as error:
        raise SoundSystemMissing(str(error)) from error


@contextmanager
def without_expected_warnings() -> Iterator[None]:
    """Keep back what Qt says about a missing sound server; everything else goes where it went before."""

    def handle(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if any(sign in message for sign in _EXPECTED):
            return
        if previous is not None:
            previous(kind, context, message)
        elif sys.stderr is not None:  # a windowed program of Windows has none
            sys.stderr.write(message + "\n")

    previous: Any = qInstallMessageHandler(handle)
    try:
        yield
    finally:
        qInstallMessageHandler(previous)
