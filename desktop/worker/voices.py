"""Who speaks, in the worker: each settled utterance is listened to once more, after its words were told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from desktop.record.encounter import Speaker
from desktop.worker.converting import recorded_utterance
from desktop.worker.schedule import Pause
from desktop.worker.speaker_messages import SpeakersTold
from lm.clinical import dialogue
from multimodal.errors import Cancelled
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.speakers import Part, SpeakersSoFar, Spoken, SpokenWord, tell_apart
from multimodal.voice_encoder import VECTOR_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from desktop.record import encounter
    from desktop.worker.protocol import WrittenForm
    from desktop.worker.schedule import Step, Work
    from desktop.worker.speaker_messages import TellSpeakers
    from multimodal import transcript
    from multimodal.files import FileReader
    from multimodal.voice_encoder import VoiceEncoder

_KEPT_AS = {
    dialogue.Speaker.CLINICIAN: Speaker.DOCTOR,
    dialogue.Speaker.PATIENT: Speaker.PATIENT,
    dialogue.Speaker.COMPANION: Speaker.UNKNOWN,
    dialogue.Speaker.UNKNOWN: Speaker.UNKNOWN,
}
_MEANT_BY = {
    Speaker.DOCTOR: dialogue.Speaker.CLINICIAN,
    Speaker.PATIENT: dialogue.Speaker.PATIENT,
    Speaker.UNKNOWN: dialogue.Speaker.UNKNOWN,
}


class VoiceMemory:
    """How the voices of the last recording sound, so that a correction needs no second listening.

    In memory alone, of one recording, and gone with it: a voice vector can tell a person again.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Drop everything."""
        self._file = ""
        self._middles_s = np.empty(0, np.float32)
        self._vectors = np.empty((0, VECTOR_SIZE), np.float32)

    def keep(self, file: str, said: Spoken) -> None:
        """Add an utterance of `file`; those of another file are dropped."""
        if file != self._file:
            self.forget()
            self._file = file
        self._middles_s = np.concatenate([self._middles_s, said.middles_s])
        self._vectors = np.concatenate([self._vectors, said.vectors])

    def between(self, file: str, start_s: float, end_s: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return middles `(k,)` and vectors `(k, 256)` of the windows of a stretch; none where it was not heard."""
        near = (self._middles_s >= start_s) & (self._middles_s <= end_s)
        if file != self._file:
            near &= False
        return self._middles_s[near], self._vectors[near]


class Voices:
    """The voices of one recording while it is recognised."""

    def __init__(self, job: str, file: str, encoder: VoiceEncoder, memory: VoiceMemory, form: WrittenForm) -> None:
        self._job, self._file, self._encoder, self._memory, self._form = job, file, encoder, memory, form
        self._heard: list[transcript.Utterance] = []
        self._speakers = SpeakersSoFar()
        self._told: list[tuple[encounter.Utterance, ...]] = []
        self._parts: dict[tuple[int, Part], encounter.Utterance] = {}

    def take(self, heard: transcript.Utterance, sound: NDArray[np.float32]) -> SpeakersTold | None:
        """Listen to an utterance whose words were told; returns what is to be told anew, None for nothing.

        `sound` `(n,)` begins where the utterance does.
        """
        said = Spoken.heard(self._encoder, sound, heard.start_s, _words(heard.words))
        self._memory.keep(self._file, said)
        self._heard.append(heard)
        self._told.append((recorded_utterance(heard, self._form),))
        return self._changes(self._speakers.add(replace(said, whole=bool(heard.translation))))

    def _changes(self, told: Sequence[tuple[Part, ...]]) -> SpeakersTold | None:
        now = [tuple(self._recorded(number, part) for part in parts) for number, parts in enumerate(told)]
        before, self._told = self._told, now
        changed = next((number for number, parts in enumerate(now) if parts != before[number]), None)
        if changed is None:
            return None
        utterances = tuple(utterance for parts in now[changed:] for utterance in parts)
        return SpeakersTold(self._job, self._heard[changed].start_s, utterances)

    def _recorded(self, number: int, part: Part) -> encounter.Utterance:
        """Return a part as it is kept; that of an hour ago is not written anew for every new utterance."""
        if (number, part) not in self._parts:
            heard = self._heard[number].part(part.first, part.stop)
            self._parts[number, part] = replace(recorded_utterance(heard, self._form), speaker=_KEPT_AS[part.speaker])
        return self._parts[number, part]


def told_again(
    command: TellSpeakers, work: Work, encoder: VoiceEncoder, memory: VoiceMemory, files: FileReader
) -> Iterator[Step]:
    """Say anew who speaks in a recording, from what a person corrected; nothing comes apart any more."""
    utterances, file = command.recording.utterances, command.recording.file
    if not all(len(memory.between(file, one.start_s, one.end_s)[0]) for one in utterances if _is_long(one)):
        try:
            samples = files.load_audio(Path(file), cancelled=work.cancelled).samples
        except Cancelled:
            return
        memory.forget()
        for one in utterances:
            if work.cancelled():
                return
            sound = samples[int(one.start_s * SAMPLE_RATE_HZ) : int(one.end_s * SAMPLE_RATE_HZ)]
            memory.keep(file, Spoken.heard(encoder, sound, one.start_s, ()))
            yield Pause(0.0)
    said = [_known(one, *memory.between(file, one.start_s, one.end_s)) for one in utterances]
    told = tuple(
        replace(one, speaker=_KEPT_AS[parts[0].speaker])
        for one, parts in zip(utterances, tell_apart(said), strict=True)
    )
    yield SpeakersTold(command.job, 0.0, told)


def _is_long(one: encounter.Utterance) -> bool:
    """Return whether the middle of a window must lie in an utterance."""
    return one.end_s - one.start_s > 1.3


def _known(one: encounter.Utterance, middles_s: NDArray[np.float32], vectors: NDArray[np.float32]) -> Spoken:
    meant = _MEANT_BY[one.speaker]
    told = meant if one.speaker_corrected else None
    return Spoken(_words(one.words), middles_s, vectors, told, believed=meant, whole=True)


def _words(words: Sequence[transcript.Word] | Sequence[encounter.Word]) -> tuple[SpokenWord, ...]:
    return tuple(SpokenWord(word.text, word.start_s, word.end_s) for word in words)
