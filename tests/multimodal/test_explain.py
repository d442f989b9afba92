from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from lm.engine import LocalEngine
from lm.errors import InvalidInput
from lm.explaining import Embedded, gradient_times_input
from lm.sampling import GenerationOptions
from lm.sequence import EmbeddingSpan, FusionSequence, Source, SourceKind, TokenSpan
from multimodal.explain import Explainer, Explaining, Explanation, Method, SpokenWord, Subject
from multimodal.training.statistics import paired_p_value
from tests.fakes.consultations import D_MODEL, roomy_decoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lm.weights import LoadedDecoder

SPOKEN = ("He", "takes", "warfarin", "3", "mg.", "患者", "服用华法林。")
ANSWER = "Warfarin and cough"


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    return roomy_decoder(tmp_path_factory.mktemp("lm") / "tiny")


def drawn(tokens: int, seed: int) -> torch.Tensor:
    return torch.randn(tokens, D_MODEL, generator=torch.Generator().manual_seed(seed)) * 0.15


def subject(decoder: LoadedDecoder, answer: str = ANSWER) -> Subject:
    said = "He takes warfarin 3 mg.\n患者服用华法林。"
    transcript = tuple(decoder.tokens.encode_untrusted(said))
    spans = (
        TokenSpan((5, 6, 7)),
        EmbeddingSpan(drawn(65, 1), Source(SourceKind.IMAGE, "Image 1")),
        EmbeddingSpan(drawn(65, 2), Source(SourceKind.IMAGE, "Image 2", 1)),
        EmbeddingSpan(drawn(9, 3), Source(SourceKind.AUDIO, "Recording 1")),
        TokenSpan(transcript, Source(SourceKind.TRANSCRIPT)),
        TokenSpan((8, 9, 10)),
    )
    words = [SpokenWord("Recording 1", word, place / 2, (place + 1) / 2) for place, word in enumerate(SPOKEN)]
    return Subject(FusionSequence(spans), answer, words)


MEAN = drawn(65, 9)


def last(events: Iterator[Explaining | Explanation]) -> Explanation:
    *progress, found = events
    assert all(isinstance(event, Explaining) for event in progress)
    assert isinstance(found, Explanation)
    return found


def test_every_score_of_the_prompt_is_told_once_and_where_it_belongs(decoder: LoadedDecoder) -> None:
    asked = subject(decoder)
    found = last(Explainer(LocalEngine(decoder), lambda: False).gradient(asked, lambda: MEAN))
    embedded = asked.prompt.embed(decoder.model.embed_tokens)
    reference = torch.empty_like(embedded)
    reference[0, 3:133] = torch.cat([MEAN, MEAN])
    reference[0, 133:142] = drawn(9, 3).mean(0)
    words = [0, 1, 2, *range(142, embedded.shape[1])]
    reference[0, words] = embedded[0, words].mean(0)
    read = Embedded(embedded, asked.prompt.pictures())
    scores = gradient_times_input(decoder.model, read, reference, decoder.tokens.encode_untrusted(ANSWER))
    assert [picture.label for picture in found.pictures] == ["Image 1", "Image 2"]
    for picture, start in zip(found.pictures, (3, 68), strict=True):
        assert np.array(picture.rows) == pytest.approx(scores[start + 1 : start + 65].view(8, 8).numpy())
    (sound,) = found.sounds
    assert sound.values == pytest.approx(scores[133:142].tolist())
    assert [word.word.text for word in found.words] == list(SPOKEN)
    transcript = scores[142:-3]
    lone = decoder.tokens.encode_untrusted("\n")
    breaks = [place for place, token in enumerate(_transcript(asked)) if token in lone]
    rest = float(transcript[breaks].sum())
    assert sum(word.score for word in found.words) == pytest.approx(float(transcript.sum()) - rest, abs=1e-4)
    assert found.shares is not None
    shares = (found.shares.image, found.shares.audio, found.shares.words, found.shares.rest)
    assert sum(shares) == pytest.approx(1.0)
    assert found.shares.image == pytest.approx(float(scores[3:133].abs().sum() / scores.abs().sum()))


def _transcript(asked: Subject) -> tuple[int, ...]:
    (span,) = [span for span in asked.prompt.spans if span.source.kind is SourceKind.TRANSCRIPT]
    assert isinstance(span, TokenSpan)
    return span.ids


def test_a_word_has_the_scores_of_its_own_tokens_in_every_script(decoder: LoadedDecoder) -> None:
    asked = subject(decoder)
    owners = Explainer(LocalEngine(decoder), lambda: False)._word_owners(
        TokenSpan(_transcript(asked), Source(SourceKind.TRANSCRIPT)), asked.words
    )
    for place, word in enumerate(SPOKEN):
        own = [token for token, owner in zip(_transcript(asked), owners, strict=True) if owner == place]
        assert decoder.tokens.decode(own).strip() == word


def test_attention_is_asked_about_a_word_that_the_answer_has(decoder: LoadedDecoder) -> None:
    explainer = Explainer(LocalEngine(decoder), lambda: False)
    found = last(explainer.attention(subject(decoder), "cough"))
    assert (found.method, found.about) == (Method.ATTENTION, "cough")
    assert min(min(row) for picture in found.pictures for row in picture.rows) >= 0
    other = last(explainer.attention(subject(decoder), "warfarin"))
    assert other.pictures != found.pictures
    for absent in ("fracture", " "):
        with pytest.raises(InvalidInput, match="no word"):
            list(explainer.attention(subject(decoder), absent))


