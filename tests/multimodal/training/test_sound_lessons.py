from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from lm.sequence import SourceKind
from multimodal.fusion import AudioProjector, load_projector
from multimodal.prompt import FusedAttachment, PromptBuilder, PromptInputs, Turn
from multimodal.training.clips import Clip, ClipCounts
from multimodal.training.conversation_lesson import ConversationLesson, SoundTeaching
from multimodal.training.conversations import heard_conversation
from multimodal.training.fusion_config import FusionConfig
from multimodal.training.fusion_run import Encoders, FusionRun, train_adapters
from multimodal.training.laying_out import IGNORED, Layout, Shown
from multimodal.training.lesson_options import ConversationOptions, SoundWordsOptions
from multimodal.training.new_projectors import new_projector
from multimodal.training.sound_alignment import SoundWords, SpokenWords, heard_words, sound_batch
from multimodal.training.sound_features import compute_sound_features
from multimodal.training.sound_questions import (
    SoundConversation,
    SoundQuestion,
    draw_sound_conversations,
    mention_question,
    word_question,
)
from multimodal.training.sound_run import score_voice
from multimodal.training.sound_scores import Given, SoundScorer, SoundTask
from multimodal.training.spoken_sentences import Part
from tests.fakes.consultations import roomy_decoder
from tests.fakes.lessons import teach_alone
from tests.fakes.spoken_clips import D_SOUND, LevelEncoder, clip_samples, write_spoken_data

if TYPE_CHECKING:
    from pathlib import Path

    from lm.weights import LoadedDecoder
    from multimodal.training.sound_features import SoundFeatures

TEXTS = ("a cough", "a fever", "the cough", "the fever", "no cough", "no fever")
OPTIONS = ConversationOptions(batch=6, pictures=0.0, sounds=1.0, learning_rate=5e-3, warmup=0.05)
ALIGNMENT = SoundWordsOptions(steps=30, batch=6, learning_rate=1e-2, hidden_frames=0)


@pytest.fixture(autouse=True)
def _no_synthesizer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clip, "samples", clip_samples())


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> LoadedDecoder:
    return roomy_decoder(tmp_path_factory.mktemp("lm") / "tiny")


@pytest.fixture
def clips() -> list[Clip]:
    return [Clip(text, Part.TRAIN, "test") for text in TEXTS]


@pytest.fixture
def features(clips: list[Clip], tmp_path: Path) -> SoundFeatures:
    return compute_sound_features(tmp_path, clips, LevelEncoder(), tmp_path / "features", lambda _: None)


def test_clips_are_encoded_once_and_a_stopped_run_goes_on(clips: list[Clip], tmp_path: Path) -> None:
    encoder, store = LevelEncoder(), tmp_path / "store"
    compute_sound_features(tmp_path, clips[:4], encoder, store, lambda _: None)
    with (store / "index.jsonl").open("a") as index, (store / "states.bf16").open("ab") as states:
        index.write('{"clip": "cut o')
        states.write(b"half a clip")
    found = compute_sound_features(tmp_path, [*clips, clips[0]], encoder, store, lambda _: None)
    assert encoder.encoded == 6
    for clip in clips:
        direct = encoder.encode(clip.samples(tmp_path))
        torch.testing.assert_close(found.get(clip.key), direct, atol=0.02, rtol=0.01)


def test_the_first_lesson_finds_the_words_without_being_told_when(
    decoder: LoadedDecoder, clips: list[Clip], features: SoundFeatures, tmp_path: Path
) -> None:
    projector = new_projector(AudioProjector, decoder, D_SOUND, 32, seed=0)
    words = SpokenWords(decoder, clips)
    lesson = SoundWords(projector, clips, features, words, (ALIGNMENT, 0))
    steps = teach_alone(lesson, ALIGNMENT.steps, decoder, {"audio": projector}, tmp_path)
    assert steps[-1].loss < steps[0].loss / 4
    frames, lengths = sound_batch(features, clips)
    with torch.inference_mode():
        sound = projector(frames, lengths)
    assert heard_words(sound, words, decoder) == list(TEXTS)


def test_filling_up_a_batch_changes_nothing(decoder: LoadedDecoder, features: SoundFeatures, clips: list[Clip]) -> None:
    projector = new_projector(AudioProjector, decoder, D_SOUND, 32, seed=0).eval()
    short = features.get(clips[0].key)[:17]
    frames = torch.nn.utils.rnn.pad_sequence([short, features.get(clips[1].key)], batch_first=True)
    with torch.inference_mode():
        alone = projector(short.unsqueeze(0))
        filled = projector(frames, torch.tensor([len(short), frames.shape[1]]))
    count = alone.embeddings.shape[1]
    torch.testing.assert_close(filled.embeddings[0, :count], alone.embeddings[0])
    assert filled.is_sound[0].sum() == count


def _conversation(clip: Clip, *, with_words: bool = False) -> SoundConversation:
    ill = "Yes." if "cough" in clip.text else "No."
    return SoundConversation(clip, (SoundQuestion(clip, "Does the speaker mention cough?", ill),), with_words)


