from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lm.engine import FinishReason, GeneratedToken, LocalEngine
from lm.errors import OutOfMemory
from lm.grounding.answer import Citation, Dependence, Sentence, Verdict
from lm.sequence import EmbeddingSpan, FusionSequence, Source, SourceKind, TokenSpan
from multimodal.consultation import Answered, Consultation, Notice
from multimodal.dependence import (
    WITHHELD_TEXT,
    PictureDependence,
    Said,
    judged,
    level_of,
    measure_dependence,
    warm_up,
    with_pictures,
)
from multimodal.fusion import ImageProjector, ProjectorShape
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs
from multimodal.reference_pictures import ReferencePictures, ReferenceTokens, Thresholds
from multimodal.vision import ImageFeatures
from tests.fakes.consultations import D_ENCODER, D_MODEL, FakeModels, ScriptedEngine, roomy_decoder, tiny_tokens
from tests.fakes.decoders import watched
from tests.fakes.files_read_here import FilesReadHere

if TYPE_CHECKING:
    from pathlib import Path

    from lm.engine import Engine
    from lm.tokens import Tokens
    from multimodal.models import Models

LIMITS = Thresholds(weak=0.1, strong=1.0)
PICTURE = Citation(SourceKind.IMAGE, "Image 1")
SEEN = Sentence("It is grey.", Verdict.UNVERIFIED, (PICTURE,))
SAID = Sentence("He coughs.", Verdict.SUPPORTED, (Citation(SourceKind.TRANSCRIPT, "Recording 1", "coughs"),))


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    return tiny_tokens(tmp_path_factory.mktemp("tokens"))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    Image.new("RGB", (40, 30), "grey").save(file)
    return file


def references() -> ReferenceTokens:
    torch.manual_seed(0)
    mean = ImageFeatures(torch.zeros(1, 1, D_ENCODER), torch.zeros(1, D_ENCODER))
    other = ImageFeatures(torch.ones(1, 64, D_ENCODER), torch.ones(1, D_ENCODER))
    projector = ImageProjector(ProjectorShape(D_ENCODER, 12, D_MODEL, 0.15)).eval()
    return ReferencePictures(mean, other, LIMITS, calibrated=True).project(projector)


def prompt() -> FusionSequence:
    shown = torch.randn(65, D_MODEL, generator=torch.Generator().manual_seed(1)) * 0.15
    image = EmbeddingSpan(shown, Source(SourceKind.IMAGE, "Image 1"))
    return FusionSequence((TokenSpan((5, 6, 7)), image, TokenSpan((8, 9, 10, 11))))


def written(*words: str) -> list[GeneratedToken]:
    ended = GeneratedToken(-1, "", 0.0, FinishReason.END)
    return [*(GeneratedToken(place + 7, word, -0.5) for place, word in enumerate(words)), ended]


def measured(level: Dependence) -> PictureDependence:
    return PictureDependence(level, 0.0, 0.0, 3, LIMITS, calibrated=True, grey=False)


@pytest.mark.parametrize(
    ("drops", "level"),
    [
        ((1.0, 1.0), Dependence.STRONG),
        ((5.0, 0.9), Dependence.WEAK),
        ((0.1, 0.0), Dependence.WEAK),
        ((0.0, 0.1), Dependence.WEAK),
        ((0.09, -3.0), Dependence.NONE),
        ((1.0,), Dependence.STRONG),
    ],
)
def test_strong_needs_both_references_and_none_is_what_neither_takes_away(
    drops: tuple[float, ...], level: Dependence
) -> None:
    assert level_of(drops, LIMITS) is level


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=2), st.floats(0, 2))
def test_an_answer_that_loses_more_never_depends_less(drops: list[float], more: float) -> None:
    order = [Dependence.NONE, Dependence.WEAK, Dependence.STRONG]
    grown = [drop + more for drop in drops]
    assert order.index(level_of(grown, LIMITS)) >= order.index(level_of(drops, LIMITS))


def test_only_the_words_of_sentences_about_the_picture_are_compared() -> None:
    engine = ScriptedEngine([])
    engine.drops = (0.7, 0.2)
    said = Said(prompt(), written("He", " coughs", ".", " It", " is", " ", "", "grey", "."), [SAID, SEEN])
    found = measure_dependence(cast("Engine", engine), said, references(), lambda: False)
    assert found is not None
    ((prompts, answer),) = engine.scored
    assert answer == [7, 8, 9, 10, 11, 12, 13, 14, 15]
    # ScriptedEngine scores from -0.1, the answer was written at -0.5 a token.
    assert found.tokens == 6
    assert (found.mean_drop, found.other_drop) == (pytest.approx(0.3), pytest.approx(-0.2))
    for shown, tokens in zip(prompts, (references().mean, references().other), strict=True):
        (image,) = [span for span in shown.spans if isinstance(span, EmbeddingSpan)]
        assert tokens is not None
        assert torch.equal(image.embeddings, tokens)
        assert shown.token_ids() == prompt().token_ids()


def test_an_answer_without_a_word_about_pictures_costs_nothing() -> None:
    engine = ScriptedEngine([])
    assert measure_dependence(cast("Engine", engine), Said(prompt(), written("He"), []), references(), bool) is None
    assert not engine.scored


