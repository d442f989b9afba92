"""Corrections of who speaks, and what of them stays."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop.record.encounter import Speaker, Utterance
from desktop.record.speakers import names_speakers, swapped, told_anew, turned
from tests.fakes.encounters import dictation

DOCTOR, PATIENT, UNKNOWN = Speaker.DOCTOR, Speaker.PATIENT, Speaker.UNKNOWN


def at(start_s: float, end_s: float, speaker: Speaker = UNKNOWN, *, corrected: bool = False) -> Utterance:
    return Utterance(start_s, end_s, "words", speaker=speaker, speaker_corrected=corrected)


def test_a_press_gives_an_utterance_to_the_other_one() -> None:
    entry = replace(dictation(), utterances=(at(0, 1, DOCTOR), at(1, 2, PATIENT), at(2, 3)))
    for number, speaker in enumerate((PATIENT, DOCTOR, DOCTOR)):
        entry = turned(entry, number)
        assert entry.utterances[number].speaker is speaker
        assert entry.utterances[number].speaker_corrected


def test_nobody_is_named_in_a_recording_of_one_voice() -> None:
    assert not names_speakers((at(0, 1), at(1, 2)))
    assert names_speakers((at(0, 1), at(1, 2, PATIENT)))


def test_what_is_told_anew_takes_the_place_of_the_later_utterances() -> None:
    before = (at(0, 1), at(1, 5), at(6, 7))
    told = (at(1, 3, DOCTOR), at(3, 5, PATIENT))
    assert told_anew(before, 1, told) == (before[0], *told)


def test_a_correction_holds_for_every_part_of_its_utterance() -> None:
    before = (at(0, 4, PATIENT, corrected=True), at(5, 6))
    told = (at(0, 2, DOCTOR), at(2, 4, PATIENT), at(5, 6, DOCTOR))
    first, second, third = told_anew(before, 0, told)
    assert [one.speaker for one in (first, second, third)] == [PATIENT, PATIENT, DOCTOR]
    assert (first.speaker_corrected, second.speaker_corrected, third.speaker_corrected) == (True, True, False)


@given(st.lists(st.sampled_from(Speaker), max_size=8))
def test_swapping_twice_changes_nothing(speakers: list[Speaker]) -> None:
    entry = replace(dictation(), utterances=tuple(at(n, n + 1, who) for n, who in enumerate(speakers)))
    assert swapped(swapped(entry)) == entry
    assert all(
        a.speaker is not b.speaker or a.speaker is UNKNOWN
        for a, b in zip(entry.utterances, swapped(entry).utterances, strict=True)
    )
