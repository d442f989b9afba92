"""The second visit: everything that was done the first time is there, and can be taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gui.bedside import Bedside
from tests.gui.first_visit import RENAMED, unlock

if TYPE_CHECKING:
    from tests.gui.user import User


def live(user: User) -> None:
    """Unlock, then look for the encounter, its words, its picture, its answers, and the looks that were chosen."""
    user.wait_for("main-window")
    user.take_keyboard("main-window")
    user.wait_for("unlock-page")
    user.photograph("locked-at-the-start")
    unlock(user)
    assert not user.eyes.is_seen("first-start"), "the first steps are shown a second time"
    assert not user.eyes.says("Bedside was not closed properly"), "a proper end was taken for a crash"
    user.press("ctrl+1")
    user.wait_for("encounters")
    user.wait_until(
        "all are listed", lambda: user.eyes.property_of(lambda view: view.model().rowCount() == 4, "encounters")
    )
    user.press("ctrl+f")
    user.type("metformin")
    user.wait_until(
        "the search finds one", lambda: user.eyes.property_of(lambda view: view.model().rowCount() == 1, "encounters")
    )
    user.drag((0.4, 0.06), (0.4, 0.06), "encounters")
    user.wait_for("answer")
    assert user.eyes.property_of(lambda field: field.text(), "encounter-title") == RENAMED
    assert Bedside(user).last_answer().sentences
    user.photograph("everything-is-there")
    user.scroll_up_until(lambda: user.eyes.says("I take metformin"), "TimelineView")
    user.photograph("words-are-there")
    user.press("ctrl+q")
