"""How long a passphrase would withstand guessing: an estimate on the cautious side, made on this machine alone.

Each run of letters is taken for words, each year for a year, and what repeats or follows from what stands before it
counts next to nothing. The result is in bits: the binary logarithm of how many guesses are needed.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise

_COMMON = frozenset(
    "password passwort passphrase passwd secret letmein welcome login admin administrator master dragon monkey "
    "sunshine princess football baseball iloveyou shadow superman trustno qwerty qwertz azerty abcdef hospital doctor "
    "nurse clinic medicine bedside vault patient health summer winter spring autumn monday friday january december "
    "correct horse battery staple woaini mima yisheng yiyuan".split()
)
"""What is tried first; the last line but one is the passphrase of a well-known drawing."""
_ROWS = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890")
_FOLLOWING = frozenset(row[at : at + 2] for row in (*_ROWS, *(row[::-1] for row in _ROWS)) for at in range(len(row)))
_RUNS = re.compile(r"[a-z]+|\d+|[^a-z\d]", re.IGNORECASE)
_YEAR = re.compile(r"(19|20)\d\d")
_VOWELS = frozenset("aeiouy")
_FOLLOWING_BITS, _COMMON_BITS, _YEAR_BITS, _DIGIT_BITS, _SIGN_BITS, _HAN_BITS = 0.5, 3.0, 5.0, 3.3, 4.0, 6.5
_WORD_BITS_A_LETTER, _RANDOM_BITS_A_LETTER = 2.3, 4.4
"""A word of five letters from a list of a few thousand; a letter drawn by lot."""


class Strength(IntEnum):
    """What an estimate means for a vault whose every guess costs about a second of computing and 256 MB."""

    WEAK = 0
    """Found by somebody who wants to."""
    FAIR = 1
    GOOD = 2
    STRONG = 3


_LEAST_BITS = {Strength.STRONG: 64.0, Strength.GOOD: 48.0, Strength.FAIR: 34.0}


def strength_of(passphrase: str) -> Strength:
    """Return what the estimate means."""
    bits = estimated_bits(passphrase)
    return next((strength for strength, least in _LEAST_BITS.items() if bits >= least), Strength.WEAK)


def estimated_bits(passphrase: str) -> float:
    """Return the estimate; 0 for nothing."""
    seen: set[str] = set()
    bits = 0.0
    for found in _RUNS.finditer(passphrase):
        run = found.group().casefold()
        bits += min(_FOLLOWING_BITS, _bits_of(run)) if run in seen else _bits_of(run)
        seen.add(run)
    return bits


def _bits_of(run: str) -> float:
    if run.isdecimal():
        return _YEAR_BITS if _YEAR.fullmatch(run) else _chained(run, _DIGIT_BITS)
    if not ("a" <= run[0] <= "z"):
        if run.isspace() or run in "-_.":
            return 0.0  # what stands between words
        return _HAN_BITS if run.isalpha() else _SIGN_BITS
    common = max((word for word in _COMMON if word in run), key=len, default="")
    if common:
        before, after = run.split(common, 1)
        return _COMMON_BITS + _letters(before) + _letters(after)
    return _letters(run)


def _letters(run: str) -> float:
    if not run:
        return 0.0
    vowels = sum(letter in _VOWELS for letter in run) / len(run)
    looks_spoken = 0.2 <= vowels <= 0.7
    return _chained(run, _WORD_BITS_A_LETTER if looks_spoken else _RANDOM_BITS_A_LETTER)


def _chained(run: str, bits_each: float) -> float:
    """Return the bits of a run in which what only follows from the sign before it counts little."""
    chained = sum(first == second or first + second in _FOLLOWING for first, second in pairwise(run))
    # One pair in a row of keys happens to every word.
    chained = chained if chained > 1 else 0
    return (len(run) - chained) * bits_each + chained * _FOLLOWING_BITS
