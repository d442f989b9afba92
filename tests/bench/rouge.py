"""ROUGE-N as F1 of n-grams (Lin 2004, https://aclanthology.org/W04-1013): lower case, letters and digits, no stemming.

These are the tokens and the formula of the package rouge-score 0.1.2 with `use_stemmer=False`.
"""

from __future__ import annotations

import re
from collections import Counter


def rouge_n(candidate: str, reference: str, n: int) -> float:
    """Return ROUGE-N of a text, 0 to 1."""
    said, wanted = _ngrams(candidate, n), _ngrams(reference, n)
    shared = (said & wanted).total()
    if not shared:
        return 0.0
    precision, recall = shared / said.total(), shared / wanted.total()
    return 2 * precision * recall / (precision + recall)


def _ngrams(text: str, n: int) -> Counter[tuple[str, ...]]:
    tokens = re.findall(r"[a-z0-9]+", text.lower())
    return Counter(zip(*(tokens[start:] for start in range(n)), strict=False))
