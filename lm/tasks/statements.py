"""Sentences that were said, as the statements of a note: each knows the words that it comes from.

A question and its answer become one statement ("any fever?" - "no": "Denies fever."), a patient's "I" the third person,
a clinician's "let's repeat the echo" a plan. No word is made up: what no rule turns stays as it was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lm.clinical.dialogue import Answer, Speaker, utterances_of
from lm.tasks.talk import FILLERS
from lm.tasks.wording import Person, cleaned, in_digits, sentence, third_person

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lm.tasks.talk import Said

REPLIES_WITHIN = 3
"""How many sentences after a question its answer may come."""
SHORT_ANSWER = 9
"""In words: a longer answer is a statement of its own."""

_ANY = re.compile(
    r"^(?:(?:do|did|does|are|is|was|were|have|has|had)(?: not)? (?:you|he|she|they|there)(?: (?:have|"
    r"had|been having|having|notice|noticed|get|"
    r"got|feel|felt|experienced?|experiencing|ever had|feeling|recently had|still have|also have|known to have))?"
    r"(?: (?:any|a|an|some|the|any other|ever|felt|had|recent|recently|known|associated))* ?(?:other "
    r")?(?:symptoms|problems|issues)?(?: (?:like|such as|with))? )?(?:any|no|what about|how about|"
    r"and any|anything like|a history of|like)\b ?(?:of )?(?:your )?(?:other |associated |known |recent "
    r")?(?:symptoms|problems|issues|any|symptoms or)?(?: (?:like|such as|with|any))*,? (?P<topic>.+)$",
    re.IGNORECASE,
)
_HAVE = re.compile(
    r"^(?:do|did|does|are|have|has) (?:you|he|she|they) (?:have|had|ever had|having|been having|been "
    r"experiencing|experience|experiencing|"
    r"notice|noticed|feel|feeling|felt|get|getting|been feeling) (?P<topic>.+)$",
    re.IGNORECASE,
)
_VERBAL = re.compile(
    r"^(?P<aux>do|did|does|are|is|was|were|have|has|can|could) (?P<who>you|he|she|they|it|there|that|your [\w ]+?)(?= )"
    r"(?P<ever> (?:ever|still|currently|also|now))? (?P<rest>.+)$",
    re.IGNORECASE,
)
_LABELS = (
    (re.compile(r"\bhow long\b|\bsince when\b", re.IGNORECASE), "Duration"),
    (re.compile(r"\bwhen (?:did|was|were)\b|\bhow (?:many|long) \w+ ago\b", re.IGNORECASE), "Onset"),
    (re.compile(r"^\W*where\b|\bwhere (?:is|does|do|exactly)\b|\bwhich (?:side|part|leg|knee|arm|"
    r"hand)\b", re.IGNORECASE), "Location"),
    (re.compile(r"\bhow (?:bad|severe)\b|\bscale\b", re.IGNORECASE), "Severity"),
    (re.compile(r"\bhow (?:often|frequent|many times)\b", re.IGNORECASE), "Frequency"),
    (re.compile(r"\ballerg", re.IGNORECASE), "Allergies"),
    (re.compile(r"\bsurger|\boperation", re.IGNORECASE), "Surgeries"),
    (
        re.compile(r"\bmedic(?:ine|ation)|\bwhat (?:do|are|did|have) you (?:take|taking|taken)", re.IGNORECASE),
        "Medications",
    ),
    (re.compile(r"\bhow old\b", re.IGNORECASE), "Age"),
    (re.compile(r"\bfor (?:a living|work)\b|\boccupation\b|\bjob\b", re.IGNORECASE), "Occupation"),
)  # fmt: skip
_PLANS = (
    (r"^(?:i|we) (?:want|would like|need) you to\b", "{Subject} should"),
    (r"^(?:i|we) (?:recommend|suggest|advise)(?: that)? you\b", "Recommended that {subject}"),
    (r"^(?:i am|we are) (?:also )?going to (?:go ahead and )?", "Will "),
    (r"^(?:i|we) (?:also )?(?:do )?(?:also )?(?:want|would like) to (?:go ahead and )?", "Will "),
    (r"^(?:i|we) will (?:also )?(?:go ahead and )?", "Will "),
    (r"^(?:what )?(?:i|we) (?:can|do)? ?(?:see|notice|note|appreciate|hear|feel|find)\b(?: that)?(?: there is)? ?", ""),
    (r"^(?:i|we) (?:do|did|can) not (?:see|notice|note|appreciate|hear|find|feel any)\b(?: any)? ?", "No "),
    (r"^on (?:your|the) (?P<part>[\w ]{3,30}? ?exam(?:ination)?) ?,? ?(?:i (?:do )?(?:appreciate|notice|"
    r"see|hear) )?", r"\g<part>: "),
    (r"^(?:looking at |as far as )?your (?=(?:blood pressure|vital|heart rate|temperature|oxygen|x-?ray|"
    r"ekg|labs?|lungs?|heart|abdomen)\b)", ""),
    (r"^(?:so )?(?:for|as far as|in terms of|from) (?:your|the) (?:first|second|third|next|last|other) "
    r"(?:problem|issue|diagnosis)(?: of| is|,)? ?(?:your )?", ""),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), wording) for pattern, wording in _PLANS)
_BARE_ANSWER = re.compile(
    r"^(?:(?:no|nope|nah|none|never|yes|yeah|yep|yup|correct|right|sure|mm-hmm|uh-huh|not really|not at "
    r"all|nothing like that|"
    r"not that (?:i know(?: of)?|i have noticed|i can think of)|exactly|absolutely|that is (?:right|correct)|of course|"
    r"(?:i|it|he|she|they|that) (?:do|does|have|has|am|is|was|did|would|will)(?: not)?)(?:\s*[,.!]+\s*|\s*$)|"
    r"(?:no|nope|yes|yeah|yep|yup|mm-hmm|uh-huh)\s+(?=(?:i|it|he|she|they|my|we|there|that|not)\b))+",
    re.IGNORECASE,
)

_EMPTY = re.compile(
    r"^(?:(?:(?:it|that) is )?(?:good|nice|great|lovely|wonderful) (?:to (?:see|meet|hear)|seeing|"
    r"meeting)|have a |show me|see you|"
    r"take care|bye|thank|cannot wait|(?:that|it) (?:sounds|looks) (?:good|great|like a plan|fine)\W*$|you are welcome|"
    r"(?:what|how|why|where|who|when) |(?:i|we) (?:will|am going to) (?:talk|go over|take a look|look "
    r"at|check|examine|do a quick)|"
    r"finalize|i understand|i see|let(?: me|em)|lem me|here we go|go ahead|any questions|sounds good|i "
    r"(?:also )?(?:want|would like) to (?:talk|look|go over|do a quick|tell)|"
    r"i know (?:the nurse|you did the review)|i am (?:so )?(?:glad|sorry|happy)|i would like to tell|"
    r"that is (?:great|good|okay|fine|right|all|everything)\W*$)"
    r"|\bhow are you\b|\bhow does that (?:feel|sound)|\bdoes (?:that|this|it) hurt\b",
    re.IGNORECASE,
)
"""What a conversation needs and a note does not."""

_FRAGMENT = re.compile(
    r"(?:(?:will|we will|we are|i am|i will|i would like|(?:the patient|he|she) should)(?: (?:go ahead|"
    r"going|going to|see|we|try|talk|do|"
    r"try to avoid|have))*|(?:to|about|see|on|of|for|in|with|and) (?:\w+ ?){1,2}|(?:it|that|this|he|she|"
    r"the patient|they) "
    r"(?:is|was|has been|does|did|agree|agrees|has|feels)(?: (?:okay|fine|good|great|it|that))?|not "
    r"(?:at this point|great.*)|"
    r"(?:lung|heart|back|neck|knee|physical|facial|abdominal|shoulder) exam(?:ination)?|very good)\.",
    re.IGNORECASE,
)
"""What is left of a sentence that was cut in the middle."""


_ASKS_FOR_ANY = re.compile(
    r"\banything\b|\bany (?:(?:known|other|more|past|major) )?(?:medic|drug|tablet|pill|food|allerg|surger|operation|"
    r"problem|condition|symptom|illness)",
    re.IGNORECASE,
)
"""What asks for names: the one that is given is told, and not the question."""
TELLING_WORDS = 3
"""Words of a reply beyond "yes" from which on it stands alone."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a note and the sentences that it comes from, in their order."""

    text: str
    said: tuple[Said, ...]
    denies: str = ""
    """What is denied, where the statement is nothing but a denial: "fever"; several are told in one sentence."""

    @property
    def speaker(self) -> Speaker:
        """Who says it: of a question and its answer, who asks."""
        return self.said[0].speaker

    @property
    def is_answer(self) -> bool:
        """Whether it was made from a question and its answer."""
        return len(self.said) > 1


