"""Dictation while it is spoken: words as they come, and each utterance settled when a pause ends it.

The open utterance is recognised again and again while it grows; a word is shown once two passes in a row agree on it
and all before it (LocalAgreement-2, Macháček et al. 2023, arXiv 2307.14743). When the voice activity detector closes
the utterance it is recognised once more with all guards, and only that is kept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from multimodal.errors import Cancelled
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.speech import LANGUAGE_EVIDENCE_S
from multimodal.vad import WINDOW_SAMPLES, SpeechSpan, VadOptions, pad_spans, speech_windows, split_long, window_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from multimodal.speech import SpeechRecognizer
    from multimodal.transcript import Utterance, Word


@dataclass(frozen=True, slots=True)
class Speaking:
    """The agreed words of the utterance that is still spoken; they may change."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """An utterance that will not change; it replaces what was shown as being spoken."""

    utterance: Utterance
    sound: NDArray[np.float32]
    """Its samples, `(n,)` mono 16 kHz."""


LiveEvent = Speaking | Settled

_TELLING_S = 2.0
"""Shorter utterances are taken to be of the language of the one before: a "yes" does not tell it."""
_SHORT_UTTERANCES = VadOptions(max_speech_s=16.0)


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How often to listen again."""

    every_s: float = 0.5
    """New sound before the open utterance is recognised again."""
    most_load: float = 0.6
    """Share of the time that recognising may take: on a slow machine the words come less often."""
    first_s: float = 0.5
    """Shorter openings of an utterance are not guessed at."""
    open_words: int = 2
    """Of the agreed words, how many of the newest are recognised again with what follows them."""
    mixed: bool = False
    """Each utterance may be of another language; what is not English is translated."""
    vad: VadOptions = _SHORT_UTTERANCES
    """Long utterances are settled in pieces, since each pass hears all of the open one."""


