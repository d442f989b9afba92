"""Why an answer: what the worker found about it, kept while its encounter is shown and never on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.record.editing import attachment_labelled, entry_of
from desktop.record.encounter import Answer, AnswerStatus, Question, UsedKind, Verdict
from desktop.ui.encounter.asking import context_of, known_picture
from desktop.ui.encounter.jobs import Jobs
from desktop.worker.protocol import AnswerExplained, Done, Explain, ExplainedSoFar, Failed, Stopped

if TYPE_CHECKING:
    from desktop.ui.encounter.book import EncounterBook
    from desktop.ui.services import Services
    from desktop.worker.known import EncounterContext, PictureWeights
    from desktop.worker.protocol import Event

_EXPLAINABLE = frozenset({AnswerStatus.COMPLETE, AnswerStatus.CUT_SHORT})


@dataclass(frozen=True, slots=True)
class WhyState:
    """How an explanation of one answer stands."""

    running: bool = False
    share: float = 0.0
    """How far it is, 0 to 1."""
    found: AnswerExplained | None = None
    failure: str = ""
    """The sentence that says why there is none."""


NOT_ASKED = WhyState()


class Explaining(QObject):
    """Has answers explained, one after another; an explanation is shown until it is hidden or another one comes."""

    changed = Signal(str)
    """The answer's id."""
    shown = Signal(object)
    """The AnswerExplained to be shown on the pictures and words, None for none."""

    def __init__(self, services: Services, book: EncounterBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._book = services, book
        self._jobs = Jobs()
        self._states: dict[str, WhyState] = {}
        self._asked: dict[str, EncounterContext] = {}
        """What each answer was explained with."""
        book.opened.connect(self._forget)

    def state_of(self, answer_id: str) -> WhyState:
        """Return how the explanation of an answer stands."""
        return self._states.get(answer_id, NOT_ASKED)

    def weights_of(self, label: str) -> PictureWeights | None:
        """Return what is shown of a picture, None where nothing is, or another frame of it was chosen meanwhile."""
        for answer_id, state in self._states.items():
            weights = next((one for one in state.found.pictures if one.label == label), None) if state.found else None
            if weights is not None and _place(self._asked[answer_id], label) == self._present_place(label):
                return weights
        return None

    def toggle(self, answer_id: str) -> None:
        """Explain an answer of the encounter that is shown; stop that, or hide what was found."""
        state = self.state_of(answer_id)
        if state.running:
            self.cancel(answer_id)
        elif state.found:
            self._put(answer_id, NOT_ASKED)
            self.shown.emit(None)
        else:
            self._explain(answer_id)

    def cancel(self, answer_id: str) -> None:
        """Stop explaining an answer."""
        job = self._jobs.of_entry(answer_id)
        if job:
            self._services.worker.cancel(job.id)

    def take(self, event: Event) -> None:
        """Take an event of a job of ours; every other event is left alone."""
        job = self._jobs.get(getattr(event, "job", ""))
        if job is None:
            return
        match event:
            case ExplainedSoFar():
                self._put(job.entry_id, WhyState(running=True, share=event.share))
            case AnswerExplained():
                self._hide_others(job.entry_id)
                self._put(job.entry_id, WhyState(found=event))
                self.shown.emit(event)
            case Failed():
                self._jobs.end(job.id)
                self._put(job.entry_id, WhyState(failure=event.sentence))
            case Stopped():
                self._jobs.end(job.id)
                self._put(job.entry_id, NOT_ASKED)
            case Done():
                self._jobs.end(job.id)
            case _:
                pass

    def _explain(self, answer_id: str) -> None:
        encounter = self._book.current
        answer = entry_of(encounter, answer_id) if encounter else None
        if encounter is None or not isinstance(answer, Answer) or not is_explainable(answer):
            return
        question = entry_of(encounter, answer.question_id)
        if not isinstance(question, Question):
            return
        job = self._jobs.add(encounter.id, answer_id)
        context = context_of(encounter, self._book, before=question.id, marked=question.marked)
        self._asked[answer_id] = context
        self._put(answer_id, WhyState(running=True))
        decoder, cited = self._decoder_of(answer), any(used.kind is UsedKind.PASSAGE for used in answer.used)
        self._services.worker.send(Explain(job.id, context, question.text, answer.text, decoder, cited))

    def _present_place(self, label: str) -> tuple[str, int | None] | None:
        encounter = self._book.current
        picture = attachment_labelled(encounter, label) if encounter else None
        if encounter is None or picture is None:
            return None
        known = known_picture(encounter, picture, self._book)
        return known.file, known.frame

    def _decoder_of(self, answer: Answer) -> str:
        """Return what loads the decoder that answered: answers are signed with a name, not with a path."""
        chosen = str(self._services.settings.value("decoder"))
        return chosen if answer.decoder in {Path(chosen).name, Path(chosen).stem} else answer.decoder

    def _put(self, answer_id: str, state: WhyState) -> None:
        self._states[answer_id] = state
        self.changed.emit(answer_id)

    def _hide_others(self, answer_id: str) -> None:
        for other in [other for other, state in self._states.items() if state.found and other != answer_id]:
            self._put(other, NOT_ASKED)

    def _forget(self) -> None:
        """Another encounter is shown: nothing of the one before is laid over its pictures."""
        for job in self._jobs:
            self._jobs.end(job.id)
            self._services.worker.cancel(job.id)
        self._states.clear()
        self._asked.clear()


def _place(context: EncounterContext, label: str) -> tuple[str, int | None] | None:
    """Return which frame of which file was asked about."""
    return next(((known.file, known.frame) for known in context.pictures if known.label == label), None)


def is_explainable(answer: Answer) -> bool:
    """Tell whether there is an answer whose words can be explained: whole, and nothing of it withheld."""
    withheld = any(sentence.verdict is Verdict.WITHHELD for sentence in answer.sentences)
    return bool(answer.text) and answer.status in _EXPLAINABLE and not withheld