def statements_of(said: Sequence[Said], person: Person) -> tuple[Statement, ...]:
    """Return what sentences state, in their order; questions without an answer state nothing."""
    return tuple(made for made in _made(said, person) if made.text and not _FRAGMENT.fullmatch(made.text))


def _made(said: Sequence[Said], person: Person) -> Iterator[Statement]:
    at = 0
    while at < len(said):
        one = said[at]
        reply = _reply_to(said, at) if one.asks or _is_confirmed(said, at) else None
        joined = None if reply is None else _from_answer(one, reply, person)
        if one.asks and one.speaker is not Speaker.CLINICIAN:
            pass  # what a patient asks is no statement
        elif joined is not None:
            yield joined
        elif not one.asks:
            yield _told(one, person)
        at += 1


def _reply_to(said: Sequence[Said], at: int) -> Said | None:
    for other in said[at + 1 : at + 1 + REPLIES_WITHIN]:
        if other.speaker is not said[at].speaker:
            return None if other.asks else other
        if other.asks:
            return None
    return None


def _is_confirmed(said: Sequence[Said], at: int) -> bool:
    """Return whether a clinician's sentence about the patient is followed by a bare "yes" or "correct"."""
    if said[at].speaker is not Speaker.CLINICIAN or at + 1 >= len(said) or said[at + 1].speaker is Speaker.CLINICIAN:
        return False
    told = re.search(r"\byou(?:r|'re|'ve)?\b", said[at].text, re.IGNORECASE) is not None
    return told and said[at].text.rstrip().endswith("?")


