from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lm.grounding.answer import EvidenceWord
from multimodal.second_reading import LONGEST_S, PADDING_S, Stretch, stretches, words_in

_SECONDS = st.floats(0, 600, allow_nan=False)
_CITED = st.lists(st.tuples(_SECONDS, st.floats(0.1, 90)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=12)


def test_what_is_cited_is_padded_and_joined_where_it_touches() -> None:
    assert stretches([(20.0, 22.0), (3.0, 4.0), (5.0, 6.0)], 60.0) == (
        Stretch(3.0 - PADDING_S, 6.0 + PADDING_S),
        Stretch(20.0 - PADDING_S, 22.0 + PADDING_S),
    )
    assert stretches([(0.2, 1.0)], 1.5) == (Stretch(0.0, 1.5),)
    assert stretches([(9.0, 12.0)], 5.0) == ()


@given(_CITED, st.floats(1, 700))
def test_every_cited_second_is_heard_again_once_in_windows_that_fit(
    cited: list[tuple[float, float]], duration_s: float
) -> None:
    found = stretches(cited, duration_s)
    assert all(0 < stretch.duration_s <= LONGEST_S + 1e-6 for stretch in found)
    assert all(one.end_s <= other.start_s + 1e-9 for one, other in pairwise(found))
    for start_s, end_s in cited:
        middle = (start_s + min(end_s, duration_s)) / 2
        if start_s < duration_s:
            assert any(stretch.start_s <= middle <= stretch.end_s for stretch in found)


def test_words_lie_in_a_stretch_also_where_only_a_part_does() -> None:
    words = [EvidenceWord("a", 0.0, 1.0), EvidenceWord("b", 1.0, 2.0), EvidenceWord("c", 2.5, 3.0)]
    assert [word.text for word in words_in(words, Stretch(0.5, 2.0))] == ["a", "b"]
