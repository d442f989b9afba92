from __future__ import annotations

import wave
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

import pytest
import torch
from PIL import Image

from lm.engine import FinishReason
from lm.grounding.answer import Verdict
from lm.grounding.passages import Passage
from lm.sequence import EmbeddingSpan, SourceKind
from multimodal.consultation import (
    NOTHING_FOUND,
    Answered,
    AnswerText,
    Consultation,
    Event,
    Heard,
    LookedUp,
    Notice,
    Saw,
)
from multimodal.encodings import View
from multimodal.errors import InvalidFile
from multimodal.fusion import AudioProjector, ProjectorShape
from multimodal.picture import Region
from multimodal.prompt import Turn
from multimodal.used import Used, UsedKind
from tests.fakes.consultations import (
    D_ENCODER,
    D_MODEL,
    FakeModels,
    ScriptedEngine,
    StoppedVision,
    tiny_tokens,
    utterance,
)
from tests.fakes.files_read_here import FilesReadHere
from tests.fakes.films import write_film

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from lm.tokens import Tokens
    from multimodal.explain import Explanation, Subject
    from multimodal.knowledge import Knowledge
    from multimodal.models import Models

T = TypeVar("T")

SAID = [utterance("I have had a cough for three days."), utterance("I take metformin 500 mg twice a day.", 4.0)]


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    return tiny_tokens(tmp_path_factory.mktemp("tokens"))


