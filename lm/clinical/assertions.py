"""What is said of a term in its sentence: there, denied, possible, hypothetical, of the family; now, past or planned.

The method is that of NegEx (Chapman et al. 2001, doi:10.1006/jbin.2001.1029) and ConText (Harkema et al. 2009,
doi:10.1016/j.jbi.2009.05.002): triggers that reach forwards or backwards until something ends their reach. The tables
are our own, written for speech as well as for notes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from lm.clinical.facts import Assertion, Course


class Reach(StrEnum):
    """Which side of its trigger a term stands on."""

    AFTER = "after"
    BEFORE = "before"
    EITHER = "either"
    WITHIN = "within"
    """The term itself says it."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Words that say something of the terms within reach."""

    pattern: str
    says: Assertion | Course
    reach: Reach = Reach.AFTER
    most_words: int = 40
    """Between the trigger and the term."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is said of one term; `denied_by` are the words that deny it."""

    assertion: Assertion = Assertion.PRESENT
    course: Course = Course.CURRENT
    denied_by: str = ""


_NOT = r"(?:(?:do|does|did|have|has|had|is|are|was|were|am|could|can|ca|would|wo)(?: not|\s?n['’]t)|not|never|cannot)"
_RELATIVES = (
    "mother mom mum mama father dad daddy brother brothers sister sisters sibling siblings aunt aunts "
    "uncle uncles cousin "
    "cousins grandmother grandma grandfather grandpa grandparent grandparents grandson granddaughter "
    "nephew niece parent "
    "parents son sons daughter daughters child children wife husband spouse partner roommate coworker friend relatives"
)
_RELATIVE = rf"(?:{'|'.join(_RELATIVES.split())})"