def _from_answer(question: Said, reply: Said, person: Person) -> Statement | None:
    asked = cleaned(question.text)
    answer = _answer_to(question, reply)
    both = (question, reply)
    rest = _BARE_ANSWER.sub("", cleaned(reply.text)).strip(" ,.")
    if _tells_itself(answer, asked, reply, rest):
        return None
    if answer is Answer.NO:
        return _denial(asked, both, person)
    if answer is Answer.YES and rest and _ASKS_FOR_ANY.search(asked):
        named = rest.removeprefix("to ").removeprefix("for ")
        return Statement(_labelled(question.text, named, reply.speaker, person), both)
    if answer is Answer.YES:
        return Statement(_affirmed(asked, question, person), both)
    if question.asks and rest and len(reply.text.split()) <= SHORT_ANSWER:
        return Statement(_labelled(question.text, rest, reply.speaker, person), both)
    return None


def _tells_itself(answer: Answer | None, asked: str, reply: Said, rest: str) -> bool:
    """Whether the reply says more than the question asked, so that it is told alone.

    "Are you allergic to any medicine?" "Yes, I am allergic to penicillin" is no allergy to any medicine, and "No blood,
    but my chest hurts" denies half of what was asked.
    """
    if answer is Answer.YES:
        return len(rest.split()) >= TELLING_WORDS and re.search(r"\bany\w*\b", asked, re.IGNORECASE) is not None
    return answer is Answer.NO and re.search(r"\bbut\b", reply.text, re.IGNORECASE) is not None


def _answer_to(question: Said, reply: Said) -> Answer | None:
    """Read an answer as the facts are read, so that a note and its facts never disagree."""
    if re.match(
        rf"^\W*{FILLERS}(?:how|what|when|where|why|which|who|tell)\b(?! about)",
        question.text,
        re.IGNORECASE,
    ):
        return Answer.OTHER if not re.match(r"^\W*how about", question.text, re.IGNORECASE) else _read(question, reply)
    return _read(question, reply)


def _read(question: Said, reply: Said) -> Answer | None:
    asked = question.text.rstrip(" .,?") + "?"
    found = utterances_of(f"Doctor: {asked}\nPatient: {reply.text}")
    return next((one.answer for one in found if one.is_question), Answer.OTHER)


