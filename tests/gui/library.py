"""A guideline of the doctor's own: put into the library by hand, then cited by an answer with its page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.encounter import CitedKind
from tests.fakes.documents import write_pdf

if TYPE_CHECKING:
    from tests.gui.bedside import Bedside
    from tests.gui.user import User

READ_S = 300
GUIDELINE = (
    "This ward treats patients with fever from the tropics.",
    "Warning signs of dengue are abdominal pain,\npersistent vomiting, bleeding and restlessness.\n"
    "A patient with warning signs is admitted.",
)
QUESTION = "What are the warning signs of dengue?"


def add_and_ask(user: User, bedside: Bedside) -> None:
    """Add a PDF on the models page, ask in an encounter, and open the page behind the answer."""
    file = write_pdf(
        Path(os.environ["BEDSIDE_HOME"]) / "dengue.pdf",
        GUIDELINE,
        bookmarks=(("Who this is for", 0), ("Warning signs", 1)),
        title="Dengue on the ward",
    )
    user.click("rail-page-machine")
    user.click("library-files")
    user.wait_for("QFileDialog")
    user.take_keyboard("QFileDialog")
    user.type(str(file))
    user.press("Return")
    user.wait_for_words("Dengue on the ward", READ_S)
    user.wait_until("it is read whole", lambda: not user.eyes.is_seen("library-cancel"), READ_S)
    user.reveal("library-remove")
    user.photograph("library")
    user.take_keyboard("main-window")
    user.press("ctrl+1")
    user.click("question-field")
    user.type(QUESTION)
    user.press("Return")
    user.wait_for("stop-answer")
    user.wait_until("the answer is whole", lambda: not user.eyes.is_seen("stop-answer"), READ_S)
    answer = bedside.last_answer()
    cited = [c for s in answer.sentences for c in s.citations if c.kind is CitedKind.PASSAGE]
    assert cited, f"no sentence cites the guideline: {[sentence.text for sentence in answer.sentences]}"
    assert (cited[0].label, cited[0].page, cited[0].heading) == ("Dengue on the ward", 2, "Warning signs")
    bedside.open_evidence(next(place for place, s in enumerate(answer.sentences) if cited[0] in s.citations))
    user.photograph("library-cited")
