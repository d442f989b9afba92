"""Whose words they are: the two voices of a consultation told apart, from the utterances so far.

Windows of 1.2 s over every utterance are clustered into two voices (spherical 2-means, begun with the two stretches
that are least alike); the words of an utterance are then given to the voices by the likeliest path, on which changing
the speaker costs more within a phrase than after it. An utterance in which the speaker changes comes apart there.
Everything is told anew with each utterance, so that what was unsure at first becomes clear later.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from lm.clinical.dialogue import Speaker
from lm.grounding.answer import Evidence
from lm.sequence import SourceKind
from lm.tasks.talk import leaning, sentences_said
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.voice_encoder import HOP_SAMPLES, SLIDING_STEP_FRAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from multimodal.sound import Recording
    from multimodal.transcript import Utterance
    from multimodal.voice_encoder import VoiceEncoder

_ROUNDS, _BEGINNINGS = 10, 3
_ALL_ANEW = 20
"""So many utterances are all told anew with each new one; of more, after each twentieth part more."""
_STRETCH = 4
"""Windows whose mean stands for a stretch: one alone may be a cough."""
_REACH_S = 0.4
"""How far from its middle a window still tells whose a word is."""
_MOST_STRETCHES = 400
"""Of an hour not every stretch is held against every other one."""
SLIDING_STEP_S = SLIDING_STEP_FRAMES * HOP_SAMPLES / SAMPLE_RATE_HZ
_SHORTEST_WORD_S = 0.1
_CALLED = {Speaker.CLINICIAN: "doctor", Speaker.PATIENT: "patient"}
_PHRASE_ENDS = (".", "?", "!", "。", "？", "！", "…")


@dataclass(frozen=True, slots=True)
class SpeakerOptions:
    """Chosen on voices of which no figure of `tests.bench.bench_voices` is made."""

    most_alike: float = 0.87
    """Cosine of the two voices' means; voices that are more alike count as one."""
    least_s: float = 2.0
    """So much must be heard of the voice that speaks less."""
    change: float = 0.14
    """What a change of the speaker within a phrase costs, in seconds times difference of cosines."""
    change_after_phrase: float = 0.02
    pause_s: float = 0.25
    """A pause that ends a phrase."""
    unsure: float = 0.02
    """Words whose two cosines differ by less are nobody's."""


class SpokenWord(NamedTuple):
    """One word of an utterance, its times in seconds of the recording."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """One utterance as it is told apart."""

    words: tuple[SpokenWord, ...]
    middles_s: NDArray[np.float32]
    """Of the windows, in seconds of the recording, `(k,)`."""
    vectors: NDArray[np.float32]
    """`(k, 256)`."""
    told: Speaker | None = None
    """Who a person says it is."""
    believed: Speaker | None = None
    """Who it was said to be before: which of the two voices is the clinician's stays as it was."""
    whole: bool = False
    """It must not come apart."""

    @classmethod
    def heard(
        cls,
        encoder: VoiceEncoder,
        samples: NDArray[np.float32],
        start_s: float,
        words: Sequence[SpokenWord],
    ) -> Spoken:
        """Listen to an utterance: `samples` `(n,)` mono 16 kHz, which begin at `start_s` of the recording."""
        middles_s, vectors = encoder.sliding(samples)
        return cls(tuple(words), middles_s + np.float32(start_s), vectors)


class Part(NamedTuple):
    """The words `first` to before `stop` of an utterance with who says them."""

    first: int
    stop: int
    speaker: Speaker


class _Voices(NamedTuple):
    """The two voices `(2, 256)` and which of them is the clinician's."""

    means: NDArray[np.float32]
    clinician: int


def tell_apart(said: Sequence[Spoken], options: SpeakerOptions | None = None) -> list[tuple[Part, ...]]:
    """Return the parts of each utterance, in order and without a gap; an utterance without words has one part.

    Where only one voice is heard nobody is named but by a person.
    """
    options = options or SpeakerOptions()
    voices = _known_voices(said, options)
    return [_parts(one, voices, options) for one in said]


