from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject
from PySide6.QtDBus import QDBusConnection, QDBusMessage

from desktop.ui.vault import system_locks
from desktop.ui.vault.system_locks import SIGNALS, SystemLocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

LOGIN = "org.freedesktop.login1"
SESSION = "/org/freedesktop/login1/session/_3"
SAVER = next(one for one in SIGNALS if one.service == "org.gnome.ScreenSaver")
pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="there is no dbus-daemon on this machine")


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A bus of our own, which stands for the system's and the session's."""
    folder: Path = tmp_path_factory.mktemp("bus")
    command = ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:dir={folder}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    with pytest.MonkeyPatch.context() as patch, process.stdout:
        address = process.stdout.readline().strip()
        for name in ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"):
            patch.setenv(name, address)
        yield address
        for name in ("test", "qt_default_session_bus", "qt_default_system_bus"):
            QDBusConnection.disconnectFromBus(name)
        process.terminate()
        process.wait()


@pytest.fixture
def saver(bus: str) -> Iterator[QDBusConnection]:
    connection = QDBusConnection.connectToBus(bus, "test")
    assert connection.registerService(SAVER.service)
    yield connection
    connection.unregisterService(SAVER.service)


@pytest.fixture
def logind(bus: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[QDBusConnection]:
    """Speaks as logind does; which session this process belongs to is answered for it."""
    monkeypatch.setattr(system_locks, "_session_path", lambda _bus: SESSION)
    connection = QDBusConnection.connectToBus(bus, "test")
    assert connection.registerService(LOGIN)
    yield connection
    connection.unregisterService(LOGIN)


def _tell(connection: QDBusConnection, path: str, interface: str, name: str, *values: object) -> None:
    message = QDBusMessage.createSignal(path, interface, name)
    message.setArguments(list(values))
    assert connection.send(message)


@pytest.mark.usefixtures("qapp")
def test_logind_tells_of_a_lock_of_sleep_and_of_another_user(qtbot: QtBot, logind: QDBusConnection) -> None:
    owner = QObject()
    locks = SystemLocks(owner)
    locks.listen()
    heard: list[bool] = []
    locks.left.connect(lambda: heard.append(True))
    manager, session, properties = f"{LOGIN}.Manager", f"{LOGIN}.Session", "org.freedesktop.DBus.Properties"
    assert {one.name for one in locks.heard} >= {"PrepareForSleep", "Lock", "PropertiesChanged"}
    nothing = (
        ("/org/freedesktop/login1", manager, "PrepareForSleep", False),
        (SESSION, properties, "PropertiesChanged", session, {"Active": True}, ["x"]),
        (SESSION, properties, "PropertiesChanged", session, {"LockedHint": False}, ["x"]),
        (SESSION, properties, "PropertiesChanged", session, {"IdleHint": True}, ["x"]),
    )
    something = (
        ("/org/freedesktop/login1", manager, "PrepareForSleep", True),
        (SESSION, session, "Lock"),
        (SESSION, properties, "PropertiesChanged", session, {"Active": False}, ["x"]),
        (SESSION, properties, "PropertiesChanged", session, {"LockedHint": True}, ["x"]),
    )
    for told in nothing:
        _tell(logind, *told)
    for count, told in enumerate(something, 1):
        _tell(logind, *told)
        qtbot.waitUntil(lambda count=count: len(heard) == count)
    locks.stop()


def _say(connection: QDBusConnection, active: bool) -> None:
    message = QDBusMessage.createSignal(SAVER.path, SAVER.interface, SAVER.name)
    message.setArguments([active])
    assert connection.send(message)


@pytest.mark.usefixtures("qapp")
def test_a_screen_saver_that_begins_is_heard_and_its_end_is_not(qtbot: QtBot, saver: QDBusConnection) -> None:
    owner = QObject()
    locks = SystemLocks(owner)
    locks.listen()
    heard: list[bool] = []
    locks.left.connect(lambda: heard.append(True))

    assert SAVER in locks.heard
    assert not any(one.name == "Lock" for one in locks.heard)  # there is no logind on this bus
    _say(saver, active=False)
    _say(saver, active=True)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [True]


@pytest.mark.usefixtures("qapp", "bus")
def test_without_a_bus_nothing_is_heard_and_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere:
        @staticmethod
        def isConnected() -> bool:  # noqa: N802 - Qt's name
            return False

    monkeypatch.setattr(QDBusConnection, "systemBus", Nowhere)
    monkeypatch.setattr(QDBusConnection, "sessionBus", Nowhere)
    owner = QObject()
    locks = SystemLocks(owner)
    locks.listen()

    assert locks.heard == ()


def test_every_slot_that_is_named_is_there() -> None:
    names = {one.slot.split("(")[0] for one in SIGNALS}

    assert all(hasattr(SystemLocks, name) for name in names)
