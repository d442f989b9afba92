"""The values of `multimodal` and `lm` as those of the record and the protocol, and back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from desktop.record import encounter
from desktop.record.speakers import names_speakers
from desktop.record.written import standing, written_text, written_words
from desktop.worker import known, protocol
from lm.grounding.answer import Citation, Dependence, Evidence, EvidenceWord, Sentence, Verdict
from lm.sequence import SourceKind
from multimodal import transcript
from multimodal.consultation import Answered, AnswerText, Heard, Notice, Saw
from multimodal.explain_pictures import shown_rows, square_in
from multimodal.picture import Region
from multimodal.prompt import PROMPT_STAMP
from multimodal.spoken.form import Form, written_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from desktop.worker.known import KnownRecording
    from lm.tasks.writing import Section
    from multimodal.consultation import Event
    from multimodal.explain import Explanation
    from multimodal.picture import Picture
    from multimodal.used import Used


LABELS = {
    encounter.Speaker.DOCTOR: "Doctor:",
    encounter.Speaker.PATIENT: "Patient:",
    encounter.Speaker.UNKNOWN: "Unknown_speaker:",
}
"""What `lm.clinical.dialogue` reads before a turn."""
_WHOLE = (0.0, 0.0, 1.0, 1.0)


def recorded_words(heard: Sequence[transcript.Word]) -> tuple[encounter.Word, ...]:
    """Return recognised words as they are kept."""
    return tuple(encounter.Word(word.text, word.start_s, word.end_s, word.confidence) for word in heard)


def recorded_utterance(
    heard: transcript.Utterance, form: protocol.WrittenForm = protocol.WrittenForm.VERBATIM
) -> encounter.Utterance:
    """Return a recognised utterance as it is kept: what was said, and where it differs, how it is written."""
    words = recorded_words(heard.words)
    spoken = [word.text for word in words]
    written = tuple(
        encounter.WrittenWord(word.text, word.first, word.stop, encounter.WrittenMark(word.mark))
        for word in written_form(spoken, Form(form), heard.language)
    )
    differs = [word.text for word in written] != spoken
    return encounter.Utterance(
        heard.start_s,
        heard.end_s,
        heard.text,
        words,
        heard.language,
        written if differs else (),
        heard.translation,
    )


def heard_utterances(kept: Sequence[encounter.Utterance]) -> list[transcript.Utterance]:
    """Return kept utterances as if they had just been recognised, in the form in which they are written.

    What was taken back is left out, and what was not kept counts as certain.
    """
    return [_heard(utterance) for utterance in standing(kept)]


def _heard(kept: encounter.Utterance) -> transcript.Utterance:
    words = tuple(transcript.Word(word.text, word.start_s, word.end_s, word.confidence) for word in written_words(kept))
    return transcript.Utterance(kept.start_s, kept.end_s, written_text(kept), words, kept.language, 1.0, 0.0)


class Converter:
    """Turns the events of one question into the protocol's, timing them from its construction."""

    def __init__(self, job: str) -> None:
        self._job = job
        self._started_s = time.monotonic()
        self._first_token_s = 0.0

    def all_of(self, events: Iterable[Event]) -> Iterator[protocol.Event]:
        """Convert events as they come."""
        for event in events:
            converted = self._one(event)
            if converted is not None:
                yield converted

    def _one(self, event: Event) -> protocol.Event | None:
        if isinstance(event, Notice):
            return protocol.Notice(self._job, event.text)
        if isinstance(event, Heard):
            return protocol.SettledUtterance(self._job, recorded_utterance(event.utterance))
        if isinstance(event, Saw):
            return protocol.PictureRead(self._job, event.label, event.picture.description, event.fused_tokens)
        if isinstance(event, AnswerText):
            return self._piece(event)
        return self._whole(event) if isinstance(event, Answered) else None

    def _piece(self, event: AnswerText) -> protocol.AnswerPiece | None:
        if not self._first_token_s:
            self._first_token_s = time.monotonic() - self._started_s
        return protocol.AnswerPiece(self._job, event.text) if event.text else None

    def _whole(self, event: Answered) -> protocol.AnswerWhole:
        return protocol.AnswerWhole(
            job=self._job,
            text=event.text,
            sentences=tuple(map(_sentence, event.sentences)),
            decoder=event.decoder,
            used=tuple(map(_used, event.used)),
            finish=str(event.finish),
            first_token_s=self._first_token_s,
            answering_s=time.monotonic() - self._started_s,
            tokens=event.engine.generated_tokens,
            prompt=PROMPT_STAMP,
        )


