"""Signing: what must be done before, which bytes are hashed, and that every change of a signed note shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.record.codec import decode, encode
from desktop.record.encounter import AnswerStatus, Dictation, Encounter, Writing, WritingForm
from desktop.record.errors import NotReadyToSign, SignedNoteStays
from desktop.record.note_editing import changed, new_addendum
from desktop.record.signature import Decision, Signature
from desktop.record.signing import (
    FaultKind,
    NoteFault,
    addenda_of,
    canonical,
    faults_of,
    kept,
    newly_signed,
    sha256_of,
    signed,
)
from tests.fakes.encounters import ENCOUNTER_ID, dictation
from tests.fakes.notes import (
    DOCTOR,
    EDITED_AT,
    SIGNED_AT,
    checked_note,
    drafted_note,
    editor,
    noted_encounter,
    signed_note,
)

HASH = "7dc1e2c621f8b1f0c44bf2cb4426b56977be4ceaf1975b25786dd09476c54cfa"
"""Of the signed note of `tests.fakes.notes`. It must never become another one: notes were signed with these bytes."""


def test_a_signed_note_has_the_name_the_time_and_the_hash() -> None:
    note = signed_note()
    assert note.signature == Signature(DOCTOR, SIGNED_AT, HASH)
    assert note.is_signed


def test_the_hash_is_of_bytes_that_anybody_can_make_again() -> None:
    text = canonical(ENCOUNTER_ID, signed_note()).decode()
    assert text.startswith(f'{{"encounter":"{ENCOUNTER_ID}","format":"bedside signed note 1","note":{{"at":')
    assert '"signature":{"at":"2026-11-25T14:20:00.000+00:00","by":"Dr. Ada Weber","sha256":""}' in text
    assert "drafted" not in text  # what has its default is left out


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (drafted_note(), "open lines"),
        (checked_note(decision=Decision.OPEN), "open lines"),
        (replace(checked_note(), status=AnswerStatus.FAILED), "nothing to sign"),
        (replace(checked_note(), sections=()), "nothing to sign"),
        (replace(checked_note(), form=WritingForm.DIFFERENTIAL), "nothing to sign"),
        (new_addendum(signed_note(), "w2", EDITED_AT), "nothing to sign"),
        (changed(checked_note(), "0.0", "No cough.", editor("e1")), "open lines"),
    ],
)
def test_nothing_is_signed_before_all_of_it_is_done(note: Writing, said: str) -> None:
    with pytest.raises(NotReadyToSign, match=said):
        signed(ENCOUNTER_ID, note, DOCTOR, SIGNED_AT)


def test_nobody_signs_without_a_name_or_twice() -> None:
    with pytest.raises(NotReadyToSign, match="your name"):
        signed(ENCOUNTER_ID, checked_note(), " \n", SIGNED_AT)
    with pytest.raises(SignedNoteStays):
        signed(ENCOUNTER_ID, signed_note(), DOCTOR, SIGNED_AT)


def test_a_signed_note_is_what_was_signed_after_it_was_kept_and_read() -> None:
    encounter = noted_encounter(signed_note())
    assert faults_of(decode(encode(encounter), ENCOUNTER_ID), {"w1": HASH}) == ()


def _tampered(note: Writing) -> list[Writing]:
    assert note.signature is not None
    section = note.sections[0]
    (sentence,) = section.sentences
    other = replace(sentence, text="Cough for thirty days.")
    return [
        replace(note, sections=(replace(section, sentences=(other,)), *note.sections[1:])),
        replace(note, title="Discharge"),
        replace(note, drafted=note.sections),
        replace(note, check=None),
        replace(note, status=AnswerStatus.CUT_SHORT),
        replace(note, signature=replace(note.signature, by="Dr. Nobody")),
        replace(note, signature=replace(note.signature, at=EDITED_AT)),
        replace(note, signature=replace(note.signature, sha256="0" * 64)),
    ]


@pytest.mark.parametrize("note", _tampered(signed_note()))
def test_whatever_is_changed_in_a_signed_note_is_told(note: Writing) -> None:
    told = (NoteFault("w1", FaultKind.CHANGED),)
    assert faults_of(noted_encounter(note), {"w1": HASH}) == told
    assert faults_of(noted_encounter(note), None) == told
    if note.signature is not None:  # a hash that was made to fit is held against the trail
        forged = replace(note, signature=replace(note.signature, sha256=sha256_of(ENCOUNTER_ID, note)))
        assert forged == signed_note() or faults_of(noted_encounter(forged), {"w1": HASH}) == told


def test_a_note_that_is_gone_unsigned_again_or_never_signed_here_is_told() -> None:
    assert faults_of(noted_encounter(), {"w1": HASH}) == (NoteFault("w1", FaultKind.REMOVED),)
    unsigned = replace(signed_note(), signature=None)
    assert faults_of(noted_encounter(unsigned), {"w1": HASH}) == (NoteFault("w1", FaultKind.REMOVED),)
    assert faults_of(noted_encounter(signed_note()), {}) == (NoteFault("w1", FaultKind.UNKNOWN),)


def test_a_note_that_was_moved_to_another_encounter_is_told() -> None:
    moved = replace(noted_encounter(signed_note()), id="f" * 32)
    assert faults_of(moved, None) == (NoteFault("w1", FaultKind.CHANGED),)


_WRITINGS = st.builds(Writing, signature=st.builds(Signature))


@given(_WRITINGS, _WRITINGS)
def test_two_notes_have_the_same_bytes_only_where_they_say_the_same(one: Writing, other: Writing) -> None:
    same = replace(one, signature=None) == replace(other, signature=None)
    assert same or canonical(ENCOUNTER_ID, one) != canonical(ENCOUNTER_ID, other)


@given(_WRITINGS)
def test_the_bytes_of_any_note_survive_being_kept(note: Writing) -> None:
    encounter = Encounter(ENCOUNTER_ID, "", "", "", (note,))
    (read,) = decode(encode(encounter), ENCOUNTER_ID).entries
    assert isinstance(read, Writing)
    assert canonical(ENCOUNTER_ID, read) == canonical(ENCOUNTER_ID, note)


# --- what a store must keep ------------------------------------------------------------------------------------------


def test_a_signed_note_is_neither_changed_nor_removed() -> None:
    before = noted_encounter(signed_note())
    for after in (noted_encounter(), noted_encounter(drafted_note()), noted_encounter(_tampered(signed_note())[0])):
        with pytest.raises(SignedNoteStays):
            kept(before, after)
    addendum = new_addendum(signed_note(), "w2", EDITED_AT)
    after = noted_encounter(signed_note(), addendum)
    assert kept(before, after) == after
    assert addenda_of(after, "w1") == (addendum,)


def test_erased_sound_stays_erased_whatever_an_older_copy_says() -> None:
    erased = replace(noted_encounter(), entries=(replace(dictation(), erased_at=SIGNED_AT),))
    (entry,) = kept(erased, noted_encounter()).entries
    assert isinstance(entry, Dictation)
    assert entry.erased_at == SIGNED_AT


def test_only_a_new_signature_is_new() -> None:
    before, after = noted_encounter(drafted_note()), noted_encounter(signed_note())
    assert newly_signed(before, after) == newly_signed(None, after) == (signed_note(),)
    assert newly_signed(after, after) == ()
