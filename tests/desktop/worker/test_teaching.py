"""Cases and questions as the window is given them."""

from __future__ import annotations

import pytest

from desktop.worker.protocol import CaseNote, StudyKind, Taught, Teach
from desktop.worker.teaching import taught

NOTES = tuple(CaseNote("", f"A cough, number {n}.\n\nAssessment\nPneumonia {n}.") for n in range(4))


def asked(**how: object) -> Taught:
    (event,) = taught(Teach("j", 10, 3, cases=NOTES, **how))  # type: ignore[arg-type]
    assert isinstance(event, Taught)
    return event


def test_a_case_hides_its_assessment_and_hints_come_in_steps() -> None:
    items = asked().items
    assert {item.kind for item in items} == {StudyKind.CASE}
    assert all("Pneumonia" not in item.told and item.hidden.startswith("Pneumonia") for item in items)
    assert [hint.text.rstrip(" …") for hint in items[0].hints] == [items[0].hidden.rstrip(".") + "."] * 2


def test_cases_that_are_due_come_first_and_later_ones_not_at_all() -> None:
    ids = [item.id for item in asked().items]
    again = [item.id for item in asked(due=(ids[3],), later=(ids[0],)).items]
    assert again[0] == ids[3]
    assert set(again) == set(ids[1:])


def test_a_note_without_an_assessment_is_no_case() -> None:
    (event,) = taught(Teach("j", 10, 3, cases=(CaseNote("", "Only words."),)))
    assert event == Taught("j", ())


@pytest.mark.models
def test_a_quiz_is_about_what_was_asked() -> None:
    (event,) = taught(Teach("j", 6, 3, about="pneumonia"))
    assert isinstance(event, Taught)
    assert event.items
    assert all(item.hints and item.source.label for item in event.items)
