"""Who says what in a recording: corrections by a person, and what of them stays when speakers are told anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.encounter import Speaker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.record.encounter import Dictation, Utterance

_OTHER = {Speaker.DOCTOR: Speaker.PATIENT, Speaker.PATIENT: Speaker.DOCTOR, Speaker.UNKNOWN: Speaker.DOCTOR}


def names_speakers(utterances: Sequence[Utterance]) -> bool:
    """Return whether anybody is named."""
    return any(utterance.speaker is not Speaker.UNKNOWN for utterance in utterances)


def turned(dictation: Dictation, number: int) -> Dictation:
    """Return the recording with the utterance `number` given to the other speaker, by a person."""
    utterances = list(dictation.utterances)
    was = utterances[number]
    utterances[number] = replace(was, speaker=_OTHER[was.speaker], speaker_corrected=True)
    return replace(dictation, utterances=tuple(utterances))


def swapped(dictation: Dictation) -> Dictation:
    """Return the recording with doctor and patient in each other's place; what is unclear stays so."""
    return replace(
        dictation,
        utterances=tuple(
            one if one.speaker is Speaker.UNKNOWN else replace(one, speaker=_OTHER[one.speaker])
            for one in dictation.utterances
        ),
    )


def told_anew(before: Sequence[Utterance], from_s: float, told: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """Return the utterances with `told` in the place of all that begin at `from_s` or later.

    What a person said of an utterance holds for every part of it.
    """
    corrected = [one for one in before if one.speaker_corrected]
    return (*(one for one in before if one.start_s < from_s), *(_as_corrected(one, corrected) for one in told))


def _as_corrected(one: Utterance, corrected: Sequence[Utterance]) -> Utterance:
    middle_s = (one.start_s + one.end_s) / 2
    by_person = next((other for other in corrected if other.start_s <= middle_s <= other.end_s), None)
    return one if by_person is None else replace(one, speaker=by_person.speaker, speaker_corrected=True)
