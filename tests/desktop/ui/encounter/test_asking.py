"""Questions and answers without any widget: entries on the disk and commands to the worker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.record.encounter import (
    Answer,
    AnswerStatus,
    Attachment,
    Question,
    Region,
    Sentence,
    Used,
    UsedKind,
    Verdict,
)
from desktop.record.store import FolderStore
from desktop.worker.known import KnownTurn
from desktop.worker.protocol import (
    AnswerPiece,
    AnswerWhole,
    Ask,
    Cancel,
    Done,
    Failed,
    FailureKind,
    Notice,
    PictureRead,
    Stopped,
)
from tests.fakes.encounter_services import EncounterBench, entries_of
from tests.fakes.encounters import full_encounter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from desktop.ui.encounter.controller import EncounterController

SENTENCES = (Sentence("A cough.", Verdict.SUPPORTED), Sentence("No fracture.", Verdict.UNVERIFIED))


@pytest.fixture
def bench(qapp: object, tmp_path: Path) -> Iterator[EncounterBench]:
    assert qapp is not None  # objects with signals need the application
    made = EncounterBench(tmp_path)
    yield made
    if made.controller:
        made.controller.shut_down()


@pytest.fixture
def controller(bench: EncounterBench) -> EncounterController:
    return bench.make_controller()


USED = (Used(UsedKind.WORDS, "Recording 1", 11), Used(UsedKind.QUESTION))


def whole(job: str, finish: str = "end") -> AnswerWhole:
    return AnswerWhole(job, "A cough. No fracture.", SENTENCES, "smollm2", USED, finish, 0.3, 1.5, 12)


def test_a_question_is_on_the_disk_before_any_answer(bench: EncounterBench, controller: EncounterController) -> None:
    assert controller.ask("  What is it? ")
    kept = bench.on_disk()
    question, answer = kept.entries
    assert isinstance(question, Question)
    assert isinstance(answer, Answer)
    assert question.text == "What is it?"
    assert answer.status is AnswerStatus.FAILED
    assert "closed before" in answer.reason  # what a crash of the window leaves
    asked = bench.asked()
    assert (asked.question, asked.decoder) == ("What is it?", bench.settings.text("decoder"))
    assert asked.context.encounter_id == kept.id


def test_an_empty_question_and_a_second_one_at_once_are_not_taken(
    bench: EncounterBench, controller: EncounterController
) -> None:
    assert not controller.ask("   ")
    assert controller.ask("One?")
    assert not controller.ask("Two?")
    assert len(bench.worker.sent_of(Ask)) == 1


def test_a_whole_answer_is_kept_with_its_verdicts(bench: EncounterBench, controller: EncounterController) -> None:
    controller.ask("What is it?")
    job = bench.asked().job
    bench.worker.emit(Notice(job, "Recognised automatically."))
    bench.worker.emit(AnswerPiece(job, "A cough."))
    bench.worker.emit(whole(job))
    bench.worker.emit(Done(job))
    answer = bench.on_disk().entries[1]
    assert isinstance(answer, Answer)
    assert (answer.text, answer.sentences, answer.status) == ("A cough. No fracture.", SENTENCES, AnswerStatus.COMPLETE)
    assert (answer.reason, answer.notices, answer.used) == ("", ("Recognised automatically.",), USED)
    assert not controller.asking.is_running(answer.id)


@pytest.mark.parametrize(
    ("finish", "status"), [("length", AnswerStatus.CUT_SHORT), ("cancelled", AnswerStatus.CANCELLED)]
)
def test_how_an_answer_ended_is_kept(
    bench: EncounterBench, controller: EncounterController, finish: str, status: AnswerStatus
) -> None:
    controller.ask("What is it?")
    bench.worker.emit(whole(bench.asked().job, finish))
    answer = bench.on_disk().entries[1]
    assert isinstance(answer, Answer)
    assert answer.status is status


def test_pieces_are_told_as_they_come_and_saved_every_two_seconds(
    bench: EncounterBench, controller: EncounterController, qtbot: QtBot
) -> None:
    controller.ask("What is it?")
    job = bench.asked().job
    with qtbot.waitSignal(controller.asking.piece_came) as came:
        bench.worker.emit(AnswerPiece(job, "A cou"))
    assert came.args[1] == "A cou"

    def is_kept() -> None:
        assert bench.on_disk().entries[1].text == "A cou"  # type: ignore[union-attr]  # it is the answer

    qtbot.waitUntil(is_kept, timeout=4_000)


def test_cancelling_keeps_what_came_and_can_be_tried_again(
    bench: EncounterBench, controller: EncounterController
) -> None:
    controller.ask("What is it?")
    job = bench.asked().job
    bench.worker.emit(AnswerPiece(job, "A cou"))
    assert controller.cancel()
    answer = controller.encounter.entries[1] if controller.encounter else None
    assert isinstance(answer, Answer)
    assert controller.asking.is_stopping(answer.id)
    assert bench.worker.sent[-1] == Cancel(job)
    bench.worker.emit(Stopped(job))
    kept = bench.on_disk().entries[1]
    assert isinstance(kept, Answer)
    assert (kept.status, kept.text) == (AnswerStatus.CANCELLED, "A cou")
    assert not controller.cancel()
    controller.answer_again(kept.id)
    assert bench.asked().question == "What is it?"
    assert len(entries_of(bench.on_disk(), Answer)) == 2  # the words that came stay


def test_a_failed_answer_is_tried_again_in_its_place_with_everything(
    bench: EncounterBench, controller: EncounterController
) -> None:
    bench.store.save(replace(full_encounter(), id=bench.store.create().id))
    controller.open(bench.store.summaries()[0].id)
    controller.ask("And now?")
    first = bench.asked()
    bench.worker.emit(Failed(first.job, FailureKind.MEMORY, "It ran out of memory."))
    failed = bench.on_disk().entries[-1]
    assert isinstance(failed, Answer)
    assert (failed.status, failed.reason) == (AnswerStatus.FAILED, "It ran out of memory.")
    assert controller.asking.failure_of(failed.id) is FailureKind.MEMORY
    controller.answer_again(failed.id)
    second = bench.asked()
    assert replace(second, job="") == replace(first, job="")
    assert [entry.id for entry in bench.on_disk().entries][-1] == failed.id


def test_a_question_carries_words_pictures_turns_and_the_region(
    bench: EncounterBench, controller: EncounterController
) -> None:
    made = bench.store.create()
    bench.store.save(replace(full_encounter(), id=made.id))
    controller.open(made.id)
    controller.mark_region("Image 1", Region(0.1, 0.2, 0.5, 0.6, 3))
    controller.choose_frame("Image 1", 4)
    controller.ask("What is here?")
    context = bench.asked().context
    assert [known.label for known in context.recordings] == ["Recording 1"]
    assert context.recordings[0].file == str(bench.store.path(made.id, "recording-1.wav"))
    picture = context.pictures[0]
    assert (picture.label, picture.frame, picture.region) == ("Image 1", 3, (0.1, 0.2, 0.5, 0.6))
    assert context.turns == (
        KnownTurn(
            "What does the patient have?",
            "The patient has had a cough for three days. The film shows no consolidation.",
        ),
    )
    asked = entries_of(bench.on_disk(), Question)[-1]
    assert isinstance(asked, Question)
    assert asked.about == "about a marked region of Image 1"
    assert controller.asking.region is None
    bench.worker.emit(Failed(bench.asked().job, FailureKind.FAULT, "It failed."))
    controller.answer_again(bench.on_disk().entries[-1].id)
    assert bench.asked().context.pictures[0].region == (0.1, 0.2, 0.5, 0.6)


def test_of_a_series_the_chosen_picture_is_asked_about(bench: EncounterBench, controller: EncounterController) -> None:
    made = bench.store.create()
    series = Attachment("p1", made.created, "Image 1", ("image-1.dcm", "image-2.dcm", "image-3.dcm"))
    bench.store.save(replace(made, entries=(series,)))
    controller.open(made.id)
    controller.ask("The middle?")
    assert bench.asked().context.pictures[0].file.endswith("image-2.dcm")
    bench.worker.emit(whole(bench.asked().job))
    controller.choose_frame("Image 1", 2)
    controller.ask("The last?")
    last = bench.asked().context.pictures[0]
    assert last.file.endswith("image-3.dcm")
    assert last.frame is None


def test_answering_again_with_another_decoder_adds_an_answer(
    bench: EncounterBench, controller: EncounterController
) -> None:
    controller.ask("What is it?")
    bench.worker.emit(whole(bench.asked().job))
    controller.answer_again(bench.on_disk().entries[1].id, "qwen")
    assert bench.asked().decoder == "qwen"
    assert bench.asked().context.turns == ()  # the first answer to the same question is no earlier turn
    assert len(entries_of(bench.on_disk(), Answer)) == 2


def test_what_a_picture_is_comes_with_the_question(bench: EncounterBench, controller: EncounterController) -> None:
    made = bench.store.create()
    bench.store.save(replace(full_encounter(), id=made.id))
    controller.open(made.id)
    controller.ask("What is here?")
    bench.worker.emit(PictureRead(bench.asked().job, "Image 1", "CT slice, chest", 0))
    picture = entries_of(bench.on_disk(), Attachment)[0]
    assert isinstance(picture, Attachment)
    assert picture.description == "CT slice, chest"


def test_an_answer_ends_in_its_own_encounter(bench: EncounterBench, controller: EncounterController) -> None:
    controller.ask("What is it?")
    first = controller.encounter
    assert first is not None
    job = bench.asked().job
    controller.new()
    assert not controller.cancel()  # nothing is answered here
    told: list[object] = []
    controller.book.entry_changed.connect(told.append)
    bench.worker.emit(whole(job))
    controller.book.finish()
    kept = FolderStore(bench.folder).load(first.id).entries[1]
    assert isinstance(kept, Answer)
    assert kept.status is AnswerStatus.COMPLETE
    assert told == []


def test_missing_models_are_told(bench: EncounterBench, controller: EncounterController, qtbot: QtBot) -> None:
    with qtbot.waitSignal(controller.models_missing) as told:
        bench.worker.emit(Failed("", FailureKind.MISSING, "SmolLM2 is not on this machine yet."))
    assert told.args == ["SmolLM2 is not on this machine yet."]
