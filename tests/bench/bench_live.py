"""How soon dictated words are on the screen: the sample consultation, spoken in real time.

    python -m tests.bench.bench_live

A word's delay counts from the end of the word to the first time that it is told, as an agreed or a settled word.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from multimodal.audio import load_audio
from multimodal.catalog import installed_path
from multimodal.live import LiveRecognizer, Settled
from multimodal.sound import SAMPLE_RATE_HZ
from multimodal.speech import SpeechRecognizer
from tests.bench.report import Figure, write_figures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from multimodal.live import LiveEvent
    from multimodal.transcript import Word

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample" / "consultation.flac"
_POLL_S = 0.05
_SAME_WORD_S = 0.6
"""Two passes place the same word within this of each other."""


def main() -> None:
    """Measure and print."""
    recognizer = SpeechRecognizer.load(installed_path("whisper-base"), installed_path("silero-vad"))
    samples = load_audio(SAMPLE).samples
    told = list(_spoken(LiveRecognizer(recognizer), samples))
    settled = [word for _, event in told if isinstance(event, Settled) for word in event.utterance.words]
    delays = np.array([_first_told(word, told) for word in settled]) - [word.end_s for word in settled]
    p50, p95 = np.percentile(delays, [50, 95])
    write_figures(
        f"Dictation in real time: {len(samples) / SAMPLE_RATE_HZ:.0f} s, {len(settled)} words",
        [
            Figure("delay of a word, p50", float(p50), "s", target="< 1.5 s", met=p50 < 1.5),
            Figure("delay of a word, p95", float(p95), "s"),
        ],
    )


def _spoken(live: LiveRecognizer, samples: NDArray[np.float32]) -> Iterator[tuple[float, LiveEvent]]:
    """Yield what is told while `samples` are spoken, each with the second since the start."""
    started, given = time.perf_counter(), 0
    while True:
        now = min(len(samples), int((time.perf_counter() - started) * SAMPLE_RATE_HZ))
        live.push(samples[given:now])
        given = now
        whole = given == len(samples)
        event = live.step(lambda: False, whole=whole)
        if event is not None:
            yield time.perf_counter() - started, event
        elif whole:
            return
        else:
            time.sleep(_POLL_S)


def _first_told(word: Word, told: Sequence[tuple[float, LiveEvent]]) -> float:
    return next(at_s for at_s, event in told if any(_same(word, other) for other in _words(event)))


def _words(event: LiveEvent) -> tuple[Word, ...]:
    return event.utterance.words if isinstance(event, Settled) else event.words


def _same(word: Word, other: Word) -> bool:
    return _bare(word) == _bare(other) and abs(word.end_s - other.end_s) < _SAME_WORD_S


def _bare(word: Word) -> str:
    return "".join(filter(str.isalnum, word.text.casefold()))


if __name__ == "__main__":
    main()
