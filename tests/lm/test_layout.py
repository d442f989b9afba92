from __future__ import annotations

import pytest
import torch

from lm.decoder_config import parse_config
from lm.layout import assemble, disassemble, layout_of
from lm.model import Decoder
from tests.fakes.checkpoints import native_models


@pytest.mark.parametrize("dialect", list(native_models()))
def test_layout_names_exactly_the_tensors_of_our_decoder_and_of_theirs(dialect: str) -> None:
    theirs = native_models()[dialect]
    config = parse_config(theirs.config.to_dict())
    ours = Decoder(config).state_dict()
    tied = {"head.weight"} if config.tied_head else set()
    assert set(layout_of(config)) == set(ours) - tied
    named = {part.name for parts in layout_of(config).values() for part in parts}
    assert named == set(theirs.state_dict()) - ({"lm_head.weight"} if config.tied_head else set())


@pytest.mark.parametrize("dialect", list(native_models()))
def test_disassembling_undoes_assembling(dialect: str) -> None:
    theirs = native_models()[dialect]
    config = parse_config(theirs.config.to_dict())
    original = theirs.state_dict()
    again = disassemble(config, assemble(config, original.__getitem__))
    assert all(torch.equal(tensor, original[name]) for name, tensor in again.items())
