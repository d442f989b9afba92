"""One table of options serves the command line, TOML and the checkpoint; contradictions are told at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lm.errors import TrainingError
from lm.training.options import options_from, read_config, resumed_options, settings

GIVEN: dict[str, Any] = {"text": ["a.txt"], "out": "run"}


def test_options_come_from_typed_words_and_from_values_alike() -> None:
    typed = options_from(GIVEN | {"steps": "12", "learning-rate": "3e-4", "from": "base"})
    assert typed == options_from(GIVEN | {"steps": 12, "learning-rate": 3e-4, "from": Path("base")})
    assert (typed.steps, typed.peak_learning_rate, typed.start_from) == (12, 3e-4, Path("base"))


def test_the_learning_rate_fits_new_weights_or_trained_ones() -> None:
    assert options_from(GIVEN).peak_learning_rate == 1e-3
    assert options_from(GIVEN | {"from": "base"}).peak_learning_rate == 1e-4


def test_the_help_names_every_default() -> None:
    helped = settings()
    assert "(default: 1000)" in helped["steps"].help
    assert all("default" in setting.help for key, setting in helped.items() if key not in {"text", "out", "from"})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"steps": 0}, "--steps is 0, expected 1 to"),
        ({"steps": "many"}, "--steps cannot be 'many'"),
        ({"steps": True}, "--steps cannot be True"),
        ({"steps": 1.5}, "--steps cannot be 1.5"),
        ({"learning-rate": "nan"}, "--learning-rate is nan"),
        ({"mask-probability": 1.0}, "--mask-probability is 1.0, expected 0 to 0.9"),
        ({"vocabulary": 100}, "--vocabulary is 100, expected 258"),
        ({"architecture": "rnn"}, "expected one of gpt2, llama"),
        ({"heads": 5, "width": 64}, "choose a multiple of 5"),
        ({"heads": 4, "width": 12, "architecture": "llama"}, "choose a multiple of 8"),
        ({"from": "base", "layers": 2, "vocabulary": 500}, "--layers, --vocabulary describes a new decoder"),
        ({"text": []}, "nothing to learn from"),
        ({"sample-prompt": 3}, "--sample-prompt cannot be 3"),
        ({"stepz": 3}, "There is no option 'stepz'"),
    ],
)
def test_what_does_not_fit_is_told(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(TrainingError) as caught:
        options_from(GIVEN | changed)
    assert told in str(caught.value)


def test_out_is_needed() -> None:
    with pytest.raises(TrainingError, match="with --out"):
        options_from({"text": "a.txt"})


def test_a_toml_file_names_paths_from_its_own_folder(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('text = ["a.txt"]\nout = "run"\nmask_probability = 0.1\nbatch = 4\n', encoding="utf-8")
    options = options_from(read_config(file) | {"batch": "8"})
    assert options.text == (tmp_path / "a.txt",)
    assert (options.out, options.mask_probability, options.batch) == (tmp_path / "run", 0.1, 8)


@pytest.mark.parametrize("content", [b"steps = ", "文 = 1".encode("gb18030")])
def test_a_broken_toml_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "run.toml"
    file.write_bytes(content)
    with pytest.raises(TrainingError, match=r"run\.toml cannot be read as TOML"):
        read_config(file)


def test_a_resumed_run_keeps_its_options_but_may_change_what_changes_no_loss() -> None:
    stored = options_from(GIVEN | {"steps": 50, "from": "base"}).to_json()
    resumed = resumed_options(stored, {"steps": "50", "device": "cpu", "sample-prompt": "子曰"})
    assert (resumed.steps, resumed.device, resumed.sample_prompt) == (50, "cpu", "子曰")
    assert resumed.start_from == Path("base").absolute()


@pytest.mark.parametrize("changed", [{"steps": 60}, {"text": ["b.txt"]}, {"seed": 1}, {"layers": 2}])
def test_a_resumed_run_refuses_what_would_change_its_losses(changed: dict[str, Any]) -> None:
    stored = options_from(GIVEN | {"steps": 50}).to_json()
    with pytest.raises(TrainingError, match="The run was started with"):
        resumed_options(stored, changed)


def test_options_need_no_torch() -> None:
    code = "import sys, lm.training.options, lm.training.events; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
