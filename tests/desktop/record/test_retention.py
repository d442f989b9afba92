"""The rule for recordings: nothing goes before a note is signed, and only what the note vouches for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desktop.record.encounter import AnswerStatus, Attachment, Encounter, Entry, WritingForm
from desktop.record.note_editing import new_addendum
from desktop.record.retention import KEEP_ALWAYS, days_of, due
from tests.fakes.encounters import dictation
from tests.fakes.notes import DRAFTED_AT, SIGNED_AT, checked_note, drafted_note, noted_encounter, signed_note

SIGNED = datetime.fromisoformat(SIGNED_AT)
LATER = SIGNED + timedelta(days=7)


def with_entries(*entries: Entry) -> Encounter:
    return replace(noted_encounter(), entries=entries)


def test_sound_goes_once_its_days_are_over() -> None:
    encounter = noted_encounter(signed_note())
    assert due(encounter, 7, LATER - timedelta(seconds=1)) == ()
    assert due(encounter, 7, LATER) == (dictation(),)


@pytest.mark.parametrize(
    "encounter",
    [
        noted_encounter(),
        noted_encounter(drafted_note()),
        noted_encounter(checked_note()),
        noted_encounter(signed_note(), drafted_note("w2")),
        noted_encounter(signed_note(), new_addendum(signed_note(), "w2", DRAFTED_AT)),
        with_entries(dictation(finished=False), signed_note()),
        with_entries(replace(dictation(), erased_at=SIGNED_AT), signed_note()),
        with_entries(replace(dictation(), at=SIGNED_AT), signed_note()),
        with_entries(dictation(), Attachment("p1", DRAFTED_AT, "Image 1", ("recording-1.wav",)), signed_note()),
    ],
    ids=[
        "no note",
        "a draft",
        "checked only",
        "another draft",
        "an open addendum",
        "words missing",
        "erased",
        "said after it",
        "a film",
    ],
)
def test_sound_stays(encounter: Encounter) -> None:
    assert due(encounter, 7, LATER + timedelta(days=4000)) == ()


def test_an_addendum_gives_time_again() -> None:
    addendum = signed_note(replace(checked_note(), id="w2", form=WritingForm.ADDENDUM, about="w1"), LATER.isoformat())
    encounter = noted_encounter(signed_note(), addendum)
    assert due(encounter, 7, LATER + timedelta(days=6)) == ()
    assert due(encounter, 7, LATER + timedelta(days=7)) == (dictation(),)


def test_a_draft_that_failed_holds_nothing_back() -> None:
    failed = replace(drafted_note("w2"), sections=(), status=AnswerStatus.FAILED)
    assert due(noted_encounter(signed_note(), failed), 7, LATER) == (dictation(),)


@pytest.mark.parametrize(("rule", "days"), [("30", 30), (KEEP_ALWAYS, None), ("", None), ("0", None), ("-3", None)])
def test_a_rule_that_is_no_number_of_days_keeps_everything(rule: str, days: int | None) -> None:
    assert days_of(rule) == days
