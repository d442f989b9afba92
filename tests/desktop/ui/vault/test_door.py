"""The real window and encounter screen on a real vault; the worker, the microphone and the pictures are fakes."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from desktop.record.encounter import Answer, Question
from desktop.record.errors import DiskFull, RecordReadOnly
from desktop.record.store import FolderStore
from desktop.record.vault.store import VaultStore
from desktop.ui.encounter.screen import EncounterScreen
from desktop.ui.teaching.course import Source
from desktop.ui.vault.moving import FOLDER
from desktop.worker.protocol import Failed, FailureKind, Transcribe
from tests.fakes.encounter_services import recording_in
from tests.fakes.microphones import tone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.houses import House


NAME = "Mrs Example, bed 4"


def _texts(root: QWidget) -> str:
    fields = [field.text() for field in root.findChildren(QLineEdit)]
    labels = [label.text() for label in root.findChildren(QLabel)]
    return "\n".join([*fields, *labels, *(edit.toPlainText() for edit in root.findChildren(QPlainTextEdit))])


def test_nothing_is_shown_before_the_passphrase_and_everything_after_it(house: House) -> None:
    assert house.window.is_locked
    assert house.window.findChild(EncounterScreen) is None
    assert not house.window.run_action("new-encounter")
    house.unlock()
    house.window.run_action("new-encounter")

    assert not house.window.is_locked
    assert isinstance(house.screen.controller.services.store, VaultStore)
    assert len(house.session.store.summaries()) == 1


def test_a_lock_leaves_no_name_no_word_and_no_store(house: House, qapp: QApplication) -> None:
    house.unlock()
    house.screen.controller.new(NAME)
    house.screen.controller.ask("Is metformin right?")
    shown = house.screen.controller.encounter
    assert shown is not None
    store = weakref.ref(house.session.store)
    assert NAME in _texts(house.window)
    house.lock()
    house.session._background.finish()
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()

    assert NAME not in _texts(house.window)
    assert "metformin" not in _texts(house.window)
    assert house.window.windowTitle() == "Bedside"
    assert "stop" in house.bench.worker.calls
    assert store() is None
    house.unlock()
    assert house.screen.controller.encounter is not None
    assert house.screen.controller.encounter.id == shown.id
    assert any(isinstance(entry, Question) for entry in house.screen.controller.encounter.entries)


def test_a_lock_takes_the_page_to_learn_on_with_it(house: House, qapp: QApplication) -> None:
    house.unlock()
    page = house.window.show_page("page-teaching")
    page.course.begin(Source.CASES)  # type: ignore[attr-defined]  # the window does not import the page
    store = weakref.ref(house.session.store)
    del page
    house.lock()
    house.session._background.finish()
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()

    assert store() is None
    house.unlock()
    assert house.window.show_page("page-teaching").course.round.items == ()  # type: ignore[attr-defined]


def test_a_recording_goes_on_while_it_is_locked_and_is_recognised_in_the_end(house: House) -> None:
    house.unlock()
    house.screen.controller.new(NAME)
    house.speak()
    house.bench.microphone.play(tone(2.0))
    house.lock()
    assert "A recording goes on" in _texts(house.window)
    house.bench.microphone.play(tone(2.0))
    house.unlock()
    assert house.screen.controller.dictating.is_speaking()
    house.bench.microphone.play(tone(1.0))
    house.screen.controller.dictating.stop()

    encounter = house.screen.controller.encounter
    assert encounter is not None
    entry = recording_in(encounter)
    assert entry.duration_s == pytest.approx(5.0)
    sent: Any = house.bench.worker.sent_of(Transcribe)[-1]
    assert house.session.store.path(encounter.id, entry.file).stat().st_size == pytest.approx(44 + 160_000, abs=100)
    assert sent.file.endswith(entry.file)


def test_what_the_models_say_too_late_changes_nothing(house: House) -> None:
    house.unlock()
    house.screen.controller.new(NAME)
    house.screen.controller.ask("Is metformin right?")
    job, left = house.bench.asked().job, house.screen.controller
    before = left.encounter
    house.lock()
    house.bench.worker.emit(Failed(job, FailureKind.FAULT, "The models were stopped."))  # before Qt deletes the screen
    assert left.encounter == before
    house.unlock()

    encounter = house.screen.controller.encounter
    assert encounter is not None
    assert [type(entry) for entry in encounter.entries] == [Question, Answer]


def test_a_recording_that_ends_while_it_is_locked_is_told_afterwards(house: House) -> None:
    house.unlock()
    house.screen.controller.new(NAME)
    house.speak()
    house.bench.microphone.play(tone(2.0))
    house.lock()
    house.bench.recorder.stop()
    assert "A recording goes on" not in _texts(house.window)
    house.unlock()

    assert "A recording was not ended" in house.banner()
    (summary,) = house.session.store.summaries()
    entry = recording_in(house.session.store.load(summary.id))
    assert entry.duration_s == pytest.approx(2.0)
    button = house.window.findChild(QPushButton, "banner-act")
    assert button is not None
    house.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert house.screen.controller.encounter is not None


def test_what_is_not_on_the_disk_keeps_it_open(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.unlock()
    house.screen.controller.new(NAME)

    def refuse(_self: VaultStore, _encounter: object) -> None:
        raise DiskFull("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(VaultStore, "save", refuse)
        house.screen.controller.book.rename("Another name")
        house.window.run_action("lock")
        assert not house.window.is_locked
        assert "not everything is on the disk" in house.banner()
    house.screen.controller.book.save_again()
    house.lock()


def test_nobody_at_the_screen_locks_it(house: House) -> None:
    house.unlock()
    house.door.system_locks.take_active(True)
    assert house.window.is_locked
    house.unlock()
    house.door.idle.idle.emit()
    assert house.window.is_locked
    assert len(house.ready) == 2


def test_encounters_of_an_earlier_version_are_offered_and_moved(house: House, tmp_path: Path) -> None:
    earlier = FolderStore(tmp_path / FOLDER).create(NAME)
    house.unlock()
    assert "unencrypted (1)" in house.banner()
    button = house.window.findChild(QPushButton, "banner-act")
    assert button is not None
    with house.qtbot.waitSignal(house.door.moving.ended):
        house.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert "Moved into the vault: 1." in house.banner()
    assert house.session.store.load(earlier.id).title == NAME
    assert FolderStore(tmp_path / FOLDER).summaries() == ()
    assert house.screen.listing.model.rowCount() == 1


def test_who_came_in_by_the_recovery_key_chooses_a_new_passphrase(house: House, recovery_key: str) -> None:
    with house.qtbot.waitSignal(house.session.opened):
        house.session.unlock_with_recovery_key(recovery_key)
    dialog = QApplication.activeModalWidget()

    assert dialog is not None
    assert dialog.objectName() == "change-passphrase"
    dialog.close()


def test_a_broken_audit_trail_is_told_and_nothing_is_written_until_it_is_accepted(house: House, folder: Path) -> None:
    house.unlock()
    house.session.store.create(NAME)
    house.lock()
    house.session._background.finish()
    for anchor in folder.glob("audit-*.json"):
        anchor.unlink()
    house.unlock()
    assert "audit trail" in house.banner()
    with pytest.raises(RecordReadOnly):
        house.session.store.create("while it is broken")
    button = house.window.findChild(QPushButton, "banner-act")
    assert button is not None
    assert button.text() == "Accept it as it is"
    button.click()
    house.session.store.create("afterwards")
    house.lock()
    house.session._background.finish()
    house.unlock()
    assert "audit trail" not in house.banner()
    assert [summary.title for summary in house.session.store.summaries()] == ["afterwards", NAME]
