"""The messages of Windows, as they lie in memory; they are read alike on every system."""

from __future__ import annotations

import ctypes
from ctypes import wintypes

import pytest

from desktop.ui.vault.windows_locks import POWER, SESSION_CHANGE, WindowsLocks


@pytest.mark.parametrize(
    ("message", "what", "is_left"),
    [
        (SESSION_CHANGE, 0x7, True),  # WTS_SESSION_LOCK
        (SESSION_CHANGE, 0x8, False),  # WTS_SESSION_UNLOCK
        (SESSION_CHANGE, 0x2, True),  # WTS_CONSOLE_DISCONNECT: another user has the screen
        (SESSION_CHANGE, 0x1, False),  # WTS_CONSOLE_CONNECT
        (SESSION_CHANGE, 0x4, True),  # WTS_REMOTE_DISCONNECT
        (SESSION_CHANGE, 0x6, True),  # WTS_SESSION_LOGOFF
        (POWER, 0x4, True),  # PBT_APMSUSPEND
        (POWER, 0x12, False),  # PBT_APMRESUMEAUTOMATIC
        (0x0100, 0x7, False),  # WM_KEYDOWN
    ],
)
@pytest.mark.parametrize("kind", [b"windows_generic_MSG", b"windows_dispatcher_MSG", b"xcb_generic_event_t"])
def test_what_says_that_nobody_is_there(message: int, what: int, is_left: bool, kind: bytes) -> None:
    told: list[bool] = []
    locks = WindowsLocks(lambda: told.append(True))
    sent = wintypes.MSG()
    sent.message, sent.wParam = message, what
    assert locks.nativeEventFilter(kind, ctypes.addressof(sent)) == (False, 0)
    assert told == [True] * (is_left and kind.startswith(b"windows"))


def test_no_message_is_none() -> None:
    assert WindowsLocks(lambda: None).nativeEventFilter(b"windows_generic_MSG", 0) == (False, 0)


@pytest.mark.usefixtures("qapp")
def test_it_can_be_listened_to_and_left_on_every_system() -> None:
    locks = WindowsLocks(lambda: None)
    locks.listen(0)
    locks.stop()
