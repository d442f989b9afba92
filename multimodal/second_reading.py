"""A second reading of the seconds behind a note: which stretches of a recording are decoded again, and what they say.

The stretches are padded, so that no word is cut where the first reading cut one, and joined where they touch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.grounding.answer import EvidenceWord
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.vad import SpeechSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from multimodal.sound import Recording
    from multimodal.transcript import Utterance

PADDING_S = 1.5
"""On both sides of what is cited: enough for the words around it, so that a sentence keeps its sense."""
HARD_TO_HEAR_BELOW = 0.3
"""The confidence of a word that is listened to although both readings say it. Chosen on the first fifty sentences of
`tests.bench.bench_double_check`, which are not scored there; it prints what is caught with it and without."""
LONGEST_S = 28.0
"""Of one stretch: Whisper hears 30 s at a time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Seconds of a recording."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s

    def touches(self, start_s: float, end_s: float) -> bool:
        """Return whether it shares a moment with other seconds."""
        return start_s < self.end_s and end_s > self.start_s


def stretches(cited: Iterable[tuple[float, float]], duration_s: float) -> tuple[Stretch, ...]:
    """Return what is decoded again for some cited seconds: padded, in order, none touching another."""
    joined: list[Stretch] = []
    for start_s, end_s in sorted(cited):
        begin, end = max(0.0, start_s - PADDING_S), min(duration_s, end_s + PADDING_S)
        if end <= begin:
            continue
        last = joined[-1] if joined else None
        if last is not None and begin <= last.end_s and max(end, last.end_s) - last.start_s <= LONGEST_S:
            joined[-1] = Stretch(last.start_s, max(end, last.end_s))
        else:
            begin = begin if last is None else max(begin, last.end_s)
            joined += _cut(begin, end)
    return tuple(joined)


def read_stretch(
    read: Callable[[NDArray[np.float32], SpeechSpan], Utterance | None], recording: Recording, stretch: Stretch
) -> tuple[EvidenceWord, ...]:
    """Return the words of a stretch as `read` hears them, with their seconds in the recording."""
    span = SpeechSpan(int(stretch.start_s * SAMPLE_RATE_HZ), int(stretch.end_s * SAMPLE_RATE_HZ))
    heard = read(recording.samples[span.start : span.end], span)
    return tuple(EvidenceWord(word.text, word.start_s, word.end_s) for word in heard.words) if heard else ()


def words_in(words: Sequence[EvidenceWord], stretch: Stretch) -> tuple[EvidenceWord, ...]:
    """Return the words that lie in a stretch, also those of which a part does."""
    return tuple(word for word in words if stretch.touches(word.start_s or 0.0, word.end_s or 0.0))


def _cut(begin: float, end: float) -> list[Stretch]:
    """Cut what is longer than one window."""
    pieces = []
    while end - begin > LONGEST_S:
        pieces.append(Stretch(begin, begin + LONGEST_S))
        begin += LONGEST_S
    return [*pieces, Stretch(begin, end)] if end > begin else pieces
