"""A source as the sentences that were said in it: by whom, and which of them ask.

Written dialogues name their speakers ("Doctor:", "[patient]"); what a recogniser hears does not, and often has no
punctuation either. Both are read here, so that everything after this sees the same sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lm.clinical.dialogue import SPEAKER_OF, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lm.grounding.answer import Evidence, EvidenceWord

LONGEST_UNSPLIT = 14
"""Words without a full stop; a longer run is parted where speech begins anew."""
SHORTEST_PART = 4
PAUSE_S = 0.9
"""Silence that ends a sentence where times are known."""

_LABEL = re.compile(r"\[[A-Za-z_ ]{2,20}\]:?|[A-Z][A-Za-z]*(?:_[A-Za-z0-9]+)*:")
_ANEW = (
    "okay so", "okay now", "okay alright", "okay and", "okay", "alright so", "alright", "all right", "now", "so",
    "and then", "but", "and i", "and you", "and it", "and we", "and they", "and he", "and she", "and the", "and your",
    "and my", "i want you", "i wan na", "i'm gon na", "i am going", "let's", "let me", "on your",
    "you do", "you have", "do you", "are you", "have you", "did you", "any", "how", "what", "there is", "there's",
    "for your", "it looks", "i do n't", "i don't", "i'd like", "we'll", "if you", "because",
)  # fmt: skip
_ANEW_WORDS = tuple(tuple(words.split()) for words in sorted(_ANEW, key=len, reverse=True))
FILLERS = (
    r"(?:(?:um+|uh+|okay|ok|alright|all right|so|now|well|and|yeah|yes|great|good|then|right|but|you know|i see|oh|hm+|"
    r"mm-hmm|just|(?:good )?(?:morning|afternoon|evening)|hi|hello|hey)\b[\s,.]*)*"
)
_ASKS = re.compile(
    rf"^\W*{FILLERS}(?:do|does|did|are|is|was|were|have|has|had|can|could|would|will)(?: n['’]?t)? "
    rf"(?:you|your|it|the|they|he|she|there|that|this|any|anyone)\b|"
    rf"^\W*{FILLERS}(?:how|what|when|where|why|which|who|any|anything|tell me)\b",
    re.IGNORECASE,
)
_BY_CLINICIAN = re.compile(
    r"\b(?:your?|you're|let's|let me|hey dragon|on (?:physical )?exam|i(?:'m going to| am going to|'ll| will) "
    r"(?:order|prescribe|refer|examine|start|check)|i'd like you|i want you|we'll|follow up|milligrams|appreciate|"
    r"murmur|auscultation|palpation|blood pressure is)\b",
    re.IGNORECASE,
)
_BY_PATIENT = re.compile(
    r"\b(?:my|i've|i'm (?:having|taking|feeling|not|on|a|the)|i (?:have|had|feel|felt|take|took|get|got|"
    r"was|do|don't|do "
    r"n't|can't|work|live|smoke|drink|noticed|started|think)|hurts?|me)\b",
    re.IGNORECASE,
)


_DIGIT = r"zero|one|two|three|four|five|six|seven|eight|nine|oh"
_SPLIT_DECIMAL = re.compile(rf"(?P<whole>\d+|hundred|\w+ty|{_DIGIT}) \. (?P<rest>\d+|{_DIGIT})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: the words `first` to `last` (not included) of a source; `text` is verbatim, but for
    a decimal point that stood alone."""

    source: Evidence
    first: int
    last: int
    speaker: Speaker
    text: str
    asks: bool = False

    @property
    def words(self) -> Sequence[EvidenceWord]:
        """Its words, with their times."""
        return self.source.words[self.first : self.last]


def sentences_said(source: Evidence) -> tuple[Said, ...]:
    """Return the sentences of a source in their order; without labels all are of an unknown speaker."""
    return tuple(
        _said(source, first, last, speaker)
        for speaker, start, end in _turns(source.words)
        for first, last in _sentences(source.words, start, end)
    )


def with_guessed_speakers(said: Sequence[Said]) -> tuple[Said, ...]:
    """Give each sentence of an unknown speaker the one that its words suggest: who asks, examines and plans."""
    guessed: list[Said] = []
    for one in said:
        before = guessed[-1] if guessed else None
        speaker = _guess(one, before) if one.speaker is Speaker.UNKNOWN else one.speaker
        guessed.append(replace(one, speaker=speaker))
    return tuple(guessed)


