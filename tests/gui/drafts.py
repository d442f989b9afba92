"""Drafts from what was said: the findings through the menu, a note and a differential by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.record.encounter import AnswerStatus, Writing
from desktop.ui import actions

if TYPE_CHECKING:
    from tests.gui.bedside import Bedside
    from tests.gui.user import User

WRITTEN_S = 120
EXPECTED = {"write-note": "Subjective", "write-differential": "Not asked yet", "write-card": "Medicines"}
"""A heading that each of them has after the sample consultation."""


def write_them(user: User, bedside: Bedside) -> None:
    """Write every kind of draft, look at each, and take the last one away again."""
    user.click("write")
    user.wait_for("QMenu")
    user.photograph("write-menu")
    user.press("Down", "Down", "Return")
    _whole(user, bedside, "Allergies")
    user.photograph("findings")
    user.press("Escape")  # no sentence is chosen any more, and none has the keyboard: the card is of the newest note
    user.click("question-field")
    for action_id, heading in EXPECTED.items():
        user.press(actions.TABLE[action_id].shortcuts[0].lower())
        _whole(user, bedside, heading)
        user.photograph(action_id)
    user.click("remove-writing")
    user.wait_until("the card is gone", lambda: not user.eyes.is_seen("show-writing-to-patient"))


def _whole(user: User, bedside: Bedside, heading: str) -> None:
    def written() -> Writing | None:
        draft = bedside.last_entry()
        is_whole = isinstance(draft, Writing) and draft.status is AnswerStatus.COMPLETE
        return draft if is_whole and heading in [section.heading for section in draft.sections] else None

    user.wait_until(f"a draft with {heading} is written", lambda: written() is not None, WRITTEN_S)
