"""What a note or a conversation says of a patient, as facts with their places: no model, the same every time."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lm.clinical.assertions import Status, status_of
from lm.clinical.dialogue import Answer, Speaker, Utterance, is_dialogue, utterances_of
from lm.clinical.drugs import dose_of
from lm.clinical.facts import Assertion, Course, Fact, FactKind
from lm.clinical.headings import Heading, Part, headings_of, part_at
from lm.clinical.lexicon import Lexicon, Mention, all_mentions
from lm.clinical.measurements import demographics_in, measured_in
from lm.clinical.onset import answered_onset, onset_in, side_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ASKED_ABOUT = frozenset(("Surgery", "Immunization", "Allergy"))
"""Names so wide that a question about them, not clearly answered, says nothing."""
_TAKEN_FOR_GRANTED = re.compile(
    r"\b(?:your|his|her|my|those|these|this|that|the|besides|other than|aside from|apart from|"
    r"in addition to)(?: \w+)?\s+$",
    re.IGNORECASE,
)
_CIRCUMSTANCE = re.compile(
    r"\b(?:when|while|whenever|after|before)(?: (?:you|he|she|they|it|i))?(?: \w+)?\s+$", re.IGNORECASE
)
"""Before a term that a question names only as the occasion: "any blood when you cough?"."""
_HOW_OLD = re.compile(r"\bhow old (?:are|is)\b|\byour age\b", re.IGNORECASE)
ANY_ALLERGY = "Allergy"
"""What a fact is called that says whether there are allergies at all; denied, it is "no known allergies"."""
UNCLEAR = 0.5
"""How sure a fact is that was asked about and not clearly answered."""
MEANT = 0.5
"""A drug name less sure than this is also an ordinary word: it counts where an amount is said with it."""
_ALLERGIC = re.compile(r"\ballerg(?:y|ies|ic)\b|\banaphyla|\breactions? to\b|\bnkda\b", re.IGNORECASE)
_FOR_ALLERGIES = re.compile(r"\bfor (?:\w+ ){0,3}allerg", re.IGNORECASE)
_FAMILY_TOPIC = re.compile(
    r"\b(?:family (?:medical )?history|in (?:your|the|his|her) (?:immediate )?family|family members?|run in)\b",
    re.IGNORECASE,
)
_SINCE_WHEN = re.compile(
    r"\b(?:how long|when did|since when|when was|how many (?:days|weeks|months|years))\b", re.IGNORECASE
)
_IT = re.compile(
    r"^\W*(?:(?:uh|um|well|oh|yeah|yes|so|and|i think|i guess|okay)[\s,]+)*(?:it|they|this|that|these|"
    r"symptoms|the (?:pain|symptoms))\b",
    re.IGNORECASE,
)
_ONSET_BACK = 5
"""How many sentences back a problem may lie of which "it started three days ago" is said."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence, with what surrounds it."""

    utterance: Utterance
    mentions: tuple[Mention, ...]
    reply: frozenset[str]
    """The names that the answer to this question speaks of itself."""
    topic: str
    """The question that this sentence answers; empty where it answers none."""
    part: Part


def extract(text: str, lexicon: Lexicon) -> tuple[Fact, ...]:
    """Return the facts of a note or a dialogue in the order of their places; any text is taken.

    Of a family history that is denied, `negated_by` is not empty. A question that nobody answered clearly makes a
    possible fact of low confidence.
    """
    facts: list[Fact] = []
    for said in _said(text, lexicon):
        in_sentence = _facts_of(said)
        onset = _onset_told_apart(said, in_sentence)
        if onset:
            _date_the_last_problem(facts, onset, said.utterance.start)
        facts += in_sentence
    kept = _one_demographic_each(facts)
    return tuple(sorted(kept, key=lambda fact: (fact.start, fact.end)))


