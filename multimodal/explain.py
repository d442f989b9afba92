"""Why an answer: what in the picture, the sound and the words made it probable, as numbers.

Three questions, from the quickest to the strictest:

- `Method.GRADIENT`: gradient times input over the whole answer, signed, for every position of the prompt at once;
  the input is measured from the mean picture, or from the mean of the prompt's words or sound.
- `Method.ATTENTION`: what one word of the answer draws on (Chefer et al. 2021), never negative.
- `Method.OCCLUSION`: blocks of 2 x 2 image tokens are replaced by the mean picture's, and the answer is scored again:
  how much less probable does it become? A counterfactual, and so the one to believe where they differ.

Each score belongs to an image token (28 x 28 pixels of the encoder's square), an audio token or a word that was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import torch

from lm.errors import InvalidInput
from lm.explaining import Embedded, attention_relevance, differentiable, gradient_times_input
from lm.sequence import EmbeddingSpan, FusionSequence, SourceKind, TokenSpan
from multimodal.dependence import with_pictures
from multimodal.fusion import PATCHES_A_SIDE, SHUFFLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lm.engine import LocalEngine
    from lm.tokens import Tokens

SIDE = PATCHES_A_SIDE // SHUFFLE
"""Image tokens a side; the CLS token stands before them and has no place in the picture."""
BLOCK = 2
"""Image tokens a side that are occluded together."""
_AT_ONCE = 4
"""Occluded pictures scored in one batch: between two batches an explanation can be cancelled."""


class Method(StrEnum):
    """How scores were computed."""

    GRADIENT = "gradient"
    ATTENTION = "attention"
    OCCLUSION = "occlusion"


@dataclass(frozen=True, slots=True)
class PictureScores:
    """A score for each image token, 8 rows of 8 from the top left of the encoder's square."""

    label: str
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class SoundScores:
    """A score for each audio token that was shown, in the order of the recording; silence between words has none."""

    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of the transcript: the recording's label, and seconds in it."""

    label: str
    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class WordScore:
    """A word of the transcript with its score."""

    word: SpokenWord
    score: float


@dataclass(frozen=True, slots=True)
class Shares:
    """The part of each modality in the sum of all scores without their signs; together 1.

    `words` are those that were said; `rest` is the question, earlier turns and the template.
    """

    image: float
    audio: float
    words: float
    rest: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one method found about one answer."""

    method: Method
    answer: str
    about: str
    """The word of the answer that was asked about, empty for all of it."""
    pictures: tuple[PictureScores, ...]
    sounds: tuple[SoundScores, ...] = ()
    words: tuple[WordScore, ...] = ()
    shares: Shares | None = None
    """None for occlusion, which looks at pictures alone."""


@dataclass(frozen=True, slots=True)
class Explaining:
    """How far an explanation is, 0 to 1."""

    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An answer with what it was answered to."""

    prompt: FusionSequence
    answer: str
    words: Sequence[SpokenWord]
    """Of the transcript, in the order of the prompt."""


