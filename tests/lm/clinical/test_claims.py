from __future__ import annotations

import pytest

from lm.clinical.claims import Claims, unborne
from tests.lm.clinical.lexicons import small_lexicon

LEXICON = small_lexicon()


@pytest.mark.parametrize(
    ("sentence", "source", "kind", "value"),
    [
        ("Takes metformin 850 mg.", "I take metformin five hundred milligrams.", "quantities", "850 mg"),
        ("Takes metformin 5 g.", "I take metformin 5 mg.", "quantities", "5 g"),
        ("Takes warfarin.", "I take metformin.", "drugs", "Warfarin"),
        ("No chest pain.", "I have chest pain.", "denied", "Chest pain"),
        ("No chest pain.", "My knee is fine.", "denied", "Chest pain"),
        ("Has chest pain.", "Any chest pain? No.", "asserted", "Chest pain"),
        ("Left knee pain.", "My right knee hurts.", "sides", "left"),
    ],
)
def test_what_the_source_does_not_say_is_named(sentence: str, source: str, kind: str, value: str) -> None:
    found = unborne(sentence, source, LEXICON)
    assert found
    assert getattr(found, kind) == {value}


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Takes metformin 500 mg twice daily.", "I take metformin five hundred milligrams twice a day."),
        ("Takes warfarin 5 mg.", "I'm on coumadin, five milligrams."),
        ("Denies fever and chills.", "Doctor: Any fever or chills?\nPatient: No."),
        ("Left knee pain.", "That's right, my left knee hurts."),
        ("Blood pressure 160/90.", "It's one sixty over ninety."),
    ],
)
def test_the_same_in_other_words_is_borne_out(sentence: str, source: str) -> None:
    assert unborne(sentence, source, LEXICON) == Claims()
