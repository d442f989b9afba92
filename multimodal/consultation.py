"""One consultation: what was said and shown goes in, a streamed answer that names its sources comes out.

The whole path of the design in one room: recordings become a transcript (and, where the decoder has a projector
for them, audio tokens), pictures become image tokens, both join the question in one FusionSequence, the engine
streams the answer, the gate ties each sentence to its source, and what rests on a picture is scored again without it
(`multimodal.dependence`). The events come out in the order in which they happen, so that a window or a terminal can
show what is heard while it is heard.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from lm.engine import FinishReason
from lm.errors import OutOfMemory
from lm.grounding.answer import Citation, Evidence, EvidenceWord, Verdict
from lm.grounding.closest import with_closest_words
from lm.grounding.gate import ground
from lm.grounding.repetition import before_repetition
from lm.sampling import GenerationOptions
from lm.sequence import SourceKind
from multimodal.dependence import Said, judged, measure_dependence
from multimodal.encodings import Encodings, View
from multimodal.errors import Cancelled
from multimodal.explain import Explainer, Explaining, Explanation, Method, SpokenWord, Subject
from multimodal.picture_claims import cites_picture, tied_to_pictures
from multimodal.prompt import FusedAttachment, PromptInputs, Turn
from multimodal.speakers import named_speakers
from multimodal.used import Used, UsedKind

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    import torch

    from lm.engine import GeneratedToken, Timings
    from lm.grounding.answer import Sentence
    from lm.grounding.passages import Passage
    from lm.sequence import FusionSequence
    from multimodal.dependence import PictureDependence
    from multimodal.files import FileReader
    from multimodal.knowledge import Knowledge
    from multimodal.models import Models
    from multimodal.picture import Picture
    from multimodal.transcript import Utterance

T = TypeVar("T")

NOTHING_FOUND = "Nothing in the library bears on this question, so the answer has no source there."
_WORD_END = frozenset(" .!?。！？\n")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the doctor should know about how the answer comes about."""

    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance, as soon as it is recognised."""

    label: str
    utterance: Utterance
    speaker: str = ""
    """Doctor, patient or unknown in small letters; empty where it was not asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Saw:
    """A picture that was opened and encoded; `fused_tokens` is 0 where the decoder cannot see it."""

    label: str
    picture: Picture
    fused_tokens: int


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What the library says on a question: the passages that the decoder is given."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The next piece of the answer; `logprob` is the natural logarithm of the token's probability."""

    text: str
    logprob: float


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Seconds that each stage took; loading is counted apart, since a running app has loaded already."""

    loading_s: float
    listening_s: float
    looking_s: float
    first_token_s: float
    answering_s: float
    checking_s: float = 0.0
    """Scoring the answer again with other pictures."""
    looking_up_s: float = 0.0
    """Finding passages in the library."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer with its sources."""

    question: str
    text: str
    """The answer as it may be shown: what the decoder wrote, with a sentence in the place of what is withheld."""
    sentences: tuple[Sentence, ...]
    dependence: PictureDependence | None
    """How much the answer depends on the pictures; None where no sentence cites one, or it could not be measured."""
    decoder: str
    used: tuple[Used, ...]
    """What the decoder was given."""
    finish: FinishReason
    engine: Timings
    times: StageTimes


Event = Notice | Heard | Saw | LookedUp | AnswerText | Answered | Explaining | Explanation


@dataclass(slots=True)
class _Clock:
    """Adds up the seconds of each stage since the last answer."""

    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, stage: str, started: float) -> None:
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.monotonic() - started


class _Written(NamedTuple):
    """An answer as it was generated; `tokens` go on where it only repeated itself, `text` does not."""

    text: str
    tokens: list[GeneratedToken]
    finish: FinishReason


@dataclass(slots=True)
class _Recording:
    label: str
    file: Path | None
    utterances: list[Utterance] = field(default_factory=list)


def _never() -> bool:
    return False