TRIGGERS: tuple[Trigger, ...] = (
    # denied
    Trigger(
        r"no(?! (?:longer|change|increase|one|idea|problem|worries|doubt|further|matter|need)\b)(?!\s*,)(?=\s)",
        Assertion.ABSENT,
    ),
    Trigger(
        r"(?:no (?:evidence|sign|signs|history|complaints?|recent|known|other|further|new|more|longer) (?:of |any )?)",
        Assertion.ABSENT,
    ),
    Trigger(r"without(?! (?:change|difficulty in))", Assertion.ABSENT),
    Trigger(r"den(?:y|ies|ied|ying)", Assertion.ABSENT),
    Trigger(r"negative for|free of|absence of|lack of|rules out|ruled out|none of", Assertion.ABSENT),
    Trigger(
        rf"(?:{_NOT})(?: (?:really|ever|also|currently|even|been|gotten?|to))* (?:have|had|having|has|get|"
        rf"getting|gotten|got|"
        r"feel|feeling|felt|see|seen|seeing|notice|noticed|noticing|experience|experienced|experiencing|show|"
        r"report|reported|appreciate|hear|find|complain(?:ed|ing)?|recall|remember|suffer|any|a|been|develop(?:ed)?|endorse|endorsing|"
        r"take|taking|taken|use|using|smoke|drink|on|run|running)",
        Assertion.ABSENT,
    ),
    Trigger(r"(?:am|['’]m|is|are|was|were)(?: not|\s?n['’]t) (?:on |allergic |in )?", Assertion.ABSENT, most_words=3),
    Trigger(r"(?:never|not)(?: (?:been|had))? (?:diagnosed|treated|bothered) (?:with|for|by)", Assertion.ABSENT),
    Trigger(r"not", Assertion.ABSENT, most_words=1),
    Trigger(r"never (?:had|have|been|took|taken|smoked|used|got)", Assertion.ABSENT),
    Trigger(r"(?:i|we) (?:do|did)(?: not|\s?n['’]t) (?:really )?(?:think|believe|see|suspect)", Assertion.ABSENT),
    Trigger(r"nkd?a", Assertion.ABSENT, Reach.WITHIN),
    Trigger(
        r"(?:is|am|['’]m|been|was|went|taken|stay(?:ed)?|come) off(?: of)?(?: (?:the|her|his|my|all))?",
        Assertion.ABSENT,
        most_words=1,
    ),
    Trigger(r"nor|neither", Assertion.ABSENT, most_words=4),
    Trigger(
        r"(?:is|are|was|were) (?:negative|absent|denied|ruled out|unremarkable|not (?:present|seen|noted|appreciated))|"
        r"negative|: (?:no|none|negative|denied|denies)\b|(?:has|have|had) (?:resolved|gone away|gone)|ruled out",
        Assertion.ABSENT,
        Reach.BEFORE,
        6,
    ),
    # of somebody else
    Trigger(
        r"family (?:medical )?history(?: is)?(?: significant| positive| remarkable| notable)?(?: of| for)?|"
        r"run(?:s|ning)? in (?:the|my|your|his|her) family|family members?|(?:any(?:one|body)|someone|"
        r"some people|in) (?:else )?(?:in )?(?:your|my|his|her|the) (?:immediate )?family",
        Assertion.FAMILY,
        Reach.EITHER,
    ),
    Trigger(
        rf"(?:my|your|his|her|their|the|patient['’]s|a|and|maternal|paternal) (?:(?:late|older|younger|oldest|youngest|"
        rf"maternal|paternal|biological|ex) )?{_RELATIVE}(?:['’]s(?: side)?)?",
        Assertion.FAMILY,
    ),
    Trigger(rf"^(?:{_RELATIVE}|maternal|paternal)", Assertion.FAMILY),
    Trigger(
        rf"(?:in|by|with|of|on) (?:my|your|his|her|their|the|a) (?:\w+ )?(?:{_RELATIVE}|family)(?:['’]s side)?",
        Assertion.FAMILY,
        Reach.BEFORE,
        6,
    ),
    # if it should come
    Trigger(
        r"(?<!know )(?<!sure )(?<!tell )(?<!see )(?<!certain )(?<!wonder )\bif\b(?! (?:not|so)\b)|unless|"
        r"in case(?: of)?|should you|(?:return|call|come back|come in)(?: \w+)? (?:for|with)|"
        r"risks? (?:also )?(?:include|are|of|for)|other risks include|complications? (?:include|such as|of)|"
        r"watch (?:out )?for|look out for|(?:at|increased|higher|your|the) risk (?:of|for)|to (?:prevent|avoid)|"
        r"(?:can|could|may|might|will|would) (?:cause|lead to|result in|give you|make you)|"
        r"side effects?(?: (?:of|like|include|such as))?|"
        r"prevent(?:s|ing|ion of)?|precautions? (?:for|about)|signs of (?=\w+ (?:to|such))|worr(?:y|"
        r"ied) about (?:getting|having)|"
        r"screen(?:ing|ed)? for|vaccin\w+ (?:for|against)",
        Assertion.HYPOTHETICAL,
    ),
    # possible
    Trigger(
        r"(?:may|might|could)(?: also)?(?: be| have| represent| just be)|possibl[ey]|probabl[ey]|likely|"
        r"suspect(?:ed|ing|s)?|"
        r"suspicio(?:n|us) (?:of|for)|concern(?:ed|ing)? (?:for|about)|rule out|r/o|suggest(?:s|ive|ing)?(?: of)?|"
        r"questionable|(?:not|n['’]t) (?:sure|certain|know|clear) (?:if|whether|that)|i (?:think|believe|"
        r"guess)(?: that)?|"
        r"(?:we|i) (?:think|believe)|perhaps|maybe|versus|appears to (?:be|have)|"
        r"differential(?: diagnosis)?(?: includes?)?|worrisome for|"
        r"(?:check|test|evaluate|evaluation|look|looking|workup|work-up|assess)(?:ing|ed)? (?:you )?for|"
        r"wonder(?:ing)? (?:if|about)|it (?:sounds|looks|seems) like",
        Assertion.POSSIBLE,
        most_words=8,
    ),
    Trigger(
        r"(?:is|are) (?:possible|likely|suspected|probable|in the differential)|cannot be (?:ruled out|excluded)|"
        r"not (?:ruled out|excluded)|versus",
        Assertion.POSSIBLE,
        Reach.BEFORE,
        2,
    ),
    # earlier
    Trigger(
        r"(?:past )?(?:medical |surgical )?history (?:is |was )?(?:significant |positive |notable |"
        r"remarkable )?(?:for|of|includes?|with)|h/o|"
        r"previous(?:ly)?|prior(?! to)|used to (?:have|get|take|be|smoke|drink)?|in the past|status post|"
        r"s/p|had been|formerly|"
        r"as a (?:child|kid|teenager|baby)|(?:was|were) diagnosed|(?:stopped|quit|discontinued?|came off|"
        r"come off|went off|finished|completed)(?: taking)?|"
        r"treated (?:with|for)|(?:i|you|he|she) was on\b",
        Course.PAST,
    ),
    Trigger(
        r"(?:years?|decades?) ago|as a (?:child|kid|teenager|baby)|in (?:the past|(?:19|20)\d\d)|"
        r"when (?:i|he|she) was (?:a |\w+teen|little|young|in)|"
        r"(?:has|have|had) (?:resolved|gone away|stopped|cleared)|(?:was|were) (?:stopped|discontinued|"
        r"removed|treated)|last year|in childhood|"
        r"(?:two|three|four|five|six|seven|eight|nine|ten|twenty|\d+) years ago",
        Course.PAST,
        Reach.BEFORE,
        8,
    ),
    Trigger(r"last year|years ago|in childhood", Course.PAST, most_words=6),
    # to come
    Trigger(
        r"(?:will|['’]ll|going to|gon\s?na|want to|wan\s?na|like to|need to|needs to|plan to|recommend|"
        r"let['’]?s|should|let me|go ahead and)"
        r"(?: (?:also|just|probably|then|go|ahead|and|have|you|him|her|to|get|be|him|want|the))* "
        r"(?:start|order|get|give|send|refer|schedule|prescribe|put|do|repeat|check|obtain|add|try|begin|set|undergo|take|perform|draw|run|increase|see|recommend|continue|have|a|an)|"
        r"(?:order|schedule|prescribe|prescribing|refer|recommend)(?:ed|ing)?(?: (?:a|an|the|you|him|her|"
        r"to|for|another|some))*|planned|plan(?: is)? (?:for|to)|scheduled for|pending|follow[- ]up with",
        Course.PLANNED,
        most_words=12,
    ),
)