def named_speakers(
    heard: Sequence[Utterance], recording: Recording, encoder: VoiceEncoder
) -> list[tuple[Utterance, str]]:
    """Return a whole recording's utterances with "doctor", "patient" or "unknown", parted where the speaker changes."""
    said = []
    for one in heard:
        sound = recording.samples[int(one.start_s * SAMPLE_RATE_HZ) : int(one.end_s * SAMPLE_RATE_HZ)]
        words = [SpokenWord(word.text, word.start_s, word.end_s) for word in one.words]
        said.append(Spoken.heard(encoder, sound, one.start_s, words))
    told = zip(heard, tell_apart(said), strict=True)
    return [
        (one.part(part.first, part.stop), _CALLED.get(part.speaker, "unknown")) for one, parts in told for part in parts
    ]


class SpeakersSoFar:
    """The same for a recording that still goes on, where an hour of it must not hold up the next utterance."""

    def __init__(self, options: SpeakerOptions | None = None) -> None:
        self._options = options or SpeakerOptions()
        self._said: list[Spoken] = []
        self._parts: list[tuple[Part, ...]] = []
        self._voices: _Voices | None = None

    def add(self, one: Spoken) -> list[tuple[Part, ...]]:
        """Return the parts of each utterance so far.

        All are told anew with each of the first, and later whenever there are some per cent more of them.
        """
        self._said.append(one)
        if len(self._said) % max(1, len(self._said) // _ALL_ANEW) == 0:
            self._voices = _known_voices(self._said, self._options)
            self._parts = [_parts(other, self._voices, self._options) for other in self._said]
        else:
            self._parts = [*self._parts, _parts(one, self._voices, self._options)]
        return self._parts


def _known_voices(said: Sequence[Spoken], options: SpeakerOptions) -> _Voices | None:
    means = _two_voices(said, options)
    return None if means is None else _Voices(means, _clinician(said, means, options))


def _parts(one: Spoken, voices: _Voices | None, options: SpeakerOptions) -> tuple[Part, ...]:
    if one.told is not None or voices is None:
        return (Part(0, len(one.words), one.told or Speaker.UNKNOWN),)
    return tuple(
        Part(run.first, run.stop, Speaker.UNKNOWN if run.side is None else _SIDES[run.side ^ voices.clinician])
        for run in _path(one, voices.means, options)
    )


# --- the two voices ----------------------------------------------------------------------------------------------

_SIDES = (Speaker.CLINICIAN, Speaker.PATIENT)


def _two_voices(said: Sequence[Spoken], options: SpeakerOptions) -> NDArray[np.float32] | None:
    """Return the means of the two voices `(2, 256)`, of unit length; None where only one is heard.

    Where speakers were named before, the first is the clinician's.
    """
    windows = np.concatenate([one.vectors for one in said]) if said else np.empty((0, 0), np.float32)
    fixed = _per_window(said, [one.told for one in said])
    named = _per_window(said, [one.told or one.believed for one in said])
    if {0, 1} <= set(named.tolist()):
        voices, _ = _clustered(windows, fixed, _unit(np.stack([windows[named == side].mean(0) for side in (0, 1)])))
        return voices
    stretches = np.stack([stretch for one in said for stretch in _stretches(one.vectors)]) if len(windows) else windows
    stretches = _unit(stretches[:: 1 + len(stretches) // _MOST_STRETCHES])
    for _ in range(_BEGINNINGS):
        if len(stretches) < 2:
            return None
        alike = stretches @ stretches.T
        begin = stretches[list(np.unravel_index(int(alike.argmin()), alike.shape))]
        voices, sides = _clustered(windows, fixed, begin)
        least = min(int(sides.sum()), len(sides) - int(sides.sum()))
        if least * SLIDING_STEP_S >= options.least_s:
            return voices if float(voices[0] @ voices[1]) <= options.most_alike else None
        # A cough or a door is less like both voices than these are like each other: begin again without it.
        rare = int(sides.sum() < len(sides) / 2)
        stretches = stretches[(stretches @ voices.T).argmax(1) != rare]
    return None


def _clustered(
    windows: NDArray[np.float32], fixed: NDArray[np.int64], voices: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the means of two voices, begun with `voices`, and the side of each window."""
    sides = np.zeros(len(windows), np.int64)
    for _ in range(_ROUNDS):
        sides = np.where(fixed >= 0, fixed, (windows @ voices.T).argmax(1))
        if sides.all() or not sides.any():
            break
        means = _unit(np.stack([windows[sides == side].mean(0) for side in (0, 1)]))
        if np.allclose(means, voices):
            break
        voices = means
    return voices, sides


def _stretches(vectors: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for first in range(0, len(vectors), _STRETCH):
        yield vectors[first : first + _STRETCH].mean(0)


def _per_window(said: Sequence[Spoken], speakers: Sequence[Speaker | None]) -> NDArray[np.int64]:
    """Return 0 for each window of the clinician, 1 for the patient, -1 where nobody is named."""
    numbers = [_SIDES.index(speaker) if speaker in _SIDES else -1 for speaker in speakers]
    return np.repeat(np.array(numbers, np.int64), [len(one.vectors) for one in said])


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


# --- the words of one utterance ----------------------------------------------------------------------------------


class _Run(NamedTuple):
    """Words in a row by one voice; None for nobody's."""

    first: int
    stop: int
    side: int | None


def _path(one: Spoken, voices: NDArray[np.float32], options: SpeakerOptions) -> list[_Run]:
    count = len(one.words)
    if one.told is not None or not len(one.vectors):
        return [_Run(0, count, _SIDES.index(one.told) if one.told in _SIDES else None)]
    scores = _scores(one, one.vectors @ (voices[1] - voices[0]))
    if not count:
        return [_Run(0, 0, _sure_side(scores, np.ones(1), options))]
    lengths = np.array([max(_SHORTEST_WORD_S, word.end_s - word.start_s) for word in one.words])
    sides = _likeliest((scores * lengths).tolist(), [_change_cost(one, at, options) for at in range(count)])
    starts = [0, *(at for at in range(1, count) if sides[at] != sides[at - 1]), count]
    return [
        _Run(first, stop, _sure_side(scores[first:stop], lengths[first:stop], options))
        for first, stop in pairwise(starts)
    ]


def _scores(one: Spoken, differences: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return for each word how much nearer it is to the second voice than to the first, in cosines."""
    times = np.array([(word.start_s + word.end_s) / 2 for word in one.words] or [float(one.middles_s.mean())])
    away = np.abs(times[:, None] - one.middles_s[None, :])
    weights = np.maximum(0.0, 1.0 - away / _REACH_S)
    nearest = away == away.min(1, keepdims=True)
    weights = np.where(weights.sum(1, keepdims=True) > 0, weights, nearest)
    return np.asarray((weights @ differences) / weights.sum(1), np.float64)


def _change_cost(one: Spoken, at: int, options: SpeakerOptions) -> float:
    if at == 0:
        return 0.0
    if one.whole:
        return np.inf
    before, word = one.words[at - 1], one.words[at]
    ends = before.text.rstrip().endswith(_PHRASE_ENDS) or word.start_s - before.end_s >= options.pause_s
    return options.change_after_phrase if ends else options.change


def _likeliest(gains: Sequence[float], costs: Sequence[float]) -> list[int]:
    """Return the side of each word on the path with the greatest gain (Viterbi, two states)."""
    first, second = -gains[0], gains[0]
    came: list[tuple[int, int]] = []
    for gain, cost in zip(gains[1:], costs[1:], strict=True):
        came.append((int(second - cost > first), int(second >= first - cost)))
        first, second = max(first, second - cost) - gain, max(second, first - cost) + gain
    sides = [int(second > first)]
    for step in reversed(came):
        sides.append(step[sides[-1]])
    return sides[::-1]


def _sure_side(scores: NDArray[np.float64], lengths: NDArray[np.float64], options: SpeakerOptions) -> int | None:
    mean = float(np.average(scores, weights=lengths))
    return None if abs(mean) < options.unsure else int(mean > 0)


# --- which of them is the clinician --------------------------------------------------------------------------------


def _clinician(said: Sequence[Spoken], means: NDArray[np.float32], options: SpeakerOptions) -> int:
    """Return the side of the clinician: as it was named before, else who asks, examines and plans; then who begins."""
    if any(one.told in _SIDES or one.believed in _SIDES for one in said):
        return 0
    leans, first = [0, 0], None
    for one in said:
        for run in _path(one, means, options):
            if run.side is None:
                continue
            first = run.side if first is None else first
            text = " ".join(word.text for word in one.words[run.first : run.stop])
            sentences = sentences_said(Evidence.from_text(SourceKind.TRANSCRIPT, "", text))
            leans[run.side] += sum(map(leaning, sentences))
    return int(leans[1] > leans[0]) if leans[0] != leans[1] else first or 0