class Consultation:
    """What was said, shown, asked and answered at one bedside; nothing of it is kept on disk here.

    What is known already can be told instead of heard: `recall` takes recognised words, `go_on_from` earlier turns,
    and `encodings` of the same encounter keep pictures and sound from being encoded again. Every file is read through
    `files`. With `knowledge` each question is looked up there, and the decoder is given what is found.
    """

    def __init__(
        self,
        models: Models,
        files: FileReader,
        cancelled: Callable[[], bool] = _never,
        encodings: Encodings | None = None,
        knowledge: Knowledge | None = None,
    ) -> None:
        self._models = models
        self._files = files
        self._cancelled = cancelled
        self._encodings = encodings or Encodings(files)
        self._knowledge = knowledge
        self._recordings: list[_Recording] = []
        self._attachments: list[FusedAttachment] = []
        self._turns: list[Turn] = []
        self._seen: dict[str, Picture] = {}
        self._clock = _Clock()

    def transcribe(self, file: Path, language: str | None = None, *, speakers: bool = False) -> Iterator[Event]:
        """Take a recording in as words alone, yielding each utterance as it is heard. No decoder is loaded.

        With `speakers` they come once all are heard, parted where the speaker changes, with who says them.
        Raises InvalidFile when the file cannot be used; nothing of it is then part of the consultation.
        """
        started = time.monotonic()
        try:
            recording = self._files.load_audio(file, cancelled=self._cancelled)
        except Cancelled:
            return
        self._clock.add("listening", started)
        recognizer = self._timed_load(self._models.speech)
        started = time.monotonic()
        heard = _Recording(f"Recording {len(self._recordings) + 1}", file)
        self._recordings.append(heard)
        utterances = recognizer.transcribe(recording, language=language, cancelled=self._cancelled)
        if speakers:
            named = named_speakers(list(utterances), recording, self._timed_load(self._models.voices))
            heard.utterances += [utterance for utterance, _ in named]
            yield from (Heard(heard.label, utterance, speaker) for utterance, speaker in named)
            utterances = iter(())
        for utterance in utterances:
            heard.utterances.append(utterance)
            self._clock.add("listening", started)
            yield Heard(heard.label, utterance)
            started = time.monotonic()
        self._clock.add("listening", started)
        if not heard.utterances and not self._cancelled():
            yield Notice(f"{heard.label}: no speech was found in it.")

    def listen(self, file: Path, language: str | None = None) -> Iterator[Event]:
        """Take a recording in as words and, where the decoder has a voice projector, as sound too."""
        yield from self.transcribe(file, language)
        if not self._cancelled():
            yield from self._fuse_audio(self._recordings[-1])

    def recall(self, label: str, file: Path | None, utterances: Iterable[Utterance]) -> Iterator[Event]:
        """Take in a recording whose words are known, without listening to it again; None where its sound is gone."""
        recalled = _Recording(label, file, list(utterances))
        self._recordings.append(recalled)
        if self._timed_load(self._models.audio_projector) is not None:
            yield from self._fuse_audio(recalled)

    def go_on_from(self, turns: Iterable[Turn]) -> None:
        """Take in earlier questions with their answers."""
        self._turns += turns

    def look(self, file: Path) -> Iterator[Event]:
        """Open and encode a picture.

        Raises InvalidFile when the file cannot be used; nothing of it is then part of the consultation.
        """
        return self.look_at(View(file), f"Image {1 + sum(a.kind is SourceKind.IMAGE for a in self._attachments)}")

    def look_at(self, view: View, label: str) -> Iterator[Event]:
        """Open and encode a frame or a part of a picture; see `look`. Cancelled, it is no part of the consultation."""
        started = time.monotonic()
        try:
            picture = self._encodings.picture(view, self._cancelled)
            self._clock.add("looking", started)
            tokens = self._image_tokens(view, picture)
        except Cancelled:
            return
        caption = picture.description if picture.kind == "dicom" or view.region else ""
        self._attachments.append(FusedAttachment(SourceKind.IMAGE, label, tokens, caption))
        self._seen[label] = picture
        yield Saw(label, picture, 0 if tokens is None else len(tokens))
        if view.frame is None and picture.time_s is not None:
            yield Notice(f"{label} is a film: its middle is looked at, {picture.place}.")
        if tokens is None:
            yield Notice(
                f"{self._models.decoder_name} has no picture projector, so {label} is not part of the answer: "
                "it comes from the text alone."
            )

    def _image_tokens(self, view: View, picture: Picture) -> torch.Tensor | None:
        projector = self._timed_load(self._models.image_projector)
        if projector is None:
            return None
        encoder = self._timed_load(self._models.vision)
        started = time.monotonic()
        tokens = projector.project(self._encodings.features(view, picture, encoder, self._cancelled))[0]
        self._clock.add("looking", started)
        return tokens

    def ask(self, question: str, options: GenerationOptions | None = None) -> Iterator[Event]:
        """Stream the answer to a question about everything so far, then the answer with its sources.

        Raises ContextOverflow when all of it together is longer than the decoder can read.
        """
        prompts = self._timed_load(self._models.prompts)
        passages = yield from self._look_up(question)
        prompt = prompts.build(self._inputs(question, self._turns, passages))
        answer, written, finish = yield from self._write(prompt, options or GenerationOptions())
        timings = self._models.engine().timings
        evidence = self._evidence(question, passages)
        tied = tied_to_pictures(ground(answer, evidence), question, self._cited_pictures(), bool(passages))
        sentences = with_closest_words(tied, question, evidence)
        dependence = yield from self._check_dependence(Said(prompt, written, sentences))
        if dependence is not None:
            sentences = judged(sentences, dependence)
        if any(sentence.verdict is Verdict.WITHHELD for sentence in sentences):
            answer = " ".join(sentence.text for sentence in sentences)
        self._turns.append(Turn(question, answer))
        yield Answered(
            question,
            answer,
            sentences,
            dependence,
            self._models.decoder_name,
            self._used(passages),
            finish,
            timings,
            self._stage_times(timings),
        )

    def explain(
        self, question: str, answer: str, method: Method = Method.GRADIENT, about: str = ""
    ) -> Iterator[Explaining | Explanation]:
        """Yield how far it is, then what made `answer` to `question` probable; `about` is a word of the answer.

        Raises InvalidInput where the method finds nothing to explain: no picture, no such word.
        """
        turns = self._turns[:-1] if self._turns[-1:] == [Turn(question, answer)] else self._turns
        passages = self._knowledge.find(question, turns) if self._knowledge else ()
        prompt = self._models.prompts().build(self._inputs(question, turns, passages))
        subject = Subject(prompt, answer, self._spoken_words())
        explainer = Explainer(self._models.engine(), self._cancelled)
        if method is Method.OCCLUSION:
            yield from explainer.occlusion(subject, self._mean_picture)
        elif method is Method.ATTENTION:
            yield from explainer.attention(subject, about)
        else:
            yield from explainer.gradient(subject, self._mean_picture)

    def _inputs(self, question: str, turns: Iterable[Turn], passages: tuple[Passage, ...]) -> PromptInputs:
        return PromptInputs(question, tuple(self._attachments), self._transcript(), tuple(turns), passages)

    def _look_up(self, question: str) -> Generator[Event, None, tuple[Passage, ...]]:
        """Look a question up and return what is found.

        Finding nothing is told where the doctor has documents, for the answer then has no source among them.
        """
        if self._knowledge is None:
            return ()
        started = time.monotonic()
        passages = self._knowledge.find(question, self._turns)
        self._clock.add("looking up", started)
        yield from (Notice(text) for text in self._knowledge.take_notices())
        if passages:
            yield LookedUp(passages)
        elif self._knowledge.has_documents:
            yield Notice(NOTHING_FOUND)
        return passages

    def _mean_picture(self) -> torch.Tensor:
        return self._models.reference_tokens().mean

    def _write(self, prompt: FusionSequence, options: GenerationOptions) -> Generator[Event, None, _Written]:
        """Stream an answer and return it, ended where it only repeats itself."""
        engine = self._timed_load(self._models.engine)
        told = len(engine.notices)
        answer = ""
        written: list[GeneratedToken] = []
        finish: FinishReason | None = None
        for token in engine.generate(prompt, options, self._cancelled):
            answer += token.text
            written.append(token)
            finish = token.finish or finish
            yield AnswerText(token.text, token.logprob)
            shorter = before_repetition(answer) if _WORD_END.intersection(token.text) else None
            if shorter is not None and finish is None:
                answer, finish = shorter, FinishReason.REPETITION
                yield Notice("The answer began to repeat itself and was ended there.")
                break
        yield from (Notice(text) for text in engine.notices[told:])
        if finish is None:
            raise RuntimeError("the engine ended without saying why")
        return _Written(answer.strip(), written, finish)

    def _cited_pictures(self) -> list[Citation]:
        times = {label: picture.time_s for label, picture in self._seen.items()}
        return [
            Citation(a.kind, a.label, start_s=times.get(a.label)) for a in self._attachments if a.embeddings is not None
        ]

    def _check_dependence(self, said: Said) -> Generator[Event, None, PictureDependence | None]:
        """Measure how much the answer depends on the pictures that it cites; text answers cost nothing."""
        if not any(cites_picture(sentence) for sentence in said.sentences):
            return None
        references = self._timed_load(self._models.reference_tokens)
        started = time.monotonic()
        try:
            dependence = measure_dependence(self._models.engine(), said, references, self._cancelled)
        except OutOfMemory:
            yield Notice("There was not enough memory to check whether the answer depends on the picture: look at it.")
            return None
        self._clock.add("checking", started)
        return dependence

    def _stage_times(self, timings: Timings) -> StageTimes:
        times = StageTimes(
            loading_s=self._clock.seconds.get("loading", 0.0),
            listening_s=self._clock.seconds.get("listening", 0.0),
            looking_s=self._clock.seconds.get("looking", 0.0),
            first_token_s=timings.first_token_s,
            answering_s=timings.prefill_s + timings.decode_s,
            checking_s=self._clock.seconds.get("checking", 0.0),
            looking_up_s=self._clock.seconds.get("looking up", 0.0),
        )
        self._clock = _Clock()
        return times

    def _fuse_audio(self, heard: _Recording) -> Iterator[Event]:
        """Show the decoder the sound where its words are uncertain; of words that are certain it adds nothing."""
        projector = self._timed_load(self._models.audio_projector)
        if projector is None:
            yield Notice(
                f"{self._models.decoder_name} has no voice projector: it reads the words of {heard.label}, "
                "not the sound of them."
            )
            return
        if heard.file is None or not any(utterance.is_uncertain for utterance in heard.utterances):
            return
        started = time.monotonic()
        try:
            frames = self._encodings.frames(heard.file, self._models.speech(), self._cancelled)
        except Cancelled:
            return
        tokens = projector.project(frames)[0]
        self._attachments.append(FusedAttachment(SourceKind.AUDIO, heard.label, tokens))
        self._clock.add("listening", started)

    def _timed_load(self, load: Callable[[], T]) -> T:
        started = time.monotonic()
        loaded = load()
        self._clock.add("loading", started)
        return loaded

    def _transcript(self) -> str:
        return "\n".join(u.text.strip() for recording in self._recordings for u in recording.utterances)

    def _spoken_words(self) -> list[SpokenWord]:
        return [
            SpokenWord(recording.label, word.text.strip(), word.start_s, word.end_s)
            for recording in self._recordings
            for utterance in recording.utterances
            for word in utterance.words
        ]

    def _evidence(self, question: str, passages: Iterable[Passage]) -> list[Evidence]:
        evidence = [
            Evidence(
                SourceKind.TRANSCRIPT,
                recording.label,
                tuple(EvidenceWord(w.text, w.start_s, w.end_s) for u in recording.utterances for w in u.words),
            )
            for recording in self._recordings
        ]
        evidence += [
            Evidence.from_text(SourceKind.PASSAGE, f"{a.label}, file header", a.caption)
            for a in self._attachments
            if a.caption
        ]
        evidence += [Evidence.from_text(SourceKind.PASSAGE, p.title, p.text, p.heading, p.page) for p in passages]
        return [*evidence, Evidence.from_text(SourceKind.QUESTION, "Question", question)]

    def _used(self, passages: Iterable[Passage]) -> tuple[Used, ...]:
        used = []
        for recording in self._recordings:
            count = sum(len(utterance.words) for utterance in recording.utterances)
            if count:
                used.append(Used(UsedKind.WORDS, recording.label, count))
        for attachment in self._attachments:
            if attachment.embeddings is not None and attachment.kind is SourceKind.AUDIO:
                used.append(Used(UsedKind.SOUND, attachment.label))
            elif attachment.embeddings is not None:
                used.append(self._used_picture(attachment.label))
            elif attachment.caption:
                used.append(Used(UsedKind.HEADER, attachment.label))
        used += [Used(UsedKind.PASSAGE, title) for title in dict.fromkeys(passage.title for passage in passages)]
        return (*used, Used(UsedKind.QUESTION))

    def _used_picture(self, label: str) -> Used:
        seen = self._seen.get(label)
        if seen is None or seen.frames == 1:
            return Used(UsedKind.PICTURE, label)
        return Used(UsedKind.PICTURE, label, frame=seen.frame + 1, frames=seen.frames, time_s=seen.time_s)
