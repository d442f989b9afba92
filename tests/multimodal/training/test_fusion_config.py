"""Configurations: one for each adapter that is shipped, and one clear sentence for what is wrong in one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from desktop.commands.training_adapters import CONFIGS
from lm.errors import TrainingError
from multimodal.fusion import SHIPPED_ADAPTERS
from multimodal.training.fusion_config import read_fusion_config

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 'decoder = "tiny"\nvision = "dinov2-small"\n'
TALK = '[[lesson]]\nteaches = "conversations"\n'


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.toml")), ids=lambda file: file.stem)
def test_every_configuration_can_be_read(file: Path) -> None:
    config = read_fusion_config(file)
    assert config.described()["lessons"][0]["teaches"]


def test_every_shipped_adapter_has_its_configuration() -> None:
    shipped = {file.stem for file in SHIPPED_ADAPTERS.glob("*/*.safetensors") if "reference" not in file.stem}
    assert shipped
    for name in shipped:
        assert (CONFIGS / f"{name}.toml").is_file(), name


def test_what_is_shipped_was_trained_as_its_configuration_says() -> None:
    (scores,) = SHIPPED_ADAPTERS.glob("*/scores.json")
    described = read_fusion_config(CONFIGS / "decoder-lora.toml").described()
    assert json.loads(scores.read_text(encoding="utf-8"))["options"] == json.loads(json.dumps(described))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("decoder =", "cannot be read as TOML"),
        ('vision = "dinov2-small"\n' + TALK, "must name a decoder"),
        (HEAD, "nothing to train"),
        (HEAD + '[[lesson]]\nteaches = "juggling"\n', "one of picture words, sound words"),
        (HEAD + TALK + "batches = 3\n", "has no 'batches'"),
        (HEAD + TALK + 'batch = "many"\n', "batch cannot be 'many'"),
        (HEAD + TALK + "learning-rate = -1.0\n", "expected a float of 0 or more"),
        (HEAD + TALK + "batch = 0\n", "expected a int above 0"),
        (HEAD + "[lora]\nrank = 0\n" + TALK, "rank cannot be 0"),
        ("checkpoint-every = 0\n" + HEAD + TALK, "checkpoint-every cannot be 0"),
        (HEAD + TALK + "conversations = 10\nbatch = 16\n", "less than one batch of 16"),
        (HEAD + TALK + "batch = true\n", "batch cannot be True"),
        (HEAD + TALK + "pictures = 0\n", "not all are 0"),
        (HEAD + TALK + "mismatched = 0.7\nwithheld = 0.5\n", "together at most 1"),
        (HEAD + TALK + "sounds = 0.5\n", "needs speech"),
        (HEAD + TALK + "decoder-pace = 0.5\n", "needs [lora]"),
        (HEAD + "lora = 3\n" + TALK, "[lora] must be a table"),
        (HEAD + TALK + '[lora]\npositions = "somewhere"\n', "one of everywhere, pictures"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "run.toml"
    file.write_text(text)
    with pytest.raises(TrainingError) as raised:
        read_fusion_config(file)
    assert told in str(raised.value)
