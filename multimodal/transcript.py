"""What was said: words with times and confidence, in utterances, in the order of the recording (no torch)."""

from __future__ import annotations

from dataclasses import dataclass, replace

UNCERTAIN_BELOW = 0.5
"""On average, a token of the utterance was given less probability than this: a careful listener would hear it again."""


@dataclass(frozen=True, slots=True)
class Word:
    """One written word with its punctuation, no space around it."""

    text: str
    start_s: float
    end_s: float
    confidence: float
    """Mean probability of the word's tokens, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech between two pauses; times are seconds of the whole recording."""

    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...]
    language: str
    """ISO 639-1 code."""
    confidence: float
    """exp of the mean log-probability of the tokens, 0 to 1."""
    no_speech_probability: float
    translation: str = ""
    """Whisper's English of it; empty where it was not asked for or is not to be trusted."""

    @property
    def is_uncertain(self) -> bool:
        """Whether the words may well be others than those that were written down."""
        return self.confidence < UNCERTAIN_BELOW

    def part(self, first: int, stop: int) -> Utterance:
        """Return the words `first` to before `stop` as an utterance; it begins where they begin."""
        if (first, stop) == (0, len(self.words)):
            return self
        words = self.words[first:stop]
        between = " " if " " in self.text else ""
        return replace(
            self,
            start_s=words[0].start_s if first else self.start_s,
            end_s=self.words[stop].start_s if stop < len(self.words) else self.end_s,
            text=between.join(word.text for word in words),
            words=words,
            translation="",
        )

    def shifted(self, seconds: float) -> Utterance:
        """Return it as it lies in a recording that starts `seconds` earlier."""
        words = tuple(
            replace(word, start_s=round(word.start_s + seconds, 2), end_s=round(word.end_s + seconds, 2))
            for word in self.words
        )
        start_s, end_s = round(self.start_s + seconds, 2), round(self.end_s + seconds, 2)
        return replace(self, start_s=start_s, end_s=end_s, words=words)


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything that was heard in one recording."""

    utterances: tuple[Utterance, ...]
    language: str | None
    """ISO 639-1 code; None where nothing was heard and no language was given."""
    duration_s: float

    @property
    def text(self) -> str:
        """The utterances, one space between them."""
        return " ".join(utterance.text for utterance in self.utterances)

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word in order."""
        return tuple(word for utterance in self.utterances for word in utterance.words)
