"""A text as utterances: who speaks, what is a question, and whether it was answered with yes or no.

Recordings are transcribed without names of speakers, so a question and its answer are also found in plain sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from lm.clinical.words import Span, sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Speaker(StrEnum):
    """Who says a sentence."""

    CLINICIAN = "clinician"
    PATIENT = "patient"
    COMPANION = "companion"
    """Somebody who speaks for the patient: a parent, a partner."""
    UNKNOWN = "unknown"


class Answer(StrEnum):
    """How a question was answered."""

    YES = "yes"
    NO = "no"
    RELATIVE = "relative"
    """Not of the patient but of a relative: "My mother does"."""
    STOPPED = "stopped"
    """It was so, and is no more: "I quit"."""
    OTHER = "other"
    """With something else, or not at all."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One sentence; `start` and `end` are its characters in the whole text."""

    text: str
    start: int
    end: int
    speaker: Speaker = Speaker.UNKNOWN
    is_question: bool = False
    asks_openly: bool = False
    """It asks how, when or why: what it names is taken for granted ("How is your asthma?")."""
    answer: Answer | None = None
    """Of a question."""
    answered_by: Span | None = None
    """The words of a yes or a no."""


_TURN = re.compile(
    r"(?:^|(?<=[.?!] ))[ \t]*(?:\[(?P<bracket>[A-Za-z_ ]{3,20})\]|"
    r"(?P<name>[A-Z][A-Za-z_]{1,19}(?: [A-Z0-9][A-Za-z0-9]{0,14})?)[ \t]*:)[ \t]*",
    re.MULTILINE,
)
_SPEAKERS = {
    Speaker.CLINICIAN: "doctor dr physician clinician nurse guest_clinician provider",
    Speaker.PATIENT: "patient pt",
    Speaker.COMPANION: "guest guest_family family mother father parent wife husband companion caregiver",
    Speaker.UNKNOWN: "unknown_speaker",
}
SPEAKER_OF = {name: speaker for speaker, names in _SPEAKERS.items() for name in names.split()}
"""Who is meant by a label, in small letters."""

_FILLERS = r"(?:(?:uh|um|well|oh|ah|hm+|er|ok|okay|actually|honestly|so|and|yeah so)[\s,.]+)*"
_NO = re.compile(
    _FILLERS
    + r"(?P<said>(?:no|nope|nah|none|never|negative|uh[- ]uh|nuh[- ]uh|neither|nothing|not (?:really|that|at all|yet|"
    r"recently|since|lately|right now|any ?more|today|currently|to my)|i (?:do|have|am|was|did|"
    r"would)(?: not|\s?n['’]t)|"
    r"i['’]m not|i haven['’]t|(?:it|he|she|they) (?:is|was|does|do|has|have|did)(?:\s?n['’]t| not)|i deny|"
    r"he denies|she denies)"
    r"(?:\s+n['’]t)?)\b",
    re.IGNORECASE,
)
_YES = re.compile(
    _FILLERS
    + r"(?P<said>(?:yes|yeah|yep|yup|yah|ya|sure|correct|right|exactly|absolutely|definitely|of course|affirmative|"
    r"uh[- ]huh|mm[- ]?hmm|mhm|indeed|that['’]?s (?:right|correct)|i (?:do|have|am|did|was|sure do)|"
    r"i['’]ve|it (?:is|does|has|did|was)|"
    r"(?:he|she|they) (?:is|does|do|has|have|did|was)|a (?:little|bit|lot|few)|a tiny bit|sometimes|"
    r"occasionally|some|lots|"
    r"both|every now and then|once in a while|all the time|unfortunately|a slight|slight|just (?:a|some|"
    r"the)|mild|kind of|"
    r"probably|i think so|i believe so|i guess so|"
    r"it (?:started|began|hurts|comes|gets|happens|only|just|mostly)|since|for about|"
    r"only (?:when|if|at|in)|when i|whenever|every\b|often|daily|weekly|constantly|always|most (?:days|of)|usually|"
    r"frequently|once|twice|at night|in the morning|lately))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    _FILLERS
    + r"(?P<said>(?:(?:yes|yeah|yep)[\s,.]+)?(?:just |only )?(?:my|his|her|both|on my) (?:\w+ )?(?:mother|mom|father|"
    r"dad|brother|sister|grand\w+|aunt|uncle|cousin|parent|family|son|daughter|child)\w*)",
    re.IGNORECASE,
)
_STOPPED = re.compile(
    _FILLERS
    + r"(?P<said>(?:(?:no|yes|yeah)[\s,.]+)?(?:i |we )(?:just |have |\w+ly )?(?:stopped|quit|used to|came off))\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    _FILLERS + r"(?:no|not|i do\s?n['’]t|i am not|i['’]m not)\s+(?:idea|know|sure|certain|remember)\b", re.IGNORECASE
)
_OPEN = re.compile(
    r"^(?:\W|\b(?:and|so|okay|ok|alright|all right|well|um|uh|now|great|then|good|i see|oh|hi|hello|hey|wow|sorry)\b)*"
    r"(?:how(?!['’]?s? (?:about|any))|when|where|why|what(?! about)|which|who|whose)(?:['’]?s)?\b",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"(?:[,.]|\s)\s*(?:okay|ok|alright|all right|sound good|sounds good|you know|does that sound (?:good|"
    r"okay)|got it)\s*\?\s*$",
    re.IGNORECASE,
)
_CONFIRMED = re.compile(r",\s*(?:right|correct|is that right|is that correct|yeah|yes)\s*\?\s*$", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:(?:have|had|do|did|are|were|can|could) you\b|(?:has|does|did|is|was) (?:he|she|it|there)\b|"
    r"(?:is|are) there\b|how about\b|"
    r"what about\b|you (?:have|had) any\b|(?<!have you had )(?<!having )any\b(?= \w+ ?(?:,|or\b|and\b|"
    r"-?\s*$))|any other symptoms\b)",
    re.IGNORECASE,
)
"""How a question begins that is answered with yes or no."""
_ANSWERS_LATER = 4
"""How many sentences after a question its answer may come."""


