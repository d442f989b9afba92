"""The card on sentences that nobody wrote for it: the numbers, denials and drugs of the original stand on the card."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from lm.clinical.claims import claims_of
from lm.grounding.gate import split_sentences
from multimodal.cards import card_maker
from multimodal.clinical_lexicon import ClinicalLexicon

if TYPE_CHECKING:
    from pathlib import Path

SENTENCES = 150
_DIGITS = re.compile(r"\d+(?:[.,/]\d+)*")
_DENIAL = re.compile(r"\b(?:no|not|never|without|cannot|neither|nor|none)\b|n['’]t\b", re.IGNORECASE)


@pytest.mark.models
@pytest.mark.shared_data
@pytest.mark.parametrize("source", ["medquad", "meqsum"])
def test_numbers_denials_and_drugs_stay(open_data: Path, source: str) -> None:
    lines = (open_data / "qa.jsonl").read_text(encoding="utf-8").strip().split("\n")
    rows = [row for row in map(json.loads, lines) if row["source"].startswith(source)]
    texts = [s for row in rows[::40] for s in split_sentences(row["answer"]) if 5 <= len(s.split()) <= 40][:SENTENCES]
    with card_maker() as maker, ClinicalLexicon.open() as lexicon:
        for text in texts:
            shown, _, _ = maker.checked(text, to_patient=False)
            said, written = " ".join(shown), maker.words.spelled_out(text)
            assert Counter(_DIGITS.findall(written)) == Counter(_DIGITS.findall(said))
            assert len(_DENIAL.findall(written)) == len(_DENIAL.findall(said))
            assert claims_of(written, lexicon).drugs == claims_of(said, lexicon).drugs
