"""Two encounters of one patient: said by the doctor, seen as a chart, and a point of it opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui import actions

if TYPE_CHECKING:
    from tests.gui.user import User

READINGS = ("Blood pressure is 158/96 today.", "Blood pressure is 138/84 today.")
DONE_S = 300


def follow(user: User) -> None:
    """Type a blood pressure into two encounters, say that both are of the same patient, and look."""
    for reading in READINGS:
        user.press("ctrl+n")
        user.click("question-field")
        user.type(reading)
        user.press("Return")
        user.wait_for("stop-answer")
        user.wait_until("the answer is whole", lambda: not user.eyes.is_seen("stop-answer"), DONE_S)
    user.press(actions.TABLE["trends"].shortcuts[0].lower())
    user.wait_for("same-patient")
    assert not user.eyes.is_seen("trend-chart"), "a chart although nobody said whose encounters these are"
    user.photograph("trends-of-nobody-else")
    user.click("same-patient")
    user.wait_for("patient-encounters")
    user.click("patient-search")
    user.type("158/96")
    user.wait_until(
        "one is found", lambda: user.eyes.property_of(lambda view: view.model().rowCount() == 1, "patient-encounters")
    )
    user.photograph("same-patient")
    row = user.eyes.property_of(
        lambda view: view.visualRect(view.model().index(0, 0)).center().y() / view.height(), "patient-encounters"
    )
    user.drag((0.4, row), (0.4, row), "patient-encounters")
    user.wait_for("trend-chart", patience_s=DONE_S)
    user.photograph("trends")
    user.click("close-trends")
    user.wait_until("the charts are closed", lambda: not user.eyes.is_seen("trend-chart"))
