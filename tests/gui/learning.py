"""The page to learn on: a question, a hint, an answer, and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui import actions

if TYPE_CHECKING:
    from tests.gui.user import User

FOUND_S = 120


def answer_a_question(user: User) -> None:
    """Ask for questions, take a hint and answer one by its key."""
    user.press(actions.TABLE["page-teaching"].shortcuts[0].lower())
    user.wait_for("teaching-page")
    user.photograph("learn")
    user.click("teach-begin")
    user.wait_for("teach-hint", patience_s=FOUND_S)
    user.click("teach-hint")
    user.photograph("learn-question")
    user.press("1")
    user.wait_until("it is answered", lambda: user.eyes.is_seen("teach-next") or user.eyes.is_seen("teach-knew"))
    user.photograph("learn-answer")
    user.click("teach-stop")
    user.photograph("learn-end")
    user.press("ctrl+1")
