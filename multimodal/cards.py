"""The maker of patient cards with what this machine knows: plain words, and the terms of clinical texts."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from lm.clinical.claims import claims_of
from lm.tasks.kept_meaning import what_changed
from lm.tasks.patient_card import CardMaker
from multimodal.clinical_lexicon import ClinicalLexicon
from multimodal.glossaries import plain_words

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_MEDICINES = frozenset({"Ethanol", "Alcohol", "Oxygen", "Nicotine", "Iron", "Cholesterol"})
"""Listed among drugs, and in a note seldom meant as a medicine that is taken."""


@contextmanager
def card_maker() -> Iterator[CardMaker]:
    """Yield a maker of cards; terms of terminologies that were not fetched are not known. Raises DamagedKnowledge."""
    with ClinicalLexicon.open() as lexicon:
        yield CardMaker(
            plain_words(),
            partial(what_changed, lexicon=lexicon),
            lambda text: bool(claims_of(text, lexicon).drugs - _NOT_MEDICINES),
        )
