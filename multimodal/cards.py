"""The maker of patient cards with what this machine knows: plain words, and the names of drugs."""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from lm.tasks.kept_meaning import what_changed
from lm.tasks.patient_card import CardMaker
from multimodal.glossaries import plain_words
from multimodal.knowledge import installed_terminology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lm.grounding.knowledge import KnowledgeBase

DRUG_NAMES = "drug-names"
_NOT_MEDICINES = frozenset({"Ethanol", "Oxygen", "Nicotine", "Iron", "Cholesterol"})
"""Listed among drugs, and in a note seldom meant as a medicine that is taken."""
_NO_MEDICINE = re.compile(r"\bblood (?:glucose|sugar)\b|\bthyroid\b(?! extract| tablet)", re.IGNORECASE)
"""Read out of the body, or a part of it."""
MOST_DRUGS = 20
"""In one sentence."""


@contextmanager
def card_maker() -> Iterator[CardMaker]:
    """Yield a maker of cards; without the drug names, drugs are known by their doses alone. Raises DamagedKnowledge."""
    base = installed_terminology(DRUG_NAMES)
    if base is None:
        yield CardMaker(plain_words(), what_changed)
        return
    with base:
        drugs_in = partial(_drugs, base)
        yield CardMaker(
            plain_words(),
            partial(what_changed, drugs_in=drugs_in),
            lambda text: bool({*drugs_in(text)} - _NOT_MEDICINES),
        )


def _drugs(base: KnowledgeBase, text: str) -> tuple[str, ...]:
    named = base.named_in(_NO_MEDICINE.sub(" ", text), MOST_DRUGS)
    return tuple(passage.heading for passage in named)