def test_the_drop_is_what_the_decoder_itself_says(tmp_path: Path) -> None:
    """Against forwards of the whole sequence, without cache, batch or engine."""
    decoder = roomy_decoder(tmp_path / "tiny")
    engine = LocalEngine(decoder)
    answer = [7, 9, 30, 12]

    def logprobs(shown: FusionSequence) -> list[float]:
        whole = FusionSequence((*shown.spans, TokenSpan(tuple(answer)))).embed(decoder.model.embed_tokens)
        with torch.inference_mode():
            rows = decoder.model.forward(whole)[0].log_softmax(-1)
        return [float(rows[len(shown) - 1 + place, token]) for place, token in enumerate(answer)]

    true = logprobs(prompt())
    tokens = [GeneratedToken(i, word, p) for i, word, p in zip(answer, ("It", " is", " grey", "."), true, strict=True)]
    held = references()
    found = measure_dependence(engine, Said(prompt(), tokens, [SEEN]), held, lambda: False)
    assert found is not None
    assert held.other is not None
    for drop, reference in ((found.mean_drop, held.mean), (found.other_drop, held.other)):
        expected = sum(true) - sum(logprobs(with_pictures(prompt(), reference)))
        assert drop == pytest.approx(expected / 4, abs=1e-4)
    assert abs(found.mean_drop) > 1e-3


def test_after_a_warm_up_the_first_check_reads_no_picture(tmp_path: Path) -> None:
    decoder, model = watched(roomy_decoder(tmp_path / "tiny"))
    engine, prompts, held = LocalEngine(decoder), PromptBuilder(decoder.tokens), references()
    warm_up(engine, prompts, held)
    shown = FusedAttachment(SourceKind.IMAGE, "Image 1", torch.zeros(65, D_MODEL))
    asked = prompts.build(PromptInputs("What is it?", (shown,)))
    model.read.clear()
    measure_dependence(engine, Said(asked, written("It", " is", " grey", "."), [SEEN]), held, lambda: False)
    behind = next(len(asked) - end for _, end, span in asked.ranges() if isinstance(span, EmbeddingSpan))
    assert sum(model.read) <= behind + 3


def test_what_depends_on_no_picture_is_withheld_in_one_sentence_and_the_rest_stays() -> None:
    none = judged([SAID, SEEN, SEEN], measured(Dependence.NONE))
    assert [sentence.text for sentence in none] == [SAID.text, WITHHELD_TEXT]
    assert none[0] == SAID
    assert none[1].verdict is Verdict.WITHHELD
    assert none[1].citations[0].dependence is Dependence.NONE
    weak = judged([SAID, SEEN], measured(Dependence.WEAK))
    assert [sentence.text for sentence in weak] == [SAID.text, SEEN.text]
    assert weak[0] == SAID
    assert weak[1].verdict is Verdict.UNVERIFIED
    assert weak[1].citations[0].dependence is Dependence.WEAK


def answered(case: Consultation, question: str) -> tuple[Answered, list[str]]:
    events = list(case.ask(question))
    (whole,) = [event for event in events if isinstance(event, Answered)]
    return whole, [event.text for event in events if isinstance(event, Notice)]


def test_a_consultation_says_how_much_an_answer_depends_on_its_picture(tokens: Tokens, photo: Path) -> None:
    engine = ScriptedEngine(["A grey square.", "A fracture. It is old.", "Nothing."])
    case = Consultation(cast("Models", FakeModels(tokens, engine)), FilesReadHere())
    list(case.look(photo))
    strong, _ = answered(case, "What is it?")
    assert strong.dependence is not None
    assert strong.dependence.level is Dependence.STRONG
    assert strong.sentences[0].citations[0].dependence is Dependence.STRONG
    assert strong.text == "A grey square."
    engine.drops = (0.0, 0.0)
    withheld, _ = answered(case, "What else?")
    assert withheld.text == WITHHELD_TEXT
    assert "fracture" not in str(withheld)
    # What was withheld is no earlier answer that the next one could rest on.
    answered(case, "And now?")
    asked = [tokens.decode(span.ids) for span in engine.prompts[-1].spans if isinstance(span, TokenSpan)]
    assert not any("fracture" in text for text in asked)


@pytest.mark.parametrize(
    ("question", "said", "is_of_picture"),
    [
        ("Does this film show signs of pneumonia?", "This film shows signs of pneumonia.", True),
        ("signs of pneumonia", "Signs of pneumonia.", True),
        ("The patient takes warfarin. What does it show?", "The patient takes warfarin.", False),
        ("这张片子有肺炎吗？", "A fracture.", True),
    ],
)
def test_what_only_repeats_the_question_is_said_of_the_picture(
    tokens: Tokens, photo: Path, question: str, said: str, is_of_picture: bool
) -> None:
    case = Consultation(cast("Models", FakeModels(tokens, ScriptedEngine([said]))), FilesReadHere())
    list(case.look(photo))
    whole, _ = answered(case, question)
    (sentence,) = whole.sentences
    assert (sentence.citations[0].kind is SourceKind.IMAGE) == is_of_picture
    assert (sentence.verdict is Verdict.SUPPORTED) != is_of_picture
    assert (whole.dependence is not None) == is_of_picture


def test_text_answers_are_untouched(tokens: Tokens) -> None:
    engine = ScriptedEngine(["Ask about fever."])
    whole, _ = answered(Consultation(cast("Models", FakeModels(tokens, engine)), FilesReadHere()), "What should I ask?")
    assert not engine.scored
    assert whole.dependence is None
    assert whole.text == whole.sentences[0].text == "Ask about fever."


def test_where_there_is_no_memory_to_check_the_answer_stays_and_that_is_said(tokens: Tokens, photo: Path) -> None:
    class Full(ScriptedEngine):
        def answer_logprobs(self, *_: object) -> list[list[float]] | None:
            raise OutOfMemory

    case = Consultation(cast("Models", FakeModels(tokens, Full(["A grey square."]))), FilesReadHere())
    list(case.look(photo))
    whole, notices = answered(case, "What is it?")
    assert whole.dependence is None
    assert whole.sentences[0].verdict is Verdict.UNVERIFIED
    assert "memory" in notices[0]