def test_occlusion_is_what_the_answer_loses_when_a_block_is_covered(decoder: LoadedDecoder) -> None:
    asked, mean = subject(decoder), drawn(65, 9)
    engine = LocalEngine(decoder)
    found = last(Explainer(engine, lambda: False).occlusion(asked, lambda: mean))
    ids = decoder.tokens.encode_untrusted(ANSWER)
    (plain,) = engine.answer_logprobs([asked.prompt], ids) or [[]]
    covered = drawn(65, 2)
    covered[[1 + 8 * 2 + 6, 1 + 8 * 2 + 7, 1 + 8 * 3 + 6, 1 + 8 * 3 + 7]] = mean[[23, 24, 31, 32]]
    spans = list(asked.prompt.spans)
    spans[2] = EmbeddingSpan(covered, spans[2].source)
    (without,) = engine.answer_logprobs([FusionSequence(tuple(spans))], ids) or [[]]
    block = [found.pictures[1].rows[row][column] for row in (2, 3) for column in (6, 7)]
    assert block == pytest.approx([sum(plain) - sum(without)] * 4, abs=1e-4)
    assert found.shares is None
    assert len({value for row in found.pictures[0].rows for value in row}) == 16


def test_without_a_picture_or_an_answer_there_is_nothing_to_explain(decoder: LoadedDecoder) -> None:
    explainer = Explainer(LocalEngine(decoder), lambda: False)
    text = Subject(FusionSequence((TokenSpan((5, 6, 7)),)), ANSWER, [])
    with pytest.raises(InvalidInput, match="no picture"):
        list(explainer.occlusion(text, lambda: drawn(65, 1)))
    with pytest.raises(InvalidInput, match="no answer"):
        list(explainer.gradient(subject(decoder, ""), lambda: MEAN))


@pytest.mark.parametrize("method", list(Method))
def test_a_cancelled_explanation_says_nothing(decoder: LoadedDecoder, method: Method) -> None:
    explainer = Explainer(LocalEngine(decoder), lambda: True)
    asked = subject(decoder)
    events = {
        Method.GRADIENT: lambda: explainer.gradient(asked, lambda: MEAN),
        Method.ATTENTION: lambda: explainer.attention(asked, "cough"),
        Method.OCCLUSION: lambda: explainer.occlusion(asked, lambda: drawn(65, 9)),
    }[method]()
    assert not [event for event in events if isinstance(event, Explanation)]


def test_deleting_by_score_takes_an_answer_away_faster_than_deleting_at_random(decoder: LoadedDecoder) -> None:
    """Fifty pictures that are the mean picture but for six spots; the answer is the decoder's own about each."""
    engine, mean = LocalEngine(decoder), drawn(1, 4).expand(65, -1).clone()
    explainer = Explainer(engine, lambda: False)
    gains, spots_found = [], []
    for number in range(50):
        rng = torch.Generator().manual_seed(100 + number)
        spots = 1 + torch.randperm(64, generator=rng)[:6]
        picture = mean.clone()
        picture[spots] += 0.1 * torch.randn(6, D_MODEL, generator=rng)
        prompt = _shown(picture)
        ids = [t.id for t in engine.generate(prompt, GenerationOptions(max_new_tokens=4)) if t.id >= 0]
        asked = Subject(prompt, decoder.tokens.decode(ids), [])
        if not decoder.tokens.encode_untrusted(asked.answer):
            continue
        scores = torch.tensor(last(explainer.gradient(asked, lambda: mean)).pictures[0].rows).flatten()
        by_score = 1 + scores.argsort(descending=True)
        at_random = 1 + torch.randperm(64, generator=rng)
        answer = decoder.tokens.encode_untrusted(asked.answer)
        left = [_kept(engine, picture, mean, order, answer) for order in (by_score, at_random)]
        gains.append(left[1] - left[0])
        strongest = set((1 + scores.abs().argsort(descending=True)[:6]).tolist())
        spots_found.append(len(strongest & set(spots.tolist())) / 6)
    assert len(gains) >= 45
    assert paired_p_value(np.array(gains)) < 0.01
    assert np.mean(spots_found) > 0.5  # six of 64 at random: 0.09


def _shown(picture: torch.Tensor) -> FusionSequence:
    image = EmbeddingSpan(picture, Source(SourceKind.IMAGE, "Image 1"))
    return FusionSequence((TokenSpan((5, 6, 7)), image, TokenSpan((8, 9, 10))))


def _kept(
    engine: LocalEngine, picture: torch.Tensor, mean: torch.Tensor, order: torch.Tensor, answer: list[int]
) -> float:
    """Return the mean log-probability of the answer while the picture is deleted in an order."""
    left = []
    for count in (4, 8, 16, 32):
        deleted = picture.clone()
        deleted[order[:count]] = mean[order[:count]]
        left.append(_shown(deleted))
    rows = engine.answer_logprobs(left, answer)
    assert rows is not None
    return sum(sum(row) for row in rows) / len(rows)
