"""What was said in the first and second person, as a note words it: third person, digits, and no fillers.

Words are only left out, or replaced from the tables below; nothing is added that says more than was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lm.clinical.dialogue import Speaker
from lm.clinical.numbers import Quantity, are_joined, quantities_in

_GLUED = (
    (r"\bgon na\b", "going to"), (r"\bwan na\b", "want to"), (r"\bgot ta\b", "have to"), (r"\bgonna\b", "going to"),
    (r"\bwanna\b", "want to"), (r"\bkinda\b", "kind of"), (r"\bca n['’]t\b", "cannot"), (r"\bcan['’]t\b", "cannot"),
    (r"\bwo n['’]t\b", "will not"), (r"\bwon['’]t\b", "will not"), (r"\b(\w+?) ?n['’]t\b", r"\1 not"),
    (r"\bi['’]m\b", "i am"), (r"\b(\w+)['’]ve\b", r"\1 have"), (r"\b(\w+)['’]re\b", r"\1 are"),
    (r"\b(\w+)['’]ll\b", r"\1 will"), (r"\b(i|you|we|he|she|they)['’]d (like|love|prefer|recommend)\b", r"\1 would \2"),
    (r"\b(i|you|we|he|she|they)['’]d(?= (?:been|had|gone|taken|got|\w+ed)\b)", r"\1 had"),
    (r"\b(i|you|we|he|she|they|it|that)['’]d\b", r"\1 would"),
    (r"\blet['’]s\b", "we will"), (r"['’]cause\b", "because"),
    (r"\b(it|that|there|he|she|what|here)['’]s (been|got|had)\b", r"\1 has \2"),
    (r"\b(it|that|there|he|she|what|here)['’]s\b", r"\1 is"),
)  # fmt: skip
_FILLED = (
    r"\bhey ,? ?dragon\b[^.?!]*", r"\b(?:you know|i mean|i guess|i would say|i see that|let me see|let us see)\b,?",
    r"\b(?:um+|uh+|er+|hm+|mm+-?hmm+|ah|oh|gosh|wow|haha|basically|actually|honestly|obviously|definitely|really|just|"
    r"pretty much|sort of|kind of|unfortunately|thankfully|fortunately|you see)\b",
    r"(?<=, )like ,", r"\b\w+- (?=\w)", r"\b[iI]-(?=[iI]\b)",
)  # fmt: skip
_LEADING = re.compile(
    r"^[\s,.;:!?-]*(?:(?:okay|ok|alright|all right|yeah|yes|yep|yup|well|so|and|but|now|then|right|great|good|perfect|"
    r"sure|also|because|like|again|first|oh|hi|hello|hey|doctor|doc|no worries|i think that|at all|sir|ma'am)\b"
    r"[\s,.;:!?-]*)+",
    re.IGNORECASE,
)
_TRAILING = (
    re.compile(
        r"(?:\s*[,.;:!?]+\s*(?:okay|ok|alright|all right|right|you know|sound good|doctor|doc|yeah|yes|"
        r"and|so|but|or|now|too|"
        r"though|i think|because|like|anything like that|is that right|is that correct|correct|at all|"
        r"then))+[\s,.;:!?-]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"\s+(?:and|but|or|so|because|you know|the|a|an|i|to|of|with|on|at|we|now|alright)[\s,.;:!?-]*$", re.IGNORECASE
    ),
)
_BASE = frozenset(
    "take feel think get want need know smoke drink use live work eat sleep see go notice walk run like try keep come "
    "make give find look seem tend start stop wake cough vomit hurt remember exercise check watch play say love hope "
    "deny believe feel require lift carry sit stand sneeze snore itch bleed experience enjoy stay suffer consume weigh "
    "wear avoid struggle appear follow ride drive teach monitor continue understand help receive sweat worry plan "
    "prefer hear throw swim travel breathe urinate swallow cook lose gain usually-take".split()
)
_IRREGULAR = {"have": "has", "am": "is", "are": "is", "do": "does", "were": "was", "go": "goes"}
_ADVERBS = frozenset(
    "also still always usually sometimes often never only currently recently mostly already occasionally normally "
    "typically probably not even ever mainly generally".split()
)


@dataclass(frozen=True, slots=True)
class Person:
    """How a patient is spoken of; where the sources tell no sex, as "the patient", so that verbs stay singular."""

    subject: str = "the patient"
    object: str = "the patient"
    possessive: str = "their"


HE, SHE, THEY = Person("he", "him", "his"), Person("she", "her", "her"), Person()
"""What a patient may be called."""


def person_in(text: str) -> Person:
    """Return how a text speaks of the patient: by "female" and "male", else by the pronoun that prevails."""
    words = re.findall(r"[a-z]+", text.lower())
    for male, female, least in (("male man gentleman boy sir", "female woman lady girl ma'am", 1), ("he", "she", 2)):
        men, women = sum(w in male.split() for w in words), sum(w in female.split() for w in words)
        if max(men, women) >= least and men != women:
            return HE if men > women else SHE
    return THEY


def cleaned(text: str) -> str:
    """Return what was said without fillers and repetitions, contractions written out, its case kept."""
    for pattern, written in _GLUED:
        text = re.sub(pattern, written, text, flags=re.IGNORECASE)
    for pattern in _FILLED:
        text = re.sub(pattern, " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(\w+(?: \w+){0,2})(?:(?: ,)* \1\b)+", r"\1", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+([,.;:?!%])", r"\1", " ".join(text.split()))
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text)
    text = _LEADING.sub("", text)
    for _ in range(2):
        for tail in _TRAILING:
            text = tail.sub("", text)
    return text.strip(" ,;:.-?!")


def in_digits(text: str) -> str:
    """Write spoken amounts in digits with the sign of their unit; "one" and "two" of nothing stay words."""
    found = [q for q in quantities_in(text) if (q.unit or q.value > 9) and not _OLD.match(text, q.end)]
    parts: list[str] = []
    end = 0
    for place, quantity in enumerate(found):
        joined = place > 0 and are_joined(text, found[place - 1], quantity)
        parts += ["/" if joined else text[end : quantity.start], _written(text, quantity)]
        end = quantity.end
    written = "".join([*parts, text[end:]])
    return re.sub(
        r"\b(one|two|three|four|five) out of (six|five|ten)\b",
        lambda m: f"{int(quantities_in(m[1])[0].value)}/{int(quantities_in(m[2])[0].value)}",
        written,
    )


_OLD = re.compile(r"[ -]?old\b|[ -]years?[ -]old\b")
"""Of an age, which is written as it was said."""


def _written(text: str, quantity: Quantity) -> str:
    said = text[quantity.start : quantity.end]
    if said[0].isdigit() and not quantity.unit:
        return said
    written = str(quantity)
    if quantity.value == 1 and quantity.unit in ("days", "weeks", "months", "years", "hours", "minutes", "tablets"):
        return written.removesuffix("s")
    return written


def third_person(text: str, speaker: Speaker, person: Person) -> str:
    """Turn "I" of a patient, or "you" of a clinician, into the patient; the words stay in their order."""
    words = text.split(" ")
    mine = ("you",) if speaker is Speaker.CLINICIAN else ("i", "we")
    result: list[str] = []
    spoken_of = person
    for at, word in enumerate(words):
        key = word.lower().strip(",.")
        before = result[-1].lower().strip(",.") if result else ""
        turned = _turned(key, word, before, words[at + 1 :], mine, spoken_of)
        if _follows_subject(words, at, mine):
            turned = _conjugated(turned, words, at) if spoken_of is not AGAIN else _plural(turned)
        result.append(turned)
        if person is THEY and any(said.lower() in mine for said in words[:at]):
            spoken_of = AGAIN
    return " ".join(result)


AGAIN = Person("they", "them", "their")
"""Whom the sentence has named already."""


def _plural(word: str) -> str:
    return {"am": "are", "was": "were", "is": "are"}.get(word.lower(), word)


_OBJECT_BEFORE = frozenset(
    "to for with of give gives giving get see start put send tell told help want let have examine on in by call from "
    "made make bothers bother keep prescribe refer show continue about between ask advise".split()
)


def _turned(key: str, word: str, before: str, after: list[str], mine: tuple[str, ...], person: Person) -> str:
    tail = word[len(word.rstrip(",.")) :] if word.rstrip(",.") != word else ""
    if key in mine:
        is_object = key == "you" and (not after or before in _OBJECT_BEFORE)
        return (person.object if is_object else person.subject) + tail
    if mine == ("you",):
        forms = {"your": person.possessive, "yours": person.possessive, "yourself": _self(person)}
    else:
        forms = {"my": person.possessive, "our": person.possessive, "me": person.object, "mine": person.possessive,
                 "myself": _self(person), "us": person.object}  # fmt: skip
    return forms[key] + tail if key in forms else word


_AUXILIARIES = frozenset("do does did can could will would should shall may might let".split())


def _self(person: Person) -> str:
    return {"he": "himself", "she": "herself"}.get(person.subject, "themselves")


def _follows_subject(words: list[str], at: int, mine: tuple[str, ...]) -> bool:
    back = at - 1
    while back >= 0 and words[back].lower() in _ADVERBS:
        back -= 1
    before = words[back - 1].lower() if back > 0 else ""
    return back >= 0 and words[back].lower() in mine and before not in _OBJECT_BEFORE and before not in _AUXILIARIES


def _conjugated(word: str, words: list[str], at: int) -> str:
    key = word.lower()
    if at and words[at - 1].lower() in ("do", "does", "did", "to", "not", "will", "can"):
        return word
    if key in _IRREGULAR:
        return _IRREGULAR[key]
    if key not in _BASE:
        return word
    if key.endswith(("s", "sh", "ch", "x", "z")):
        return word + "es"
    if key.endswith("y") and key[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def sentence(text: str) -> str:
    """Return a text with a capital letter and a full stop."""
    text = re.sub(r"\bi\b", "I", text.strip(" ,;:.-?!"))
    text = re.sub(r"\b(dr|ms|mr|mrs)\.? ([a-z])", lambda found: f"{found[1].title()}. {found[2].upper()}", text)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
