"""The double check before signing: what is to be checked of a note, and what a second reading of its seconds heard."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.record.signature import CheckLine, Hearing, SoundPlace, TwoReadings
from desktop.worker.converting import evidence_of, grounded_sentence
from desktop.worker.protocol import Check, CheckedSoFar, NoteChecked
from lm.sequence import SourceKind
from lm.tasks.double_check import compare_readings, double_check
from lm.tasks.writing import Section, Writing
from multimodal.clinical_lexicon import ClinicalLexicon
from multimodal.errors import Cancelled, CatalogError, MultimodalError
from multimodal.second_reading import HARD_TO_HEAR_BELOW, Stretch, read_stretch, stretches, words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from desktop.record.encounter import Word
    from desktop.worker.known import KnownRecording
    from desktop.worker.protocol import Event
    from lm.clinical.lexicon import Lexicon
    from lm.grounding.answer import EvidenceWord
    from lm.tasks.double_check import CheckLine as FoundLine
    from multimodal.files import FileReader
    from multimodal.speech import SpeechRecognizer

MOST_READINGS = 3
"""Beside one line; what follows them is about the same seconds."""


@dataclass(slots=True)
class _Heard:
    """What the second reading came to."""

    pairs: list[TwoReadings] = field(default_factory=list)
    read: dict[str, list[Stretch]] = field(default_factory=lambda: defaultdict(list))
    missing: list[str] = field(default_factory=list)
    hard: dict[str, list[Word]] = field(default_factory=dict)
    """The words of each recording that were hard to hear."""

    @property
    def duration_s(self) -> float:
        return sum(stretch.duration_s for read in self.read.values() for stretch in read)

    def line(self, found: CheckLine) -> CheckLine:
        """Return a line with what was heard at its places."""
        was_read = any(s.touches(at.start_s, at.end_s) for at in found.places for s in self.read[at.label])
        pairs = [pair for pair in self.pairs if any(_touch(pair.place, place) for place in found.places)]
        shown = tuple({(pair.first, pair.second): pair for pair in reversed(pairs)}.values())[::-1][:MOST_READINGS]
        if not was_read:
            return found
        hard = [word.text.strip() for at in found.places for word in self.hard[at.label] if _says(at, word)]
        hearing = Hearing.DIFFERS if shown else Hearing.UNSURE if hard else Hearing.AGREES
        return replace(found, hearing=hearing, readings=shown, hard_to_hear=tuple(dict.fromkeys(hard)))


def checked(
    command: Check, cancelled: Callable[[], bool], speech: Callable[[], SpeechRecognizer], files: FileReader
) -> Iterator[Event]:
    """Say what is to be checked; `speech` loads the recogniser, and only where there is sound to hear again.

    Raises CatalogError for a missing terminology. A recording that cannot be read is told, and holds nothing up.
    """
    yield CheckedSoFar(command.job, 0.0)
    note = Writing("", (Section("", tuple(grounded_sentence(one.sentence) for one in command.sentences)),))
    with ClinicalLexicon.open() as lexicon:
        lines = [_line(found, command) for found in double_check(note, lexicon)]
        heard = _Heard(hard={recording.label: _hard_words(recording) for recording in command.recordings})
        try:
            yield from _heard_again(command, lines, _Ears(speech, cancelled, lexicon, files), heard)
        except Cancelled:
            return
    if not cancelled():
        told = tuple(map(heard.line, lines))
        yield NoteChecked(command.job, told, heard.duration_s, tuple(heard.missing))


@dataclass(frozen=True, slots=True)
class _Ears:
    """What a recording is heard again with."""

    speech: Callable[[], SpeechRecognizer]
    cancelled: Callable[[], bool]
    lexicon: Lexicon
    files: FileReader


def _heard_again(command: Check, lines: Sequence[CheckLine], ears: _Ears, heard: _Heard) -> Iterator[Event]:
    places: dict[str, list[SoundPlace]] = defaultdict(list)
    for place in (place for line in lines for place in line.places):
        places[place.label].append(place)
    recordings = [recording for recording in command.recordings if recording.label in places]
    for number, recording in enumerate(recordings):
        try:
            for share in _read(recording, places[recording.label], ears, heard):
                yield CheckedSoFar(command.job, (number + share) / len(recordings))
        except Cancelled:
            raise
        except (MultimodalError, CatalogError):
            heard.missing.append(recording.label)


def _read(recording: KnownRecording, places: Sequence[SoundPlace], ears: _Ears, heard: _Heard) -> Iterator[float]:
    """Decode what is cited of one recording again; yields the share that is done."""
    if not recording.file:
        heard.missing.append(recording.label)
        return
    sound = ears.files.load_audio(Path(recording.file), cancelled=ears.cancelled)
    words = evidence_of(recording).words
    todo = stretches([(place.start_s, place.end_s) for place in places], sound.duration_s)
    speech = ears.speech()
    for number, stretch in enumerate(todo):
        yield number / len(todo)
        read = partial(speech.read_again, language=_language(recording, stretch), cancelled=ears.cancelled)
        again = read_stretch(read, sound, stretch)
        heard.read[recording.label].append(stretch)
        heard.pairs += _pairs(words_in(words, stretch), again, [p for p in places if _in(p, stretch)], ears.lexicon)


def _pairs(
    first: Sequence[EvidenceWord], again: Sequence[EvidenceWord], places: Sequence[SoundPlace], lexicon: Lexicon
) -> Iterator[TwoReadings]:
    for place in places:
        for differing in compare_readings(first, again, lexicon, (place.start_s, place.end_s)):
            start_s, end_s = differing.start_s, differing.end_s
            where = SoundPlace(
                place.label,
                place.start_s if start_s is None else start_s,
                place.end_s if end_s is None else end_s,
            )
            yield TwoReadings(differing.about, differing.first, differing.second, where)


def _line(found: FoundLine, command: Check) -> CheckLine:
    spoken = [c for c in found.citations if c.kind is SourceKind.TRANSCRIPT and c.start_s is not None]
    places = tuple(SoundPlace(c.label, c.start_s or 0.0, c.end_s or c.start_s or 0.0) for c in spoken)
    quotes = tuple(dict.fromkeys(c.quote for c in found.citations if c.quote))
    lines = tuple(command.sentences[number].line for number in found.sentences)
    return CheckLine(found.about, found.text, lines, quotes, places)


def _hard_words(recording: KnownRecording) -> list[Word]:
    words = (word for utterance in recording.utterances for word in utterance.words)
    return [word for word in words if word.confidence < HARD_TO_HEAR_BELOW]


def _says(place: SoundPlace, word: Word) -> bool:
    return word.start_s < place.end_s and word.end_s > place.start_s


def _language(recording: KnownRecording, stretch: Stretch) -> str | None:
    spoken = (u.language for u in recording.utterances if u.language and stretch.touches(u.start_s, u.end_s))
    return next(spoken, None)


def _in(place: SoundPlace, stretch: Stretch) -> bool:
    return stretch.touches(place.start_s, place.end_s)


def _touch(one: SoundPlace, other: SoundPlace) -> bool:
    return one.label == other.label and one.start_s < other.end_s and one.end_s > other.start_s
