from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lm.errors import InvalidInput
from lm.sequence import TEMPLATE, EmbeddingSpan, FusionSequence, Source, SourceKind, TokenSpan

TABLE = torch.randn(50, 6, generator=torch.Generator().manual_seed(1))
PICTURE = Source(SourceKind.IMAGE, "wound.jpg", 0)


def embed_tokens(ids: torch.Tensor) -> torch.Tensor:
    return TABLE[ids]


def picture(seed: int = 0, tokens: int = 3, width: int = 6) -> EmbeddingSpan:
    return EmbeddingSpan(torch.randn(tokens, width, generator=torch.Generator().manual_seed(seed)), PICTURE)


def test_embeds_words_and_pictures_in_order() -> None:
    image = picture()
    sequence = FusionSequence((TokenSpan((1, 2)), image, TokenSpan((3,))))
    expected = torch.cat([TABLE[[1, 2]], image.embeddings, TABLE[[3]]])
    assert torch.equal(sequence.embed(embed_tokens), expected.unsqueeze(0))
    assert len(sequence) == 6
    assert sequence.token_ids() == [1, 2, None, None, None, 3]


def test_empty_spans_are_dropped_and_ranges_tell_positions() -> None:
    image = picture()
    sequence = FusionSequence((TokenSpan(()), TokenSpan((4, 5)), image, TokenSpan((), PICTURE)))
    assert [(start, end, span.source) for start, end, span in sequence.ranges()] == [(0, 2, TEMPLATE), (2, 5, PICTURE)]


def test_decoders_dtype_wins() -> None:
    sequence = FusionSequence((TokenSpan((1,)), picture()))
    assert sequence.embed(lambda ids: TABLE[ids].bfloat16()).dtype == torch.bfloat16


def test_projection_for_another_decoder_is_refused_with_the_widths() -> None:
    with pytest.raises(InvalidInput, match="8 wide, the decoder expects 6"):
        FusionSequence((picture(width=8),)).embed(embed_tokens)


def test_empty_prompt_is_refused() -> None:
    with pytest.raises(InvalidInput, match="empty"):
        FusionSequence(()).embed(embed_tokens)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_embeddings_must_be_finite(value: float) -> None:
    with pytest.raises(InvalidInput, match="NaN or infinity"):
        EmbeddingSpan(torch.full((2, 6), value), PICTURE)


@pytest.mark.parametrize("tensor", [torch.zeros(6), torch.zeros(1, 2, 6), torch.zeros(2, 6, dtype=torch.long)])
def test_embeddings_must_be_a_float_matrix(tensor: torch.Tensor) -> None:
    with pytest.raises(InvalidInput, match="shape"):
        EmbeddingSpan(tensor, PICTURE)


def test_gradients_reach_the_projected_embeddings() -> None:
    embeddings = torch.zeros(3, 6, requires_grad=True)
    sequence = FusionSequence((TokenSpan((1,)), EmbeddingSpan(embeddings, PICTURE)))
    sequence.embed(embed_tokens).sum().backward()
    assert embeddings.grad is not None
    assert (embeddings.grad == 1).all()


def test_common_prefix_compares_pictures_by_value() -> None:
    one = FusionSequence((TokenSpan((1, 2)), picture(1), TokenSpan((3, 4))))
    assert one.common_prefix(FusionSequence((TokenSpan((1, 2)), picture(1), TokenSpan((3, 9))))) == 6
    assert one.common_prefix(FusionSequence((TokenSpan((1, 2)), picture(2), TokenSpan((3, 4))))) == 2
    assert one.common_prefix(FusionSequence((TokenSpan((1, 2, 7)), picture(1)))) == 2


@given(
    st.lists(st.integers(0, 3), max_size=12),
    st.lists(st.integers(0, 3), max_size=12),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_common_prefix_does_not_depend_on_where_spans_end(
    mine: list[int], theirs: list[int], cut: int, other_cut: int
) -> None:
    expected = 0
    for one, two in zip(mine, theirs, strict=False):
        if one != two:
            break
        expected += 1
    first = FusionSequence((TokenSpan(tuple(mine[:cut])), TokenSpan(tuple(mine[cut:]))))
    second = FusionSequence((TokenSpan(tuple(theirs[:other_cut])), TokenSpan(tuple(theirs[other_cut:]))))
    assert first.common_prefix(second) == second.common_prefix(first) == expected
