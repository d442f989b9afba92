"""Words as they sound: "five hundred mg", "500 mg" and "500 milligrams" are the same to a listener.

Recognisers write numbers and units in either way, so a word error rate is only fair after both sides went through
here. English and Chinese; every token keeps its place in the text that it came from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)*|[%°]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_CHINESE_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_CHINESE_FACTORS = {"十": 10, "百": 100, "千": 1_000}
_CHINESE_NUMBER = re.compile("[" + "".join([*_CHINESE_DIGITS, *_CHINESE_FACTORS]) + "]+")
_ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SAME = {
    "mg": "milligrams",
    "milligram": "milligrams",
    "ml": "millilitres",
    "milliliters": "millilitres",
    "mr": "mister",
    "dr": "doctor",
    "percent": "%",
    "degrees": "°",
}


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word in its common form; `start` and `end` are its place in the text, in characters."""

    form: str
    start: int
    end: int


def spoken_words(text: str) -> tuple[SpokenWord, ...]:
    """Split a text into its words in common form; a Chinese character is a word, a number of any length too."""
    return tuple(_with_numbers([word for piece in _pieces(text) for word in _split(piece)]))


def _pieces(text: str) -> Iterator[SpokenWord]:
    for match in _TOKEN.finditer(text):
        yield SpokenWord(match.group().lower().replace("’", "'"), match.start(), match.end())


def _split(word: SpokenWord) -> Iterator[SpokenWord]:
    """Give each Chinese character and each Chinese number its own word."""
    if not _CHINESE.search(word.form):
        form = word.form.replace(",", "") if word.form[0].isdigit() else word.form
        yield SpokenWord(_SAME.get(form, form), word.start, word.end)
        return
    for match in re.finditer(f"{_CHINESE_NUMBER.pattern}|{_CHINESE.pattern}|[^\\u3400-\\u9fff]+", word.form):
        form = str(_chinese_number(match.group())) if _CHINESE_NUMBER.fullmatch(match.group()) else match.group()
        yield SpokenWord(form, word.start + match.start(), word.start + match.end())


def _chinese_number(characters: str) -> int:
    if not set(characters) & set(_CHINESE_FACTORS):
        return int("".join(str(_CHINESE_DIGITS[character]) for character in characters))
    total, digit = 0, 0
    for character in characters:
        if character in _CHINESE_FACTORS:
            total += (digit or 1) * _CHINESE_FACTORS[character]
            digit = 0
        else:
            digit = _CHINESE_DIGITS[character]
    # 一百四 is 140: a last digit without its factor counts in the next lower one.
    colloquial = digit and len(characters) > 1 and characters[-2] in {"百", "千"}
    return total + (digit * _CHINESE_FACTORS[characters[-2]] // 10 if colloquial else digit)


def _with_numbers(words: list[SpokenWord]) -> Iterator[SpokenWord]:
    """Join English number words: "one hundred and forty", "one forty" and "thirty eight point two"."""
    place = 0
    while place < len(words):
        taken, value = _english_number([word.form for word in words[place:]])
        if taken:
            yield SpokenWord(value, words[place].start, words[place + taken - 1].end)
        else:
            yield words[place]
        place += max(taken, 1)


def _english_number(forms: list[str]) -> tuple[int, str]:
    """Return how many of the first words are one number, and its digits."""
    value: int | None = None
    taken = 0
    while taken < len(forms):
        following = forms[taken + 1] if taken + 1 < len(forms) else ""
        joined = _join(value, forms[taken])
        if joined is not None:
            value = joined
        elif not (value and value % 100 == 0 and forms[taken] == "and" and (following in _ONES or following in _TENS)):
            break
        taken += 1
    if value is None:
        return 0, ""
    decimals = ""
    if taken < len(forms) and forms[taken] == "point":
        for form in forms[taken + 1 :]:
            if form not in _ONES or _ONES[form] > 9:
                break
            decimals += str(_ONES[form])
    if decimals:
        return taken + 1 + len(decimals), f"{value}.{decimals}"
    return taken, str(value)


def _join(value: int | None, form: str) -> int | None:
    """Return the number that `form` makes of `value`, None where it does not belong to it."""
    if form in {"hundred", "thousand"}:
        hundreds = value is not None and value % 1_000
        if not value or not hundreds:
            return None
        return value * 1_000 if form == "thousand" else value - hundreds + hundreds * 100
    number = _ONES.get(form, _TENS.get(form))
    if number is None or value is None:
        return number
    if value >= 100 and value % 100 == 0:
        return value + number
    if value % 100 >= 20 and value % 10 == 0 and 0 < number < 10:
        return value + number
    return value * 100 + number if 0 < value < 10 <= number else None