def _topic(asked: str) -> str:
    found = _ANY.match(asked) or _HAVE.match(asked)
    if found is None:
        return ""
    if (
        re.search(r"\b(?:you|i|we|yourself)\b(?! have noticed| noticed)", found["topic"], re.IGNORECASE)
        or "question" in found["topic"]
    ):
        return ""
    topic = re.sub(
        r"\b(?:any|your|at all|today|recently|lately|with that|or anything(?: like that)?|anything like "
        r"that|in you|you have noticed|that you have noticed)\b",
        "",
        found["topic"],
    )
    topic = re.sub(r"\s+([,.])", r"\1", " ".join(topic.split())).strip(" ,.?")
    topic = re.sub(r"\bno (?=\w)", "", topic)
    return re.sub(r"^(?:or|and|a|an|the|of|symptoms like|symptoms|like|problems with|issues with)\s+", "", topic)


def _denial(asked: str, both: tuple[Said, ...], person: Person) -> Statement:
    if re.search(r"\bquestions?\b|\bsound\b", asked):
        return Statement("", both)
    topic = _topic(asked)
    if topic and len(topic.split()) <= 22:
        return Statement(sentence(f"denies {in_digits(topic)}"), both, denies=in_digits(topic))
    if (
        re.match(r"^\w+ (?:in|of) (?:your|the) |^[\w, ]{3,60}$", asked)
        and len(asked.split()) <= 5
        and not _VERBAL.match(asked)
    ):
        return Statement(sentence(f"denies {asked}"), both, denies=asked)
    return Statement(_verbal(asked, person, negated=True), both)


def _affirmed(asked: str, question: Said, person: Person) -> str:
    topic = _topic(asked)
    if topic:
        return sentence(f"reports {in_digits(topic)}")
    turned = _verbal(asked, person, negated=False)
    if turned:
        return turned
    return (
        ""
        if question.asks and _VERBAL.match(asked)
        else sentence(in_digits(third_person(asked, question.speaker, person)))
    )


def _verbal(asked: str, person: Person, *, negated: bool) -> str:
    """Turn "do you smoke" into "He smokes" or "He does not smoke"."""
    found = _VERBAL.match(asked)
    if found is None:
        return ""
    aux = {"do": "does", "are": "is", "have": "has", "were": "was"}.get(found["aux"].lower(), found["aux"].lower())
    who = person.subject if found["who"].lower() in ("you", "he", "she", "they") else found["who"]
    who = re.sub(r"^your\b", person.possessive, who, flags=re.IGNORECASE)
    ever = (found["ever"] or "").replace("ever", "").strip()
    rest = third_person(f"you {found['rest']}", Speaker.CLINICIAN, person).split(" ")
    plain = (
        found["rest"]
        if negated or aux in ("is", "was", "has", "can", "could", "did")
        else " ".join(rest[len(person.subject.split()) :])
    )
    words = (
        [who, aux, "not" if negated else "", ever, _of_patient(plain, person)]
        if negated or aux not in ("does", "did")
        else ([who, ever, plain if aux == "does" else f"did {plain}"])
    )
    return sentence(in_digits(" ".join(word for word in words if word)))


def _of_patient(text: str, person: Person) -> str:
    text = re.sub(r"\byour\b", person.possessive, text, flags=re.IGNORECASE)
    return re.sub(r"\byou\b", person.subject, text, flags=re.IGNORECASE)


def _labelled(asked: str, answer: str, speaker: Speaker, person: Person) -> str:
    turned = in_digits(third_person(answer, speaker, person))
    for pattern, label in _LABELS:
        if pattern.search(asked):
            return sentence(f"{label}: {turned}")
    return sentence(turned) if len(answer.split()) > 1 else ""


def _told(one: Said, person: Person) -> Statement:
    text = cleaned(one.text)
    if _EMPTY.search(text):
        return Statement("", (one,))
    if one.speaker is not Speaker.CLINICIAN:
        text = _BARE_ANSWER.sub("", text)
        return Statement(
            sentence(in_digits(third_person(text, one.speaker, person))) if len(text.split()) > 1 else "", (one,)
        )
    subject = person.subject
    for pattern, wording in _COMPILED:
        text = pattern.sub(
            wording.replace("{Subject}", subject.capitalize()).replace("{subject}", subject), text, count=1
        )
    text = third_person(text, Speaker.CLINICIAN, person)
    return Statement(sentence(in_digits(text)) if len(text.split()) > 1 else "", (one,))


def without_bare_answer(text: str) -> str:
    """Return what an answer says beyond its yes or no."""
    return _BARE_ANSWER.sub("", text)


def verbatim(one: Said) -> Statement:
    """Return a sentence that was typed, or said of a picture, as it stands."""
    return Statement(one.text, (one,))