def _said(text: str, lexicon: Lexicon) -> Iterator[_Said]:
    utterances = utterances_of(text)
    headings: tuple[Heading, ...] = () if is_dialogue(text) else headings_of(text)
    mentions = all_mentions(text, lexicon)
    within = _shared_out(mentions, utterances)
    topic, asked_by = "", Speaker.UNKNOWN
    for at, utterance in enumerate(utterances):
        answers = "" if utterance.is_question else topic
        yield _Said(
            utterance, within[at], _replied(utterances, within, at), answers, part_at(headings, utterance.start)
        )
        if utterance.is_question:
            topic, asked_by = utterance.text, utterance.speaker
        elif utterance.speaker is Speaker.UNKNOWN or utterance.speaker is asked_by:
            topic = ""


def _shared_out(mentions: Sequence[Mention], utterances: Sequence[Utterance]) -> list[tuple[Mention, ...]]:
    """Give each utterance its mentions; both are in order."""
    starts = [utterance.start for utterance in utterances]
    shares: list[list[Mention]] = [[] for _ in utterances]
    for mention in mentions:
        at = bisect_right(starts, mention.start) - 1
        if at >= 0 and mention.end <= utterances[at].end and not _is_form_of(mention, shares[at]):
            shares[at].append(mention)
    return [tuple(share) for share in shares]


def _is_form_of(mention: Mention, before: Sequence[Mention]) -> bool:
    """Whether "inhaler" is the form of the drug that was just named, and no drug of its own."""
    is_next = bool(before) and before[-1].entry.kind is FactKind.DRUG and mention.start - before[-1].end <= 1
    return is_next and mention.entry.name == "Inhaler"


def _replied(utterances: Sequence[Utterance], within: Sequence[tuple[Mention, ...]], at: int) -> frozenset[str]:
    if not utterances[at].is_question:
        return frozenset()
    names: set[str] = set()
    for utterance, mentions in zip(utterances[at + 1 : at + 4], within[at + 1 : at + 4], strict=True):
        if utterance.is_question:
            break
        names.update(mention.entry.name for mention in mentions)
    return frozenset(names)


def _facts_of(said: _Said) -> list[Fact]:
    measured = [fact for fact in measured_in(said.utterance.text) if fact.value or not _is_within_a_term(said, fact)]
    terms = [term for term in _terms(said) if not any(_is_measured_by(term, fact) for fact in measured)]
    found = [*terms, *(_settled(said, fact) for fact in measured)]
    asked_age = _HOW_OLD.search(said.topic) is not None
    found += [
        fact for fact in demographics_in(said.utterance.text, asked_age=asked_age) if not _is_of_relative(said, fact)
    ]
    start = said.utterance.start
    return [replace(fact, start=fact.start + start, end=fact.end + start) for fact in found if fact is not None]


def _is_measured_by(term: Fact, fact: Fact) -> bool:
    """Whether what looks like a drug is what was measured: "oxygen is 90 percent"."""
    return term.kind is FactKind.DRUG and bool(fact.value) and term.start < fact.end and fact.start < term.end


def _is_within_a_term(said: _Said, fact: Fact) -> bool:
    start, end = fact.start + said.utterance.start, fact.end + said.utterance.start
    return any(mention.start < end and start < mention.end for mention in said.mentions)


def _is_of_relative(said: _Said, fact: Fact) -> bool:
    return _status(said, fact.start, fact.end).assertion is Assertion.FAMILY


# --- terms -----------------------------------------------------------------------------------------------------------


def _terms(said: _Said) -> Iterator[Fact]:
    """Yield the facts of the terms of a sentence, their places counted from its start."""
    for place, mention in enumerate(said.mentions):
        if mention.entry.name in said.reply and not said.utterance.asks_openly:
            continue  # the answer says it itself, and says more
        start, end = mention.start - said.utterance.start, mention.end - said.utterance.start
        following = said.mentions[place + 1 : place + 2]
        stop = following[0].start - said.utterance.start if following else len(said.utterance.text)
        fact = _fact(said, mention, start, end, stop)
        settled = fact and _settled(said, fact, lasts=mention.entry.lasts)
        if settled is not None:
            yield settled


