"""Long sentences in two, at places where both halves say on their own what they said together.

That is at a semicolon, and before ", but", ", and" or ", so" where a new subject with its own verb follows. A
condition, a reason or a choice reaches over the whole sentence ("If you have a fever, and you cannot drink, come back"), so a
sentence that holds one is never split there.
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
_PLACE = re.compile(r"; (?:(?:however|therefore|and|but|so), )?|, (but|and|so) ")
_SUBJECT = re.compile(
    r"(?:it|they|you|he|she|we|I|this|these|that|those|there|your|the|a|an|his|her|their|some|many|most|people|no)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|cannot|could|may|might|will|would|should|must|do|does|did|need|needs|take|"
    r"takes|go|goes|get|gets|cause|causes|help|helps|make|makes|use|uses|mean|means|stop|stops|give|gives)\b",
    re.IGNORECASE,
)
_REACHES_OVER = re.compile(
    r"\b(?:if|unless|when|whenever|while|whereas|until|till|because|since|although|though|whether|that|which|who|whom|"
    r"whose|where|what|how|either|neither|both|only|rather|before|after|once|as|so|such|except|without|in case|"
    r"instead)\b",
    re.IGNORECASE,
)


def split_long(sentence: str) -> tuple[str, ...]:
    """Return the sentence in its parts, in their order; most have one."""
    return tuple(_parts(sentence.strip()))


def _parts(sentence: str) -> Iterator[str]:
    for place in _PLACE.finditer(sentence):
        left, right = sentence[: place.start()], sentence[place.end() :]
        if _stands(left) and _stands_alone(right) and _may_split(left, place):
            yield f"{left.rstrip()}."
            joined = f"{place[1].capitalize()} {right}" if place[1] in {"but", "so"} else right[0].upper() + right[1:]
            yield from _parts(joined)
            return
    yield sentence


def _may_split(left: str, place: re.Match[str]) -> bool:
    is_whole = left.count("(") == left.count(")") and left.count('"') % 2 == 0 and ":" not in left
    return is_whole and (place[0].startswith(";") or not _REACHES_OVER.search(left))


def _stands(half: str) -> bool:
    return len(half.split()) >= SHORTEST_HALF and _VERB.search(half) is not None


def _stands_alone(half: str) -> bool:
    """Return whether a half begins with a subject that is soon followed by its verb."""
    words = half.split()
    starts = _SUBJECT.match(half) is not None and len(words) >= SHORTEST_HALF
    return starts and _VERB.search(" ".join(words[1:VERB_WITHIN])) is not None
