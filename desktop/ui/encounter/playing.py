"""What is heard of a recording: the stretch behind a sentence, with a little before and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import dictation_labelled
from desktop.record.errors import SOUND_ERASED, SoundErased
from desktop.ui.encounter.wording import sentence_of
from desktop.ui.microphone.player import PlayerState

if TYPE_CHECKING:
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.microphone.player import AudioPlayer

LEAD_S, TAIL_S = 0.3, 0.4
"""Words that begin at once are not understood, and a recogniser's ends come a little early."""


class Playing(QObject):
    """Plays recordings of the encounter that is shown."""

    told = Signal(str)
    """A sentence that says why nothing is heard."""
    playing_changed = Signal(bool)

    def __init__(self, player: AudioPlayer, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player, self._book = player, book
        player.state_changed.connect(self._follow)

    def play(self, label: str, start_s: float, end_s: float | None) -> None:
        """Play a stretch of the recording that citations call `label`."""
        encounter = self._book.current
        dictation = dictation_labelled(encounter, label) if encounter else None
        if encounter is None or dictation is None:
            return
        if dictation.erased_at:
            self.told.emit(sentence_of(SoundErased(SOUND_ERASED)))
            return
        begin_s = max(0.0, start_s - LEAD_S)
        stop_s = None if end_s is None else end_s + TAIL_S
        self._book.when_readable(
            encounter.id, [dictation.file], lambda files: self._player.play(files[0], begin_s, stop_s)
        )

    def stop(self) -> None:
        """Be still."""
        self._player.stop()

    def _follow(self, state: PlayerState) -> None:
        self.playing_changed.emit(state is PlayerState.PLAYING)
        if state is PlayerState.NO_OUTPUT:
            self.told.emit(
                self.tr("This machine has no sound output. Connect headphones or a loudspeaker and try again.")
            )
        elif state is PlayerState.FAILED:
            self.told.emit(self.tr("The recording cannot be played. Its words and its file are kept."))
