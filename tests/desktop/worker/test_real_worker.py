"""The real worker with the real models behind the real host: one process for all tests but those that kill it."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from desktop.record.encounter import UsedKind, Utterance, Verdict
from desktop.worker.host import WorkerHost
from desktop.worker.known import EncounterContext, KnownPicture, KnownRecording, KnownTurn
from desktop.worker.protocol import (
    AnswerExplained,
    AnswerPiece,
    AnswerWhole,
    Ask,
    Done,
    Explain,
    Failed,
    FailureKind,
    Measure,
    Measured,
    PictureRead,
    RecognisedUpTo,
    SettledUtterance,
    Started,
    Stopped,
    Transcribe,
)
from desktop.worker.status import Cause, WorkerState
from tests.desktop.worker.hosts import HeardHost
from tests.gui_guards import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtCore import QCoreApplication
    from pytestqt.qtbot import QtBot

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("models_on_this_machine")]

DECODER = "smollm2-135m-instruct"
SAMPLE = Path(__file__).resolve().parents[3] / "assets" / "sample" / "consultation.flac"
SAID = (
    Utterance(0.0, 3.0, "Which tablets do you take?"),
    Utterance(3.5, 7.0, "I take metformin 500 milligrams two times a day."),
)
LONG_MS = 300_000
"""A machine that many share may take minutes to load the models."""


@pytest.fixture(scope="module")
def models_on_this_machine(smollm2_folder: Path, whisper_folder: Path, vad_folder: Path) -> tuple[Path, ...]:
    return smollm2_folder, whisper_folder, vad_folder


@pytest.fixture(scope="module")
def shared_host(qapp: QCoreApplication) -> Iterator[WorkerHost]:
    assert qapp is not None
    host = WorkerHost()
    host.setProperty(SHARED, True)
    host.start()
    yield host
    host.stop()
    host.deleteLater()


@pytest.fixture
def heard(shared_host: WorkerHost, qtbot: QtBot) -> Iterator[HeardHost]:
    heard = HeardHost(shared_host, qtbot)
    qtbot.waitUntil(lambda: shared_host.status.state is WorkerState.READY, timeout=LONG_MS)
    yield heard
    heard.let_go()


def context(*turns: KnownTurn, pictures: tuple[KnownPicture, ...] = ()) -> EncounterContext:
    return EncounterContext("e1", (KnownRecording("Recording 1", str(SAMPLE), SAID),), pictures, turns)


def until(heard: HeardHost, found: Callable[[], object]) -> None:
    heard.qtbot.waitUntil(lambda: bool(found()), timeout=LONG_MS)


def answer(heard: HeardHost, job: str, question: str, *turns: KnownTurn) -> AnswerWhole:
    heard.host.send(Ask(job, context(*turns), question, DECODER, 24))
    until(heard, lambda: heard.ends(job))
    assert heard.ends(job) == [Done(job)]
    (whole,) = [event for event in heard.events if isinstance(event, AnswerWhole) and event.job == job]
    streamed = "".join(event.text for event in heard.events if isinstance(event, AnswerPiece) and event.job == job)
    assert streamed.strip().startswith(whole.text)  # an answer that only repeated itself is cut
    return whole


def test_an_answer_names_its_sources_and_a_second_question_reads_only_itself(heard: HeardHost) -> None:
    first = answer(heard, "q1", "Which tablets does the patient take?")
    assert first.decoder == DECODER
    assert [used.kind for used in first.used] == [UsedKind.QUESTION]  # its words came without times
    assert {sentence.verdict for sentence in first.sentences} <= set(Verdict)
    second = answer(heard, "q2", "How often?", KnownTurn("Which tablets does the patient take?", first.text))
    assert second.first_token_s < first.first_token_s


def test_a_question_about_a_part_of_a_picture_is_read_as_such(heard: HeardHost, tmp_path: Path) -> None:
    from PIL import Image

    file = tmp_path / "photo.png"
    Image.new("RGB", (80, 60), "grey").save(file)
    picture = KnownPicture("Image 1", str(file), region=(0.25, 0.0, 0.75, 0.5))
    heard.host.send(Ask("p1", context(pictures=(picture,)), "What is it?", DECODER, 4))
    until(heard, lambda: heard.ends("p1"))
    (read,) = [event for event in heard.events if isinstance(event, PictureRead)]
    assert "region, 25 to 75 % from the left" in read.description
    file.unlink()
    heard.host.send(Ask("p2", context(pictures=(picture,)), "What is it?", DECODER, 4))
    until(heard, lambda: heard.ends("p2"))
    (failed,) = heard.ends("p2")
    assert isinstance(failed, Failed)
    assert (failed.kind, "photo.png" in failed.sentence) == (FailureKind.INPUT, True)


def test_an_answer_is_explained_and_the_next_question_is_answered(heard: HeardHost, tmp_path: Path) -> None:
    from PIL import Image

    file = tmp_path / "film.png"
    Image.linear_gradient("L").save(file)
    asked = context(pictures=(KnownPicture("Image 1", str(file), region=(0.0, 0.0, 1.0, 0.5)),))
    heard.host.send(Explain("w1", asked, "What is it?", "A chest X-ray.", DECODER))
    until(heard, lambda: heard.ends("w1"))
    assert heard.ends("w1") == [Done("w1")]
    (why,) = [event for event in heard.events if isinstance(event, AnswerExplained)]
    assert why.image + why.audio + why.said + why.rest == pytest.approx(1.0)
    assert min(why.image, why.said, why.rest) > 0
    (weighed,) = why.pictures
    assert max(max(row) for row in weighed.rows) == 1.0
    assert weighed.square == pytest.approx((0.0, -0.25, 1.0, 0.75))
    assert {word.start_s for word in why.words} <= {word.start_s for said in SAID for word in said.words}
    answer(heard, "w2", "Which tablets does the patient take?")


def test_an_answer_is_cancelled_without_a_new_process(heard: HeardHost) -> None:
    heard.host.send(Ask("c1", context(), "Tell a long story about a hospital.", DECODER, 400))
    until(heard, lambda: any(isinstance(event, AnswerPiece) for event in heard.events))
    heard.host.cancel("c1")
    assert heard.host.status.state is WorkerState.CANCELLING
    until(heard, lambda: heard.ends("c1"))
    assert heard.ends("c1") == [Stopped("c1")]
    (whole,) = [event for event in heard.events if isinstance(event, AnswerWhole)]
    assert whole.finish == "cancelled"
    assert WorkerState.RESTARTING not in heard.states


def test_a_transcription_is_cancelled_without_a_new_process_and_taken_up_again(heard: HeardHost) -> None:
    heard.host.send(Transcribe("t1", str(SAMPLE), "en"))
    until(heard, lambda: any(isinstance(event, SettledUtterance) for event in heard.events))
    heard.host.cancel("t1")
    until(heard, lambda: heard.ends("t1"))
    assert heard.ends("t1") == [Stopped("t1")]
    assert WorkerState.RESTARTING not in heard.states
    first = [event.utterance for event in heard.events if isinstance(event, SettledUtterance)]
    heard.events.clear()
    heard.host.send(Transcribe("t2", str(SAMPLE), "en", resume_s=35.0))
    until(heard, lambda: heard.ends("t2"))
    rest = [event.utterance for event in heard.events if isinstance(event, SettledUtterance)]
    assert first[0].start_s < 1.0
    assert "temperature" in rest[0].text
    assert 35.0 <= rest[0].start_s < 37.0
    positions = [event.position_s for event in heard.events if isinstance(event, RecognisedUpTo)]
    assert positions == sorted(positions)
    assert positions[-1] == pytest.approx(43.7, abs=0.1)


def test_a_missing_decoder_fails_the_question_alone(heard: HeardHost) -> None:
    heard.host.send(Ask("m1", context(), "Why?", "no-such-decoder", 4))
    until(heard, lambda: heard.ends("m1"))
    (failed,) = heard.ends("m1")
    assert isinstance(failed, Failed)
    assert failed.kind is FailureKind.MISSING
    assert answer(heard, "m2", "Which tablets?").decoder == DECODER


def test_the_machine_is_measured(heard: HeardHost) -> None:
    heard.host.send(Measure("s1"))
    until(heard, lambda: heard.ends("s1"))
    (measured,) = heard.ends("s1")
    assert isinstance(measured, Measured)
    assert measured.cores >= 1
    assert measured.tokens_per_s > 0
    assert measured.resident_bytes > 100 << 20


def test_a_killed_worker_is_replaced_and_gives_the_same_answer(qtbot: QtBot) -> None:
    others = psutil.Process().children()
    host = WorkerHost()
    heard = HeardHost(host, qtbot)
    try:
        before = answer(heard, "k1", "Which tablets does the patient take?")
        for job, number, cause in (("k2", signal.SIGKILL, Cause.KILLED), ("k3", signal.SIGSEGV, Cause.CRASH)):
            host.send(Ask(job, context(), "Tell a long story about a hospital.", DECODER, 400))
            until(heard, lambda job=job: any(isinstance(e, AnswerPiece) and e.job == job for e in heard.events))
            newest = max(psutil.Process().children(), key=lambda child: child.create_time())
            os.kill(newest.pid, number)
            until(heard, lambda job=job: heard.ends(job))
            (failed,) = heard.ends(job)
            assert isinstance(failed, Failed)
            assert host.status.cause is cause
            qtbot.waitUntil(lambda: host.status.state is WorkerState.READY, timeout=LONG_MS)
        assert answer(heard, "k4", "Which tablets does the patient take?").text == before.text
        assert not any(isinstance(event, Started) for event in heard.events)
    finally:
        host.stop()
        host.deleteLater()
    assert psutil.Process().children() == others
