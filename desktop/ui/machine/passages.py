"""What is read aloud to test the microphone and the recogniser: invented sentences with drugs, doses and numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

SAMPLE_FOLDER = Path(__file__).resolve().parents[3] / "assets" / "sample"
SAMPLE_RECORDING = SAMPLE_FOLDER / "consultation.flac"


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and the language it is in, ISO 639-1."""

    language: str
    text: str


PASSAGES = (
    Passage(
        "en",
        "The patient is seventy two years old and takes metformin, five hundred milligrams twice a day, and "
        "lisinopril, ten milligrams in the morning. She is allergic to penicillin. Her blood pressure is one hundred "
        "and forty over ninety.",
    ),
    Passage(
        "zh",
        "患者七十二岁，每天服用二甲双胍两次，每次五百毫克，早上服用赖诺普利十毫克。她对青霉素过敏。血压一百四十，九十。",
    ),
)


def passage_for(language: str) -> Passage:
    """Return the passage in a spoken language, the English one where there is none."""
    return next((passage for passage in PASSAGES if passage.language == language), PASSAGES[0])


def sample_passage() -> Passage:
    """Return what is said in SAMPLE_RECORDING."""
    script = json.loads((SAMPLE_FOLDER / "script.json").read_text(encoding="utf-8"))
    return Passage(script["language"], " ".join(turn["text"] for turn in script["turns"]))
