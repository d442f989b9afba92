from __future__ import annotations

import pytest

from lm.grounding.knowledge import Found
from lm.grounding.passages import Passage
from lm.grounding.relevance import MIN_SIMILARITY, bears_on

DENGUE = Passage("Dengue", "Give paracetamol when the temperature is high.", "Treatment")


@pytest.mark.parametrize(("similarity", "bears"), [(MIN_SIMILARITY, True), (MIN_SIMILARITY - 0.01, False)])
def test_meaning_decides_where_there_is_a_vector(similarity: float, bears: bool) -> None:
    assert bears_on(Found(DENGUE, 1, 1, 1, similarity), "paracetamol high temperature") is bears


@pytest.mark.parametrize(
    ("question", "bears"),
    [
        ("How is dengue treated with paracetamol?", True),
        ("Which treatments for high temperatures?", True),
        ("How is malaria treated in pregnancy?", False),
        ("What is it?", False),
    ],
)
def test_words_decide_where_there_is_none(question: str, bears: bool) -> None:
    assert bears_on(Found(DENGUE, 1, 1, None, None), question) is bears


def test_chinese_words_decide_too() -> None:
    passage = Passage("血压指南", "高血压患者用氨氯地平。")
    assert bears_on(Found(passage, 1, 1, None, None), "高血压患者用")
    assert not bears_on(Found(passage, 1, 1, None, None), "糖尿病怎么办")