def _fact(said: _Said, mention: Mention, start: int, end: int, stop: int) -> Fact | None:
    entry, sentence = mention.entry, said.utterance.text
    fact = Fact(entry.kind, mention.text, start, end, entry.name, codes=entry.codes, confidence=entry.confidence)
    if entry.kind is FactKind.DRUG:
        return _drug(said, fact, stop)
    if entry.kind is FactKind.ALLERGY:
        return _allergy(said, fact)
    if entry.kind is FactKind.PROBLEM:
        return replace(fact, side=side_of(sentence, start, end), onset=onset_in(sentence))
    return replace(fact, side=side_of(sentence, start, end))


def _allergy(said: _Said, fact: Fact) -> Fact | None:
    """What people are allergic to counts where allergies are spoken of; the bare word, where nothing else is named."""
    if not _is_allergy(said):
        return None
    is_bare = fact.name == ANY_ALLERGY
    others = [mention for mention in said.mentions if mention.entry.name != ANY_ALLERGY]
    names_one = any(m.entry.kind in (FactKind.ALLERGY, FactKind.DRUG) for m in others)
    return None if is_bare and (names_one or said.reply) else fact


def _drug(said: _Said, fact: Fact, stop: int) -> Fact | None:
    if _is_allergy(said):
        return replace(fact, kind=FactKind.ALLERGY)
    sentence = said.utterance.text
    dose, start, end = dose_of(sentence, fact.start, fact.end, _drug_stop(said, fact, stop))
    if fact.confidence < MEANT and not dose.amount:
        return None
    return replace(fact, dose=dose, start=start, end=end, text=sentence[start:end])


def _drug_stop(said: _Said, fact: Fact, stop: int) -> int:
    """Return where the next drug begins: what treats a problem is named before it, its dose often after it."""
    base = said.utterance.start
    others = [m.start - base for m in said.mentions if m.entry.kind is FactKind.DRUG and m.start - base > fact.start]
    return min(others, default=max(stop, len(said.utterance.text)))


def _is_allergy(said: _Said) -> bool:
    sentence = said.utterance.text
    if _FOR_ALLERGIES.search(sentence):
        return False
    return bool(_ALLERGIC.search(sentence) or _ALLERGIC.search(said.topic)) or said.part is Part.ALLERGIES


# --- what is said of them --------------------------------------------------------------------------------------------


def _settled(said: _Said, fact: Fact, *, lasts: bool = False) -> Fact | None:
    """Give a fact its assertion, from its sentence, its heading and the answer to its question."""
    status = _status(said, fact.start, fact.end)
    course = Course.CURRENT if lasts else _course(said, fact, status)
    fact = replace(fact, assertion=status.assertion, course=course, negated_by=status.denied_by)
    if status.assertion is Assertion.FAMILY:
        fact = replace(fact, side="", onset="")
    if not said.utterance.is_question or said.utterance.asks_openly:
        return fact
    if fact.value and fact.kind in (FactKind.VITAL, FactKind.LAB):
        return fact
    if _CIRCUMSTANCE.search(said.utterance.text, 0, fact.start):
        return None
    is_granted = fact.kind is FactKind.PROBLEM and _TAKEN_FOR_GRANTED.search(said.utterance.text, 0, fact.start)
    if is_granted and fact.assertion is Assertion.PRESENT:
        return fact
    return _answered(said.utterance, fact)