_ENDS = re.compile(
    r"\b(?:but|however|except|although|though|apart from|aside from|other than|besides|because|yet|still|whereas|"
    r"(?:issues?|problems?|changes?|complaints|concerns|side effects|trouble|difficult(?:y|ies)|"
    r"relief) (?:with|from|about|in)|"
    r"related to|secondary to|due to|which|who|and (?:i|he|she|we|they|you|it|my|now|then)|i (?:do|did|"
    r"have|am|was) (?!not|n['’]t)|"
    r"so (?:i|he|she|we|they|you|it)|then|until|;|presents? (?:with|for)|complain(?:s|ing)? of|"
    r"(?:he|she|patient) (?:has|does have|reports?|endorses?|states?|admits?|complains?|takes?))\b|;",
    re.IGNORECASE,
)
_IF_ENDS = re.compile(
    r",\s*(?:then|call|please|you (?:should|can|may|need)|i (?:want|would|feel|get|will|kinda|am|have)|we|"
    r"let|come|go|return|it|that)\b",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\b(?:i|i['’]m|i['’]ve|me|myself|the patient|you)\b(?! (?:have|had) (?:a |an |any )?(?:family|mother|father))",
    re.IGNORECASE,
)
_CAUSES = re.compile(r"\b(?:secondary|due|related) to\b|\bbecause\b", re.IGNORECASE)
"""What is possibly due to something is said of that too."""
_COMPILED = tuple((trigger, re.compile(rf"\b(?:{trigger.pattern})(?!\w)", re.IGNORECASE)) for trigger in TRIGGERS)
_RANK = (Assertion.FAMILY, Assertion.HYPOTHETICAL, Assertion.ABSENT, Assertion.POSSIBLE)
"""Where several reach a term, the first of these counts."""


def status_of(sentence: str, start: int, end: int) -> Status:
    """Return what a sentence says of its characters `start` to `end`."""
    found = [
        (trigger, place)
        for trigger, pattern in _COMPILED
        for place in pattern.finditer(sentence)
        if _reaches(trigger, place, sentence, start, end)
    ]
    said = {trigger.says for trigger, _ in found}
    assertion = next((kind for kind in _RANK if kind in said), Assertion.PRESENT)
    denial = next((place[0] for trigger, place in found if trigger.says is Assertion.ABSENT), "")
    course = Course.PLANNED if Course.PLANNED in said else Course.PAST if Course.PAST in said else Course.CURRENT
    return Status(assertion, course, denial.strip(" :"))


def _reaches(trigger: Trigger, place: re.Match[str], sentence: str, start: int, end: int) -> bool:
    if trigger.reach is Reach.WITHIN:
        return start <= place.start() and place.end() <= end
    if place.end() <= start and trigger.reach is not Reach.BEFORE:
        between = sentence[place.end() : start]
    elif place.start() >= end and trigger.reach is not Reach.AFTER:
        between = sentence[end : place.start()]
    else:
        return False
    return len(between.split()) <= trigger.most_words and not _is_cut(trigger, between)


def _is_cut(trigger: Trigger, between: str) -> bool:
    if trigger.says is Assertion.HYPOTHETICAL:
        return _IF_ENDS.search(between) is not None
    if trigger.says is Assertion.FAMILY:
        return _SELF.search(between) is not None
    if trigger.says is Assertion.POSSIBLE:
        between = _CAUSES.sub(" ", between)
    return _ENDS.search(between) is not None
