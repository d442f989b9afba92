from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from desktop.worker.codec import encode
from desktop.worker.known import EncounterContext
from desktop.worker.protocol import (
    MAX_LINE_BYTES,
    AnswerPiece,
    Ask,
    Command,
    Dictate,
    Done,
    Event,
    Failed,
    FailureKind,
    Forget,
    Measure,
    Measured,
    PartialWords,
    Prepare,
    RecognisedUpTo,
    Stopped,
    Transcribe,
)
from desktop.worker.schedule import Pause, Schedule, Step, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ASK = Ask("ask", EncounterContext("e"), "?", "d")
ASK_2 = Ask("ask 2", EncounterContext("e"), "?", "d")
FILE = Transcribe("file", "/a.wav")
DICTATION = Dictate("live", "/b.wav")


class SteppedClock:
    """Time passes only where a job says so."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Bench:
    """A schedule on this thread, with scripted jobs."""

    def __init__(self) -> None:
        self.said: list[Event] = []
        self.clock = SteppedClock()
        self.scripts: dict[type[Command], Callable[[Work], Iterator[Step]]] = {}
        self.schedule = Schedule(self._begin, self.said.append, self._explain, self.clock)

    def _begin(self, work: Work) -> Iterator[Step]:
        return self.scripts[type(work.command)](work)

    def _explain(self, error: Exception) -> Failed:
        return Failed("", FailureKind.INPUT, str(error))

    def run(self, *commands: Command) -> list[Event]:
        """Run `commands` and what they submit, then close: a last job of the lowest rank waits for the others."""
        script = self.scripts.get(Transcribe)

        def file(work: Work) -> Iterator[Step]:
            return script(work) if script and work.job != "last" else self._close_when_alone()

        self.scripts[Transcribe] = file
        for command in (*commands, Transcribe("last", "")):
            self.schedule.submit(command)
        self.schedule.run()
        return [event for event in self.said if getattr(event, "job", "") != "last"]

    def _close_when_alone(self) -> Iterator[Step]:
        while len(self.schedule._works) > 1:
            self.clock.now_s += 0.5
            yield Pause(0.0)
        self.schedule.close()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def pieces(*texts: str) -> Callable[[Work], Iterator[Step]]:
    return lambda work: (AnswerPiece(work.job, text) for text in texts)


def test_questions_are_answered_one_after_another(bench: Bench) -> None:
    bench.scripts[Ask] = pieces("a", "b")
    assert bench.run(ASK, ASK_2) == [
        AnswerPiece("ask", "a"),
        AnswerPiece("ask", "b"),
        Done("ask"),
        AnswerPiece("ask 2", "a"),
        AnswerPiece("ask 2", "b"),
        Done("ask 2"),
    ]


def test_a_question_comes_before_a_file_that_has_begun(bench: Bench) -> None:
    bench.scripts[Ask] = pieces("a")

    def recognise(work: Work) -> Iterator[Step]:
        assert not work.must_give_way()
        bench.schedule.submit(ASK)
        assert work.must_give_way()
        yield RecognisedUpTo(work.job, 1.0)
        assert not work.must_give_way()

    bench.scripts[Transcribe] = recognise
    assert bench.run(FILE) == [RecognisedUpTo("file", 1.0), AnswerPiece("ask", "a"), Done("ask"), Done("file")]


def test_a_dictation_goes_on_during_an_answer_and_each_rests_as_long_as_the_other_took(bench: Bench) -> None:
    def answer(work: Work) -> Iterator[Step]:
        for _ in range(6):
            bench.clock.now_s += 1
            yield AnswerPiece(work.job, "x")

    def listen(work: Work) -> Iterator[Step]:
        for _ in range(3):
            assert not work.must_give_way()
            bench.clock.now_s += 3
            yield PartialWords(work.job, ())

    bench.scripts[Ask], bench.scripts[Dictate] = answer, listen
    said = bench.run(ASK, DICTATION)
    kinds = "".join("d" if isinstance(e, PartialWords) else "a" for e in said if not isinstance(e, Done))
    # Three seconds of the answer for each pass of the dictation, which takes three.
    assert kinds == "daaadaaad"


def test_what_one_step_found_is_told_together(bench: Bench) -> None:
    bench.scripts[Ask] = pieces("a", "b", "c")
    bench.scripts[Dictate] = lambda _: iter([(PartialWords("live", ()), RecognisedUpTo("live", 1.0))])
    said = bench.run(ASK, DICTATION)
    assert said.index(RecognisedUpTo("live", 1.0)) == said.index(PartialWords("live", ())) + 1


def test_a_dictation_with_nothing_to_do_leaves_the_thread(bench: Bench) -> None:
    def listen(work: Work) -> Iterator[Step]:
        yield Pause(5.0)
        yield PartialWords(work.job, ())

    def answer(work: Work) -> Iterator[Step]:
        for _ in range(3):
            bench.clock.now_s += 2.0
            yield AnswerPiece(work.job, "x")

    bench.scripts[Ask], bench.scripts[Dictate] = answer, listen
    assert bench.run(DICTATION, ASK).index(PartialWords("live", ())) == 3


def test_a_job_that_has_not_begun_is_over_at_once_when_cancelled(bench: Bench) -> None:
    bench.scripts[Ask] = pieces("a")
    bench.schedule.submit(ASK)
    bench.schedule.submit(ASK_2)
    bench.schedule.cancel("ask 2")
    assert bench.said == [Stopped("ask 2")]
    bench.schedule.cancel("ask 2")
    bench.schedule.cancel("never heard of")
    assert bench.run() == [Stopped("ask 2"), AnswerPiece("ask", "a"), Done("ask")]


def test_a_cancelled_job_ends_as_stopped_even_if_it_raises(bench: Bench) -> None:
    def raising(work: Work) -> Iterator[Step]:
        yield AnswerPiece(work.job, "a")
        bench.schedule.cancel(work.job)
        raise ValueError("in the middle of it")

    bench.scripts[Ask] = raising
    assert bench.run(ASK) == [AnswerPiece("ask", "a"), Stopped("ask")]


def test_a_paused_job_that_is_cancelled_goes_first(bench: Bench) -> None:
    def recognise(work: Work) -> Iterator[Step]:
        bench.schedule.submit(ASK)
        yield RecognisedUpTo(work.job, 1.0)
        assert work.cancelled()

    def answer(work: Work) -> Iterator[Step]:
        yield AnswerPiece(work.job, "a")
        bench.schedule.cancel("file")
        yield AnswerPiece(work.job, "b")
        yield AnswerPiece(work.job, "c")

    bench.scripts[Transcribe], bench.scripts[Ask] = recognise, answer
    said = bench.run(FILE)
    assert said.index(Stopped("file")) == said.index(AnswerPiece("ask", "b")) + 1


def test_a_dictation_gives_up_its_pass_where_a_question_is_cancelled(bench: Bench) -> None:
    def answer(work: Work) -> Iterator[Step]:
        bench.clock.now_s += 3
        yield AnswerPiece(work.job, "a")
        assert work.cancelled()

    def listen(work: Work) -> Iterator[Step]:
        yield Pause(2.0)
        assert not work.must_give_way()
        bench.schedule.cancel("ask")
        assert work.must_give_way()
        yield PartialWords(work.job, ())

    bench.scripts[Ask], bench.scripts[Dictate] = answer, listen
    said = bench.run(DICTATION, ASK)
    assert said == [AnswerPiece("ask", "a"), PartialWords("live", ()), Stopped("ask"), Done("live")]


def test_a_job_that_fails_says_why_and_harms_no_other(bench: Bench) -> None:
    def failing(work: Work) -> Iterator[Step]:
        if work.job == "ask":
            raise ValueError("no such picture")
        yield AnswerPiece(work.job, "fine")

    bench.scripts[Ask] = failing
    assert bench.run(ASK, ASK_2) == [
        Failed("ask", FailureKind.INPUT, "no such picture"),
        AnswerPiece("ask 2", "fine"),
        Done("ask 2"),
    ]


def test_what_cannot_be_sent_fails_its_job_and_harms_no_other(bench: Bench) -> None:
    def say(event: Event) -> None:
        encode(event)
        bench.said.append(event)

    texts = {"ask": "x" * MAX_LINE_BYTES, "ask 2": "fine"}
    bench.scripts[Ask] = lambda work: iter([AnswerPiece(work.job, texts[work.job])])
    bench.schedule._say = say
    failed, *others = bench.run(ASK, ASK_2)
    assert isinstance(failed, Failed)
    assert failed.job == "ask"
    assert others == [AnswerPiece("ask 2", "fine"), Done("ask 2")]


def test_commands_without_a_name_end_in_silence_unless_they_fail(bench: Bench) -> None:
    def failing(_work: Work) -> Iterator[Step]:
        raise ValueError("missing")
        yield

    bench.scripts[Forget] = pieces()
    bench.scripts[Prepare] = failing
    assert bench.run(Forget("e"), Prepare("d")) == [Failed("", FailureKind.INPUT, "missing")]


def test_a_measurement_ends_with_what_was_measured(bench: Bench) -> None:
    measured = Measured("m", "cpu", 2, 1, 1, "", 0, "cpu", "float32", "d", 1.0, 1)
    bench.scripts[Measure] = lambda _: iter([measured])
    assert bench.run(Measure("m")) == [measured]


def test_a_dictation_is_told_that_its_recording_is_whole(bench: Bench) -> None:
    def listen(work: Work) -> Iterator[Step]:
        assert not work.finished()
        bench.schedule.finish("live")
        yield Pause(1_000.0)
        assert work.finished()

    bench.scripts[Dictate] = listen
    bench.clock.now_s = 0.0
    bench.schedule.submit(DICTATION)
    thread = threading.Thread(target=bench.schedule.run)
    thread.start()
    try:
        # finish() was called from inside the step; calling it again from here wakes the pausing job.
        for _ in range(200):
            bench.schedule.finish("live")
            if Done("live") in bench.said:
                break
            threading.Event().wait(0.02)
        assert Done("live") in bench.said
    finally:
        bench.schedule.close()
        thread.join()


def test_an_idle_schedule_wakes_for_a_command_and_for_its_end() -> None:
    said: list[Event] = []
    heard = threading.Event()

    def say(event: Event) -> None:
        said.append(event)
        heard.set()

    schedule = Schedule(lambda _: iter(()), say, lambda _: Failed("", FailureKind.FAULT, ""))
    thread = threading.Thread(target=schedule.run)
    thread.start()
    schedule.submit(ASK)
    assert heard.wait(10)
    schedule.close()
    thread.join(10)
    assert not thread.is_alive()
    assert said == [Done("ask")]