def _status(said: _Said, start: int, end: int) -> Status:
    status = status_of(said.utterance.text, start, end)
    is_family = said.part is Part.FAMILY or (_FAMILY_TOPIC.search(said.topic) is not None and not _says_i(said))
    if is_family and status.assertion is not Assertion.HYPOTHETICAL:
        return replace(status, assertion=Assertion.FAMILY)
    if status.assertion is Assertion.FAMILY and said.utterance.speaker is Speaker.COMPANION:
        return replace(status, assertion=Assertion.ABSENT if status.denied_by else Assertion.PRESENT)
    return status


def _says_i(said: _Said) -> bool:
    return re.search(r"\b(?:i|i['’]ve|i['’]m|me)\b", said.utterance.text, re.IGNORECASE) is not None


def _course(said: _Said, fact: Fact, status: Status) -> Course:
    is_event = fact.kind in (FactKind.PROCEDURE, FactKind.LAB)
    if said.part is Part.PLAN and is_event and not fact.value and status.course is Course.CURRENT:
        return Course.PLANNED
    if said.part in (Part.SURGERIES, Part.HISTORY) and fact.kind is FactKind.PROCEDURE:
        return Course.PAST
    if fact.kind is FactKind.PROBLEM and status.assertion is Assertion.PRESENT and _is_reaction(said):
        return Course.PAST
    if status.course is Course.PLANNED and fact.kind is FactKind.PROBLEM:
        return Course.CURRENT
    return status.course


def _is_reaction(said: _Said) -> bool:
    """Whether a problem is what an allergy once did: "penicillin gave me a rash"."""
    return _is_allergy(said) and any(m.entry.kind in (FactKind.DRUG, FactKind.ALLERGY) for m in said.mentions)


def _answered(question: Utterance, fact: Fact) -> Fact | None:
    by = question.answered_by
    if question.answer is Answer.NO:
        assertion = Assertion.FAMILY if fact.assertion is Assertion.FAMILY else Assertion.ABSENT
        return replace(fact, assertion=assertion, negated_by=fact.negated_by or ("no" if by else ""))
    if question.answer is Answer.RELATIVE:
        return replace(fact, assertion=Assertion.FAMILY, negated_by="", side="")
    if fact.assertion in (Assertion.ABSENT, Assertion.HYPOTHETICAL):
        return fact
    if question.answer is Answer.STOPPED:
        return replace(fact, course=Course.PAST)
    if question.answer is Answer.YES:
        return fact
    if fact.assertion is Assertion.FAMILY or fact.name in _ASKED_ABOUT:
        return None
    return replace(fact, assertion=Assertion.POSSIBLE, confidence=fact.confidence * UNCLEAR)


# --- since when ------------------------------------------------------------------------------------------------------


def _onset_told_apart(said: _Said, facts: Sequence[Fact]) -> str:
    """Return the onset that a sentence tells of a problem named before it."""
    if any(fact.kind in (FactKind.PROBLEM, FactKind.DRUG, FactKind.DEMOGRAPHIC) for fact in facts):
        return ""
    if _SINCE_WHEN.search(said.topic):
        return answered_onset(said.utterance.text)
    return onset_in(said.utterance.text) if _IT.match(said.utterance.text) else ""


def _date_the_last_problem(facts: list[Fact], onset: str, before: int) -> None:
    for at in range(len(facts) - 1, -1, -1):
        fact = facts[at]
        if before - fact.end > _ONSET_BACK * 80:
            return
        if fact.kind is FactKind.PROBLEM and fact.assertion is Assertion.PRESENT and not fact.onset:
            facts[at] = replace(fact, onset=onset)
            return


def _one_demographic_each(facts: Sequence[Fact]) -> list[Fact]:
    """Keep of age and sex the surest that was said, the first of equals."""
    best: dict[str, Fact] = {}
    for fact in facts:
        if fact.kind is FactKind.DEMOGRAPHIC and fact.confidence > (
            best[fact.name].confidence if fact.name in best else 0
        ):
            best[fact.name] = fact
    return [fact for fact in facts if fact.kind is not FactKind.DEMOGRAPHIC or best.get(fact.name) is fact]