_READINGS = ((Answer.STOPPED, _STOPPED), (Answer.RELATIVE, _RELATIVE), (Answer.NO, _NO), (Answer.YES, _YES))
"""In the order in which they are tried."""


def utterances_of(text: str) -> tuple[Utterance, ...]:
    """Return the sentences of a text in order, the questions with their answers."""
    said = _with_unmarked_questions([one for speaker, span in _turns(text) for one in _sentences(text, speaker, span)])
    return tuple(_answered(said, at) if one.is_question else one for at, one in enumerate(said))


def is_dialogue(text: str) -> bool:
    """Return whether a text names its speakers at two places or more."""
    return sum(_speaker_of(found) is not None for found in _TURN.finditer(text)) > 1


def _turns(text: str) -> Iterator[tuple[Speaker, Span]]:
    heads = [(found, speaker) for found in _TURN.finditer(text) if (speaker := _speaker_of(found)) is not None]
    yield Speaker.UNKNOWN, Span(0, heads[0][0].start() if heads else len(text))
    for place, (head, speaker) in enumerate(heads):
        yield speaker, Span(head.end(), heads[place + 1][0].start() if place + 1 < len(heads) else len(text))


def _speaker_of(head: re.Match[str]) -> Speaker | None:
    name = (head["bracket"] or head["name"]).lower()
    return SPEAKER_OF.get(name) or SPEAKER_OF.get(name.split()[0]) if name.strip() else None


def _sentences(text: str, speaker: Speaker, span: Span) -> Iterator[Utterance]:
    for sentence in sentences_of(text, span.start, span.end):
        words = text[sentence.start : sentence.end]
        asks = words.rstrip().endswith(("?", "？")) and not _TAG.search(words) and not _CONFIRMED.search(words)
        is_open = asks and _OPEN.match(words) is not None
        yield Utterance(words, sentence.start, sentence.end, speaker, asks, is_open)


def _with_unmarked_questions(said: Sequence[Utterance]) -> list[Utterance]:
    """Find the questions that end a clinician's turn without a question mark, as speech is often written down.

    A yes or a no must follow; what stands before the question is a sentence of its own.
    """
    found: list[Utterance] = []
    for one, following in zip(said, [*said, None][1:], strict=True):
        asks = None if one.is_question or one.speaker is not Speaker.CLINICIAN else _last(_ASKS, one.text)
        is_answered = following is not None and following.speaker not in (one.speaker, Speaker.UNKNOWN)
        if asks is None or following is None or not is_answered or _reading_of(following)[0] is Answer.OTHER:
            found.append(one)
            continue
        cut = one.start + asks.start()
        if one.text[: asks.start()].strip():
            found.append(replace(one, text=one.text[: asks.start()], end=cut))
        found.append(replace(one, text=one.text[asks.start() :], start=cut, is_question=True))
    return found


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(reversed(list(pattern.finditer(text)))), None)


def _answered(said: Sequence[Utterance], at: int) -> Utterance:
    """Give a question its answer: the first sentence after it that is no further question of the same speaker."""
    question = said[at]
    for reply in said[at + 1 : at + 1 + _ANSWERS_LATER]:
        by_another = reply.speaker is not question.speaker or question.speaker is Speaker.UNKNOWN
        if not by_another and reply.is_question:
            continue
        if not by_another:
            break
        if reply.is_question and reply.speaker is Speaker.UNKNOWN:
            continue
        answer, span = _reading_of(reply)
        return replace(question, answer=answer, answered_by=span)
    return replace(question, answer=Answer.OTHER)


def _reading_of(reply: Utterance) -> tuple[Answer, Span | None]:
    if _UNSURE.match(reply.text):
        return Answer.OTHER, None
    for answer, pattern in _READINGS:
        found = pattern.match(reply.text)
        if found:
            return answer, Span(reply.start + found.start("said"), reply.start + found.end("said"))
    return Answer.OTHER, None