def explained(command: protocol.Explain, found: Explanation, shown: Mapping[str, Picture]) -> protocol.AnswerExplained:
    """Return what an answer hangs on, in weights without signs, laid out on the pictures as they are stored.

    Raises ValueError for an explanation that looked at pictures alone.
    """
    shares = found.shares
    if shares is None:
        raise ValueError(f"{found.method} does not weigh pictures, sound and words against each other")
    regions = {picture.label: Region(*(picture.region or _WHOLE)) for picture in command.context.pictures}
    pictures = []
    for scores in found.pictures:
        picture, region = shown[scores.label], regions[scores.label]
        box = (region.left, region.top, region.right, region.bottom)
        square = square_in(picture.width_px, picture.height_px, region)
        rows = shown_rows(found.method, scores.rows)
        heaviest = max(map(max, rows)) or 1.0
        weights = tuple(tuple(score / heaviest for score in row) for row in rows)
        pictures.append(known.PictureWeights(scores.label, weights, square, box))
    most = max((abs(word.score) for word in found.words), default=0.0) or 1.0
    words = tuple(known.WordWeight(word.word.label, word.word.start_s, abs(word.score) / most) for word in found.words)
    return protocol.AnswerExplained(
        command.job, tuple(pictures), words, shares.image, shares.audio, shares.words, shares.rest
    )


def _sentence(said: Sentence) -> encounter.Sentence:
    return encounter.Sentence(said.text, encounter.Verdict(said.verdict), tuple(map(recorded_citation, said.citations)))


def _used(given: Used) -> encounter.Used:
    kind = encounter.UsedKind(given.kind)
    return encounter.Used(kind, given.label, given.words, given.frame, given.frames, given.time_s)


def recorded_sections(sections: Iterable[Section]) -> tuple[encounter.Section, ...]:
    """Return the sections of a draft as they are kept."""
    return tuple(encounter.Section(one.heading, tuple(map(_sentence, one.sentences)), one.is_check) for one in sections)


def grounded_sentence(kept: encounter.Sentence) -> Sentence:
    """Return a kept sentence as the gate gave it; the doctor's own words are borne out by the doctor."""
    is_own = kept.verdict is encounter.Verdict.OWN
    verdict = Verdict.SUPPORTED if is_own else Verdict(kept.verdict)
    return Sentence(kept.text, verdict, tuple(map(_grounded_citation, kept.citations)))


def evidence_of(recording: KnownRecording) -> Evidence:
    """Return the words of a recording as what sentences may rest on; words without times share their utterance's."""
    words = tuple(word for utterance in recording.utterances for word in _timed_words(utterance))
    return Evidence(SourceKind.TRANSCRIPT, recording.label, words)


def dialogue_of(recording: KnownRecording) -> Evidence:
    """Return the same with a label before each turn ("Doctor:"), where anybody is named: drafts read these."""
    words: list[EvidenceWord] = []
    before = None
    for utterance in recording.utterances:
        if utterance.speaker is not before and names_speakers(recording.utterances):
            words.append(EvidenceWord(LABELS[utterance.speaker], utterance.start_s, utterance.start_s))
            before = utterance.speaker
        words += _timed_words(utterance)
    return Evidence(SourceKind.TRANSCRIPT, recording.label, tuple(words))


def _timed_words(utterance: encounter.Utterance) -> Iterator[EvidenceWord]:
    if utterance.words:
        for word in utterance.words:
            yield EvidenceWord(word.text, word.start_s, word.end_s)
    else:
        for text in utterance.text.split():
            yield EvidenceWord(text, utterance.start_s, utterance.end_s)


def _grounded_citation(kept: encounter.Citation) -> Citation:
    kind = SourceKind(kept.kind)
    dependence = None if kept.dependence is None else Dependence(kept.dependence)
    return Citation(kind, kept.label, kept.quote, kept.start_s, kept.end_s, dependence, kept.heading, kept.page)


def recorded_citation(cited: Citation) -> encounter.Citation:
    """Return a citation as it is kept."""
    kind = encounter.CitedKind(cited.kind)
    dependence = None if cited.dependence is None else encounter.Dependence(cited.dependence)
    return encounter.Citation(
        kind, cited.label, cited.quote, cited.start_s, cited.end_s, dependence, cited.heading, cited.page
    )
