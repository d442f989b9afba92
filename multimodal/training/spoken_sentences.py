"""What the training voices read aloud: sentences of real consultations and sentences made from clinical words.

Every sentence belongs to one part by a hash of its words, so that no sentence that is scored was ever trained on,
whichever voice reads it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Part(StrEnum):
    """What a sentence, a voice or a recording is used for; none is in two parts."""

    TRAIN = "train"
    DEV = "dev"
    """Looked at while the lessons were made."""
    TEST = "test"
    """Scored once, for the card."""


class Category(StrEnum):
    """What kind of word a question asks for."""

    MEDICINE = "medicine"
    SYMPTOM = "symptom"
    BODY_PART = "part of the body"
    NUMBER = "number"
    SIDE = "side"


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.replace("\n", " ").split(", "))


WORDS: dict[Category, tuple[str, ...]] = {
    Category.MEDICINE: _listed(
        "metformin, aspirin, lisinopril, warfarin, ibuprofen, insulin, amoxicillin, atorvastatin, omeprazole, "
        "prednisone, morphine, albuterol, furosemide, amlodipine, gabapentin, levothyroxine, paracetamol, penicillin, "
        "digoxin, codeine, heparin, sertraline, tramadol, metoprolol"
    ),
    Category.SYMPTOM: _listed(
        "cough, fever, nausea, headache, dizziness, vomiting, diarrhea, fatigue, swelling, itching, numbness, "
        "weakness, chills, sweating, constipation, bleeding, palpitations, wheezing, cramps, stiffness, heartburn, "
        "insomnia, rash, pain"
    ),
    Category.BODY_PART: _listed(
        "knee, shoulder, elbow, ankle, hip, wrist, foot, hand, arm, leg, ear, eye, lung, kidney, breast, thigh"
    ),
    Category.NUMBER: _listed(
        "two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, fifteen, twenty, thirty, forty, fifty"
    ),
    Category.SIDE: ("left", "right"),
}
_TEMPLATES = (
    "The patient has had {symptom} for {number} days.",
    "I have had {symptom} for about {number} weeks now.",
    "She takes {medicine} {number} times a day.",
    "He was started on {medicine} after the operation.",
    "Are you still taking the {medicine} every morning?",
    "I am allergic to {medicine}.",
    "There is {symptom} in the {side} {body}.",
    "My {side} {body} has been hurting for {number} months.",
    "He complains of {symptom} since last night.",
    "The {symptom} started {number} days ago.",
    "Please stop the {medicine} until the next visit.",
    "We will increase the {medicine} to {number} milligrams.",
    "The {side} {body} was examined and looks normal.",
    "She noticed some {symptom} after taking {medicine}.",
    "Have you noticed any {symptom} recently?",
    "She fell on her {side} {body} this morning.",
    "The pressure was taken {number} times today.",
    "Give {number} milligrams of {medicine} at bedtime.",
)
_FIELDS = {
    Category.MEDICINE: "medicine",
    Category.SYMPTOM: "symptom",
    Category.BODY_PART: "body",
    Category.NUMBER: "number",
    Category.SIDE: "side",
}
_FEWEST_WORDS, _MOST_WORDS = 4, 14
_HELD_BACK = {Part.DEV: 0.08, Part.TEST: 0.12}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence to be read aloud; `words` are those of `WORDS` in it, where it was made from them."""

    text: str
    words: tuple[tuple[Category, str], ...] = ()

    @property
    def part(self) -> Part:
        """Return the part that the words of the sentence belong to, whatever their case and punctuation."""
        return part_of(self.text)


def normalized(text: str) -> str:
    """Return a text as lower-case words, as a voice says it: "He's 70." and "he's 70" are one."""
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def part_of(text: str) -> Part:
    """Return the part of a text by a hash of its normalized words."""
    share = int.from_bytes(hashlib.sha256(normalized(text).encode()).digest()[:4]) / 2**32
    for part, size in _HELD_BACK.items():
        if share < size:
            return part
        share -= size
    return Part.TRAIN


def made_sentences() -> list[Sentence]:
    """Return every sentence that the templates and the clinical words make."""
    return [sentence for template in _TEMPLATES for sentence in _filled(template)]


def _filled(template: str) -> Iterator[Sentence]:
    categories = [category for category, field in _FIELDS.items() if f"{{{field}}}" in template]
    for words in product(*(WORDS[category] for category in categories)):
        fields = {_FIELDS[category]: word for category, word in zip(categories, words, strict=True)}
        yield Sentence(template.format_map(fields), tuple(zip(categories, words, strict=True)))


def spoken_sentences(data: Path) -> list[Sentence]:
    """Return the sentences of 4 to 14 words of the consultations in `notes.jsonl`, training part of it, each once."""
    with (data / "notes.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    found: dict[str, Sentence] = {}
    for row in rows:
        if row["split"] == Part.TRAIN:
            for text in _sentences(row["dialogue"]):
                found.setdefault(normalized(text), Sentence(text))
    return list(found.values())


def _sentences(dialogue: str) -> Iterator[str]:
    for line in dialogue.splitlines():
        said = re.sub(r"^\s*\[?[A-Za-z_ ]{1,20}[\]:]\s*", "", line)
        for text in re.split(r"(?<=[.?!])\s+", said):
            count = len(text.split())
            if _FEWEST_WORDS <= count <= _MOST_WORDS and re.fullmatch(r"[A-Za-z' ,.?!-]+", text):
                yield text.strip()
