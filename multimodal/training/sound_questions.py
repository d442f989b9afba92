"""Questions about what is said in a clip, each of which its words alone can answer.

A training sample is a clip with a few questions in a row, in half of them also the task to repeat what is said: it
teaches more of a clip than any question does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multimodal.training.spoken_sentences import WORDS, Category, normalized

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from multimodal.training.clips import Clip

REPEAT = "Repeat what is said."
MOST_QUESTIONS = 3
"""Asked about one clip in a row."""
CHOICES = 4
_SHORTEST_WORD = 5
_COMMON = frozenset(
    "about after again always another because before being could doing every going haven't having other really right "
    "should since still taking thank their there these thing things think those today until using where which while "
    "would you're you've that's don't didn't it's they're".split()
)
_NAMED = {
    Category.MEDICINE: "Which medicine is named?",
    Category.SYMPTOM: "Which symptom is named?",
    Category.BODY_PART: "Which part of the body is named?",
    Category.NUMBER: "Which number is said?",
    Category.SIDE: "Which side is named?",
}


@dataclass(frozen=True, slots=True)
class SoundQuestion:
    """One question on one clip; `choices` are the possible answers where it is one of a few words."""

    clip: Clip
    question: str
    answer: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SoundConversation:
    """One clip and the questions that are asked about it; the transcript is shown too where `with_words`."""

    clip: Clip
    questions: tuple[SoundQuestion, ...]
    with_words: bool


def content_words(clip: Clip) -> list[str]:
    """Return the words that a question can be about: the clinical ones, else the longer ones, each once."""
    if clip.words:
        return [word for category, word in clip.words if category is not Category.SIDE]
    return list(dict.fromkeys(w for w in normalized(clip.text).split() if _is_content(w)))


def _is_content(word: str) -> bool:
    return len(word) >= _SHORTEST_WORD and word not in _COMMON


def other_words(clips: Iterable[Clip]) -> tuple[str, ...]:
    """Return the words of sentences that were not made, sorted: what is asked for where it was not said."""
    return tuple(sorted({word for clip in clips if not clip.words for word in content_words(clip)}))


def mention_question(clip: Clip, pool: Sequence[str], said: bool, rng: random.Random) -> SoundQuestion | None:
    """Ask whether a word is mentioned that is, or is not; None where there is no word to ask for."""
    words = content_words(clip)
    if not words:
        return None
    word = rng.choice(words)
    if not said:
        word = rng.choice(_unsaid(clip, word, pool))
    return SoundQuestion(clip, f"Does the speaker mention {word}?", "Yes." if said else "No.")


def named_question(clip: Clip, category: Category, rng: random.Random) -> SoundQuestion:
    """Ask for the word of a category that the clip was made with."""
    word = dict(clip.words)[category]
    others = [other for other in WORDS[category] if other != word]
    choices = [word, *rng.sample(others, min(len(others), CHOICES - 1))]
    return SoundQuestion(clip, _NAMED[category], _sentence(word), tuple(map(_sentence, choices)))


def word_question(clip: Clip, pool: Sequence[str], rng: random.Random) -> SoundQuestion | None:
    """Ask which of four words is said; None where there is no word to ask for."""
    words = content_words(clip)
    if not words:
        return None
    word = rng.choice(words)
    choices = [word, *rng.sample(_unsaid(clip, word, pool), CHOICES - 1)]
    rng.shuffle(choices)
    listed = f"{', '.join(choices[:-1])} or {choices[-1]}"
    return SoundQuestion(
        clip, f"Which of these words is said: {listed}?", _sentence(word), tuple(map(_sentence, choices))
    )


def draw_sound_conversations(
    clips: Sequence[Clip], count: int, with_words_share: float, seed: int
) -> list[SoundConversation]:
    """Draw `count` conversations, every clip once before any comes again."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    pool = other_words(clips)
    drawn: list[SoundConversation] = []
    while len(drawn) < count:
        for clip in rng.sample(list(clips), min(len(clips), count - len(drawn))):
            questions = tuple(_questions(clip, pool, rng))
            drawn.append(SoundConversation(clip, questions, rng.random() < with_words_share))
    return drawn


def _questions(clip: Clip, pool: Sequence[str], rng: random.Random) -> list[SoundQuestion]:
    asked = [mention_question(clip, pool, said, rng) for said in (True, False)]
    asked.append(word_question(clip, pool, rng))
    possible = [question for question in asked if question is not None]
    possible += [named_question(clip, category, rng) for category, _ in clip.words]
    repeat = SoundQuestion(clip, REPEAT, clip.text)
    chosen = rng.sample(possible, min(len(possible), MOST_QUESTIONS - 1))
    if rng.random() < 0.5 or not chosen:
        chosen.insert(rng.randint(0, len(chosen)), repeat)
    return chosen


def _unsaid(clip: Clip, word: str, pool: Sequence[str]) -> list[str]:
    """Return words like `word` that are not in the clip: of its category, else of the pool."""
    said = set(normalized(clip.text).split())
    alike = next((words for words in WORDS.values() if clip.words and word in words), pool)
    return [other for other in alike if other not in said]


def _sentence(word: str) -> str:
    return f"{word[:1].upper()}{word[1:]}."
