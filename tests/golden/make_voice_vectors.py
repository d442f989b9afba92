"""Make `voice_vectors.json`: what Resemblyzer itself makes of three turns of the sample consultation.

    python -m tests.golden.make_voice_vectors

Run it where `resemblyzer` 0.1.4 is installed, which Bedside itself never imports. Its removal of silence is left out:
an utterance that the voice activity detector closed has none.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from multimodal.audio import load_audio
from multimodal.sound import SAMPLE_RATE_HZ

SAMPLE = Path(__file__).resolve().parents[2] / "assets" / "sample"
GOLDEN = Path(__file__).with_name("voice_vectors.json")
TURNS = 3
LOUDNESS_DBFS = -30


def main() -> int:
    """Write the vectors; returns the exit code."""
    resemblyzer = importlib.import_module("resemblyzer")
    encoder = resemblyzer.VoiceEncoder("cpu", verbose=False)
    samples = load_audio(SAMPLE / "consultation.flac").samples
    turns = json.loads((SAMPLE / "script.json").read_text(encoding="utf-8"))["turns"][:TURNS]
    vectors = []
    for turn in turns:
        said = samples[int(turn["start_s"] * SAMPLE_RATE_HZ) : int(turn["end_s"] * SAMPLE_RATE_HZ)]
        loud = resemblyzer.audio.normalize_volume(said, LOUDNESS_DBFS, increase_only=True)
        vectors.append([round(float(number), 5) for number in encoder.embed_utterance(loud)])
    GOLDEN.write_text(json.dumps(vectors) + "\n", encoding="utf-8")
    sys.stdout.write(f"{GOLDEN.name}: {len(vectors)} vectors\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
