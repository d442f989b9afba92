"""What a decoder is taught from: conversations about a picture, a clip or nothing but words, drawn in shares.

Beside the questions that a picture or a clip answers stand those that teach when not to answer: the picture is
withheld, or it is another one than the question is about. A decoder that learns too is shown text alone as well, with
itself as it was before for a teacher, so that it forgets nothing.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from lm.grounding.gate import split_sentences
from multimodal.prompt import Turn
from multimodal.training.picture_questions import draw_conversations, training_pictures
from multimodal.training.pictures import read_pictures
from multimodal.training.sound_questions import draw_sound_conversations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from multimodal.training.clips import Clip
    from multimodal.training.lesson_options import ConversationOptions
    from multimodal.training.picture_questions import PictureConversation
    from multimodal.training.pictures import LabelledPicture
    from multimodal.training.sound_questions import SoundConversation

NO_PICTURE = "No picture was given."
NO_RECORDING = "No recording was given."
NOT_SHOWN = "The image does not show this."
LONGEST_TEXT_WORDS = 60
_GENERAL_TOPICS = {"kind", "is-it"}
_HELD_OUT_PARTS = 4


@dataclass(frozen=True, slots=True)
class Conversation:
    """At most one picture and one clip, and the questions that are asked about them."""

    turns: tuple[Turn, ...]
    picture: str = ""
    """Its path in the features; none where empty."""
    clip: Clip | None = None
    transcript: str = ""
    """What the decoder reads besides."""
    teacher_reads: str | None = None
    """The transcript in the teacher's prompt, which has no picture and no sound; None where nobody teaches."""
    taught_by_teacher: bool = False
    """Whether nothing but the teacher counts."""


class TextPart(StrEnum):
    """Which part of the open questions with answers a disease belongs to."""

    TRAIN = "train"
    HELD_OUT = "held out"


def draw_mixture(
    data: Path, clips: Sequence[Clip], options: ConversationOptions, count: int, seed: int
) -> list[Conversation]:
    """Draw `count` conversations in the shares of `options`, in an order of chance."""
    shares = {"pictures": options.pictures, "sounds": options.sounds, "texts": options.texts}
    total = sum(shares.values())
    counts = {kind: round(count * share / total) for kind, share in shares.items()}
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    drawn: list[Conversation] = []
    if counts["pictures"]:
        drawn += picture_conversations(data, options, counts["pictures"], seed)
    if counts["sounds"]:
        asked = draw_sound_conversations(clips, counts["sounds"], options.with_words, seed)
        drawn += [_heard(one, withheld=rng.random() < options.withheld) for one in asked]
    if counts["texts"]:
        drawn += text_conversations(data, counts["texts"], seed)
    if len([kind for kind, number in counts.items() if number]) > 1:
        rng.shuffle(drawn)
    return drawn


def picture_conversations(data: Path, options: ConversationOptions, count: int, seed: int) -> list[Conversation]:
    """Draw conversations about pictures, some withheld and some mismatched."""
    rng = random.Random(seed + 1)  # noqa: S311 - a reproducible draw, not a secret
    pictures = {picture.path: picture for picture in read_pictures(data)}
    # Not all of the training part: of the others nothing is encoded.
    train = training_pictures(data, seed)
    drawn = []
    for asked in draw_conversations(data, count, seed):
        chance = rng.random()
        made = None
        if chance < options.mismatched:
            made = _mismatched(asked, pictures[asked.path], train, rng)
        elif chance < options.mismatched + options.withheld:
            made = Conversation((Turn(asked.questions[0].question, NO_PICTURE),))
        drawn.append(made or shown_conversation(asked))
    return drawn


def shown_conversation(asked: PictureConversation) -> Conversation:
    """Return the conversation with its own picture."""
    turns = tuple(Turn(question.question, question.answer) for question in asked.questions)
    return Conversation(turns, picture=asked.path)


def _mismatched(
    asked: PictureConversation, own: LabelledPicture, train: Sequence[LabelledPicture], rng: random.Random
) -> Conversation | None:
    """Ask what only the own picture can answer about a picture of another kind; None where nothing such is asked."""
    special = [question for question in asked.questions if question.topic not in _GENERAL_TOPICS]
    if not special:
        return None
    other = rng.choice(train)
    while other.kind() == own.kind():
        other = rng.choice(train)
    return Conversation((Turn(special[0].question, NOT_SHOWN),), picture=other.path)


def heard_conversation(asked: SoundConversation) -> Conversation:
    """Return the conversation with its own clip."""
    return _heard(asked, withheld=False)


def _heard(asked: SoundConversation, *, withheld: bool) -> Conversation:
    turns = tuple(Turn(question.question, question.answer) for question in asked.questions)
    if withheld and not asked.with_words:
        return Conversation((replace(turns[0], answer=NO_RECORDING),))
    transcript = asked.clip.text if asked.with_words else ""
    return Conversation(turns, "", asked.clip, transcript, asked.clip.text, asked.with_words)


def text_conversations(data: Path, count: int, seed: int, part: TextPart = TextPart.TRAIN) -> list[Conversation]:
    """Draw questions of patients with the first sentences of their answers (MedQuAD), diseases parted by hash."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    every = [Conversation((turn,), teacher_reads="", taught_by_teacher=True) for turn in _text_turns(data, part)]
    drawn: list[Conversation] = []
    while every and len(drawn) < count:
        drawn += rng.sample(every, min(len(every), count - len(drawn)))
    return drawn


def _text_turns(data: Path, part: TextPart) -> Iterator[Turn]:
    with (data / "qa.jsonl").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["source"].startswith("medquad") and text_part(row.get("focus") or row["question"]) is part:
                answer = _first_sentences(row["answer"])
                if answer:
                    yield Turn(" ".join(row["question"].split()), answer)


def text_part(focus: str) -> TextPart:
    """Return the part that all questions about one disease belong to."""
    digest = hashlib.sha256(focus.lower().encode()).digest()
    return TextPart.HELD_OUT if digest[0] % _HELD_OUT_PARTS == 0 else TextPart.TRAIN


def _first_sentences(text: str) -> str:
    """Return whole sentences of at most LONGEST_TEXT_WORDS words, none where the first is longer."""
    kept: list[str] = []
    for sentence in split_sentences(" ".join(text.split())):
        if sum(len(one.split()) for one in (*kept, sentence)) > LONGEST_TEXT_WORDS:
            break
        kept.append(sentence)
    return " ".join(kept)
