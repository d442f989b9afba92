"""The first visit: from the first start to closing the window, everything that a doctor does."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import psutil

from desktop.record.encounter import Answer, AnswerStatus, CitedKind
from desktop.worker.status import WorkerState
from tests.gui import drafts, learning, library, looks, record, signing, trends
from tests.gui.bedside import Bedside

if TYPE_CHECKING:
    from tests.gui.user import User

MODELS_S = 900
"""Loading and answering on a machine that has much else to do."""
CANCEL_LIMIT_S = 0.3
STATES_OF_A_STREAM = 3
"""So many different lengths of one answer are to be seen before it is stopped."""
PASSPHRASE = "seven green kettles hum"  # noqa: S105 - it opens nothing but this story's vault
RENAMED = "Cough and fever, bed 4"
LONG_QUESTION = "Explain in detail what high blood pressure does to the body, step by step."
QUESTIONS = ("Which medicine does the patient take?", "Is the patient allergic to any medicine?")


def live(user: User) -> None:
    """Do everything in order; each step leaves the window where the next one begins."""
    bedside = Bedside(user)
    first_start(user)
    sample_encounter(user)
    picture(user)
    record.export_picture(user)
    cancelled_answer(user, bedside)
    whole_answer(user, bedside)
    evidence(user, bedside)
    drafts.write_them(user, bedside)
    signing.sign_the_note(user, bedside)
    record.export(user)
    record.look_after(user)
    killed_worker(user, bedside)
    locked(user)
    several_encounters(user)
    models_page(user)
    library.add_and_ask(user, bedside)
    learning.answer_a_question(user)
    trends.follow(user)
    find_again(user)
    looks.go_through(user)
    user.photograph("before-closing")
    user.press("ctrl+q")


def first_start(user: User) -> None:
    """Language and looks, the notice, the models, and then the sample."""
    user.wait_for("first-start")
    user.take_keyboard("first-start")
    user.photograph("first-start-looks")
    looks.choose(user, "theme", "dark")
    user.photograph("first-start-dark")
    looks.choose(user, "theme", "light")
    user.click("first-start", "next")
    user.wait_for("accept-notice")
    assert not user.eyes.property_of(lambda button: button.isEnabled(), "first-start", "next"), "unread notice"
    user.photograph("first-start-notice")
    user.click("accept-notice")
    user.click("first-start", "next")
    make_vault(user)
    user.wait_for_words("Everything that Bedside needs is on this machine.", MODELS_S)
    user.photograph("first-start-models")
    user.click("first-start", "start-sample")


def make_vault(user: User) -> None:
    """A passphrase, typed twice, then the recovery key, whose last group is typed back."""
    user.wait_for("new-passphrase")
    user.type(PASSPHRASE)
    user.click("passphrase-again")
    user.type(PASSPHRASE)
    user.photograph("first-start-passphrase")
    user.click("first-start", "next")
    user.wait_for("recovery-key")
    user.photograph("first-start-recovery-key")
    key = user.eyes.property_of(lambda shown: shown.toPlainText(), "recovery-key")
    user.click("last-group")
    user.type(key[-4:])
    user.click("first-start", "next")


def locked(user: User) -> None:
    """Lock by the keyboard: nothing of the encounter is seen, and only the right passphrase opens it."""
    user.press("ctrl+l")
    user.wait_for("unlock-page")
    assert not user.eyes.says("metformin"), "words of the encounter are seen on the lock page"
    user.photograph("locked")
    user.type("staple under the bed")
    user.press("Return")
    user.wait_for("unlock-trouble")
    user.photograph("wrong-passphrase")
    user.wait_until("it can be tried again", lambda: user.eyes.says("Unlock"))
    unlock(user)
    user.wait_for("answer")


def unlock(user: User) -> None:
    """Type the passphrase."""
    user.click("passphrase")
    user.type(PASSPHRASE)
    user.press("Return")
    user.wait_until("it is unlocked", lambda: not user.eyes.is_seen("unlock-page"))


def sample_encounter(user: User) -> None:
    """The words of the dictation come."""
    user.wait_for("dictation")
    user.take_keyboard("main-window")
    if user.eyes.is_seen("recognise-rest"):
        user.photograph("sample-not-recognised")
        user.click("recognise-rest")
    user.wait_for_words("penicillin", MODELS_S)
    user.photograph("sample-being-recognised")
    user.wait_until("the recording is recognised", lambda: not user.eyes.is_seen("stop-recognising"), MODELS_S)
    user.wait_for_words("metformin")
    user.photograph("sample-words")


def picture(user: User) -> None:
    """Open the CT, change its window, measure, mark a region."""
    user.click("open-picture")
    user.wait_for("PictureView")
    user.photograph("viewer")
    before = user.eyes.property_of(lambda view: view.window_shown, "PictureView")
    user.drag((0.4, 0.4), (0.7, 0.3), "PictureView", button=3)
    user.wait_until(
        "the window changes", lambda: user.eyes.property_of(lambda view: view.window_shown != before, "PictureView")
    )
    user.click("viewer-length")
    user.drag((0.3, 0.6), (0.7, 0.6), "PictureView")
    user.wait_until("a length", lambda: user.eyes.property_of(lambda view: len(view.marks.lengths) == 1, "PictureView"))
    user.photograph("viewer-window-and-length")
    user.press("4")
    user.click("viewer-region")
    user.drag((0.35, 0.35), (0.65, 0.6), "PictureView")
    user.wait_for_words("About a marked region of Image 1")
    user.photograph("viewer-region")


def cancelled_answer(user: User, bedside: Bedside) -> None:
    """Type a question about the region, see the answer stream, stop it with Esc."""
    user.click("question-field")
    user.type(LONG_QUESTION)
    user.photograph("question-typed")
    user.press("Return")
    user.wait_for("stop-answer")
    shown: set[str] = set()

    def is_streaming() -> bool:
        shown.add(bedside.words_shown())
        return len(shown - {""}) >= STATES_OF_A_STREAM

    user.wait_until("words stream in", is_streaming, MODELS_S)
    user.photograph("answer-streams")
    bedside.watch_worker()
    pressed = time.monotonic()
    user.press("Escape")
    user.wait_until("the answer has stopped", lambda: not user.eyes.is_seen("stop-answer"))
    shown_s = bedside.seconds_until(WorkerState.CANCELLING, pressed)
    assert shown_s < CANCEL_LIMIT_S, f"stopping was shown {shown_s:.3f} s after Esc"
    assert bedside.last_answer().status is AnswerStatus.CANCELLED
    user.wait_for("try-again")
    user.photograph("answer-cancelled")


def whole_answer(user: User, bedside: Bedside) -> None:
    """Ask until an answer quotes the recording; each answer is whole and each of its sentences has its verdict."""
    for question in QUESTIONS:
        user.click("question-field")
        user.type(question)
        user.press("Return")
        user.wait_for("stop-answer")
        user.wait_until("the answer is whole", lambda: not user.eyes.is_seen("stop-answer"), MODELS_S)
        answer = bedside.last_answer()
        assert answer.status in {AnswerStatus.COMPLETE, AnswerStatus.CUT_SHORT}, answer.reason
        assert answer.sentences, "no sentence has a verdict"
        if _quoted(answer) is not None:
            break
    user.photograph("answer-whole")


def evidence(user: User, bedside: Bedside) -> None:
    """Click a sentence; the panel beside shows the words that it rests on."""
    answer = bedside.last_answer()
    quoted = _quoted(answer)
    assert quoted is not None, "no answer quotes the recording"
    bedside.open_evidence(quoted)
    user.photograph("evidence")


def killed_worker(user: User, bedside: Bedside) -> None:
    """Kill the worker during an answer: a sentence says so, the question is kept, trying again works."""
    user.click("question-field")
    user.type("What should I examine next?")
    user.press("Return")
    user.wait_until("the worker answers", lambda: bedside.worker_state() is WorkerState.BUSY, MODELS_S)
    for worker in workers():
        worker.send_signal(signal.SIGKILL)
    user.wait_for_words("Nothing you did is lost")
    user.wait_until("the answer has failed", lambda: not user.eyes.is_seen("stop-answer"))
    assert bedside.last_answer().status is AnswerStatus.FAILED
    user.photograph("worker-killed")
    user.click("answer", "try-again")
    user.wait_for("stop-answer")
    user.wait_until("the answer is whole", lambda: not user.eyes.is_seen("stop-answer"), MODELS_S)
    assert bedside.last_answer().status in {AnswerStatus.COMPLETE, AnswerStatus.CUT_SHORT}
    user.photograph("answered-after-all")


def several_encounters(user: User) -> None:
    """Rename this one, begin another by Ctrl+N, find the first one by a word that was said."""
    user.click("encounter-title")
    user.press("ctrl+a")
    user.type(RENAMED)
    user.press("Return")
    user.press("ctrl+n")
    user.wait_for("empty-encounter")
    user.photograph("new-encounter")
    find_again(user)


def find_again(user: User) -> None:
    """Find the first encounter by a word that was said in it, and end the search."""
    listed = user.eyes.property_of(lambda view: view.model().rowCount(), "encounters")
    user.press("ctrl+f")
    user.type("metformin")
    user.wait_until(
        "the search finds one", lambda: user.eyes.property_of(lambda view: view.model().rowCount() == 1, "encounters")
    )
    user.photograph("search")
    user.drag((0.4, 0.06), (0.4, 0.06), "encounters")
    user.wait_until(
        "it is opened",
        lambda: user.eyes.property_of(lambda field: field.text() == RENAMED, "encounter-title"),
    )
    user.wait_for("answer")
    user.press("ctrl+f", "ctrl+a", "Delete")
    user.wait_until(
        "all are listed", lambda: user.eyes.property_of(lambda view: view.model().rowCount() == listed, "encounters")
    )


def models_page(user: User) -> None:
    """The models that are here, and what runs where."""
    user.click("rail-page-machine")
    user.wait_for("MachinePage")
    user.wait_for_words("Whisper", MODELS_S)
    user.photograph("models-page")
    user.reveal("measure")
    user.photograph("machine")


def workers() -> list[psutil.Process]:
    """Return the processes of the model worker."""
    children = psutil.Process(os.getpid()).children(recursive=True)
    return [child for child in children if "desktop.worker" in child.cmdline()]


def _quoted(answer: Answer) -> int | None:
    """Return which sentence rests on the words of a recording, None for none."""
    for place, sentence in enumerate(answer.sentences):
        if sentence.citations and sentence.citations[0].kind is CitedKind.TRANSCRIPT:
            return place
    return None
