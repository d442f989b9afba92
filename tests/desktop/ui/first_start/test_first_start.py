from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from desktop.record.encounter import Attachment, Consent, Dictation
from desktop.record.store import FolderStore
from desktop.settings import Settings
from desktop.ui.first_start import notice
from desktop.ui.first_start.dialog import FirstStart
from desktop.ui.first_start.sample import add_sample, sample_picture
from desktop.ui.looks import Looks
from desktop.ui.machine.shelf import ModelShelf
from desktop.ui.vault.session import VaultSession, VaultState
from tests.desktop.ui.accessibility import clipped_texts, faults_of
from tests.fakes.screens import fake_services
from tests.fakes.vaults import PASSPHRASE, cheap_means

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

REPOSITORY = Path(__file__).resolve().parents[4]
CARDS = [
    {"id": "whisper-base", "title": "Whisper base", "kind": "speech", "state": "absent"},
    {"id": "smollm2", "title": "SmolLM2 135M", "kind": "decoder", "state": "installed"},
]
MORE = {"default": True, "download_bytes": 145_000_000, "installed_bytes": 1, "licence": "MIT", "source": "s"}
PROGRAM = """
import json, sys
cards = json.loads(sys.argv[1])
if sys.argv[2] == "list":
    for card in cards: print(json.dumps(card))
else:
    print(json.dumps({"event": "error", "message": "There is no network. Nothing was changed."})); sys.exit(3)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "settings.json")
    settings.set("language", "en")
    return settings


@pytest.fixture
def session(qapp: QApplication, tmp_path: Path) -> Iterator[VaultSession]:
    session = VaultSession(tmp_path / "vault", cheap_means(tmp_path / "vault"), qapp)
    yield session
    session.close()
    session.deleteLater()


@pytest.fixture
def dialog(qtbot: QtBot, qapp: QApplication, settings: Settings, session: VaultSession) -> Iterator[FirstStart]:
    cards = [card | MORE | {"purpose": "p", "limits": [], "projectors": [], "added": False} for card in CARDS]
    shelf = ModelShelf(program=(sys.executable, "-c", PROGRAM, json.dumps(cards)))
    looks = Looks(qapp, settings)
    dialog = FirstStart(fake_services(settings), session, shelf=shelf)
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    shelf.close()
    looks.stop()


def _press(qtbot: QtBot, dialog: FirstStart, name: str) -> None:
    qtbot.mouseClick(dialog.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def _accept(dialog: FirstStart) -> None:
    box = dialog.findChild(QCheckBox, "accept-notice")
    assert box is not None
    box.setChecked(True)


def _go_to_vault(qtbot: QtBot, dialog: FirstStart) -> None:
    _press(qtbot, dialog, "next")
    _accept(dialog)
    _press(qtbot, dialog, "next")


def _type_passphrase(dialog: FirstStart) -> None:
    for name in ("new-passphrase", "passphrase-again"):
        field = dialog.findChild(QLineEdit, name)
        assert field is not None
        field.setText(PASSPHRASE)


def _make_vault(qtbot: QtBot, dialog: FirstStart) -> str:
    """Make the vault and return the recovery key that is shown."""
    _type_passphrase(dialog)
    _press(qtbot, dialog, "next")
    shown = dialog.findChild(QPlainTextEdit, "recovery-key")
    assert shown is not None
    qtbot.waitUntil(shown.isVisible)
    return "-".join(shown.toPlainText().replace("\n", " - ").split(" - "))


def _note_key(dialog: FirstStart, key: str) -> None:
    field = dialog.findChild(QLineEdit, "last-group")
    assert field is not None
    field.setText(key[-4:].lower())


def _go_to_models(qtbot: QtBot, dialog: FirstStart) -> None:
    _go_to_vault(qtbot, dialog)
    _note_key(dialog, _make_vault(qtbot, dialog))
    _press(qtbot, dialog, "next")
    qtbot.waitUntil(lambda: bool(dialog.models.shelf.cards), timeout=20_000)


def _shown(dialog: FirstStart) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_everyone_can_use_every_step(qtbot: QtBot, dialog: FirstStart) -> None:
    faults = faults_of(dialog)
    _press(qtbot, dialog, "next")
    faults += faults_of(dialog)
    _accept(dialog)
    _press(qtbot, dialog, "next")
    _type_passphrase(dialog)
    faults += faults_of(dialog)
    key = _make_vault(qtbot, dialog)
    _note_key(dialog, key)
    faults += faults_of(dialog)
    _press(qtbot, dialog, "next")
    qtbot.waitUntil(lambda: bool(dialog.models.shelf.cards), timeout=20_000)

    assert faults + faults_of(dialog) == []


@pytest.mark.parametrize("scale", [80, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_word_is_clipped(qtbot: QtBot, dialog: FirstStart, settings: Settings, scale: int, language: str) -> None:
    settings.set("language", language)
    settings.set("font_scale", scale)
    clipped = clipped_texts(dialog)
    _go_to_vault(qtbot, dialog)
    clipped += clipped_texts(dialog)
    key = _make_vault(qtbot, dialog)
    clipped += clipped_texts(dialog)
    _note_key(dialog, key)
    _press(qtbot, dialog, "next")
    qtbot.waitUntil(lambda: bool(dialog.models.shelf.cards), timeout=20_000)

    assert clipped + clipped_texts(dialog) == []


def test_the_notice_must_be_accepted(qtbot: QtBot, dialog: FirstStart, settings: Settings) -> None:
    _press(qtbot, dialog, "next")
    forward = dialog.findChild(QPushButton, "next")
    assert forward is not None
    assert not forward.isEnabled()
    _accept(dialog)

    assert forward.isEnabled()
    assert settings.value("notice_accepted") is True


def test_the_vault_is_made_with_a_passphrase_that_was_typed_twice(
    qtbot: QtBot, dialog: FirstStart, session: VaultSession
) -> None:
    _go_to_vault(qtbot, dialog)
    forward = dialog.findChild(QPushButton, "next")
    again = dialog.findChild(QLineEdit, "passphrase-again")
    assert forward is not None
    assert again is not None
    assert not forward.isEnabled()
    _type_passphrase(dialog)
    again.setText("something else")
    assert not forward.isEnabled()
    assert "The two are not the same." in _shown(dialog)
    _make_vault(qtbot, dialog)

    assert session.state is VaultState.OPEN
    assert session.store.summaries() == ()
    assert PASSPHRASE not in "".join(field.text() for field in dialog.findChildren(QLineEdit))


def test_nobody_goes_on_or_back_before_the_recovery_key_is_noted(
    qtbot: QtBot, dialog: FirstStart, settings: Settings, session: VaultSession
) -> None:
    _go_to_vault(qtbot, dialog)
    key = _make_vault(qtbot, dialog)
    forward, back = (dialog.findChild(QPushButton, name) for name in ("next", "back"))
    assert forward is not None
    assert back is not None
    assert not forward.isEnabled()
    assert not back.isVisible()
    _note_key(dialog, "0000-0000")
    assert not forward.isEnabled()
    _note_key(dialog, key)
    _press(qtbot, dialog, "next")

    assert settings.is_on("recovery_key_noted")
    assert key.replace("-", "") not in _everything(dialog)
    session.lock()
    session.unlock_with_recovery_key(key)
    qtbot.waitUntil(lambda: session.state is VaultState.OPEN)


def _everything(dialog: FirstStart) -> str:
    texts = [edit.toPlainText() for edit in dialog.findChildren(QPlainTextEdit)]
    return _shown(dialog) + "".join(texts).replace(" - ", "").replace("\n", "")


def test_a_recovery_key_that_nobody_noted_is_replaced_by_another(
    qtbot: QtBot, dialog: FirstStart, settings: Settings, session: VaultSession
) -> None:
    _go_to_vault(qtbot, dialog)
    first = _make_vault(qtbot, dialog)
    dialog.reject()
    settings.set("first_start_done", True)
    later = FirstStart(fake_services(settings), session)
    qtbot.addWidget(later)
    later.show()
    shown = later.findChild(QPlainTextEdit, "recovery-key")
    assert shown is not None
    qtbot.waitUntil(shown.isVisible)
    second = "-".join(shown.toPlainText().replace("\n", " - ").split(" - "))
    _note_key(later, second)
    with qtbot.waitSignal(later.accepted):
        _press(qtbot, later, "next")

    assert second != first
    session.lock()
    with qtbot.waitSignal(session.refused):
        session.unlock_with_recovery_key(first)
    with qtbot.waitSignal(session.opened):
        session.unlock_with_recovery_key(second)


def test_a_vault_that_cannot_be_made_says_why_and_can_be_tried_again(
    qtbot: QtBot, dialog: FirstStart, session: VaultSession, tmp_path: Path
) -> None:
    _go_to_vault(qtbot, dialog)
    (tmp_path / "vault.new").write_text("a file where the folder is to be made")
    _type_passphrase(dialog)
    with qtbot.waitSignal(session.refused):
        _press(qtbot, dialog, "next")
    assert "The disk reports a fault" in _shown(dialog)
    (tmp_path / "vault.new").unlink()
    _make_vault(qtbot, dialog)

    assert session.state is VaultState.OPEN


def test_the_notice_says_what_the_repository_s_notice_says() -> None:
    said = " ".join((REPOSITORY / "INTENDED_USE.md").read_text(encoding="utf-8").replace("*", "").split())

    assert [p.text for p in notice.PASSAGES if p.text not in said] == []
    assert [p.heading for p in notice.PASSAGES if p.heading not in said] == []


def test_it_says_which_models_are_missing_and_how_large_they_are(qtbot: QtBot, dialog: FirstStart) -> None:
    _go_to_models(qtbot, dialog)

    qtbot.waitUntil(lambda: "missing, 145 MB" in _shown(dialog))
    assert dialog.findChild(QPushButton, "fetch-models").isVisible()  # type: ignore[union-attr]


def test_a_fetch_that_fails_says_why_and_leaves_the_way_on(qtbot: QtBot, dialog: FirstStart) -> None:
    _go_to_models(qtbot, dialog)
    _press(qtbot, dialog, "fetch-models")
    qtbot.waitUntil(lambda: "There is no network." in _shown(dialog), timeout=20_000)

    assert dialog.findChild(QPushButton, "start-empty").isEnabled()  # type: ignore[union-attr]


def test_the_end_is_remembered_and_the_sample_asked_for(qtbot: QtBot, dialog: FirstStart, settings: Settings) -> None:
    _go_to_models(qtbot, dialog)
    with qtbot.waitSignal(dialog.sample_wanted):
        _press(qtbot, dialog, "start-sample")

    assert settings.value("first_start_done") is True


def test_closing_it_early_is_no_end(dialog: FirstStart, settings: Settings) -> None:
    dialog.reject()

    assert settings.value("first_start_done") is False


def test_the_sample_holds_a_recording_and_a_picture_and_can_be_removed(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "encounters")
    made = store.load(add_sample(store, "Sample"))

    assert made.sample
    assert [type(entry) for entry in made.entries] == [Consent, Dictation, Attachment]
    _, recording, picture = made.entries
    assert isinstance(recording, Dictation)
    assert isinstance(picture, Attachment)
    assert store.path(made.id, recording.file).stat().st_size > 100_000
    assert store.path(made.id, picture.files[0]).read_bytes() == sample_picture().read_bytes()
    store.delete(made.id)
    assert store.summaries() == ()


def test_a_sample_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderStore(tmp_path / "encounters")
    monkeypatch.setattr("desktop.ui.first_start.sample.RECORDING", tmp_path / "gone.flac")

    with pytest.raises(Exception, match="cannot be opened"):
        add_sample(store, "Sample")
    assert store.summaries() == ()
