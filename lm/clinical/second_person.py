"""A note speaks of the patient, a card speaks to the patient: "He takes" becomes "You take".

A sentence in which somebody else may be meant (a mother, a wife, a friend) stands as it is. Where a note does not know
the patient's sex it says "they" and "their": these are the patient where the sentence is about nobody else.
"""

from __future__ import annotations

import re

_OTHERS = re.compile(
    r"\b(?:mother|father|parents?|sister|brother|wife|husband|spouse|partner|son|daughter|child|children|friend|family|"
    r"siblings?|uncle|aunt|cousin|grand\w+|nurse|doctor|dr|someone|who)\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:^|(?<=[\s(]))(?:(?:the |this )?patient|he|she)\s+(?P<adverb>(?:also|still|now|then|never|\w+ly)\s+)?"
    r"(?P<verb>[a-z]+(?:'s)?)\b",
    re.IGNORECASE,
)
_SECOND_VERB = re.compile(
    r"\b(?P<join>and|but) (?P<adverb>(?:also|still|now|then) )?"
    r"(?P<verb>has|is|was|does|agrees|denies|takes|uses|endorses|wants|needs|feels|understands|"
    r"continues|admits|reports|describes|presents|plans|wishes|smokes|drinks|works|lives|sees|appears|seems|remains)\b"
)
_TELLS = frozenset("states reports notes says said stated reported noted believes thinks".split())
"""After these another subject may follow, to which a second verb belongs."""
_IRREGULAR = {"has": "have", "is": "are", "was": "were", "does": "do", "goes": "go"}
_NO_VERB = frozenset("as less plus thus this us yes is has was does".split())
_HER_IS_OBJECT = re.compile(
    r"\bher(?=[.,;:!?)]|$| (?:to|that|and|or|for|in|on|at|with|by|from|about|if|when|not|a|an|the|into|onto|up|down|"
    r"over|back|home|today|now|again)\b)",
    re.IGNORECASE,
)
_DOING = r"(?:that|(?:being|drinking|feeling|smoking|taking|using|wanting|working))\b"
"""After a denial no illness but something that is done."""
_THEY = re.compile(r"\bthey\b", re.IGNORECASE)
_PATIENT_IS_THEY = re.compile(
    r"(?P<told>\bpatient (?:\w+ly )?(?:states|reports|notes|says|said|stated|reported|noted|believes|thinks|feels|"
    r"denies|knows|understands|agrees|worries)(?: that)?) they\b",
    re.IGNORECASE,
)
"""Elsewhere "they" may be tablets or other people, unless nothing else in the sentence is more than one."""
_PATIENT_FIRST = re.compile(r"^(?:the |this )?patient\b(?!s| or )(?: \w+ly)? \w+", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:[a-z]{3,}(?<!ss)(?<!us)(?<!is)s|people|men|women|feet|teeth|both|they)\b", re.IGNORECASE)
_NOT_PLURAL = frozenset(
    "always days diabetes does during grams has herpes hours kilograms last less micrograms milligrams minutes months "
    "perhaps pounds rabies sometimes times units was weeks years".split()
)
_EITHER = (
    (re.compile(r"\b(?:he or she|she or he|he/she|she/he|s/he)\b", re.IGNORECASE), "the patient"),
    (re.compile(r"\b(?:his or her|her or his|his/her|her/his)\b", re.IGNORECASE), "the patient's"),
)
_OF_THE_PATIENT = (
    (re.compile(r"\btheir\b", re.IGNORECASE), "your"),
    (re.compile(r"\b(?:themselves|themself)\b", re.IGNORECASE), "yourself"),
)
_THEIR_OWN = re.compile(
    r"\btheir(?= (?:blood pressure|blood sugar|temperature|pulse|heart|weight|oxygen|breathing|chest|lungs?|skin)\b)",
    re.IGNORECASE,
)
"""What is measured and looked at is the patient's."""
_SPEAKS_OF_PATIENT = re.compile(r"(?:^|\b(?:the|this)\s)patient\b(?!s)|\bthe patient's\b", re.IGNORECASE)
_OUR_PLAN = re.compile(
    r"^will (?=(?:also )?(?:take|order|get|do|check|recheck|repeat|send|refer|obtain|arrange|schedule|perform)\b.*"
    r"\b(?:x-rays?|ct|mri|scans?|ultrasound|blood|tests?|cultures?|ecg|ekg|films?|samples?|labs?|biopsy|referral|urine)\b)",
    re.IGNORECASE,
)
"""Who will is left out in a note; tests are ordered by those who treat, and pills are taken by the patient."""
_CHARTED = (
    (re.compile(rf"\byou (?:also )?den(?:y|ied) (?:any |having )?(?!{_DOING})"), "you told us that you have no "),
    (re.compile(rf"\byou (?:also )?endorsed? (?!{_DOING})"), "you told us that you have "),
)
"""Words of charts that sound to a patient like an accusation."""
_PRONOUNS = (
    (re.compile(r"\b(?:the |this )?patient['’]s\b", re.IGNORECASE), "your"),
    (re.compile(r"\b(?:himself|herself)\b", re.IGNORECASE), "yourself"),
    (re.compile(r"\b(?:his)\b", re.IGNORECASE), "your"),
    (re.compile(r"\bhim\b", re.IGNORECASE), "you"),
    (_HER_IS_OBJECT, "you"),
    (re.compile(r"\bher\b", re.IGNORECASE), "your"),
)