def test_the_question_is_laid_out_as_a_doctor_asks_it(decoder: LoadedDecoder, clips: list[Clip]) -> None:
    sound = torch.randn(3, decoder.model.d_model)
    conversation = _conversation(clips[0])
    turns = tuple(Turn(question.question, question.answer) for question in conversation.questions)
    laid_out = Layout(decoder).pack([Shown(turns, sound=sound, transcript="a cough")])
    shown = FusedAttachment(SourceKind.AUDIO, "Recording 1", sound)
    prompt = PromptBuilder(decoder.tokens).build(
        PromptInputs(conversation.questions[0].question, (shown,), transcript="a cough")
    )
    asked = prompt.embed(decoder.model.embed_tokens)[0]
    first = int((laid_out.labels[0] != IGNORED).nonzero()[0])
    assert first == len(asked)
    torch.testing.assert_close(laid_out.embeddings[0, :first], asked)
    taught = laid_out.labels[0][laid_out.labels[0] != IGNORED].tolist()
    assert decoder.tokens.decode(taught[:-1]) == "Yes."
    assert taught[-1] == decoder.tokens.end_of_turn_id


def test_the_decoder_learns_to_hear_and_its_weights_stay(
    decoder: LoadedDecoder, clips: list[Clip], features: SoundFeatures, tmp_path: Path
) -> None:
    before = decoder.model.embed_tokens(torch.arange(50)).clone()
    options = replace(OPTIONS, distilled=0.0, sound_words=0.0, learning_rate=2e-2)
    projector, words = new_projector(AudioProjector, decoder, D_SOUND, 32, seed=0), SpokenWords(decoder, clips)
    asked = [heard_conversation(_conversation(clip)) for clip in clips * 80]
    lesson = ConversationLesson(decoder, asked, options, sounds=SoundTeaching(projector, features, words))
    steps = teach_alone(lesson, len(asked) // options.batch, decoder, {"audio": projector}, tmp_path)
    assert sum(s.loss for s in steps[-5:]) < sum(s.loss for s in steps[:5])
    assert torch.equal(before, decoder.model.embed_tokens(torch.arange(50)))
    questions = tuple(_conversation(clip).questions[0] for clip in clips)
    scorer = SoundScorer(decoder, projector, features, features.get(clips[0].key)[None])
    score = scorer.score(SoundTask("mentioned", "Cough", questions), lambda _: None)
    assert score.estimates[Given.TRUE].value == 1.0
    assert score.estimates[Given.NONE].value == score.estimates[Given.SILENCE].value == 0.5


def test_questions_are_right_about_what_is_said() -> None:
    clip = Clip("The bleeding stopped yesterday evening.", Part.TEST, "test")
    other = Clip("Doctor, every morning breathing becomes difficult, especially outside.", Part.TEST, "test")
    drawn = draw_sound_conversations([clip, other], 60, 0.5, seed=0)
    assert {conversation.with_words for conversation in drawn} == {True, False}
    for conversation in drawn:
        for question in conversation.questions:
            if question.answer == "Yes.":
                assert question.question.split()[-1].rstrip("?") in conversation.clip.text.lower()


@pytest.mark.parametrize("said", [True, False])
def test_a_word_is_asked_for_that_is_said_or_is_not(said: bool) -> None:
    from random import Random

    clip = Clip("The bleeding stopped.", Part.TEST, "test")
    question = mention_question(clip, ("stomach", "bleeding"), said, Random(0))
    assert question is not None
    assert ("stomach" in question.question) is not said
    assert mention_question(Clip("He is ill.", Part.TEST, "test"), ("stomach",), said, Random(0)) is None


def test_which_word_has_one_right_answer_among_four() -> None:
    from random import Random

    clip = Clip("The bleeding stopped.", Part.TEST, "test")
    question = word_question(clip, ("stomach", "bleeding", "evening", "morning", "doctor"), Random(1))
    assert question is not None
    assert len(set(question.choices)) == 4
    assert [choice for choice in question.choices if choice[:-1].lower() in clip.text.lower()] == [question.answer]
    assert all(choice[:-1].lower() in question.question for choice in question.choices)


def test_a_run_writes_projector_scores_and_card(decoder: LoadedDecoder, tmp_path: Path) -> None:
    write_spoken_data(tmp_path / "data")
    lessons = (
        SoundWordsOptions(steps=3, batch=4, hidden_frames=4),
        replace(OPTIONS, conversations=8, batch=4),
    )
    run = FusionRun(
        tmp_path / "data",
        tmp_path / "run",
        tmp_path / "adapter",
        FusionConfig(lessons, decoder.name, speech="whisper-base", audio_hidden=12, clips=14),
        clip_counts=ClipCounts(train=16, dev=2, test=8),
        questions=3,
    )
    assert train_adapters(run, decoder, Encoders(speech=LevelEncoder()), lambda _: None)
    scores = score_voice(run, decoder, LevelEncoder(), lambda _: None)
    assert len(scores) == 6
    projector, binding = load_projector(run.adapter_folder / "audio-projector.safetensors", decoder.fingerprint)
    assert isinstance(projector, AudioProjector)
    assert binding.encoder == "whisper-base"
    written = json.loads((run.adapter_folder / "audio-scores.json").read_text())
    card = (run.adapter_folder / "audio-card.md").read_text()
    for score in written["scores"]:
        for given in (Given.TRUE, Given.SHUFFLED, Given.SILENCE, Given.WORDS):
            shown = score["estimates"][given]
            assert f"{shown['value']:.3f} ({shown['low']:.3f} to {shown['high']:.3f})" in card
        gain = score["gain_beside_words"]
        assert f"{gain['value']:.3f} ({gain['low']:.3f} to {gain['high']:.3f})" in card
    assert len(written["repeated"]) == 3
    for score in written["repeated"]:
        shown = score["estimates"][Given.TRUE]
        assert f"{shown['value']:.3f} ({shown['low']:.3f} to {shown['high']:.3f})" in card
    assert len((run.run_folder / "loss.jsonl").read_text().splitlines()) == 3 + 2
