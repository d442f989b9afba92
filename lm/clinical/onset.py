"""Since when a problem is there, as it was said, and on which side."""

from __future__ import annotations

import re

_NUMBER = (
    r"(?:\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|several|many|few|couple|"
    r"a few|a couple(?: of)?|half an?)"
)
_SPAN = (
    rf"{_NUMBER}(?: ?(?:to|or|-) ?{_NUMBER})?(?: and a half)? (?:hours?|days?|nights?|weeks?|months?|years?|minutes?)"
)
_DAY = (
    r"yesterday|today|this (?:morning|afternoon|evening|week|month)|last (?:night|week|month|year|spring|"
    r"summer|fall|winter|\w+day)|"
    r"the day before yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day|childhood|birth|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)(?: \d+)?|"
    r"(?:19|20)\d\d|labor day|christmas|easter"
)
_SOFT = (
    r"(?: (?:about|around|approximately|roughly|like|the|past|last|almost|nearly|over|maybe|probably|"
    r"at least|on|in|just|good))*"
)
_ONSETS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<when>{_SPAN}) ago\b",
        rf"\bsince{_SOFT} (?P<when>{_DAY}|{_SPAN})\b",
        rf"\b(?:for|over|during|within|in){_SOFT} (?P<when>{_SPAN})(?! (?:old|time|from))\b",
        rf"\b(?:started|began|start|begin|noticed it|came on|happened)\b[^.?!]{{0,30}}?\b(?P<when>{_DAY})\b",
        rf"\b(?P<when>{_SPAN})(?: history of| duration| now)\b",
    )
)
_BARE = re.compile(
    rf"^\W*(?:(?:uh|um|oh|well|maybe|probably|about|around|like|i think|i would say|i'd say|it's been|just|"
    rf"for|since|hmm|the|past|last)[\s,]+)*(?P<when>{_SPAN}|{_DAY})\b",
    re.IGNORECASE,
)
_SIDE = re.compile(
    r"\b(?P<side>left|right|bilateral(?:ly)?|both)\b(?!\s*(?:[,.?!;]|now\b|away\b|here\b|there\b|after\b|before\b|then\b|on\b|of\b|ha(?:ve|s|d)\b))",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;.?!]|\b(?:and|but|or)\b")
_NEAR = 30


def onset_in(sentence: str) -> str:
    """Return since when something is, in the words of the sentence; empty where it does not say."""
    found = [place for pattern in _ONSETS if (place := pattern.search(sentence))]
    return found[0]["when"] if found else ""


def answered_onset(sentence: str) -> str:
    """Return the time that an answer to "since when" gives: "about two weeks"; empty where there is none."""
    found = _BARE.match(sentence)
    return onset_in(sentence) or (found["when"] if found else "")


def side_of(sentence: str, start: int, end: int) -> str:
    """Return on which side the term at `start` to `end` is said to be: left, right or bilateral; empty where none is.

    The side stands in the term, before it, or after it in the same clause.
    """
    before = _CLAUSE.split(sentence[max(0, start - _NEAR) : start])[-1]
    after = _CLAUSE.split(sentence[end : end + _NEAR])[0]
    for words in (sentence[start:end], before, after):
        sides = [place["side"].lower() for place in _SIDE.finditer(f"{words}x" if words[-1:].isspace() else words)]
        if sides:
            return sides[-1] if sides[-1] in ("left", "right") else "bilateral"
    return ""
