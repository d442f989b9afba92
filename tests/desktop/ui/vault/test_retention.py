"""The doctor's rule for recordings, applied when the record is opened: what goes, what stays, and what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Dictation, Encounter, RecordingSource
from desktop.record.errors import AUDIT_CHANGED, AuditBroken
from desktop.record.signing import signed
from desktop.record.vault.chain import Action
from tests.fakes.notes import DOCTOR, checked_note

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.houses import House

LONG_AGO = "2020-01-31T09:00:00.000+00:00"
SIGNED_LONG_AGO = "2020-01-31T10:00:00.000+00:00"


def keep(house: House, tmp_path: Path, *, is_signed: bool = True) -> Encounter:
    """Keep an encounter of long ago with a recording and a note."""
    store = house.session.store
    source = tmp_path / "visit.wav"
    source.write_bytes(b"sound" * 5000)
    encounter = store.create("Mrs K.")
    name = store.add_file(encounter.id, source)
    said = Dictation("d1", LONG_AGO, "Recording 1", name, RecordingSource.FILE, finished=True)
    note = signed(encounter.id, checked_note(), DOCTOR, SIGNED_LONG_AGO) if is_signed else checked_note()
    encounter = replace(encounter, entries=(said, note))
    store.save(encounter)
    return encounter


def applied(house: House) -> None:
    house.retention.apply()
    house.retention._background.finish()


def said(house: House, encounter: Encounter) -> Dictation:
    entry = house.session.store.load(encounter.id).entries[0]
    assert isinstance(entry, Dictation)
    return entry


def test_it_is_applied_soon_after_the_record_is_opened(house: House) -> None:
    assert not house.retention._soon.isActive()
    house.unlock()
    assert house.retention._soon.isActive()
    house.lock()
    assert not house.retention._soon.isActive()


@pytest.mark.parametrize("is_signed", [True, False])
def test_the_rule_that_nobody_changed_keeps_everything(house: House, tmp_path: Path, is_signed: bool) -> None:
    house.unlock()
    encounter = keep(house, tmp_path, is_signed=is_signed)
    applied(house)
    assert house.session.store.load(encounter.id) == encounter
    assert house.banner() == ""


def test_what_is_due_is_erased_and_told_with_what_is_lost(house: House, tmp_path: Path) -> None:
    house.settings.set("keep_recordings", "30")
    house.unlock()
    encounter = keep(house, tmp_path)
    house.window.open_encounter(encounter.id)
    applied(house)
    assert said(house, encounter).erased_at
    assert "(1)" in house.banner() or ": 1." in house.banner()
    assert "second time any more" in house.banner()
    house.screen.controller.book.finish()
    shown = house.screen.controller.book.entry(encounter.id, "d1")
    assert isinstance(shown, Dictation)
    assert shown.erased_at
    assert len(house.session.audit.latest(9, Action.ERASE)) == 1


def test_a_note_that_is_not_signed_keeps_its_sound(house: House, tmp_path: Path) -> None:
    house.settings.set("keep_recordings", "7")
    house.unlock()
    encounter = keep(house, tmp_path, is_signed=False)
    applied(house)
    assert not said(house, encounter).erased_at
    assert house.banner() == ""


def test_a_broken_trail_keeps_everything_and_is_told(house: House, tmp_path: Path) -> None:
    house.settings.set("keep_recordings", "7")
    house.unlock()
    encounter = keep(house, tmp_path)
    house.session.audit.fault = AuditBroken(AUDIT_CHANGED, 1)
    applied(house)
    house.session.audit.fault = None
    assert not said(house, encounter).erased_at
    assert "kept for now" in house.banner()


def test_nothing_is_begun_while_the_record_is_locked(house: House) -> None:
    house.settings.set("keep_recordings", "7")
    applied(house)
    assert house.banner() == ""
