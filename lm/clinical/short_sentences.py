"""Long sentences in shorter ones, at places where the parts say on their own what they said together.

A sentence is cut at a semicolon, before ", but", ", and" or ", so" where a new subject with its own verb follows,
before ", which" with its verb, and at a reason ("because", "although"). A condition or a choice reaches over the whole
sentence ("If you have a fever, and you cannot drink, come back"), so one that holds such a word is not cut. No word is
lost but "and": "which" becomes "this", "although" becomes "but", "because" becomes "so" or "this is because".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST_HALF = 3
"""In words."""
VERB_WITHIN = 7
"""In words from the start of a half: where its verb must stand."""
MOST_ITEM_WORDS = 6
LISTED_FROM = 3
"""Items from which a list is told line by line."""
_PLACE = re.compile(r"; (?:(?:however|therefore|and|but|so), )?|, (but|and|so) ")
_SUBJECT = re.compile(
    r"(?:it|they|you|he|she|we|I|this|these|that|those|there|your|the|a|an|his|her|their|some|many|most|people|no)\b",
    re.IGNORECASE,
)
_VERBS = (
    "is|are|was|were|has|have|had|can|cannot|could|may|might|will|would|should|must|do|does|did|need|needs|take|takes|"
    "go|goes|get|gets|cause|causes|help|helps|make|makes|use|uses|mean|means|stop|stops|give|gives|lead|leads"
)
_VERB = re.compile(rf"\b(?:{_VERBS})\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:if|unless|when|whenever|while|whereas|until|till|although|though|whether|either|neither|both|rather|once|"
    r"except|in case|instead|because|since)\b",
    re.IGNORECASE,
)
_REACHES_OVER = re.compile(
    rf"{_CONDITION.pattern}|\b(?:that|which|who|whom|whose|where|what|how|only|before|after|as|so|such|without)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(r"\b(?:not|no|never|cannot|nor|without)\b|n['’]t\b", re.IGNORECASE)
_WHICH = re.compile(rf", which (?=(?P<verb>{_VERBS})\b)")
_PLURAL = frozenset("are were have need take go get cause help make use mean stop give lead do".split())
_BECAUSE = re.compile(r",? because (?!of\b)")
_ALTHOUGH = re.compile(r"^(?P<word>Although|Though|Because) (?!of\b)(?P<left>[^,]+), (?P<right>[^,].*)$")
_LIST = re.compile(
    r"^(?P<head>.*\b(?:include|includes|including|such as)):? "
    r"(?P<items>[^:;()]+, [^:;()]+,? (?:and|or) [^:;(),]+)\.$"
)
_ITEM_END = re.compile(r", (?=(?:and|or) )|, | (?=(?:and|or) [^,]*$)")


def split_long(sentence: str) -> tuple[str, ...]:
    """Return the sentence in its parts, in their order; most have one."""
    return tuple(_parts(sentence.strip()))


def listed(sentence: str) -> tuple[str, ...]:
    """Return a sentence that ends in a list as its head and its items, to be told line by line; others whole."""
    found = _LIST.match(sentence)
    if found is None:
        return (sentence,)
    items = [item.strip() for item in _ITEM_END.split(found["items"])]
    if len(items) < LISTED_FROM or any(len(i.split()) > MOST_ITEM_WORDS or _VERB.search(i) for i in items):
        return (sentence,)
    return (f"{found['head']}:", *(f"{item}," for item in items[:-1]), f"{items[-1]}.")


def _parts(sentence: str) -> Iterator[str]:
    for cut in (_at_conjunction, _at_which, _at_because, _at_although):
        halves = cut(sentence)
        if halves is not None:
            for half in halves:
                yield from _parts(half)
            return
    yield sentence


def _at_conjunction(sentence: str) -> tuple[str, str] | None:
    for place in _PLACE.finditer(sentence):
        left, right = sentence[: place.start()], sentence[place.end() :]
        is_free = place[0].startswith(";") or not _REACHES_OVER.search(left)
        if is_free and _is_whole(left) and _stands(left) and _stands_alone(right):
            return f"{left.rstrip()}.", f"{place[1].capitalize()} {right}" if place[1] in {"but", "so"} else _begun(
                right
            )
    return None


def _at_which(sentence: str) -> tuple[str, str] | None:
    place = _WHICH.search(sentence)
    if place is None:
        return None
    left, right = sentence[: place.start()], sentence[place.end() :]
    # A comma after it may end the clause and go on with the first one.
    if "," in right or _CONDITION.search(left) or not (_is_whole(left) and _stands(left)):
        return None
    return f"{left}.", f"{'These' if place['verb'] in _PLURAL else 'This'} {right}"


def _at_because(sentence: str) -> tuple[str, str] | None:
    place = _BECAUSE.search(sentence)
    if place is None:
        return None
    left, right = sentence[: place.start()], sentence[place.end() :]
    # "You do not take it because it is bad" may deny the reason alone.
    if (
        _DENIAL.search(left)
        or _CONDITION.search(left)
        or not (_is_whole(left) and _stands(left) and _stands_alone(right))
    ):
        return None
    return f"{left}.", f"This is because {right}"


def _at_although(sentence: str) -> tuple[str, str] | None:
    found = _ALTHOUGH.match(sentence)
    if found is None or not (_stands_alone(found["left"]) and _stands_alone(found["right"])):
        return None
    if not _is_whole(found["left"]) or _REACHES_OVER.search(found["left"]):
        return None
    return f"{_begun(found['left'])}.", f"{'So' if found['word'] == 'Because' else 'But'} {found['right']}"


def _begun(half: str) -> str:
    return half[0].upper() + half[1:]


def _is_whole(left: str) -> bool:
    return left.count("(") == left.count(")") and left.count('"') % 2 == 0 and ":" not in left


def _stands(half: str) -> bool:
    return len(half.split()) >= SHORTEST_HALF and _VERB.search(half) is not None


def _stands_alone(half: str) -> bool:
    """Return whether a half begins with a subject that is soon followed by its verb."""
    words = half.split()
    starts = _SUBJECT.match(half) is not None and len(words) >= SHORTEST_HALF
    return starts and _VERB.search(" ".join(words[1:VERB_WITHIN])) is not None
