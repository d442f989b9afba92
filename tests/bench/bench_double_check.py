"""How many errors the second reading before signing catches, and how often it raises a false alarm.

    python -m tests.bench.bench_double_check [--limit 40]

Sentences of open consultations (MTS-Dialog, training) that hold a number, a side, a denial or a drug, spoken by
machines (flite, labelled synthetic), every second one under white noise at 10 dB. The first reading is dictation's, the
second the one before a signature. A sentence is wrong where the first reading and the sentence differ in one of these,
and caught where the two readings do, or where dictation gave a word of it so little confidence that the check asks to
listen. The threshold of that was chosen on the first fifty sentences, which are left out here; the second reading alone
stands beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch

from lm.grounding.answer import EvidenceWord
from lm.tasks.double_check import compare_readings
from multimodal.catalog import installed_path
from multimodal.clinical_lexicon import ClinicalLexicon
from multimodal.models import DICTATION
from multimodal.second_reading import HARD_TO_HEAR_BELOW, Stretch, read_stretch
from multimodal.speech import SpeechRecognizer
from tests.bench.bench_deid import wilson
from tests.bench.report import Figure, write_figures
from tests.bench.synthetic_speech import installed_voices, with_noise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lm.clinical.lexicon import Lexicon
    from multimodal.sound import Recording
    from tests.bench.synthetic_speech import Voice

NOISE_DB = 10.0
TUNED_ON, SENTENCES = 50, 120
_TURN = re.compile(r"^\s*\w[\w ]*:\s*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Case:
    """What came of one sentence."""

    wrong: tuple[str, ...]
    """In what the first reading differs from what was said."""
    differs: bool
    """The two readings do."""
    hard: bool
    """A word was hard to hear."""

    @property
    def flagged(self) -> bool:
        """Whether the check asks to listen."""
        return self.differs or self.hard


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the figures to stdout."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bench_double_check", description="Errors caught.")
    parser.add_argument("--limit", type=int, default=SENTENCES, help="this many sentences")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    data = Path(os.environ.get("BEDSIDE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    voices = [voice for voice in installed_voices((1.0, 1.15)) if voice.name.startswith("flite")]
    if not voices or not (data / "notes.jsonl").is_file():
        sys.stderr.write("This needs flite (libflite1) and the open notes (BEDSIDE_DATA). Nothing was measured.\n")
        return 3
    recognizer = SpeechRecognizer.load(installed_path("whisper-base"), installed_path("silero-vad"), decoding=DICTATION)
    with ClinicalLexicon.open() as lexicon:
        sentences = _sentences(data / "notes.jsonl", lexicon)
        chosen = list(islice(sentences, TUNED_ON, TUNED_ON + options.limit))
        cases = [_case(recognizer, lexicon, text, _spoken(voices, place, text)) for place, text in enumerate(chosen)]
    _report(cases)
    return 0


def _sentences(notes: Path, lexicon: Lexicon) -> Iterator[str]:
    """Yield sentences, each once, in which there is something to get wrong."""
    seen: set[str] = set()
    for row in map(json.loads, notes.read_text(encoding="utf-8").splitlines()):
        if row["source"] != "mts" or row["split"] != "train":
            continue
        for sentence in re.split(r"(?<=[.!?])\s+", _TURN.sub("", row["dialogue"]).replace("\n", " ")):
            fits = 5 <= len(sentence.split()) <= 16 and sentence.isascii() and sentence not in seen
            if fits and compare_readings(_words(sentence), _words("nothing"), lexicon):
                seen.add(sentence)
                yield sentence


def _spoken(voices: Sequence[Voice], place: int, text: str) -> Recording:
    said = voices[place % len(voices)].say(text)
    return with_noise(said, NOISE_DB, place) if place % 2 else said


def _case(recognizer: SpeechRecognizer, lexicon: Lexicon, text: str, recording: Recording) -> Case:
    heard = recognizer.transcribe_all(recording, language="en").words
    first = tuple(EvidenceWord(word.text, word.start_s, word.end_s) for word in heard)
    again = read_stretch(
        lambda samples, span: recognizer.read_again(samples, span, "en"), recording, Stretch(0.0, recording.duration_s)
    )
    wrong = tuple(sorted({one.about for one in compare_readings(first, _words(text), lexicon)}))
    differs = bool(compare_readings(first, again, lexicon))
    return Case(wrong, differs, any(word.confidence < HARD_TO_HEAR_BELOW for word in heard))


def _words(text: str) -> tuple[EvidenceWord, ...]:
    return tuple(EvidenceWord(word) for word in text.split())


def _report(cases: Sequence[Case]) -> None:
    wrong, right = [case for case in cases if case.wrong], [case for case in cases if not case.wrong]
    figures = [
        _figure("misheard sentences to listen to", wrong),
        _figure("right ones to listen to needlessly", right),
    ]
    kinds = sorted({about for case in wrong for about in case.wrong})
    notes = [_interval("misheard sentences to listen to", wrong)]
    notes += [_interval(f"  {kind}", [case for case in wrong if kind in case.wrong]) for kind in kinds]
    notes += [_interval("right ones to listen to needlessly", right), "synthetic speech (flite)"]
    write_figures(f"Second reading: {len(cases)} sentences, {len(wrong)} of them misheard", figures, notes)


def _figure(name: str, cases: Sequence[Case]) -> Figure:
    count = max(1, len(cases))
    flagged, differs = sum(case.flagged for case in cases), sum(case.differs for case in cases)
    return Figure(name, flagged / count, "", differs / count, "second reading alone")


def _interval(name: str, cases: Sequence[Case]) -> str:
    flagged = sum(case.flagged for case in cases)
    low, high = wilson(flagged, len(cases))
    return f"{name}: {flagged} of {len(cases)} ({low:.3f}-{high:.3f})"


if __name__ == "__main__":
    raise SystemExit(main())
