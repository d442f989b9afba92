from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.errors import HeaderDamaged, RecordError, VaultMissing, VaultNewer, WrongPassphrase
from desktop.ui.vault.session import VaultSession, VaultState
from tests.fakes.encounters import agreed
from tests.fakes.vaults import ANOTHER, PASSPHRASE, cheap_means

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


def _refused(qtbot: QtBot, session: VaultSession, passphrase: str = PASSPHRASE) -> RecordError:
    with qtbot.waitSignal(session.refused) as refused:
        session.unlock(passphrase)
    error = refused.args[0]
    assert isinstance(error, RecordError)
    return error


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "vault.lock")


def test_a_vault_is_made_opened_locked_and_opened_again(qtbot: QtBot, session: VaultSession) -> None:
    assert session.state is VaultState.ABSENT
    with qtbot.waitSignals([session.made, session.opened], order="strict"):
        session.make(PASSPHRASE)
    made = session.store.create("Mrs Miller")
    with qtbot.waitSignal(session.locked):
        session.lock()
    assert session.state is VaultState.LOCKED
    with pytest.raises(ValueError, match="locked"):
        _ = session.store
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)

    assert session.store.load(made.id).title == "Mrs Miller"


@pytest.mark.usefixtures("recovery_key")
def test_a_wrong_passphrase_leaves_it_locked(qtbot: QtBot, session: VaultSession) -> None:
    assert isinstance(_refused(qtbot, session, ANOTHER), WrongPassphrase)
    assert session.state is VaultState.LOCKED
    assert not session.is_busy


@pytest.mark.usefixtures("recovery_key")
def test_a_vault_that_cannot_be_opened_is_never_made_anew(qtbot: QtBot, session: VaultSession, folder: Path) -> None:
    for change, kind in (
        (lambda path: path.write_bytes(b"{}"), HeaderDamaged),
        (lambda path: path.write_bytes(b'{"version": 99}'), (VaultNewer, HeaderDamaged)),
        (lambda path: path.unlink(), VaultMissing),
    ):
        for name in ("vault.json", "vault.copy.json"):
            change(folder / name)
        before = _names(folder)
        assert isinstance(_refused(qtbot, session), kind)
        assert session.state is VaultState.LOCKED
        with qtbot.waitSignal(session.refused):
            session.make(ANOTHER)
        assert _names(folder) == before


def test_the_recovery_key_opens_it_and_a_new_passphrase_takes_the_old_one_s_place(
    qtbot: QtBot, recovery_key: str, session: VaultSession
) -> None:
    with qtbot.waitSignal(session.opened):
        session.unlock_with_recovery_key(recovery_key)
    assert session.came_by_recovery_key
    done: list[bool] = []
    session.reset_passphrase(ANOTHER, lambda: done.append(True), lambda _error: done.append(False))
    qtbot.waitUntil(lambda: bool(done))
    assert (done, session.came_by_recovery_key) == ([True], False)
    session.lock()
    assert isinstance(_refused(qtbot, session), WrongPassphrase)
    with qtbot.waitSignal(session.opened):
        session.unlock(ANOTHER)


@pytest.mark.usefixtures("recovery_key")
def test_changing_the_passphrase_asks_for_the_old_one(qtbot: QtBot, session: VaultSession) -> None:
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    told: list[object] = []
    session.change_passphrase("not the old one", ANOTHER, lambda: told.append("done"), told.append)
    qtbot.waitUntil(lambda: len(told) == 1)
    assert isinstance(told[0], WrongPassphrase)
    session.change_passphrase(PASSPHRASE, ANOTHER, lambda: told.append("done"), told.append)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1] == "done"


@pytest.mark.usefixtures("recovery_key")
def test_a_recording_goes_on_through_a_lock(qtbot: QtBot, session: VaultSession) -> None:
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    made = agreed(session.store, session.store.create())
    name, path = session.store.new_file(made.id, ".wav")
    recording = session.store.open_recording(path)
    recording.append(bytes(32_000))
    session.lock()
    with qtbot.waitSignal(session.opened):
        session.unlock(PASSPHRASE)
    recording.append(bytes(32_000))
    recording.close()

    assert session.store.recovered == ()
    assert session.store.path(made.id, name).stat().st_size == 44 + 64_000


def test_the_end_of_the_program_waits_for_the_lock(
    qtbot: QtBot, qapp: QApplication, recovery_key: str, folder: Path
) -> None:
    session = VaultSession(folder, cheap_means(folder), qapp)
    with qtbot.waitSignal(session.opened):
        session.unlock_with_recovery_key(recovery_key)
    session.close()
    working = folder.with_name("vault-working")

    assert not working.exists() or list(working.iterdir()) == []