UNCERTAIN = [SAID[0], replace(SAID[1], confidence=0.4)]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "visit.wav"
    with wave.open(str(file), "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(16_000)
        opened.writeframes(bytes(2 * 16_000))
    return file


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    Image.new("RGB", (40, 30), "grey").save(file)
    return file


def consultation(models: FakeModels) -> Consultation:
    return Consultation(cast("Models", models), FilesReadHere())


def of_kind(events: Iterable[Event], kind: type[T]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


def test_an_answer_names_the_seconds_it_rests_on(tokens: Tokens, recording: Path) -> None:
    engine = ScriptedEngine(["The patient takes metformin 500 mg twice a day. He also takes warfarin."])
    case = consultation(FakeModels(tokens, engine, SAID))
    heard = of_kind(case.listen(recording), Heard)
    assert [event.utterance for event in heard] == SAID
    events = list(case.ask("Which medicines?"))
    (answered,) = of_kind(events, Answered)
    assert "".join(event.text for event in of_kind(events, AnswerText)) == (
        "The patient takes metformin 500 mg twice a day. He also takes warfarin."
    )
    said, invented = answered.sentences
    assert (said.verdict, said.citations[0].start_s) == (Verdict.SUPPORTED, 4.0)
    assert invented.verdict is Verdict.UNVERIFIED
    assert answered.finish is FinishReason.END
    assert answered.used == (Used(UsedKind.WORDS, "Recording 1", 16), Used(UsedKind.QUESTION))


def test_what_was_said_is_answered_beside_a_picture_without_it(tokens: Tokens, recording: Path, photo: Path) -> None:
    engine = ScriptedEngine(["The patient takes metformin 850 mg."])
    engine.drops = (0.0, 0.0)
    case = consultation(FakeModels(tokens, engine, SAID))
    list(case.listen(recording))
    list(case.look(photo))
    (answered,) = of_kind(case.ask("Which medicine does the patient take?"), Answered)
    (sentence,) = answered.sentences
    assert (sentence.text, sentence.verdict) == ("The patient takes metformin 850 mg.", Verdict.UNVERIFIED)
    (closest,) = sentence.citations
    assert (closest.kind, closest.start_s) == (SourceKind.TRANSCRIPT, 4.0)
    assert answered.dependence is None
    assert not engine.scored


def test_a_picture_that_is_stopped_while_it_is_encoded_is_no_part_of_the_consultation(
    tokens: Tokens, photo: Path
) -> None:
    models = FakeModels(tokens, ScriptedEngine(["Nothing."]))
    models.eyes = StoppedVision()
    case = Consultation(cast("Models", models), FilesReadHere(), lambda: True)
    assert list(case.look(photo)) == []


def test_a_picture_reaches_the_decoder_as_embeddings(tokens: Tokens, photo: Path) -> None:
    engine = ScriptedEngine(["A grey square."])
    case = consultation(FakeModels(tokens, engine))
    (saw,) = of_kind(case.look(photo), Saw)
    assert saw.fused_tokens == 65
    (answered,) = of_kind(case.ask("What is it?"), Answered)
    assert [len(span) for span in engine.prompts[0].spans if isinstance(span, EmbeddingSpan)] == [65]
    assert answered.sentences[0].verdict is Verdict.UNVERIFIED
    assert answered.sentences[0].citations[0].kind is SourceKind.IMAGE
    assert answered.used == (Used(UsedKind.PICTURE, "Image 1"), Used(UsedKind.QUESTION))


def test_a_decoder_without_a_projector_answers_from_text_and_says_so(tokens: Tokens, photo: Path) -> None:
    engine = ScriptedEngine(["I cannot see it."])
    case = consultation(FakeModels(tokens, engine, sees=False))
    events = list(case.look(photo))
    assert of_kind(events, Saw)[0].fused_tokens == 0
    assert "text alone" in of_kind(events, Notice)[0].text
    list(case.ask("What is it?"))
    assert not [span for span in engine.prompts[0].spans if isinstance(span, EmbeddingSpan)]


def test_sound_is_fused_where_a_voice_projector_fits(tokens: Tokens, recording: Path) -> None:
    torch.manual_seed(0)
    projector = AudioProjector(ProjectorShape(D_ENCODER, 12, D_MODEL, 0.15)).eval()
    engine = ScriptedEngine(["A cough."])
    case = consultation(FakeModels(tokens, engine, UNCERTAIN, hears=projector))
    assert not of_kind(case.listen(recording), Notice)
    (answered,) = of_kind(case.ask("What?"), Answered)
    (span,) = [span for span in engine.prompts[0].spans if isinstance(span, EmbeddingSpan)]
    assert span.source.kind is SourceKind.AUDIO
    assert 1 <= len(span) <= 7  # 50 frames, 8 in a token; those that say nothing new are left out
    words, sound, question = answered.used
    assert (words.kind, sound, question.kind) == (
        UsedKind.WORDS,
        Used(UsedKind.SOUND, "Recording 1"),
        UsedKind.QUESTION,
    )


def test_words_that_are_certain_are_answered_from_alone(tokens: Tokens, recording: Path) -> None:
    """The prompt is, token by token, what it is without a voice projector."""
    torch.manual_seed(0)
    projector = AudioProjector(ProjectorShape(D_ENCODER, 12, D_MODEL, 0.15)).eval()
    hearing, reading = ScriptedEngine(["A cough."]), ScriptedEngine(["A cough."])
    for engine, hears in ((hearing, projector), (reading, None)):
        case = consultation(FakeModels(tokens, engine, SAID, hears=hears))
        list(case.listen(recording))
        list(case.ask("What?"))
    assert hearing.prompts[0].common_prefix(reading.prompts[0]) == len(hearing.prompts[0]) == len(reading.prompts[0])


def test_silence_is_said(tokens: Tokens, recording: Path) -> None:
    case = consultation(FakeModels(tokens, ScriptedEngine([])))
    assert "no speech" in of_kind(case.transcribe(recording), Notice)[0].text


def test_a_second_question_carries_the_first(tokens: Tokens) -> None:
    engine = ScriptedEngine(["In the chest.", "Three days."])
    case = consultation(FakeModels(tokens, engine))
    list(case.ask("Where is the pain?"))
    list(case.ask("Since when?"))
    first, second = engine.prompts
    assert first.common_prefix(second) == len(first)


def test_an_answer_that_only_repeats_itself_is_ended(tokens: Tokens) -> None:
    engine = ScriptedEngine(["He coughs. " * 20, "Yes."])
    consultation = Consultation(FakeModels(tokens, engine), FilesReadHere())
    events = list(consultation.ask("What is it?"))
    answered = events[-1]
    assert isinstance(answered, Answered)
    assert [sentence.text for sentence in answered.sentences] == ["He coughs."]
    assert answered.finish is FinishReason.REPETITION
    assert any(isinstance(event, Notice) and "repeat itself" in event.text for event in events)
    assert len([event for event in events if isinstance(event, AnswerText)]) < 10
    list(consultation.ask("Is that all?"))  # the next question finds the engine free


def test_what_the_engine_had_to_do_without_is_told(tokens: Tokens) -> None:
    case = consultation(FakeModels(tokens, ScriptedEngine(["Yes.", "No."], ["Memory ran short."])))
    assert [notice.text for notice in of_kind(case.ask("Is it?"), Notice)] == ["Memory ran short."]
    assert [notice.text for notice in of_kind(case.ask("Is it now?"), Notice)] == ["Memory ran short."]


def test_a_file_that_cannot_be_used_leaves_the_consultation_as_it_was(tokens: Tokens, tmp_path: Path) -> None:
    engine = ScriptedEngine(["Nothing."])
    case = consultation(FakeModels(tokens, engine))
    for take_in in (case.look, case.listen):
        with pytest.raises(InvalidFile):
            list(take_in(tmp_path / "missing"))
    (answered,) = of_kind(case.ask("What is there?"), Answered)
    assert answered.used == (Used(UsedKind.QUESTION),)


def test_what_is_known_is_recalled_and_asked_about_as_if_it_had_been_heard(
    tokens: Tokens, recording: Path, photo: Path
) -> None:
    engine = ScriptedEngine(["Metformin.", "The patient takes metformin 500 mg twice a day."])
    lived = consultation(FakeModels(tokens, engine, SAID))
    for events in (lived.look(photo), lived.listen(recording), lived.ask("Which medicines?")):
        assert list(events)
    (first,) = of_kind(lived.ask("How often?"), Answered)

    again = ScriptedEngine(["The patient takes metformin 500 mg twice a day."])
    recalled = consultation(FakeModels(tokens, again))
    assert of_kind(recalled.look_at(View(photo), "Image 1"), Saw)
    assert list(recalled.recall("Recording 1", recording, SAID)) == []
    recalled.go_on_from([Turn("Which medicines?", "Metformin.")])
    (second,) = of_kind(recalled.ask("How often?"), Answered)
    assert again.prompts[0].common_prefix(engine.prompts[1]) == len(again.prompts[0]) == len(engine.prompts[1])
    assert (second.sentences, second.used) == (first.sentences, first.used)


def test_the_sound_of_a_recalled_recording_is_fused_too(tokens: Tokens, recording: Path) -> None:
    torch.manual_seed(0)
    projector = AudioProjector(ProjectorShape(D_ENCODER, 12, D_MODEL, 0.15)).eval()
    engine = ScriptedEngine(["A cough."])
    case = consultation(FakeModels(tokens, engine, hears=projector))
    assert list(case.recall("Recording 1", recording, UNCERTAIN)) == []
    list(case.ask("What?"))
    (span,) = [span for span in engine.prompts[0].spans if isinstance(span, EmbeddingSpan)]
    assert 1 <= len(span) <= 7


def test_a_marked_region_is_told_to_the_decoder(tokens: Tokens, photo: Path) -> None:
    engine = ScriptedEngine(["Grey."])
    case = consultation(FakeModels(tokens, engine))
    (saw,) = of_kind(case.look_at(View(photo, region=Region(0.0, 0.0, 0.5, 1.0)), "Image 3"), Saw)
    assert (saw.label, saw.picture.width_px) == ("Image 3", 20)
    list(case.ask("What is it?"))
    captions = [span for span in engine.prompts[0].spans if span.source.kind is SourceKind.PASSAGE]
    assert len(captions) == 1


def test_an_answer_about_a_film_names_the_frame_and_its_time(tokens: Tokens, tmp_path: Path) -> None:
    film = write_film(tmp_path / "gait.mp4")
    case = consultation(FakeModels(tokens, ScriptedEngine(["Grey.", "Dark."])))
    middle = list(case.look(film))
    assert [notice.text for notice in of_kind(middle, Notice)] == [
        "Image 1 is a film: its middle is looked at, frame 9 of 16 (0:02.1)."
    ]
    (answered,) = of_kind(case.ask("What is it?"), Answered)
    given, question = answered.used
    assert (given.kind, given.label, given.frame, given.frames) == (UsedKind.PICTURE, "Image 1", 9, 16)
    assert given.time_s == pytest.approx(2.1, abs=0.05)
    assert question == Used(UsedKind.QUESTION)
    assert answered.sentences[0].citations[0].start_s == pytest.approx(2.1)

    chosen = consultation(FakeModels(tokens, ScriptedEngine(["Dark."])))
    assert not of_kind(chosen.look_at(View(film, 2), "Image 4"), Notice)
    (answered,) = of_kind(chosen.ask("What is it?"), Answered)
    assert (answered.used[0].label, answered.used[0].frame, answered.used[0].frames) == ("Image 4", 3, 16)


def test_cancelling_while_a_file_is_read_takes_nothing_in_and_says_nothing(tokens: Tokens, recording: Path) -> None:
    case = Consultation(
        cast("Models", FakeModels(tokens, ScriptedEngine([]), SAID)), FilesReadHere(), cancelled=lambda: True
    )
    assert list(case.listen(recording)) == []


class ScriptedKnowledge:
    """Finds the passages it was given, whatever the question."""

    def __init__(self, *passages: Passage, notices: tuple[str, ...] = ()) -> None:
        self.passages, self.notices = passages, notices
        self.has_documents = True

    def find(self, question: str, turns: Sequence[Turn] = ()) -> tuple[Passage, ...]:
        assert question
        assert len(turns) < 2
        return self.passages

    def take_notices(self) -> tuple[str, ...]:
        return self.notices


class WatchedExplainer:
    """Explains nothing and keeps what it was to explain."""

    subjects: ClassVar[list[Subject]] = []

    def __init__(self, *_: object) -> None:
        self.subjects.clear()

    def gradient(self, subject: Subject, _mean: object) -> Iterator[Explanation]:
        self.subjects.append(subject)
        return iter(())


def looked_up(models: FakeModels, knowledge: ScriptedKnowledge) -> Consultation:
    return Consultation(cast("Models", models), FilesReadHere(), knowledge=cast("Knowledge", knowledge))


SIGNS = Passage("Dengue", "Warning signs are persistent vomiting and mucosal bleeding.", "Warning signs", 12)


def test_an_answer_cites_the_passage_that_bears_it_out(tokens: Tokens) -> None:
    engine = ScriptedEngine(["Persistent vomiting and mucosal bleeding are warning signs. Give 500 mg aspirin."])
    case = looked_up(FakeModels(tokens, engine), ScriptedKnowledge(SIGNS))
    events = list(case.ask("What warns of severe dengue?"))
    assert of_kind(events, LookedUp) == [LookedUp((SIGNS,))]
    (answered,) = of_kind(events, Answered)
    written, invented = answered.sentences
    (citation,) = written.citations
    assert written.verdict is Verdict.SUPPORTED
    assert (citation.kind, citation.label, citation.heading, citation.page) == (
        SourceKind.PASSAGE,
        "Dengue",
        "Warning signs",
        12,
    )
    assert citation.quote in SIGNS.text
    assert invented.verdict is Verdict.UNVERIFIED
    assert answered.used == (Used(UsedKind.PASSAGE, "Dengue"), Used(UsedKind.QUESTION))
    assert [span.source.label for span in engine.prompts[0].spans if span.source.kind is SourceKind.PASSAGE] == [
        "Dengue"
    ]


def test_finding_nothing_is_told_and_so_is_how_it_was_looked_up(tokens: Tokens) -> None:
    case = looked_up(FakeModels(tokens, ScriptedEngine(["I do not know."])), ScriptedKnowledge(notices=("By words.",)))
    events = list(case.ask("What now?"))
    assert [notice.text for notice in of_kind(events, Notice)] == ["By words.", NOTHING_FOUND]
    (answered,) = of_kind(events, Answered)
    assert [s.verdict for s in answered.sentences] == [Verdict.UNVERIFIED]


def test_who_has_no_documents_is_not_told_that_none_bears_on_a_question(tokens: Tokens) -> None:
    knowledge = ScriptedKnowledge()
    knowledge.has_documents = False
    case = looked_up(FakeModels(tokens, ScriptedEngine(["I do not know."])), knowledge)
    assert not of_kind(case.ask("What now?"), Notice)


def test_an_explanation_weighs_the_prompt_with_its_passages(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ScriptedEngine(["Persistent vomiting."])
    case = looked_up(FakeModels(tokens, engine), ScriptedKnowledge(SIGNS))
    list(case.ask("What warns?"))
    monkeypatch.setattr("multimodal.consultation.Explainer", WatchedExplainer)
    assert list(case.explain("What warns?", "Persistent vomiting.")) == []
    (subject,) = WatchedExplainer.subjects
    assert subject.prompt.spans == engine.prompts[0].spans
