"""Questions that the worker looks up: in a real library file, with stand-ins for the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from desktop.record.encounter import CitedKind, Verdict
from desktop.worker.codec import decode, encode
from desktop.worker.known import EncounterContext
from desktop.worker.protocol import COMMANDS, EVENTS, AnswerWhole, Ask, Notice
from desktop.worker.workshop import Workshop
from lm.grounding.knowledge import KnowledgeBase
from lm.grounding.passages import Passage
from multimodal.consultation import NOTHING_FOUND
from multimodal.knowledge import library_file
from tests.fakes.consultations import FakeModels, ScriptedEngine, tiny_tokens

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.worker.protocol import Event
    from desktop.worker.schedule import Work
    from lm.tokens import Tokens
    from multimodal.models import Models

SIGNS = Passage("Dengue", "Warning signs of dengue are persistent vomiting and bleeding.", "Warning signs", 12)
ANSWER = "Persistent vomiting and bleeding are warning signs."


class LoadedModels(FakeModels):
    """Models that are loaded already."""

    decoder_wish, has_decoder = "tiny", True


class AskedWork:
    """A question whose turn it is."""

    def __init__(self, library: bool = True, question: str = "What are the warning signs of dengue?") -> None:
        asked = Ask("j1", EncounterContext("e1"), question, "tiny", 32, library)
        self.command = decode(encode(asked), COMMANDS)

    def cancelled(self) -> bool:
        return False


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "home"))
    with KnowledgeBase(library_file()) as library:
        library.add("/dengue.pdf", "Dengue", "1", [SIGNS])
    return tmp_path / "home"


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    return tiny_tokens(tmp_path_factory.mktemp("tokens"))


def answered(tokens: Tokens, work: AskedWork) -> tuple[AnswerWhole, list[str]]:
    """Return the answer and the notices, after they crossed the line to the window."""
    workshop = Workshop()
    workshop._models = cast("Models", LoadedModels(tokens, ScriptedEngine([ANSWER])))
    steps = [cast("Event", step) for step in workshop.steps(cast("Work", work)) if step is not None]
    events = [decode(encode(step), EVENTS) for step in steps]
    (whole,) = (event for event in events if isinstance(event, AnswerWhole))
    return whole, [event.text for event in events if isinstance(event, Notice)]


@pytest.mark.usefixtures("home")
def test_the_window_is_told_document_page_and_heading(tokens: Tokens) -> None:
    whole, notices = answered(tokens, AskedWork())
    (citation,) = whole.sentences[0].citations
    assert whole.sentences[0].verdict is Verdict.SUPPORTED
    assert (citation.kind, citation.label, citation.page, citation.heading) == (
        CitedKind.PASSAGE,
        "Dengue",
        12,
        "Warning signs",
    )
    assert [used.label for used in whole.used] == ["Dengue", ""]
    assert ["by words alone" in notice for notice in notices] == [True]


@pytest.mark.usefixtures("home")
def test_a_question_that_is_not_to_be_looked_up_is_not(tokens: Tokens) -> None:
    whole, notices = answered(tokens, AskedWork(library=False))
    assert [sentence.verdict for sentence in whole.sentences] == [Verdict.UNVERIFIED]
    assert notices == []


@pytest.mark.usefixtures("home")
def test_finding_nothing_is_told(tokens: Tokens) -> None:
    _, notices = answered(tokens, AskedWork(question="Which appendix has a cellar?"))
    assert notices[-1] == NOTHING_FOUND


def test_an_empty_library_is_not_mentioned(tokens: Tokens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDSIDE_HOME", str(tmp_path / "empty"))
    assert answered(tokens, AskedWork())[1] == []


def test_a_damaged_library_stops_no_answer(tokens: Tokens, home: Path) -> None:
    assert home.is_dir()
    library_file().write_bytes(b"damaged" * 1000)
    whole, (notice,) = answered(tokens, AskedWork())
    assert "is damaged" in notice
    assert whole.text == ANSWER
