from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lm.errors import InvalidInput
from lm.sampling import GenerationOptions, PromptLookup, Sampler, StopFilter

LOGITS = torch.tensor([2.0, 1.0, 0.0, -1.0, -2.0]).log_softmax(0) + 3.0


def draws(count: int = 2_000, **options: Any) -> torch.Tensor:
    sampler = Sampler(GenerationOptions(**options))
    return torch.tensor([sampler.choose(LOGITS)[0] for _ in range(count)]).bincount(minlength=5) / count


def test_greedy_takes_the_likeliest_with_its_log_probability() -> None:
    token, logprob = Sampler(GenerationOptions()).choose(LOGITS)
    assert token == 0
    assert logprob == pytest.approx(float(LOGITS.log_softmax(0)[0]))


def test_sampling_follows_the_distribution() -> None:
    torch.testing.assert_close(draws(temperature=1.0), LOGITS.softmax(0), atol=0.04, rtol=0)


def test_temperature_flattens_and_sharpens() -> None:
    torch.testing.assert_close(draws(temperature=3.0), (LOGITS / 3).softmax(0), atol=0.04, rtol=0)
    assert draws(temperature=1e-6)[0] == 1.0


def test_nucleus_keeps_the_smallest_sufficient_set() -> None:
    # The probabilities are 0.636, 0.234, 0.086, ...: 0.8 needs the first two.
    shares = draws(temperature=1.0, top_p=0.8)
    assert (shares[:2] > 0.1).all()
    assert shares[2:].sum() == 0
    assert draws(temperature=1.0, top_p=1e-9)[0] == 1.0


def test_log_probability_is_the_models_own_whatever_the_temperature() -> None:
    sampler = Sampler(GenerationOptions(temperature=2.0, top_p=0.9, seed=1))
    for _ in range(20):
        token, logprob = sampler.choose(LOGITS)
        assert logprob == pytest.approx(float(LOGITS.log_softmax(0)[token]))


def test_seed_decides_the_draws() -> None:
    def run(seed: int) -> list[int]:
        sampler = Sampler(GenerationOptions(temperature=1.0, seed=seed))
        return [sampler.choose(LOGITS)[0] for _ in range(50)]

    assert run(5) == run(5)
    assert run(5) != run(6)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_new_tokens", 0),
        ("temperature", -0.1),
        ("temperature", float("nan")),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("stop", ("x", "")),
    ],
)
def test_impossible_options_are_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput):
        GenerationOptions(**{field: value})


def test_draft_continues_the_last_occurrence() -> None:
    lookup = PromptLookup([1, 2, 3, 4, 5, 6, None, 1, 2, 3, 7, 8, 9, 10, None])
    lookup.extend([50, 1, 2, 3])
    assert lookup.propose(10) == [7, 8, 9, 10]


def test_two_tokens_of_context_are_enough_and_one_is_not() -> None:
    lookup = PromptLookup([1, 2, 3, 4, None])
    lookup.extend([9, 2, 3])
    assert lookup.propose(10) == [4]
    lookup.extend([9, 4])
    assert lookup.propose(10) == []


def test_draft_crosses_no_border_and_keeps_to_the_limit() -> None:
    lookup = PromptLookup([1, 2, 3, 4, None, 5, 6, 7, None])
    lookup.extend([1, 2])
    assert lookup.propose(10) == [3, 4]
    assert lookup.propose(1) == [3]
    assert lookup.propose(0) == []


def test_generated_text_can_be_repeated() -> None:
    lookup = PromptLookup([])
    lookup.extend([1, 2, 3, 4, 1, 2])
    assert lookup.propose(3) == [3, 4, 1]
    lookup.extend([3, 4, 1, 2, 3, 4])
    assert lookup.propose(4) == [1, 2, 3, 4]


def test_short_loop_is_drafted_at_full_length() -> None:
    lookup = PromptLookup([])
    lookup.extend([9, 5, 6, 5, 6, 5, 6])
    assert lookup.propose(4) == [5, 6, 5, 6]


def test_drafts_grow_with_success_and_pause_after_failures() -> None:
    lookup = PromptLookup([1, 2, *range(100, 200), None])
    lookup.extend([1, 2])
    for expected in (8, 16, 16):
        draft = lookup.propose(64)
        assert len(draft) == expected
        lookup.learn(len(draft), len(draft))
    lookup.learn(16, 0)
    assert lookup.propose(64) == []
    assert len(lookup.propose(64)) == 2


@given(st.lists(st.integers(0, 3) | st.none(), max_size=60), st.lists(st.integers(0, 3), max_size=30))
def test_draft_always_stands_somewhere_after_the_same_two_words(corpus: list[int | None], answer: list[int]) -> None:
    lookup = PromptLookup(corpus)
    lookup.extend(answer)
    draft = lookup.propose(8)
    ids = [*corpus, *answer]
    wanted = [*ids[-2:], *draft]
    extended = [*ids, *draft]
    assert not draft or any(extended[start : start + len(wanted)] == wanted for start in range(len(ids) - 2))


def filtered(text: str, cuts: list[int], stops: tuple[str, ...]) -> tuple[str, bool]:
    stop, seen, start = StopFilter(stops), "", 0
    for end in [*sorted(cut % (len(text) + 1) for cut in cuts), len(text)]:
        seen += stop.push(text[start:end])
        if stop.stopped:
            return seen, True
        assert text.startswith(seen)
        start = end
    return seen + stop.flush(), False


@given(
    st.text("ab\n", max_size=30),
    st.lists(st.integers(0, 30), max_size=8),
    st.lists(st.text("ab\n", min_size=1, max_size=4), max_size=3).map(tuple),
)
def test_stopping_does_not_depend_on_how_text_arrives(text: str, cuts: list[int], stops: tuple[str, ...]) -> None:
    found = [position for stop in stops if (position := text.find(stop)) >= 0]
    seen, stopped = filtered(text, cuts, stops)
    assert stopped == bool(found)
    if not found:
        assert seen == text
    else:
        # Text that arrives in one piece is cut at the first stop; a longer stop that began earlier may
        # still be incomplete when a shorter one is whole.
        assert any(text[len(seen) :].startswith(stop) for stop in stops)


def test_only_a_possible_stop_is_held_back() -> None:
    stop = StopFilter(("\n\nQuestion:",))
    assert stop.push("Take 3 mg.\n") == "Take 3 mg."
    assert stop.push("\nQ") == ""
    assert stop.push("uickly") == "\n\nQuickly"
    assert stop.push("\n\nQuestion: more") == ""
    assert stop.stopped
    assert stop.flush() == ""
