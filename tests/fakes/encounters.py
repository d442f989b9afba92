"""Encounters with every kind of entry, for tests of the store and of the screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.record.encounter import (
    Answer,
    Attachment,
    Citation,
    CitedKind,
    Consent,
    ConsentManner,
    ConsentState,
    Dictation,
    Encounter,
    Entry,
    Question,
    RecordingSource,
    Sentence,
    Used,
    UsedKind,
    Utterance,
    Verdict,
    Word,
)

if TYPE_CHECKING:
    from desktop.record.store import EncounterStore

ENCOUNTER_ID = "0123456789abcdef0123456789abcdef"
AT = "2026-11-25T14:05:00.000+00:00"


CONSENT = Consent("c1", AT, ConsentState.AGREED, ConsentManner.SPOKEN, "doctor")


def agreed(store: EncounterStore, encounter: Encounter) -> Encounter:
    """Keep in a record that the patient agreed to be recorded, and return the encounter with that."""
    made = replace(encounter, entries=(*encounter.entries, CONSENT))
    store.save(made)
    return made


def utterance(text: str, start_s: float = 0.0, confidence: float = 0.9) -> Utterance:
    """Return an utterance whose words each take 0.4 s."""
    words = tuple(
        Word(word, start_s + 0.4 * place, start_s + 0.4 * place + 0.35, confidence)
        for place, word in enumerate(text.split())
    )
    return Utterance(start_s, words[-1].end_s, text, words, "en")


def dictation(entry_id: str = "d1", label: str = "Recording 1", finished: bool = True) -> Dictation:
    """Return a recording with two utterances, its last word uncertain."""
    uncertain = utterance("She takes metformin", 8.2, 0.9)
    words = (*uncertain.words, Word("Zovirax.", 9.4, 9.9, 0.3))
    return Dictation(
        entry_id,
        AT,
        label,
        "recording-1.wav",
        RecordingSource.MICROPHONE,
        (
            utterance("I have had a cough for three days.", 3.8),
            Utterance(8.2, 9.9, "She takes metformin Zovirax.", words, "en"),
        ),
        finished,
        12.5,
    )


def answer(entry_id: str = "a1", question_id: str = "q1") -> Answer:
    """Return an answer of two sentences: one borne out by the recording, one only by looking."""
    cited = Citation(CitedKind.TRANSCRIPT, "Recording 1", "I have had a cough for three days", 3.8, 6.9)
    supported = Sentence("The patient has had a cough for three days.", Verdict.SUPPORTED, (cited,))
    seen = Citation(CitedKind.IMAGE, "Image 1")
    unverified = Sentence("The film shows no consolidation.", Verdict.UNVERIFIED, (seen,))
    return Answer(
        entry_id,
        AT,
        question_id,
        f"{supported.text} {unverified.text}",
        (supported, unverified),
        "smollm2-135m-instruct",
        (Used(UsedKind.WORDS, "Recording 1", 11), Used(UsedKind.PICTURE, "Image 1"), Used(UsedKind.QUESTION)),
        first_token_s=0.4,
        answering_s=2.1,
    )


def full_encounter() -> Encounter:
    """Return an encounter with one entry of each kind."""
    entries: tuple[Entry, ...] = (
        dictation(),
        Attachment("p1", AT, "Image 1", ("image-1.png",), None, "Picture, 640 x 480 pixels"),
        Question("q1", AT, "What does the patient have?"),
        answer(),
    )
    return Encounter(ENCOUNTER_ID, "Mrs K., bed 4", AT, AT, entries)
