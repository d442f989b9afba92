"""What a doctor waits for: first tokens, a second question, memory, and the start of the command line.

    python -m tests.bench.bench_consultation

Ten seconds of the sample consultation and one CT slice, after the models are warm.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
import psutil
from pydicom.data import get_testdata_file

from desktop.confined.reading import ConfinedFileReader
from lm.sampling import GenerationOptions
from multimodal.audio import load_audio
from multimodal.consultation import Answered, AnswerText, Consultation
from multimodal.models import Models
from multimodal.sound import SAMPLE_RATE_HZ
from tests.bench.report import Figure, write_figures

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample" / "consultation.flac"
SPEECH_S = 10
OPTIONS = GenerationOptions(max_new_tokens=16)
ANSWER = GenerationOptions(max_new_tokens=40)
PICTURE_QUESTIONS = ("What kind of picture is this?", "What does this picture show?")
REPEATS = 3


def main() -> None:
    """Measure and print."""
    help_s = statistics.median(_help_s() for _ in range(5))
    models = Models()
    with tempfile.TemporaryDirectory() as folder:
        clip = _first_seconds(Path(folder))
        _consult(models, clip)
        runs = [_consult(models, clip) for _ in range(REPEATS)]
        checked = statistics.median(_cost_of_the_check(models, clip) for _ in range(REPEATS))
    first = statistics.median(first for first, _ in runs)
    second = statistics.median(second for _, second in runs)
    resident_gb = psutil.Process().memory_info().rss / 1e9
    write_figures(
        f"A fused question: {SPEECH_S} s of speech and one picture, models warm, median of {REPEATS}",
        [
            Figure("first token of the first question", first, "s", target="< 2.5 s", met=first < 2.5),
            Figure("first token of the second question", second, "s", target="< 0.6 s", met=second < 0.6),
            Figure("answer with dependence check / plain", checked, "", target="<= 1.6", met=checked <= 1.6),
            Figure("resident memory, all models", resident_gb, "GB", target="< 2.5 GB", met=resident_gb < 2.5),
            Figure("bedside --help", help_s, "s", target="< 0.4 s", met=help_s < 0.4),
        ],
    )


def _consult(models: Models, clip: Path) -> tuple[float, float]:
    """Return the seconds from handing in clip and picture to the first token, and of a second question."""
    consultation = Consultation(models, ConfinedFileReader())
    models.engine().forget()
    started = time.perf_counter()
    for _ in consultation.look(Path(str(get_testdata_file("CT_small.dcm", download=False)))):
        pass
    for _ in consultation.listen(clip):
        pass
    first = _first_token(consultation, "What does the picture show?", started)
    return first, _first_token(consultation, "What does the patient complain of?", time.perf_counter())


def _cost_of_the_check(models: Models, clip: Path) -> float:
    """Return how many times as long answers about a picture take with the dependence check as without it.

    Two questions about one picture beside ten seconds of speech, in a window that was just opened; what precedes the
    answer is not counted.
    """
    consultation = Consultation(models, ConfinedFileReader())
    models.engine().forget()
    models.warm_up_references()
    for _ in consultation.look(Path(str(get_testdata_file("CT_small.dcm", download=False)))):
        pass
    for _ in consultation.listen(clip):
        pass
    plain_s = checking_s = 0.0
    for question in PICTURE_QUESTIONS:
        for event in consultation.ask(question, ANSWER):
            if isinstance(event, Answered):
                plain_s += event.times.answering_s
                checking_s += event.times.checking_s
    return (plain_s + checking_s) / plain_s


def _first_token(consultation: Consultation, question: str, started: float) -> float:
    first: float | None = None
    for event in consultation.ask(question, OPTIONS):
        if isinstance(event, AnswerText | Answered) and first is None:
            first = time.perf_counter() - started
    if first is None:
        raise RuntimeError("the consultation gave no answer")
    return first


def _first_seconds(folder: Path) -> Path:
    samples = load_audio(SAMPLE).samples[: SPEECH_S * SAMPLE_RATE_HZ]
    clip = folder / "clip.wav"
    with wave.open(str(clip), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((samples * 32767).astype(np.int16).tobytes())
    return clip


def _help_s() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "desktop.cli", "--help"], check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
