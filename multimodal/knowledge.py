"""What this machine can look a question up in: the doctor's own library, and the terminologies that were fetched.

Passages of the library are found by words and by meaning. A term is given where the question names it: its definition
or its code is then a source of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lm.grounding.knowledge import KnowledgeBase
from lm.grounding.relevance import bears_on
from lm.grounding.words import searched_words
from multimodal.catalog import ModelKind, ModelState, data_folder, load_catalog, models_folder, state
from multimodal.terminologies import TERMS_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from lm.grounding.knowledge import Encoder, Found
    from lm.grounding.passages import Passage
    from multimodal.prompt import Turn

TEXT_ENCODER = "minilm-l6-v2"
PASSAGES_GIVEN = 3
"""To the decoder for one question: what a small one reads in a second or two."""
TERMS_GIVEN = 2
TERMINOLOGIES = ("hpo", "drug-names", "icd-10-cm")
"""In the order in which they are asked: what defines comes before what only names."""
ENOUGH_WORDS = 2
"""Searched words below which a question is looked up together with the one before it: "And the dose?"."""
_CONSIDERED = 12
_BY_WORDS_ALONE = (
    "The text encoder is not on this machine, so the library was searched by words alone. "
    f"Type: bedside models fetch {TEXT_ENCODER}"
)


def library_file() -> Path:
    """Return the file of the doctor's own library, whether or not it is there yet."""
    return data_folder() / "library" / "library.sqlite"


def installed_encoder() -> Encoder | None:
    """Load the text encoder; None where it was not fetched."""
    if state(TEXT_ENCODER) is not ModelState.INSTALLED:
        return None
    from lm.grounding.embedding import TextEncoder

    return TextEncoder.load(models_folder() / TEXT_ENCODER)


class Knowledge:
    """Finds passages for questions; it belongs to the thread that opened it."""

    def __init__(
        self,
        library: KnowledgeBase | None,
        load_encoder: Callable[[], Encoder | None],
        terminologies: Sequence[KnowledgeBase] = (),
    ) -> None:
        self._library, self._load_encoder, self._terminologies = library, load_encoder, tuple(terminologies)
        self._encoder: Encoder | None = None
        self._notices: list[str] = []

    @classmethod
    def open(cls, load_encoder: Callable[[], Encoder | None] = installed_encoder) -> Knowledge:
        """Open what this machine has. Raises DamagedKnowledge."""
        library = KnowledgeBase(library_file()) if library_file().is_file() else None
        return cls(library, load_encoder, [open_terminology(name) for name in installed_terminologies()])

    def __enter__(self) -> Knowledge:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every file."""
        for base in (*filter(None, (self._library,)), *self._terminologies):
            base.close()

    @property
    def has_documents(self) -> bool:
        """Whether the doctor's own library holds anything."""
        return self._library is not None and not self._library.is_empty

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look anything up in."""
        return not self.has_documents and not self._terminologies

    def find(self, question: str, turns: Sequence[Turn] = ()) -> tuple[Passage, ...]:
        """Return the passages that bear on a question, best first, then the terms that it names; often none."""
        asked = _asked(question, turns)
        passages = [found.passage for found in self.search(asked, _CONSIDERED) if bears_on(found, asked)]
        terms = [term for base in self._terminologies for term in base.named_in(asked, TERMS_GIVEN)]
        return (*passages[:PASSAGES_GIVEN], *terms[:TERMS_GIVEN])

    def search(self, question: str, limit: int) -> tuple[Found, ...]:
        """Return the nearest passages of the library, whether or not they bear on the question."""
        if self._library is None or not self.has_documents:
            return ()
        return self._library.search(question, limit, self._loaded_encoder())

    def search_terms(self, question: str, limit: int) -> tuple[Found, ...]:
        """Return terms whose words are nearest to the question, those of each terminology in turn."""
        return tuple(found for base in self._terminologies for found in base.search(question, limit))

    def take_notices(self) -> tuple[str, ...]:
        """Return what should be said about how passages were found, once."""
        told, self._notices = tuple(self._notices), []
        return told

    def _loaded_encoder(self) -> Encoder | None:
        if self._encoder is None:
            self._encoder = self._load_encoder()
        if self._encoder is None:
            self._notices.append(_BY_WORDS_ALONE)
        return self._encoder


def installed_terminologies() -> list[str]:
    """Return the terminologies that were fetched, in the order in which they are asked."""
    known = load_catalog().entries
    return [
        name
        for name in TERMINOLOGIES
        if name in known and known[name].kind is ModelKind.TERMINOLOGY and state(name) is ModelState.INSTALLED
    ]


def installed_terminology(name: str) -> KnowledgeBase | None:
    """Open one terminology; None where it was not fetched. Raises DamagedKnowledge."""
    return open_terminology(name) if name in installed_terminologies() else None


def open_terminology(name: str) -> KnowledgeBase:
    """Open a fetched terminology for reading. Raises DamagedKnowledge."""
    return KnowledgeBase(models_folder() / name / TERMS_FILE, read_only=True)


def _asked(question: str, turns: Sequence[Turn]) -> str:
    if turns and len(searched_words(question)) < ENOUGH_WORDS:
        return f"{turns[-1].question} {question}"
    return question
