"""Marked regions are kept in the encounter: drawn again after a restart, asked about again, and removed for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import Attachment, Question, Region
from desktop.worker.protocol import Failed, FailureKind
from tests.fakes.encounter_services import EncounterBench, entries_of
from tests.fakes.encounters import ENCOUNTER_ID, full_encounter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from desktop.record.encounter import Encounter

LUNG = Region(0.1, 0.2, 0.5, 0.6)


@pytest.fixture
def folder(qapp: object, tmp_path: Path) -> Path:
    assert qapp is not None  # objects with signals need the application
    return tmp_path


@pytest.fixture
def bench(folder: Path) -> Iterator[EncounterBench]:
    made = EncounterBench(folder)
    (made.folder / ENCOUNTER_ID).mkdir(parents=True)
    made.store.save(full_encounter())
    made.make_controller().open(ENCOUNTER_ID)
    yield made
    assert made.controller
    made.controller.shut_down()


def _regions(encounter: Encounter) -> tuple[Region, ...]:
    (picture,) = entries_of(encounter, Attachment)
    assert isinstance(picture, Attachment)
    return picture.regions


def test_a_region_is_kept_one_for_each_frame(bench: EncounterBench) -> None:
    controller = bench.make_controller()
    controller.mark_region("Image 1", LUNG)
    controller.mark_region("Image 1", Region(0.0, 0.0, 0.2, 0.2, 7))
    controller.mark_region("Image 1", Region(0.3, 0.3, 0.4, 0.4))
    assert _regions(bench.on_disk()) == (Region(0.0, 0.0, 0.2, 0.2, 7), Region(0.3, 0.3, 0.4, 0.4))


@pytest.mark.parametrize("box", [(0.5, 0.2, 0.5, 0.6), (0.1, 0.2, 1.1, 0.6), (0.1, 0.2, float("nan"), 0.6)])
def test_what_is_no_part_of_a_picture_is_never_kept(
    bench: EncounterBench, box: tuple[float, float, float, float]
) -> None:
    controller = bench.make_controller()
    controller.mark_region("Image 1", Region(*box))
    controller.mark_region("Image 9", LUNG)
    assert _regions(bench.on_disk()) == ()
    assert controller.asking.region is None


def test_a_region_that_is_removed_is_gone_and_not_asked_about(bench: EncounterBench) -> None:
    controller = bench.make_controller()
    controller.mark_region("Image 1", Region(0.0, 0.0, 0.2, 0.2, 7))
    controller.mark_region("Image 1", LUNG)
    controller.clear_region("Image 1", 0)
    assert _regions(bench.on_disk()) == (Region(0.0, 0.0, 0.2, 0.2, 7),)
    assert controller.asking.region is None


def test_after_a_restart_the_question_is_answered_again_about_its_region(bench: EncounterBench, folder: Path) -> None:
    controller = bench.make_controller()
    controller.mark_region("Image 1", LUNG)
    controller.ask("What is here?")
    bench.worker.emit(Failed(bench.asked().job, FailureKind.FAULT, "It failed."))
    controller.clear_region("Image 1", 0)  # the drawing may go: what was asked stays asked
    failed = bench.on_disk().entries[-1]

    later = EncounterBench(folder)
    later.make_controller().open(ENCOUNTER_ID)
    later.make_controller().answer_again(failed.id)
    picture = later.asked().context.pictures[0]
    assert (picture.frame, picture.region) == (0, LUNG.box)
    asked = entries_of(later.on_disk(), Question)[-1]
    assert isinstance(asked, Question)
    assert asked.marked is not None
    assert asked.marked.region == LUNG
    later.make_controller().shut_down()