def to_you(sentence: str, original: str = "") -> str:
    """Return the sentence as it is said to the patient; whether others are meant is told by `original`, if given."""
    whole = original or sentence
    if _OTHERS.search(whole) or _THEY.search(_they_as_you(whole)):
        return sentence
    said = _they_as_you(sentence)
    said = _OUR_PLAN.sub("we will ", _THEIR_OWN.sub("your", said))
    for pattern, words in _EITHER:
        said = pattern.sub(words, said)
    is_patients = _SPEAKS_OF_PATIENT.search(said) is not None
    first = _SUBJECT.search(said)
    said = _SUBJECT.sub(_addressed, said)
    if first and first["verb"].lower() not in _TELLS:
        said = _SECOND_VERB.sub(lambda m: f"{m['join']} {m['adverb'] or ''}{_with_you(m['verb'])}", said)
    for pattern, words in _CHARTED:
        said = pattern.sub(words, said)
    for pattern, word in (*_PRONOUNS, *(_OF_THE_PATIENT if is_patients else ())):
        said = pattern.sub(word, said)
    said = re.sub(r"\b(?:the |this )patient\b", "you", said, flags=re.IGNORECASE)
    return said[:1].upper() + said[1:] if sentence[:1].isupper() else said


def _they_as_you(sentence: str) -> str:
    """Return the sentence with "you" for "they" where that can only be the patient."""
    said = _PATIENT_IS_THEY.sub(r"\g<told> you", sentence)
    first = _PATIENT_FIRST.match(said)
    last = next((found.start() for found in reversed(list(_THEY.finditer(said)))), 0)
    if first is None or not last:
        return said
    others = {word.lower() for word in _PLURAL.findall(said[first.end() : last])} - _NOT_PLURAL - {"they"}
    return said if others else _THEY.sub("you", said)


def _addressed(found: re.Match[str]) -> str:
    return f"you {found['adverb'] or ''}{_with_you(found['verb'])}"


def _with_you(verb: str) -> str:
    """Return the verb as it follows "you"."""
    low = verb.lower()
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    if low in _NO_VERB or not low.endswith("s") or low.endswith(("ss", "us")):
        return verb
    if low.endswith("ies") and len(low) > 4:
        return f"{low[:-3]}y"
    return low[:-2] if low.endswith(("sses", "shes", "ches", "xes", "zzes")) else low[:-1]
