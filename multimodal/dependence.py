"""Does an answer depend on the picture that it speaks of? The same words are scored again with other pictures.

A decoder answers questions about a picture whether it sees anything or not, and fluently. So what it said is read
again (teacher forcing) with the mean picture in the place of the true one, and with another picture: by how many
nats a token has the answer become less probable? An answer that loses nothing would have been given to any picture,
and is withheld. The ablation is the one that visual question answering is judged by (blank and shuffled images),
made for one answer while the doctor waits.

    drop(reference) = mean over the tokens of [log p(token | true picture) - log p(token | reference)]

Strong is an answer that both references take away, none is one that neither does; the thresholds come with the
adapter (`multimodal.reference_pictures`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from lm.grounding.answer import Dependence, Verdict
from lm.sequence import EmbeddingSpan, FusionSequence, SourceKind
from multimodal.picture_claims import cites_picture
from multimodal.prompt import FusedAttachment, PromptInputs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch

    from lm.engine import Engine, GeneratedToken
    from lm.grounding.answer import Sentence
    from lm.sequence import Source
    from multimodal.prompt import PromptBuilder
    from multimodal.reference_pictures import ReferenceTokens, Thresholds

WITHHELD_TEXT = "Withheld: this would have been said of any other picture too, so the picture does not bear it out."


@dataclass(frozen=True, slots=True)
class PictureDependence:
    """How much the sentences of one answer that cite pictures depend on them; drops are nats a token."""

    level: Dependence
    mean_drop: float
    """What the mean picture takes away."""
    other_drop: float | None
    """What another picture takes away; None where the adapter ships none."""
    tokens: int
    """Of the answer, that were compared."""
    thresholds: Thresholds
    calibrated: bool
    """The thresholds were measured on held-back pictures with this projector."""
    grey: bool
    """An evenly grey picture stood in for the mean picture, which this adapter does not ship."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """An answer as it was generated."""

    prompt: FusionSequence
    tokens: Sequence[GeneratedToken]
    """As they came, in order."""
    sentences: Sequence[Sentence]


def level_of(drops: Sequence[float], thresholds: Thresholds) -> Dependence:
    """Return strong where every reference takes the answer away, none where no reference does, else weak."""
    if min(drops) >= thresholds.strong:
        return Dependence.STRONG
    return Dependence.WEAK if max(drops) >= thresholds.weak else Dependence.NONE


def measure_dependence(
    engine: Engine, said: Said, references: ReferenceTokens, cancelled: Callable[[], bool]
) -> PictureDependence | None:
    """Measure what sentences that cite pictures owe to them; None where there are none, or when cancelled.

    Raises OutOfMemory when there is no room to read the answer again.
    """
    chosen = _tokens_of(said, [place for place, sentence in enumerate(said.sentences) if cites_picture(sentence)])
    if not chosen:
        return None
    answer = [token.id for token in said.tokens[: max(chosen) + 1]]
    shown = [references.mean]
    if references.other is not None:
        shown.append(references.other)
    scores = engine.answer_logprobs([with_pictures(said.prompt, tokens) for tokens in shown], answer, cancelled)
    if scores is None:
        return None
    drops = [sum(said.tokens[place].logprob - row[place] for place in chosen) / len(chosen) for row in scores]
    pictures = references.pictures
    return PictureDependence(
        level=level_of(drops, pictures.thresholds),
        mean_drop=drops[0],
        other_drop=drops[1] if len(drops) > 1 else None,
        tokens=len(chosen),
        thresholds=pictures.thresholds,
        calibrated=pictures.calibrated,
        grey=pictures.grey,
    )


def warm_up(engine: Engine, prompts: PromptBuilder, references: ReferenceTokens) -> None:
    """Read the references once, as the first picture of an encounter: the first check then reads little more than
    the question and the answer.
    """
    shown = [references.mean] if references.other is None else [references.mean, references.other]
    pictures = [FusedAttachment(SourceKind.IMAGE, "Image 1", tokens) for tokens in shown]
    asked = [prompts.build(PromptInputs("", (picture,))) for picture in pictures]
    engine.answer_logprobs(asked, prompts.answer_ids(""))


def with_pictures(prompt: FusionSequence, tokens: torch.Tensor, of: Source | None = None) -> FusionSequence:
    """Return `prompt` with every picture, or the one that is `of`, replaced by the image tokens `(65, d_model)`."""
    return FusionSequence(
        tuple(
            replace(span, embeddings=tokens)
            if isinstance(span, EmbeddingSpan) and _is_picture(span) and of in {None, span.source}
            else span
            for span in prompt.spans
        )
    )


def judged(sentences: Sequence[Sentence], dependence: PictureDependence) -> tuple[Sentence, ...]:
    """Write the level to every citation of a picture; what depends on none of them is withheld, in one sentence."""
    if dependence.level is not Dependence.NONE:
        return tuple(_with_level(sentence, dependence.level) for sentence in sentences)
    kept: list[Sentence] = []
    for of_picture, run in groupby(sentences, cites_picture):
        if of_picture:
            first = _with_level(next(run), dependence.level)
            kept.append(replace(first, text=WITHHELD_TEXT, verdict=Verdict.WITHHELD))
        else:
            kept += run
    return tuple(kept)


def _with_level(sentence: Sentence, level: Dependence) -> Sentence:
    citations = tuple(
        replace(citation, dependence=level) if citation.kind is SourceKind.IMAGE else citation
        for citation in sentence.citations
    )
    return replace(sentence, citations=citations)


def _is_picture(span: EmbeddingSpan) -> bool:
    return span.source.kind is SourceKind.IMAGE


def _tokens_of(said: Said, chosen: Sequence[int]) -> list[int]:
    """Return the places of the tokens that write any of the sentences `chosen`."""
    text = "".join(token.text for token in said.tokens)
    ranges, end = [], 0
    for sentence in said.sentences:
        start = text.index(sentence.text, end)
        end = start + len(sentence.text)
        ranges.append((start, end))
    wanted = [ranges[place] for place in chosen]
    places, at = [], 0
    for place, token in enumerate(said.tokens):
        # A token inside a character brings no text of its own; it belongs to the character that follows.
        after = at + max(len(token.text), 1)
        if token.id >= 0 and any(at < end and start < after for start, end in wanted):
            places.append(place)
        at += len(token.text)
    return places