class LiveRecognizer:
    """One dictation. Sound goes in by `push`; each `step` does at most one pass of the recogniser."""

    def __init__(
        self,
        recognizer: SpeechRecognizer,
        language: str | None = None,
        options: LiveOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recognizer, self._options, self._clock = recognizer, options or LiveOptions(), clock
        self._language = None if language is None else recognizer.known_language(language)
        self._evidence_s = 0.0
        """Speech that was settled while the language was not certain."""
        self._activity = recognizer.voice_activity()
        self._probabilities: list[float] = []
        self._samples: NDArray[np.float32] = np.zeros(0, np.float32)
        self._start = 0
        """Of what is kept, in samples of the recording; everything before is settled or silent."""
        self._previous: tuple[Word, ...] = ()
        self._shown: tuple[Word, ...] = ()
        self._heard_to, self._next_at = 0, -np.inf
        """How far the last pass heard, in samples of the recording; and when the next may begin."""

    @property
    def settled_to_s(self) -> float:
        """Everything before this second is settled or silent; recognising can be taken up again here."""
        return self._start / SAMPLE_RATE_HZ

    @property
    def duration_s(self) -> float:
        """How much sound has come."""
        return (self._start + len(self._samples)) / SAMPLE_RATE_HZ

    def push(self, samples: NDArray[np.float32]) -> None:
        """Take in what was recorded next, `(n,)` mono 16 kHz."""
        self._probabilities += self._activity.push(samples)
        self._samples = np.concatenate([self._samples, samples])

    def step(self, cancelled: Callable[[], bool], *, whole: bool = False) -> LiveEvent | None:
        """Settle the next finished utterance, or else hear the open one again when it is time.

        None where there is nothing to do or to tell. `whole` says that no more sound comes: call until None.
        Once `cancelled` returns True the pass is given up; it can be done again later.
        """
        while True:
            span, closed = self._next_span(whole)
            if span is None:
                self._drop_silence(whole)
                return None
            try:
                if not closed:
                    return self._hear_again(span, cancelled)
                utterance = self._hear(span, cancelled)
            except Cancelled:
                return None
            sound, _ = self._sound(span)
            self._settle(span, utterance)
            if utterance is not None:
                return Settled(utterance, sound)

    def _next_span(self, whole: bool) -> tuple[SpeechSpan | None, bool]:
        """Return the first stretch of speech, in samples of what is kept, and whether it has ended."""
        options = self._options.vad
        spans = speech_windows(self._probabilities, options)
        if not spans:
            return None, False
        first, last = spans[0]
        pieces = split_long(first, last, self._probabilities, options)
        ended = len(self._probabilities) - 1 - last >= window_count(options.min_silence_s)
        following = [*pieces[1:], *spans[1:]][:1]
        padded = pad_spans([pieces[0], *following], len(self._samples), options)[0]
        return padded, bool(whole or ended or following)

    def _hear(self, span: SpeechSpan, cancelled: Callable[[], bool]) -> Utterance | None:
        language = self._spoken_in(span)
        if self._options.mixed:
            return self._recognizer.hear(*self._sound(span), language, cancelled, translate=True)
        return self._recognizer.hear(*self._sound(span), language, cancelled)

    def _spoken_in(self, span: SpeechSpan) -> str | None:
        """Return the language, None where it is to be detected."""
        return None if self._options.mixed and span.duration_s >= _TELLING_S else self._language

    def _sound(self, span: SpeechSpan) -> tuple[NDArray[np.float32], SpeechSpan]:
        """Return the samples of `span` and where it lies in the whole recording."""
        place = SpeechSpan(self._start + span.start, self._start + span.end)
        return self._samples[span.start : span.end], place

    def _hear_again(self, span: SpeechSpan, cancelled: Callable[[], bool]) -> Speaking | None:
        now = self._clock()
        new_s = (self._start + span.end - self._heard_to) / SAMPLE_RATE_HZ
        if span.duration_s < self._options.first_s or new_s < self._options.every_s or now < self._next_at:
            return None
        # The newest agreed words stay open: what follows them may show them to be others.
        said = self._shown[: -self._options.open_words]
        utterance = self._recognizer.draft(*self._sound(span), self._spoken_in(span), said, cancelled)
        took_s = self._clock() - now
        self._next_at = now + took_s / self._options.most_load
        self._heard_to = self._start + span.end
        if utterance is None:
            return None
        if span.duration_s >= LANGUAGE_EVIDENCE_S and not self._options.mixed:
            self._language = utterance.language
        agreed = agreement(self._previous, utterance.words)
        self._previous = utterance.words
        # Fewer words than before mean that one of them is being thought over: what is shown stays until that is done.
        if len(agreed) < len(self._shown) or [w.text for w in agreed] == [w.text for w in self._shown]:
            return None
        self._shown = agreed
        return Speaking(agreed)

    def _settle(self, span: SpeechSpan, utterance: Utterance | None) -> None:
        self._previous = self._shown = ()
        if utterance is not None and self._options.mixed:
            self._language = utterance.language
        elif utterance is not None and self._language is None:
            self._evidence_s += span.duration_s
            self._language = utterance.language if self._evidence_s >= LANGUAGE_EVIDENCE_S else None
        self._drop(span.end // WINDOW_SAMPLES)

    def _drop_silence(self, whole: bool) -> None:
        """Keep as much silence as the next word may have begun in."""
        keep = 0 if whole else window_count(self._options.vad.pad_s + self._options.vad.min_speech_s) + 1
        self._drop(len(self._probabilities) - keep)

    def _drop(self, windows: int) -> None:
        if windows > 0:
            del self._probabilities[:windows]
            self._samples = self._samples[windows * WINDOW_SAMPLES :]
            self._start += windows * WINDOW_SAMPLES


def agreement(before: Sequence[Word], now: Sequence[Word]) -> tuple[Word, ...]:
    """Return the words of `now` up to the first that differs from `before` in more than case or punctuation."""
    agreed = []
    for earlier, word in zip(before, now, strict=False):
        if _bare(earlier.text) != _bare(word.text):
            break
        agreed.append(word)
    return tuple(agreed)


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
