"""One optimizer step and the validation loss, against transformers and against plain arithmetic."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from lm.errors import OutOfMemory, TrainingError
from lm.layout import disassemble
from lm.training.options import options_from
from lm.training.prepare import prepare_new
from lm.training.text import IGNORED
from lm.training.trainer import Trainer
from lm.weights import read_json

if TYPE_CHECKING:
    from lm.training.options import LmTrainingOptions
    from lm.training.prepare import Preparation

ENGLISH = Path(__file__).resolve().parents[2] / "golden" / "public_domain_text.en.txt"
CPU = torch.device("cpu")


def _options(out: Path, **changed: object) -> LmTrainingOptions:
    small = {"vocabulary": 300, "layers": 2, "heads": 2, "width": 16, "context": 32, "batch": 3, "warmup": 0.0}
    return options_from(
        {"text": ENGLISH, "out": out} | small | {key.replace("_", "-"): changed[key] for key in changed}
    )


def _prepared(options: LmTrainingOptions, workshop: Path) -> Preparation:
    workshop.mkdir(parents=True)
    return prepare_new(options, workshop)


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    return tmp_path / "workshop"


def test_the_validation_loss_is_the_one_transformers_computes(tmp_path: Path, workshop: Path) -> None:
    options = _options(tmp_path / "run")
    preparation = _prepared(options, workshop)
    decoder = preparation.decoder
    theirs = AutoModelForCausalLM.from_config(AutoConfig.for_model(**read_json(workshop / "config.json"))).eval()
    theirs.load_state_dict(disassemble(decoder.config, decoder.state_dict()), strict=False)
    theirs.tie_weights()
    total, targets = 0.0, 0
    for ids, length in zip(preparation.validation.ids, preparation.validation.lengths.tolist(), strict=True):
        block = ids[None, :length].long()
        with torch.inference_mode():
            logits = theirs(block[:, :-1]).logits[0]
            total += float(torch.nn.functional.cross_entropy(logits, block[0, 1:], reduction="sum"))
        targets += length - 1
    assert Trainer(preparation, options, CPU).validation_loss() == pytest.approx(total / targets, abs=1e-5)


def test_padding_teaches_nothing(tmp_path: Path, workshop: Path) -> None:
    options = _options(tmp_path / "run")
    preparation = _prepared(options, workshop)
    before = Trainer(preparation, options, CPU).validation_loss()
    ids, lengths = preparation.validation.ids, preparation.validation.lengths
    ids[torch.arange(ids.shape[1]) >= lengths[:, None]] = 99
    assert Trainer(preparation, options, CPU).validation_loss() == before


def test_a_step_reports_the_loss_before_it_and_lowers_it(tmp_path: Path, workshop: Path) -> None:
    options = _options(tmp_path / "run", learning_rate=1e-2, batch=1_000)
    trainer = Trainer(_prepared(options, workshop), options, CPU)
    first, second = trainer.step(1), trainer.step(2)
    assert first.loss == pytest.approx(math.log(300), abs=0.1)
    assert second.loss < first.loss - 0.05
    assert first.learning_rate == 1e-2
    assert first.tokens == trainer.step(3).tokens > 30_000


def test_masked_inputs_change_the_training_loss_but_not_the_validation_loss(tmp_path: Path, workshop: Path) -> None:
    plain, masked = _options(tmp_path / "run"), _options(tmp_path / "run", mask_probability=0.5)
    preparations = [_prepared(options, workshop / str(index)) for index, options in enumerate((plain, masked))]
    first, second = (
        Trainer(preparation, options, CPU) for preparation, options in zip(preparations, (plain, masked), strict=True)
    )
    assert first.validation_loss() == second.validation_loss()
    assert first.step(1).loss != second.step(1).loss


def test_norms_and_biases_are_not_decayed(tmp_path: Path, workshop: Path) -> None:
    options = _options(tmp_path / "run")
    trainer = Trainer(_prepared(options, workshop), options, CPU)
    matrices, vectors = trainer.optimizer.param_groups
    assert (matrices["weight_decay"], vectors["weight_decay"]) == (0.1, 0.0)
    assert all(one.ndim == 2 for one in matrices["params"])
    assert all(one.ndim == 1 for one in vectors["params"])
    # 2 tables, 4 matrices a layer; the tied head is the embedding table and counts once.
    assert len(matrices["params"]) == 2 + 2 * 4


def test_gradients_are_clipped(tmp_path: Path, workshop: Path) -> None:
    options = _options(tmp_path / "run", clip=0.01)
    preparation = _prepared(options, workshop)
    Trainer(preparation, options, CPU).step(1)
    gradients = [one.grad for one in preparation.decoder.parameters() if one.grad is not None]
    assert float(torch.stack([gradient.norm() for gradient in gradients]).norm()) == pytest.approx(0.01, rel=1e-3)


def test_a_loss_that_is_no_number_stops_the_run_before_it_reaches_the_weights(tmp_path: Path, workshop: Path) -> None:
    options = _options(tmp_path / "run")
    preparation = _prepared(options, workshop)
    with torch.no_grad():
        preparation.decoder.norm.bias.fill_(math.nan)  # type: ignore[operator, union-attr]
    table = preparation.decoder.embedding.weight.clone()
    with pytest.raises(TrainingError, match=r"The loss became nan at step 1.*lower --learning-rate"):
        Trainer(preparation, options, CPU).step(1)
    assert torch.equal(preparation.decoder.embedding.weight, table)


class ExhaustedDecoder(torch.nn.Module):
    """Asks for more memory than any machine has, as a batch that is too large does."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def embed_tokens(self, ids: torch.Tensor) -> torch.Tensor:
        return ids

    def logits_where(self, _embeddings: torch.Tensor, _wanted: torch.Tensor) -> torch.Tensor:
        return torch.empty(2**46)


def test_a_lack_of_memory_says_what_to_lower(tmp_path: Path, workshop: Path) -> None:
    options = _options(tmp_path / "run")
    preparation = _prepared(options, workshop)
    object.__setattr__(preparation, "decoder", ExhaustedDecoder())
    with pytest.raises(OutOfMemory, match="lower --batch or a shorter --context"):
        Trainer(preparation, options, CPU).step(1)


def test_a_batch_holds_inputs_and_the_tokens_after_them(tmp_path: Path, workshop: Path) -> None:
    options = _options(tmp_path / "run")
    preparation = _prepared(options, workshop)
    pairs = preparation.training.pairs([0, 1])
    same = pairs.inputs[:, 1:] == pairs.targets[:, :-1]
    assert bool((same | (pairs.targets[:, :-1] == IGNORED)).all())