def leaning(one: Said) -> int:
    """Return 1 for a sentence whose words suggest the clinician, -1 for the patient, 0 where they suggest neither."""
    if one.asks:
        return 1
    clinician, patient = len(_BY_CLINICIAN.findall(one.text)), len(_BY_PATIENT.findall(one.text))
    return (clinician > patient) - (clinician < patient)


def _guess(one: Said, before: Said | None) -> Speaker:
    leans = leaning(one)
    if leans:
        return Speaker.CLINICIAN if leans > 0 else Speaker.PATIENT
    if before is None:
        return Speaker.CLINICIAN
    return Speaker.PATIENT if before.asks else before.speaker


def _turns(words: Sequence[EvidenceWord]) -> Iterator[tuple[Speaker, int, int]]:
    start, speaker = 0, Speaker.UNKNOWN
    for at, word in enumerate(words):
        named = _speaker_of(word.text.strip())
        if named is None:
            continue
        if at > start:
            yield speaker, start, at
        start, speaker = at + 1, named
    if start < len(words):
        yield speaker, start, len(words)


def _speaker_of(word: str) -> Speaker | None:
    if not _LABEL.fullmatch(word):
        return None
    name = word.strip("[]:").lower()
    return SPEAKER_OF.get(name) or (Speaker.COMPANION if name.startswith("guest_") else None)


def _sentences(words: Sequence[EvidenceWord], start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for at in range(start, end):
        if at + 1 == end or (_ends(words[at], words[at + 1]) and not _is_decimal_point(words, at)):
            yield from _parted(words, first, at + 1)
            first = at + 1


def _ends(word: EvidenceWord, following: EvidenceWord) -> bool:
    text = word.text.strip()
    if text.endswith(("?", "!", "。", "？", "！")):
        return True
    if text.endswith(".") and text.lower() not in ("dr.", "mr.", "mrs.", "ms.", "vs.", "st."):
        return True
    known = word.end_s is not None and following.start_s is not None
    return known and (following.start_s or 0.0) - (word.end_s or 0.0) >= PAUSE_S


def _is_decimal_point(words: Sequence[EvidenceWord], at: int) -> bool:
    """Return whether a full stop that stands alone is that of "98 . 7" or "a hundred . four"."""
    around = " ".join(word.text.strip() for word in words[max(0, at - 1) : at + 2])
    return at > 0 and _SPLIT_DECIMAL.fullmatch(around) is not None


def _parted(words: Sequence[EvidenceWord], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Part a run of words that is too long for one sentence where its speaker begins anew."""
    if last - first <= LONGEST_UNSPLIT or any("," in word.text for word in words[first:last]):
        yield first, last
        return
    keys = [word.text.strip().lower() for word in words[first:last]]
    begun, at = 0, 1
    while at < len(keys):
        if at - begun >= SHORTEST_PART and len(keys) - at >= SHORTEST_PART and _begins_anew(keys, at):
            yield first + begun, first + at
            begun = at
        at += 1
    yield first + begun, last


def _begins_anew(keys: Sequence[str], at: int) -> bool:
    if keys[at - 1] in (
        "the",
        "a",
        "in",
        "of",
        "to",
        "and",
        "on",
        "with",
        "for",
        "that",
        "your",
        "my",
        "know",
        "is",
        "i",
        "we",
        "you",
        "they",
        "he",
        "she",
    ):
        return False
    return any(tuple(keys[at : at + len(words)]) == words for words in _ANEW_WORDS)


def _said(source: Evidence, first: int, last: int, speaker: Speaker) -> Said:
    text = _SPLIT_DECIMAL.sub(_joined_decimal, " ".join(word.text.strip() for word in source.words[first:last]))
    asks = text.rstrip().endswith(("?", "？")) or _ASKS.match(text) is not None
    return Said(source, first, last, speaker, text, asks and not _is_tag(text))


def _joined_decimal(found: re.Match[str]) -> str:
    written = found["whole"].isdigit() and found["rest"].isdigit()
    return f"{found['whole']}{'.' if written else ' point '}{found['rest']}"


_TAG = re.compile(r"(?:okay|ok|alright|all right|you know|sound good)\s*\?\s*$", re.IGNORECASE)


def _is_tag(text: str) -> bool:
    """Return whether a sentence only asks for assent: "so we'll repeat it, okay?"."""
    return _TAG.search(text) is not None and _ASKS.match(text) is None and len(text.split()) > 3
