"""Words for looking things up: which of a question's words are searched for, also where a script writes no spaces."""

from __future__ import annotations

import re
from itertools import pairwise

_IDEOGRAPH = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]"
_EACH_IDEOGRAPH = re.compile(f"({_IDEOGRAPH})")
_IDEOGRAPHS = re.compile(f"{_IDEOGRAPH}+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_NAME_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
LONGEST_NAME = 8
"""In words: what is longer is no name that somebody says."""
_UNSEARCHED = frozenset(
    "a an and any are as at be been being by can could do does did for from give given has have he her his how i if "
    "in into is it its me my no not of on or our she should so some such tell than that the their them then there "
    "these they this those to us was we were what when where which who whom whose why will with would you your "
    "please explain describe".split()
)


def spaced(text: str) -> str:
    """Return `text` with a space around each Chinese, Japanese or Korean character, so that each counts as a word."""
    return _EACH_IDEOGRAPH.sub(r" \1 ", text)


def searched_words(question: str) -> list[str]:
    """Return the words of a question that are searched for, in order and without repetition.

    Of a script without spaces these are the pairs of neighbouring characters, "高 血" and "血 压" of 高血压.
    """
    found: list[str] = []
    for run in _IDEOGRAPHS.findall(question):
        found += [f"{first} {second}" for first, second in pairwise(run)] or [run]
    rest = _IDEOGRAPHS.sub(" ", question.lower())
    found += [word for word in _WORD.findall(rest) if word not in _UNSEARCHED and (len(word) > 1 or word.isdigit())]
    return list(dict.fromkeys(found))


def match_expression(question: str) -> str:
    """Return an FTS5 expression that any of the question's words satisfies; empty where it has none.

    Every word is quoted, so that nothing in a question is taken for FTS5's own syntax.
    """
    return " OR ".join('"{}"'.format(word.replace('"', '""')) for word in searched_words(question))


def name_key(text: str) -> str:
    """Return what names are compared by: small letters, no punctuation, no plural s."""
    words = _EACH_IDEOGRAPH.sub(r" \1 ", text.lower())
    return " ".join(_singular(word) for word in _NAME_WORD.findall(words))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def spans_of(words: int) -> list[tuple[int, int]]:
    """Return the places of all runs of up to LONGEST_NAME of so many words, the longest runs first."""
    return [
        (start, start + length)
        for length in range(min(words, LONGEST_NAME), 0, -1)
        for start in range(words - length + 1)
    ]
