"""A drafted note is read, checked line by line, and signed: nothing is signed by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.encounter import Writing
from desktop.ui import actions

if TYPE_CHECKING:
    from tests.gui.bedside import Bedside
    from tests.gui.user import User

HEARD_AGAIN_S = 180


def sign_the_note(user: User, bedside: Bedside) -> None:
    """Open the newest note, let its seconds be heard again, tick every line, and sign with a name."""
    user.press(actions.TABLE["sign-note"].shortcuts[0].lower())
    user.wait_for("note-sheet")
    user.photograph("note-lines")
    user.click("note-next")
    user.wait_until("its lines are listed", lambda: user.eyes.count("tick-line") > 0, HEARD_AGAIN_S)
    user.wait_until("it was heard again", lambda: not user.eyes.is_seen("stop-check"), HEARD_AGAIN_S)
    user.photograph("note-check")
    for line in range(user.eyes.count("tick-line")):
        user.click("tick-line", at=line)
    user.click("note-next")
    user.click("doctor-name")
    user.type("Dr Example")
    user.click("note-read")
    user.photograph("note-sign")
    user.click("note-sign-now")
    user.wait_until("the note is signed", lambda: _has_signed_note(bedside))
    user.photograph("note-signed")
    user.click("note-close")
    user.wait_until("the sheet is closed", lambda: not user.eyes.is_seen("note-sheet"))
    user.take_keyboard("main-window")


def _has_signed_note(bedside: Bedside) -> bool:
    return any(isinstance(entry, Writing) and entry.is_signed for entry in bedside.entries())