class Explainer:
    """Explains answers of one decoder."""

    def __init__(self, engine: LocalEngine, cancelled: Callable[[], bool]) -> None:
        self._engine = engine
        self._tokens: Tokens = engine.decoder.tokens
        self._cancelled = cancelled

    def gradient(
        self, subject: Subject, mean_picture: Callable[[], torch.Tensor]
    ) -> Iterator[Explaining | Explanation]:
        """Explain the whole answer by gradient times input."""
        ids = self._answer_ids(subject)
        yield Explaining(0.0)
        model = differentiable(self._engine.decoder.model)
        yield Explaining(0.3)
        if self._cancelled():
            return
        prompt = _embedded(subject, model.embed_tokens)
        reference = _reference(subject.prompt, prompt.embeddings, mean_picture)
        scores = gradient_times_input(model, prompt, reference, ids)
        yield self._explanation(subject, Method.GRADIENT, "", scores)

    def attention(self, subject: Subject, about: str) -> Iterator[Explaining | Explanation]:
        """Explain one word of the answer by the attention that it depends on.

        Raises InvalidInput when the answer has no such word, or the decoder does not open its attention.
        """
        ids = self._answer_ids(subject)
        chosen = self._places_of(subject.answer, ids, about)
        yield Explaining(0.0)
        model = differentiable(self._engine.decoder.model)
        yield Explaining(0.3)
        if self._cancelled():
            return
        scores = attention_relevance(model, _embedded(subject, model.embed_tokens), ids, chosen)
        yield self._explanation(subject, Method.ATTENTION, about, scores)

    def occlusion(
        self, subject: Subject, mean_picture: Callable[[], torch.Tensor]
    ) -> Iterator[Explaining | Explanation]:
        """Verify by covering the pictures block by block; scores are nats that the whole answer loses.

        Raises InvalidInput where there is no picture.
        """
        ids = self._answer_ids(subject)
        if not _pictures(subject.prompt):
            raise InvalidInput("There is no picture that the decoder saw, so none can be covered.")
        covered = list(_covered(subject.prompt, mean_picture()))
        logprobs: list[float] = []
        for start in range(0, len(covered), _AT_ONCE):
            yield Explaining(start / len(covered))
            rows = self._engine.answer_logprobs(covered[start : start + _AT_ONCE], ids, self._cancelled)
            if rows is None:
                return
            logprobs += [sum(row) for row in rows]
        plain = self._engine.answer_logprobs([subject.prompt], ids, self._cancelled)
        if plain is None:
            return
        lost = torch.tensor([sum(plain[0]) - covered_one for covered_one in logprobs])
        pictures = []
        labels = [span.source.label for span in _pictures(subject.prompt)]
        for label, blocks in zip(labels, lost.view(-1, SIDE // BLOCK, SIDE // BLOCK), strict=True):
            grid = blocks.repeat_interleave(BLOCK, 0).repeat_interleave(BLOCK, 1)
            pictures.append(PictureScores(label, _rows(grid)))
        yield Explanation(Method.OCCLUSION, subject.answer, "", tuple(pictures))

    def _answer_ids(self, subject: Subject) -> list[int]:
        ids = self._tokens.encode_untrusted(subject.answer)
        if not ids:
            raise InvalidInput("There is no answer to explain.")
        return ids

    def _places_of(self, answer: str, ids: Sequence[int], about: str) -> list[int]:
        start = answer.casefold().find(about.casefold()) if about.strip() else -1
        if start < 0:
            raise InvalidInput(f"The answer has no word “{about}”. Choose one that it has.")
        owners = self._owners(ids, [(start, start + len(about))])
        return [place for place, owner in enumerate(owners) if owner == 0]

    def _owners(self, ids: Sequence[int], ranges: Sequence[tuple[int, int]]) -> list[int | None]:
        """Return for each token which of the ordered `ranges` of the text its last character lies in."""
        decoder, owners, end, place = self._tokens.stream_decoder(), list[int | None](), 0, 0
        for token in ids:
            piece = decoder.push(token)
            end += len(piece)
            # A token inside a character belongs to the character that it is a part of, the next one.
            last = end - 1 if piece else end
            while place < len(ranges) and ranges[place][1] <= last:
                place += 1
            owners.append(place if place < len(ranges) and ranges[place][0] <= last else None)
        return owners

    def _explanation(self, subject: Subject, method: Method, about: str, scores: torch.Tensor) -> Explanation:
        pictures, sounds, words = [], [], [0.0] * len(subject.words)
        sums = dict.fromkeys(("image", "audio", "words", "rest"), 0.0)
        for first, end, span in subject.prompt.ranges():
            part = scores[first:end]
            sums[_MODALITY.get(span.source.kind, "rest")] += float(part.abs().sum())
            if span.source.kind is SourceKind.IMAGE:
                pictures.append(PictureScores(span.source.label, _rows(part[1:].view(SIDE, SIDE))))
            elif span.source.kind is SourceKind.AUDIO:
                sounds.append(SoundScores(span.source.label, tuple(part.tolist())))
            elif span.source.kind is SourceKind.TRANSCRIPT and isinstance(span, TokenSpan):
                for owner, score in zip(self._word_owners(span, subject.words), part.tolist(), strict=True):
                    if owner is not None:
                        words[owner] += score
        total = sum(sums.values()) or 1.0
        return Explanation(
            method,
            subject.answer,
            about,
            tuple(pictures),
            tuple(sounds),
            tuple(WordScore(word, score) for word, score in zip(subject.words, words, strict=True)),
            Shares(**{name: value / total for name, value in sums.items()}),
        )

    def _word_owners(self, span: TokenSpan, words: Sequence[SpokenWord]) -> list[int | None]:
        text, ranges, end = self._tokens.decode(span.ids), [], 0
        for word in words:
            start = text.find(word.text, end)
            # A word that is written otherwise in the prompt gets no score.
            begin, end = (start, start + len(word.text)) if start >= 0 else (end, end)
            ranges.append((begin, end))
        return self._owners(span.ids, ranges)


_MODALITY = {SourceKind.IMAGE: "image", SourceKind.AUDIO: "audio", SourceKind.TRANSCRIPT: "words"}


def _embedded(subject: Subject, embed_tokens: Callable[[torch.Tensor], torch.Tensor]) -> Embedded:
    with torch.inference_mode():
        return Embedded(subject.prompt.embed(embed_tokens), subject.prompt.pictures())


def _reference(
    prompt: FusionSequence, embedded: torch.Tensor, mean_picture: Callable[[], torch.Tensor]
) -> torch.Tensor:
    """Return what each position is measured from: the mean picture, else the mean of the words or of the sound."""
    reference = torch.empty_like(embedded)
    places: dict[bool, list[int]] = {True: [], False: []}
    for first, end, span in prompt.ranges():
        if span.source.kind is SourceKind.IMAGE:
            reference[0, first:end] = mean_picture().to(embedded)
        else:
            places[span.source.kind is SourceKind.AUDIO] += range(first, end)
    for own in places.values():
        if own:
            reference[0, own] = embedded[0, own].mean(dim=0)
    return reference


def _pictures(prompt: FusionSequence) -> list[EmbeddingSpan]:
    return [span for span in prompt.spans if isinstance(span, EmbeddingSpan) and span.source.kind is SourceKind.IMAGE]


def _covered(prompt: FusionSequence, mean: torch.Tensor) -> Iterator[FusionSequence]:
    """Yield the prompt with each block of each picture replaced, pictures and blocks in reading order."""
    for picture in _pictures(prompt):
        for block in range((SIDE // BLOCK) ** 2):
            row, column = divmod(block, SIDE // BLOCK)
            places = [1 + (row * BLOCK + r) * SIDE + column * BLOCK + c for r in range(BLOCK) for c in range(BLOCK)]
            covered = picture.embeddings.clone()
            covered[places] = mean[places].to(covered)
            yield with_pictures(prompt, covered, picture.source)


def _rows(grid: torch.Tensor) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in grid.tolist())
